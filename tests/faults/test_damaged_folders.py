"""Any file of a run or a model may be damaged anywhere: a sentence, or the checkpoint before it."""

from __future__ import annotations

import collections
import json
import random
import shutil
import time
import traceback
import warnings
from pathlib import Path

import psutil
import pytest

import bert_widgets
from bert_widgets import BertClassifier, Trainer
from bert_widgets.model.loading import manifest
from tests.faults.record import record
from tests.faults.table import PAGE, page
from tests.models import tiny_classifier
from tests.training.small import DATA, trainer

PACKAGE = str(Path(bert_widgets.__file__).parent)
LONGEST = 10
"""Seconds within which a folder is loaded or refused."""
MOST = 500_000_000
"""Bytes by which memory may grow meanwhile."""


def flip_a_bit(path, chance):
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def overwrite(path, chance):
    content = bytearray(path.read_bytes())
    start = chance.randrange(len(content))
    content[start : start + 64] = chance.randbytes(min(64, len(content) - start))
    path.write_bytes(content)


def truncate(path, chance):
    path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size)])


def remove(path, _):
    path.unlink()


def extend(path, chance):
    path.write_bytes(path.read_bytes() + chance.randbytes(chance.randrange(1, 100)))


ACCEPTED: list[tuple[str, str]] = []
"""What was accepted, with how and where it was damaged."""

HARMS = (flip_a_bit, overwrite, truncate, remove, extend)


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    """The folder of a training that broke off, with two checkpoints."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    training = trainer(data=DATA, valid=DATA[:6], folder=folder, checkpoint_every=2, keep_best=True,
                    probes=["The film was good"])  # fmt: skip
    while training.progress.step < 4 or training._loop.position.due:
        training.advance()
    training._loop.release()
    return folder


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "model"
    tiny_classifier("bert").save_pretrained(folder)
    return folder


def outcome(load):
    """Load, and say what came of it; fail if that is neither a classifier nor our sentence."""
    before, begun = psutil.Process().memory_info().rss, time.monotonic()
    refusal = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            load()
        except (OSError, ValueError) as error:
            refusal = error
            came = "refused in a sentence"
        else:
            warned = any("is damaged" in str(warning.message) for warning in caught)
            came = "an earlier checkpoint used, with a warning" if warned else "accepted"
    assert time.monotonic() - begun < LONGEST
    if refusal is not None:
        by = traceback.extract_tb(refusal.__traceback__)[-1].filename
        assert by.startswith(PACKAGE), (by, refusal)  # not of another library
        assert "\n" not in str(refusal), refusal
        assert len(str(refusal)) < 1000, refusal
    assert psutil.Process().memory_info().rss - before < MOST
    return came


def trials(whole, tmp_path, load, count):
    """Damage copies of a folder in one place each; return how often each outcome was seen."""
    seen = collections.Counter()
    files = [path.relative_to(whole) for path in sorted(whole.rglob("*")) if path.is_file()]
    chance = random.Random(0)  # noqa: S311 - the same trials each time
    for number in range(count):
        copy = shutil.copytree(whole, tmp_path / "copy")
        harm, name = HARMS[number % len(HARMS)], files[number // len(HARMS) % len(files)]
        harm(copy / name, chance)
        came = outcome(lambda folder=copy: load(folder))
        seen[came] += 1
        if came == "accepted":
            ACCEPTED.append((harm.__name__, str(name)))
        shutil.rmtree(copy)
    return seen


def renamed(seen, accepted):
    return {accepted if came == "accepted" else came: count for came, count in seen.items()}


def damaged_run(run_folder, tmp_path, count):
    ACCEPTED.clear()
    seen = trials(run_folder, tmp_path, lambda folder: Trainer.resume(folder, device="cpu"), count)
    # What is wrong with an older checkpoint than the one used is nobody's concern.
    assert all(name.startswith("checkpoint-2") for _, name in ACCEPTED), ACCEPTED
    return renamed(seen, "newest used, since an older checkpoint is damaged")


def damaged_model(model_folder, tmp_path, count):
    ACCEPTED.clear()
    seen = trials(model_folder, tmp_path, BertClassifier.from_pretrained, count)
    # Without its manifest, the folder is as one of another program.
    assert set(ACCEPTED) <= {("remove", manifest.NAME)}
    return renamed(seen, "accepted, since only the manifest is gone")


def damaged_foreign(model_folder, tmp_path, count):
    foreign = shutil.copytree(model_folder, tmp_path / "foreign")
    (foreign / manifest.NAME).unlink()
    return trials(foreign, tmp_path, BertClassifier.from_pretrained, count)


CASES = {
    "damaged run": (damaged_run, "run_folder", "a damaged file in the folder of a run"),
    "damaged model": (damaged_model, "model_folder", "a damaged file in a saved model's folder"),
    "damaged foreign": (
        damaged_foreign,
        "model_folder",
        "a damaged file in a model's folder of another program, which has no checksums",
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_a_damaged_file_is_a_sentence_or_the_checkpoint_before(kind, request, tmp_path):
    check, folder, _ = CASES[kind]
    assert sum(check(request.getfixturevalue(folder), tmp_path, 60).values()) == 60


@pytest.mark.long
@pytest.mark.parametrize("kind", CASES)
def test_thousands_of_damaged_files(kind, request, tmp_path):
    check, folder, what = CASES[kind]
    record(kind, what, check(request.getfixturevalue(folder), tmp_path, 2000))


FORGED = {
    "nan settings": ("trainer.json", lambda d: d["hyperparameters"].update(warmup=float("nan"))),
    "lost settings": ("trainer.json", lambda d: d.pop("hyperparameters")),
    "odd position": ("trainer.json", lambda d: d["position"].update(step="four")),
    "huge position": ("trainer.json", lambda d: d["position"].update(step=10**30)),
    "a list": ("trainer.json", lambda d: d.update(probes=7)),
    "another format": ("trainer.json", lambda d: d.update(format=[1])),
}  # fmt: skip


@pytest.mark.parametrize("kind", FORGED)
def test_a_checkpoint_with_a_forged_manifest_is_a_sentence_too(kind, run_folder, tmp_path):
    """Its checksums agree; what it says cannot be."""
    folder = shutil.copytree(run_folder, tmp_path / "copy")
    name, change = FORGED[kind]
    for checkpoint in folder.glob("checkpoint-*"):
        content = json.loads((checkpoint / name).read_text())
        change(content)
        (checkpoint / name).write_text(json.dumps(content))
        entered = manifest.entries(checkpoint, "training")
        manifest.enter(checkpoint, "training", entered | {name: manifest.entry(checkpoint / name)})
    came = outcome(lambda: Trainer.resume(folder, device="cpu"))
    assert came == "refused in a sentence"


def test_the_page_is_of_the_records():
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.faults.table`"
