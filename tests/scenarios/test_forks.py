"""A process that is forked during a training can use the model, and it ends."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SCRIPT = """
import multiprocessing, os, sys, time
import numpy as np, pandas as pd
import bert_widgets as bw
from tests.models import tiny_classifier

TEXTS = ["a good film", "the soup was bad"] * 20
clf = tiny_classifier("bert")
data = pd.DataFrame({"text": TEXTS, "label": ["positive", "negative"] * 20})
run = bw.Trainer(clf, data, epochs=10_000, learning_rate=1e-3).start()
while run.progress.step < 3:
    time.sleep(0.01)
highlights = bw.TokenHighlights(clf, "a good film " * 300)

def use(pipe):
    first, second = clf.predict(TEXTS), clf.predict(TEXTS)
    assert np.array_equal(first.probabilities, second.probabilities)  # nothing trains it here
    assert not clf.training and bw.runs() == []
    assert np.isfinite(bw.attribute(clf, TEXTS[0])[0].scores).all()
    highlights.wait()
    try:
        run.wait()
    except RuntimeError as error:
        assert "the process that was forked" in str(error)
    pipe.send(len(first))

context = multiprocessing.get_context("fork")
for _ in range(2):
    here, there = context.Pipe()
    child = context.Process(target=use, args=[there])
    child.start()
    child.join(60)
    assert child.exitcode == 0, child.exitcode
    assert here.recv() == len(TEXTS)
for _ in range(2):
    child = os.fork()
    if not child:
        sys.exit(7)  # the functions of atexit are called
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert run.state == "running"
print("end", flush=True)
"""


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_forked_processes_use_the_model_and_end():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stdout) == (0, "end\n"), done.stderr
