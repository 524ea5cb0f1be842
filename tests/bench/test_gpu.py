"""The GPU benchmark's logic, run without a GPU."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import pytest

from tests.bench.gpu.records import Record
from tests.bench.gpu.settings import Settings
from tests.bench.gpu.timing import Measurement, StepClock
from tests.bench.gpu.workloads import texts_of_length
from tests.models import tiny_classifier

pytestmark = pytest.mark.exhaustive

COMMAND = [sys.executable, "-m", "tests.bench.gpu", "--device", "cpu", "--tiny"]
TASKS = {"training": 2, "prediction": 3, "integrated gradients": 3}


def test_trial_run_measures_every_contender_and_records_what_fails(tmp_path):
    done = subprocess.run(
        [*COMMAND, "--output", str(tmp_path), "--commit", "abc123"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    (file,) = tmp_path.glob("*-abc123.json")
    content = json.loads(file.read_text("utf-8"))
    assert content["correctness"]["failed"] == []
    assert set(content["matmul_tflops"]) == {"bf16", "tf32", "fp32"}
    parts = {(f["task"], f["model"], f["contender"]) for f in content["figures"]}
    failed = {error["part"]: error["message"] for error in content["errors"]}
    assert len(parts) + len(failed) == sum(TASKS.values())
    if importlib.util.find_spec("accelerate"):
        assert not failed
    else:  # needed by transformers.Trainer only, and not among the tests' dependencies
        assert len(failed) == 1
        assert all("accelerate" in message for message in failed.values())
    for figure in content["figures"]:
        rate = figure["texts_per_second"]
        assert 0 < rate["low"] <= rate["median"] <= rate["high"]
        assert rate["repeats"] >= 2
        assert figure["gflop_per_text"] > 0
        assert f"| {figure['contender']} " in done.stdout


HIDE = """
import sys
from importlib.machinery import PathFinder

class Hiding(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        hidden = name.split(".")[0] in {hidden!r}
        return None if hidden else PathFinder.find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Hiding
import tests.bench.gpu.__main__
"""


def test_it_starts_without_the_packages_of_notebooks_and_of_rivals():
    hidden = ("ipywidgets", "anywidget", "traitlets", "IPython", "captum", "accelerate")
    script = HIDE.replace("{hidden!r}", repr(hidden))
    subprocess.run([sys.executable, "-c", script], check=True)


def test_texts_have_exactly_the_length():
    clf = tiny_classifier("bert")
    texts = texts_of_length(clf, 12, 30)
    assert [len(encoding) for encoding in clf.encode(texts)] == [12] * 30
    assert len(set(texts)) == 30


def test_step_clock_stops_after_its_segments_and_leaves_out_the_warm_up():
    settings = Settings(
        device="cpu", seconds=1e9, warmup_steps=3, segment_steps=2, segments=2, train_batch=1
    )
    clock = StepClock(settings)
    assert [clock.step() for _ in range(7)] == [False] * 6 + [True]
    assert len(clock.measurement().rates) == 2


def test_training_that_ends_too_soon_is_an_error():
    with pytest.raises(RuntimeError, match="ended after 0 steps"):
        StepClock(Settings(device="cpu")).measurement()


def test_record_is_saved_with_each_figure_and_compares_with_ours(tmp_path, capsys):
    record = Record(Settings(device="cpu"), tmp_path, "1234567")
    record.content["matmul_tflops"] = {"bf16": 2.0}
    for contender, rate in (("bert-widgets, bf16", 30.0), ("other", 10.0)):
        labels = {"task": "training", "model": "m", "tokens": 32, "contender": contender}
        record.add_figure(labels, Measurement([rate, rate * 2, rate / 2], 1e10, 12.3, {}))
    record.add_error("training, m", ValueError("no room"))

    saved = json.loads(record.path.read_text("utf-8"))
    assert record.path.name.endswith("-1234567.json")
    assert saved["figures"][1]["texts_per_second"] == {
        "median": 10.0, "low": 5.0, "high": 20.0, "repeats": 3,
    }  # fmt: skip
    assert saved["figures"][1]["tflops"] == 0.1
    assert saved["figures"][1]["share_of_bf16_matmul_rate"] == 0.05
    assert saved["errors"] == [{"part": "training, m", "message": "ValueError: no room"}]
    record.print()
    shown = capsys.readouterr().out
    assert "| 3.00 " in shown
    assert "ValueError: no room" in shown
