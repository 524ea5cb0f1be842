"""The command line: ``bert-widgets demo``, ``bert-widgets lab`` and ``bert-widgets html``."""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import sys
from pathlib import Path

from ._common.errors import reason
from ._common.extras import needs_extra
from ._common.version import __version__

_PACKAGE = Path(__file__).parent


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit status.

    Parameters
    ----------
    arguments
        As on the command line, without the program's name; None reads ``sys.argv``.
    """
    parser = argparse.ArgumentParser(
        prog="bert-widgets",
        description="Fine-tune a BERT classifier, watch it learn, see why it predicts.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser(
        "demo", help="fine-tune and explain in the terminal, with an HTML report"
    )
    demo.add_argument(
        "--report", type=Path, default=Path("bert-widgets-report.html"), help="the file to write"
    )
    lab = commands.add_parser(
        "lab",
        help="open JupyterLab on a working copy of the tutorials",
        epilog="Other options go to JupyterLab, for example: --no-browser --port 9000",
        allow_abbrev=False,
    )
    lab.add_argument(
        "--folder",
        type=Path,
        default=Path("bert-widgets-notebooks"),
        help="folder of the working copy; created if missing (default: %(default)s)",
    )
    html = commands.add_parser(
        "html", help="write a saved notebook as one interactive page that needs no network"
    )
    html.add_argument("notebook", type=Path, help="the notebook, saved with its widgets' state")
    html.add_argument(
        "--output", type=Path, help="the file to write (default: beside the notebook, as .html)"
    )
    options, rest = parser.parse_known_args(arguments)
    if options.command == "lab":
        return _lab(options.folder, rest)
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if options.command == "html":
        return _html(options.notebook, options.output or options.notebook.with_suffix(".html"))
    return _demo(options.report)


def _demo(report: Path) -> int:
    if not report.parent.is_dir():
        return _fail(f"The folder {str(report.parent)!r} does not exist; create it first.")
    from .demo.tour import tour

    tour(report)
    # Repeat the command as the user typed it: the environment may not be activated.
    typed = sys.argv[0] if Path(sys.argv[0]).stem == "bert-widgets" else "bert-widgets"
    print(f"Continue with the interactive notebooks in JupyterLab: {typed} lab")
    return 0


def _lab(folder: Path, options: list[str]) -> int:
    if importlib.util.find_spec("jupyterlab") is None:
        return _fail('JupyterLab is not installed; run: pip install "bert-widgets[lab]"')
    if folder.exists() and not folder.is_dir():
        return _fail(f"{str(folder)!r} is a file; pass a folder to --folder.")
    copy_notebooks(folder)
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance([str(folder), *options])
    return 0


def _html(notebook: Path, output: Path) -> int:
    if not notebook.is_file():
        return _fail(f"There is no notebook {str(notebook)!r}.")
    if not output.parent.is_dir():
        return _fail(f"The folder {str(output.parent)!r} does not exist; create it first.")
    try:
        with needs_extra("nbconvert", "bert-widgets html"):
            import nbformat

            from .widgets.saving.notebook_page import NotebookPage
    except ImportError as error:
        return _fail(str(error))
    try:
        html, resources = NotebookPage().from_filename(str(notebook))
    except (ValueError, nbformat.ValidationError) as error:
        return _fail(f"{str(notebook)!r} is not a notebook: {reason(error)}")
    output.write_text(html, "utf-8")
    page = resources["bert_widgets"]
    print(f"{output}: widgets to click on: {page['count']}, static: {len(page['notes'])}.")
    for note in sorted(set(page["notes"])):
        print(note)
    return 0


def copy_notebooks(folder: Path) -> list[Path]:
    """Copy the tutorials to a folder, without overwriting existing notebooks.

    Returns
    -------
    list of Path
        The new copies.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source = next(
        path for path in (_PACKAGE / "notebooks", _PACKAGE.parent / "notebooks") if path.is_dir()
    )
    new = [path for path in sorted(source.glob("*.ipynb")) if not (folder / path.name).exists()]
    return [Path(shutil.copyfile(path, folder / path.name)) for path in new]


def _fail(sentence: str) -> int:
    print(f"bert-widgets: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
