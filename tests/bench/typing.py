"""Typing in JupyterLab: time from the last key press to the new probability and highlights.

python -m tests.bench.typing --tokens 8 32

An edit types a short word at the end of the text, key by key, or deletes it again. The time runs
from the last key press to the painted result and includes the pause for which the page waits.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench import machine, table
from tests.browser.conftest import FLAGS, find_browser
from tests.browser.lab import PATIENCE, Notebook, saved_notebook, serving, until

KEY_EVERY_MS = 90
WORD = "fine"
SETUP = """
import time
import bert_widgets as bw
clf = bw.demo.classifier()
words = " ".join(bw.demo.reviews()["text"]).split()
stamps = []
"""
SHOW = """
text = next(
    text for n in range(1, len(words))
    for text in [" ".join(words[:n])] if len(clf.encode([text])[0]) >= {tokens}
)
highlights = bw.TokenHighlights(clf, text)
def note(change):
    stamps.append([change["name"], 1000 * time.time()])
highlights.observe(note, ["text", "probabilities", "scores"])
highlights
"""
# Records when a key arrives and when its results have been painted.
WATCH = """(region) => {
    const now = () => performance.timeOrigin + performance.now();
    const note = (event) => window.seen.push([event, now()]);
    window.seen = [];
    region.addEventListener("input", () => note("key"));
    const value = () => region.querySelector(".bw-bar-fill").style.width;
    let last = value();
    new MutationObserver(() => setTimeout(() => {
        if (value() !== last) note("probability");
        last = value();
    })).observe(region.querySelector(".bw-bars"), { attributes: true, subtree: true });
    const all = { attributes: true, childList: true, characterData: true, subtree: true };
    new MutationObserver(() => setTimeout(() => note("highlights")))
        .observe(region.querySelector(".bw-texts"), all);
}"""
CAUSES = {
    "text": "key",
    "probabilities": "text",
    "probability": "probabilities",
    "scores": "probabilities",
    "highlights": "scores",
}
PARTS = {
    "key to kernel": ("key", "text"),
    "in the kernel": ("text", "probabilities"),
    "kernel to page": ("probabilities", "probability"),
    "key to probability": ("key", "probability"),
    "key to highlights": ("key", "highlights"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokens", type=int, nargs="+", default=[8, 32])
    parser.add_argument("--edits", type=int, default=20)
    options = parser.parse_args()
    rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(playwright), args=FLAGS)
        for tokens in options.tokens:
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.set_default_timeout(1000 * PATIENCE)
            # A new server each time: JupyterLab reopens the notebooks that were open before.
            with (
                tempfile.TemporaryDirectory() as home,
                tempfile.TemporaryDirectory() as work,
                serving(Path(home), Path(work)) as url,
            ):
                saved_notebook(Path(work) / "typing.ipynb", SETUP, SHOW.format(tokens=tokens))
                edits = timed_edits(Notebook(page, url, "typing.ipynb"), options.edits)
                page.close()
            rows += [[str(tokens), part, *figures(edits, *PARTS[part])] for part in PARTS]
        browser.close()
    print(machine())
    print(f"Load average {os.getloadavg()[0]:.1f}; milliseconds over {options.edits} edits")
    table(["tokens", "part", "median", "maximum"], rows)


def timed_edits(notebook: Notebook, count: int) -> list[dict[str, float]]:
    """Edit the widget's text; return the time of each event of each edit in ms."""
    notebook.run_all()
    page = notebook.page
    region = page.get_by_role("region", name="Token highlights")
    region.get_by_role("button", name="Edit").click()
    page.keyboard.press("End")
    region.evaluate(WATCH)
    edits = []
    for edit in range(count):
        notebook.comes_true("highlights.wait(0)")
        notebook.do("stamps.clear()")
        page.evaluate("window.seen.length = 0")
        for key in WORD if edit % 2 == 0 else ["Backspace"] * len(WORD):
            page.keyboard.press(key)
            page.wait_for_timeout(KEY_EVERY_MS)
        edits.append(until(lambda: event_times(page.evaluate("window.seen"), notebook)))
    return edits


def event_times(seen: list[tuple[str, float]], notebook: Notebook) -> dict[str, float] | None:
    """Return the times of the last key press and its results; None while one is missing."""
    events = sorted(seen + notebook.value("stamps"), key=lambda event: event[1])
    times = {"key": max(time for name, time in seen if name == "key")}
    for name, cause in CAUSES.items():
        after = [time for other, time in events if other == name and time >= times[cause]]
        if not after:
            return None
        times[name] = after[0]
    return times


def figures(edits: list[dict[str, float]], start: str, end: str) -> list[str]:
    """Return the median and the maximum of the time between two events."""
    times = [edit[end] - edit[start] for edit in edits]
    return [f"{statistics.median(times):.0f}", f"{max(times):.0f}"]


if __name__ == "__main__":
    main()
