"""A name that cannot be loaded is refused at once, with or without a network."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import os, time
os.environ.pop("HF_HUB_OFFLINE", None)
os.environ["HF_ENDPOINT"] = "http://127.0.0.1:9"  # where nobody listens
from bert_widgets import BertClassifier
os.makedirs("runs/first")
start = time.perf_counter()
for name in ("bert-base-uncased", "runs/frist"):
    try:
        BertClassifier.from_pretrained(name)
    except OSError as error:
        print(error)
print(time.perf_counter() - start < 10)
"""


@pytest.mark.process
def test_without_a_network_a_wrong_name_is_refused_at_once(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env={"HF_HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    unknown, mistyped, quick = done.stdout.splitlines()
    assert "no such folder, and the Hub cannot be reached" in unknown
    assert "Did you mean the folder 'runs/first'?" in mistyped
    assert quick == "True"
