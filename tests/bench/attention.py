"""All heads of a 12 x 12 model: `AttentionMatrix` compared with BertViz, 32 to 512 tokens.

python -m tests.bench.attention --libraries node_modules

BertViz (`pip install --no-deps bertviz`) loads d3, jQuery and require.js over the network. To time
it offline, pass a folder that contains them (`npm install d3@5.7.0 jquery@2.2.4 requirejs@2.3.6`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import threading
import time
import warnings
from pathlib import Path
from typing import Any, Self

from tests.bench import clocks, hand_back, machine, run_in_process, table, use_threads

CONTENDERS = {
    "maps": "attention_maps alone",
    "estimates": "head_effects, estimates alone",
    "mosaic": "AttentionMatrix, all heads",
    "matrix": "AttentionMatrix, one head",
    "model_view": "BertViz model_view",
    "head_view": "BertViz head_view",
}
LIBRARIES = {
    "require.min.js": "requirejs/require.js",
    "d3.min.js": "d3/dist/d3.min.js",
    "jquery.min.js": "jquery/dist/jquery.min.js",
}
# The last element to be drawn in each first view.
DRAWN = {
    "mosaic": "canvas",
    "matrix": "canvas",
    "model_view": "svg .attn_line, svg line, svg path",
    "head_view": "svg line",
}
PATIENCE = 120


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lengths", type=int, nargs="+", default=[32, 128, 512])
    parser.add_argument("--libraries", type=Path)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--only", choices=CONTENDERS)
    parser.add_argument("--length", type=int)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    if options.only:
        use_threads(options.threads)
        hand_back(measure(options.only, options.length, options.page))
        return
    rows = []
    for length in options.lengths:
        for name, title in CONTENDERS.items():
            rows.append([str(length), title, *figures(name, length, options)])
    print(machine())
    table(["tokens", "", "Python CPU s", "MB sent", "extra MB", "first paint s", "remark"], rows)


def figures(name: str, length: int, options: argparse.Namespace) -> list[str]:
    """Measure one contender at one length; if it fails, the last column says how."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        arguments = [f"--length={length}", f"--page={page}"]
        if options.threads:
            arguments.append(f"--threads={options.threads}")
        try:
            result = run_in_process("tests.bench.attention", name, arguments)
        except subprocess.CalledProcessError as error:
            return ["-", "-", "-", "-", f"Python exited with {error.returncode}"]
        seconds, remark = None, ""
        if name in DRAWN:
            seconds, remark = first_paint(page, name, options.libraries)
    return [
        f"{result['cpu']:.2f}",
        f"{result['bytes'] / 1e6:.2f}",
        f"{result['extra'] / 1e6:.0f}",
        "-" if seconds is None else f"{seconds:.2f}",
        remark,
    ]


def measure(name: str, length: int, page: Path) -> dict[str, Any]:
    """Build the view of a text of ``length`` tokens and write it as a page."""
    clf = classifier()
    text = " ".join(["good film", "so bad"][i % 2] for i in range((length - 2) // 2))
    assert len(clf.encode([text])[0]) == length
    clf.predict(text)  # one-time initialisation
    with warnings.catch_warnings(), Watch() as watch, clocks() as clock:
        warnings.simplefilter("ignore")
        sent = (
            ours(clf, text, name, page)
            if name in ("maps", "estimates", "mosaic", "matrix")
            else theirs(clf, text, name, page)
        )
    return {**clock, "bytes": sent, "extra": watch.extra}


def ours(clf: Any, text: str, name: str, page: Path) -> int:
    """Return the size in bytes of the first message without the program, or of the numbers."""
    from ipywidgets.widgets.widget import _remove_buffers

    import bert_widgets as bw

    if name == "maps":
        return bw.attention_maps(clf, text).weights.nbytes
    if name == "estimates":
        effects = bw.head_effects(clf, text, target=0, exact=False)
        return int(effects.estimate.to_numpy().nbytes)
    matrix = bw.AttentionMatrix(clf, text, view=name)
    state = matrix.get_state()
    program = len(state.pop("_bundle_source"))
    state, _, buffers = _remove_buffers(state)
    sent = len(json.dumps(state)) + sum(len(bytes(buffer)) for buffer in buffers)
    print(f"{name}: the program adds {program} bytes once")
    matrix.to_html(page)
    matrix.close()
    return sent


def theirs(clf: Any, text: str, name: str, page: Path) -> int:
    """Return the size in bytes of the page, as it is stored in a notebook."""
    import bertviz
    import torch

    clf.model.set_attn_implementation("eager")
    encoding = clf.encode([text])[0]
    with torch.no_grad():
        attentions = clf.model(**clf.collate([encoding]), output_attentions=True).attentions
    view = getattr(bertviz, name)
    source = view(attentions, encoding.tokens, html_action="return").data
    page.write_text(f"<!doctype html><meta charset=utf-8><body>{source}", "utf-8")
    return page.stat().st_size


def classifier() -> Any:
    """Build a model with the shape of bert-base (12 layers, 12 heads) and random weights."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    from bert_widgets.model.classifier import BertClassifier
    from tests.models import tiny_classifier

    tokenizer = tiny_classifier("bert").tokenizer
    tokenizer.model_max_length = 512
    torch.manual_seed(0)
    config = BertConfig(vocab_size=len(tokenizer), max_position_embeddings=512)
    return BertClassifier(BertForSequenceClassification(config), tokenizer)


class Watch:
    """Measures by how many bytes memory use exceeds its starting value at most."""

    def __enter__(self) -> Self:
        import psutil

        self._process, self._stopped = psutil.Process(), threading.Event()
        self._before = self._process.memory_info().rss
        self.extra = 0
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stopped.wait(0.005):
            self.extra = max(self.extra, self._process.memory_info().rss - self._before)


def first_paint(page: Path, name: str, libraries: Path | None) -> tuple[float | None, str]:
    """Open a page in Chromium; return the seconds until it is drawn, or how it failed."""
    from playwright.sync_api import Error, sync_playwright

    from tests.browser.conftest import FLAGS, find_browser

    def library(route: Any) -> None:
        file = LIBRARIES.get(route.request.url.split("?")[0].split("/")[-1])
        if libraries is None or file is None:
            route.abort()
        else:
            route.fulfill(path=libraries / file, content_type="text/javascript")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(playwright), args=FLAGS)
        tab = browser.new_page(viewport={"width": 1000, "height": 900})
        tab.set_default_timeout(1000 * PATIENCE)
        tab.route("http*://**/*", library)
        start = time.perf_counter()
        try:
            tab.goto(page.as_uri(), wait_until="commit")
            tab.wait_for_selector(DRAWN[name], state="attached")
            tab.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
            return time.perf_counter() - start, ""
        except Error as error:
            waited = time.perf_counter() - start
            reason = str(error).splitlines()[0][:80]
            return None, f"nothing drawn after {waited:.0f} s: {reason}"
        finally:
            browser.close()


if __name__ == "__main__":
    main()
