"""Writes the names of each widget's synced traits to ``js/src/<widget>/traits.ts``.

``python js/generate_traits.py`` rewrites the files; ``--check`` only tells whether they are up to
date.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bert_widgets import widgets
from bert_widgets.widgets.shared.widget import Widget, own_traits

SOURCES = Path(__file__).resolve().parent / "src"


def source_of(widget: type[Widget]) -> str:
    """Return the TypeScript module that lists the traits of a widget."""
    names = "".join(f'  "{name}",\n' for name in own_traits(widget))
    return (
        f"// Written by js/generate_traits.py: the traits of {widget.__name__}. Do not edit.\n"
        f"export const TRAITS = [\n{names}] as const;\n\n"
        "export type Trait = (typeof TRAITS)[number];\n"
    )


def stale(sources: Path) -> list[Path]:
    """Return the files that do not list the traits as the Python classes define them."""
    return [path for path, source in _modules(sources) if _content(path) != source]


def write(sources: Path) -> None:
    """Write the modules of all widgets."""
    for path, source in _modules(sources):
        path.write_text(source, encoding="utf-8", newline="\n")


def _modules(sources: Path) -> list[tuple[Path, str]]:
    exported = [getattr(widgets, name) for name in widgets.__all__]
    classes = [item for item in exported if isinstance(item, type) and issubclass(item, Widget)]
    return [(sources / widget.bundle / "traits.ts", source_of(widget)) for widget in classes]


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files, as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if a file is out of date")
    if not parser.parse_args(arguments).check:
        write(SOURCES)
        return 0
    paths = stale(SOURCES)
    for path in paths:
        sys.stderr.write(
            f"{path} does not list the traits of its widget; run `python js/generate_traits.py`.\n"
        )
    return 1 if paths else 0


if __name__ == "__main__":
    sys.exit(main())
