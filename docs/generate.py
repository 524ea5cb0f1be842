"""Write the parts of the pages that are made from the code.

They are the tree of modules, with the first sentence of each docstring, and the table of the
attribution methods. ``python docs/generate.py`` writes them; with ``--check`` it only tells
whether they are up to date.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def tree(package: Path = ROOT / "bert_widgets", depth: int = 0) -> str:
    """Return a nested list of a package and everything in it."""
    modules = sorted(path for path in package.glob("*.py") if path.name != "__init__.py")
    packages = sorted(path.parent for path in package.glob("*/__init__.py"))
    lines = [_line(f"{package.name}/", package / "__init__.py", depth)]
    lines += [_line(path.name, path, depth + 1) for path in modules]
    return "".join(lines) + "".join(tree(path, depth + 1) for path in packages)


def methods() -> str:
    """Return a table of the attribution methods."""
    from bert_widgets.explain import METHODS

    rows = [
        f"| `{m.name}` | {m.title} | {m.paper} | {', '.join(m.promises)} | {m.cost} |\n"
        for m in METHODS.values()
    ]
    return "| name | method | paper | properties | cost |\n|" + " --- |" * 5 + "\n" + "".join(rows)


GENERATED = {"architecture.md": ("tree", tree), "reference/explain.md": ("methods", methods)}


def updated(page: str, part: str, content: str) -> str:
    """Return the text of a page with a part of it replaced."""
    between = re.compile(f"(?<=<!-- {part} -->\n).*(?=<!-- end of {part} -->)", re.DOTALL)
    return between.sub(lambda _: f"\n{content}\n", page)


def stale() -> list[Path]:
    """Return the pages that do not say what the code says."""
    return [path for path, before, after in _pages() if before != after]


def _pages() -> list[tuple[Path, str, str]]:
    pages = []
    for name, (part, content) in GENERATED.items():
        path = ROOT / "docs" / name
        page = path.read_text("utf-8")
        pages.append((path, page, updated(page, part, content())))
    return pages


def _line(name: str, module: Path, depth: int) -> str:
    docstring = ast.get_docstring(ast.parse(module.read_text("utf-8"))) or ""
    summary = " ".join(docstring.partition("\n\n")[0].split()).replace("``", "`")
    return f"{'    ' * depth}- `{name}`: {summary}\n"


def main() -> None:
    """Write the pages, or check them."""
    if "--check" not in sys.argv:
        for path, _, page in _pages():
            path.write_text(page, "utf-8", newline="\n")
    elif pages := stale():
        names = ", ".join(str(path.relative_to(ROOT)) for path in pages)
        sys.exit(f"{names}: out of date; run `python docs/generate.py`.")


if __name__ == "__main__":
    main()
