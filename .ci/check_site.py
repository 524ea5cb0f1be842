"""Check a built site: every link inside it leads somewhere, and no page loads from a network."""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

LOADED = {"script": "src", "img": "src", "source": "srcset", "iframe": "src", "link": "href"}
NOT_LOADED = {"canonical", "prev", "next"}  # links of the page's head that name another page


class Page(HTMLParser):
    """The links, the loaded addresses and the anchors of one page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what one tag refers to."""
        values = {name: value or "" for name, value in attrs}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag in LOADED and values.get("rel") not in NOT_LOADED and LOADED[tag] in values:
            self.loads.append(values[LOADED[tag]])
        elif tag == "a" and "href" in values:
            self.links.append(values["href"])


def problems(site: Path) -> Iterator[str]:
    """Yield one sentence for each link that leads nowhere or leaves the site to load something."""
    pages = {path: Page(path) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        if path.name == "404.html":  # its addresses are absolute: it is shown at any address
            continue
        name = path.relative_to(site)
        for address in page.links + page.loads:
            url = urlsplit(address)
            if url.scheme or url.netloc:
                if address in page.loads and url.scheme != "data":
                    yield f"{name} loads {address} from the network."
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                yield f"{name} links to {address}, which does not exist."
            elif _misses_anchor(pages.get(target), unquote(url.fragment)):
                yield f"{name} links to {address}, which has no such heading."


def _misses_anchor(page: Page | None, anchor: str) -> bool:
    return page is not None and bool(anchor) and anchor not in page.anchors


def main() -> None:
    """Print the problems of the site named on the command line, and fail if there are any."""
    site = Path(sys.argv[1]).resolve()
    found = list(problems(site))
    print(*found or ["Every link of the site leads somewhere."], sep="\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
