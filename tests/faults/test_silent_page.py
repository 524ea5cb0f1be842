"""What is sent to a page that is hidden, busy or gone is bounded, as hosts keep all of it."""

from __future__ import annotations

import math
import threading
import time

import bert_widgets as bw
from bert_widgets.widgets.training_panel import publisher
from tests.faults.everything import DATA, TEXT
from tests.models import tiny_classifier
from tests.widgets.pages import PATIENCE, page_of


def test_a_silent_page_is_sent_ever_less_until_it_answers(long, tried, monkeypatch):
    """Steps of a run while its page does not answer: ever fewer states sent, the newest at last."""
    share = 0.02 if long else 0.5
    monkeypatch.setattr(publisher, "_SHARE", share)
    run = bw.Trainer(tiny_classifier("bert"), DATA, epochs=10_000, probes=[TEXT]).start()
    panel = bw.TrainingPanel(run)
    page = page_of(panel)
    waiting, begun = threading.Event(), time.monotonic()
    waiting.wait(120 if long else 3)
    sent, seconds = len(page.updates), time.monotonic() - begun
    # Ten a second at first, until the share of the time is more than a tenth of a second.
    first = 0.1 / share
    assert sent < 10 * first + math.log(seconds / first) / math.log(1 + share) + 5
    step = run.progress.step
    page.press("seen")
    page.wait_for(lambda state: state["step"] >= step)
    tried(step)
    panel._refuse("a sentence")
    page.press("seen")
    assert panel.error == "a sentence", "an answer is no question"
    run.stop()
    run.wait(PATIENCE)
    page.wait_for(lambda state: state["state"] == "stopped")
    panel.close()
