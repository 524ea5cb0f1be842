"""What axe-core finds in the widgets, in whatever state a click brings them to.

``python -m pytest --hosts tests/browser/hosts`` notes it in ``accessibility.json``, and
``python -m tests.browser.hosts.accessibility`` writes the table in docs/accessibility.md.
"""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.hosts.pages import with_table
from tests.browser.hosts.vscode_page import BUILT
from tests.browser.lab import ROOT, until

RECORD = Path(__file__).with_name("accessibility.json")
PAGE = ROOT / "docs" / "accessibility.md"

SETUP = """
import bert_widgets as bw
clf = bw.demo.classifier(device="cpu")
text = "The plot is thin, but the acting is not bad at all."
train, valid = bw.TextData.from_(bw.demo.sentences(60)[["text", "label"]]).split(valid=0.25)
"""
WIDGETS = {
    "Token highlights": """
highlights = bw.TokenHighlights(clf, text)
highlights.selected = 3
highlights""",
    "Token highlights, many classes": """
from bert_widgets.testing.models import tiny_bert
labels = tuple(f"intent {i}" for i in range(77))
bw.TokenHighlights(tiny_bert(labels=labels), text)""",
    "Attention matrix": """
corpus = bw.Corpus(clf, [text, "A thin plot, badly acted.", "The acting is superb."])
matrix = bw.AttentionMatrix(clf, text, layer=2, head=3, corpus=corpus)
matrix.selected = 3
matrix""",
    "Training panel": """
runs = [
    bw.Trainer(bw.demo.classifier(device="cpu"), train, valid, epochs=1, name=name, probes=[text])
    .start()
    .wait(progress=False)
    for name in ("first", "second")
]
panel = bw.TrainingPanel(runs)
panel.brush = [0.0, 0.5, 0.0, 1.0]
panel""",
    "Training panel, ready": """
bw.TrainingPanel(bw.Trainer(clf, train, valid, epochs=1, probes=[text]))""",
}
CLOSED = ":is(button, [role=combobox])[aria-expanded=false]:visible"
FOLDED = "details:not([open]) > summary:visible"
CHOICES = '[role=tab]:visible, [role=radiogroup][aria-label="View"] [role=radio]:visible'
TOGGLES = "[role=group][aria-label=Show] [aria-pressed=false]:visible"

# The order of headings is left out, because it depends on the notebook around a widget.
AXE = """async (element) => {
    const rules = { "heading-order": { enabled: false } };
    const { violations, incomplete, passes } = await axe.run(element, { rules });
    const where = ({ nodes }) => nodes.slice(0, 9).map(({ target, any, failureSummary }) =>
        `${target.join(" ")}: ${any[0]?.message ?? failureSummary}`);
    const named = (rules) => rules.map((rule) => [rule.id, where(rule)]);
    return {
        violations: named(violations),
        undecided: named(incomplete),
        passed: passes.map(({ id }) => id),
    };
}"""


class Report:
    """The states that were checked, and what axe-core says of them."""

    def __init__(self):
        self.states, self.passed = [], set()
        self.violations, self.undecided = {}, {}

    def add(self, state, found):
        self.states.append(state)
        self.passed |= set(found["passed"])
        for kind in ("violations", "undecided"):
            for rule, places in found[kind]:
                getattr(self, kind).setdefault(rule, []).append((state, places))


def check(widget, report):
    """Run axe-core on a widget in each of its states."""
    widget.page.evaluate((BUILT / "axe.min.js").read_text())
    for state in states(widget):
        settle(widget)
        report.add(state, widget.evaluate(AXE))


def states(widget):
    """Bring a widget to its states one by one; yield the name of each."""
    yield "as it is first shown"
    for choice in widget.locator(CHOICES).all():
        choice.click()
        yield choice.inner_text()
        yield from opened(widget)
    yield from opened(widget)
    word = widget.locator("[data-word][aria-selected=true]")
    if word.count():
        word.first.press("Enter")
        yield "the menu of a word"
        widget.page.keyboard.press("Escape")
    widget.get_by_role("button", name="Keys", exact=True).click()
    yield "the list of keys"
    widget.page.keyboard.press("Escape")


def opened(widget):
    """Open what can be opened; yield the name of each."""
    for selector in (CLOSED, TOGGLES, FOLDED):
        for closed in widget.locator(selector).element_handles():
            closed.click()
            yield f"{closed.inner_text() or closed.get_attribute('aria-label')} opened"


def settle(widget):
    """Wait until nothing is computed or moves any more."""
    expect(widget.locator("[aria-busy=true]:visible")).to_have_count(0)
    moving = "(one) => one.getAnimations({ subtree: true }).some((a) => a.playState === 'running')"
    until(lambda: not widget.evaluate(moving))


def note(host, widget, report):
    """Note what was checked in a host without finding anything wrong."""
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    record.setdefault(host, {})[widget] = {
        "states": sorted(set(report.states)),
        "checks": len(report.states),
        "rules": len(report.passed),
        "violations": len(report.violations),
    }
    RECORD.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")


def table(record):
    lines = [
        "| host | widget | states, each light and dark | rules that applied | violations |",
        "| --- | --- | --- | --- | --- |",
    ]
    for host, widgets in sorted(record.items()):
        for widget, found in sorted(widgets.items()):
            cells = (host, widget, len(found["states"]), found["rules"], found["violations"])
            lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def page():
    return with_table(PAGE, table(json.loads(RECORD.read_text())))


if __name__ == "__main__":
    PAGE.write_text(page())
