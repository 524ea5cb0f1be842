"""A million texts, a million steps: ``python -m tests.bench.scale [--texts N] [--steps N]``.

The first part tokenises short texts and trains a small model on them: how much memory is used
beyond the token arrays, and does it grow? The second part shows a run with many simulated steps in
a panel: how large are the traits, and how long does an update take?
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import itertools
import time
from collections import deque

import numpy as np
import psutil
import torch
from transformers import AutoConfig, AutoModelForSequenceClassification

from bert_widgets import BertClassifier, Trainer, TrainingPanel, demo
from bert_widgets.data.text_data import TextData
from bert_widgets.text.token_arrays import tokenize
from bert_widgets.training import Event

MB = 2**20
TRAINED_STEPS = 3000
STEPS_PER_UPDATE = 500  # simulated steps between two updates of the panel


def small_classifier():
    """Return an untrained two-layer model with the demo's vocabulary."""
    tokenizer = demo.classifier(device="cpu").tokenizer
    config = AutoConfig.for_model(
        "bert",
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        id2label={0: "negative", 1: "positive"},
    )
    return BertClassifier(AutoModelForSequenceClassification.from_config(config), tokenizer)


def short_texts(count):
    """Return distinct labelled texts: demo sentences, repeated with a number appended."""
    frame = demo.sentences(min(count, 20_000))
    repeated = frame["text"].tolist()
    texts = tuple(f"{repeated[i % len(repeated)]} {i}" for i in range(count))
    labels = np.resize((frame["label"] == "positive").to_numpy(np.int64), count)
    return TextData(texts, None, labels, ("negative", "positive"))


def resident():
    """Return the resident memory of this process in MB."""
    return psutil.Process().memory_info().rss / MB


def in_use():
    """Return the resident memory in MB after the C library has released free memory."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    return resident()


def tokenising(clf, data):
    """Print how long tokenising takes and how much memory it keeps."""
    before, began = in_use(), time.perf_counter()
    arrays = tokenize(clf.tokenizer, data.texts, max_length=clf.max_length)
    seconds = time.perf_counter() - began
    growth = resident() - before
    size = (arrays.ids.nbytes + arrays.offsets.nbytes) / MB
    print(f"{len(data):,} texts, {len(arrays.ids):,} tokens: {seconds:.1f} s to tokenise")
    print(
        f"arrays: {size:.1f} MB; in use beyond them: {in_use() - before - size:+.1f} MB, ", end=""
    )
    print(f"{growth - size:+.1f} MB including free memory that the C library keeps")


def training(clf, data):
    """Print how memory use develops while a model is trained on the texts.

    oneDNN, torch's library for matmuls on a CPU, caches code and buffers for each new batch shape,
    up to a limit. Without oneDNN memory does not grow.
    """
    before = in_use()
    trainer = Trainer(clf, data, epochs=1, batch_tokens=1024, precision="fp32")
    print(f"trainer with token arrays and training dynamics: {in_use() - before:+.1f} MB")
    steps = iter(trainer)
    steps_per_row = min(TRAINED_STEPS, trainer.progress.total_steps) // 10
    for onednn in (False, True):
        torch.backends.mkldnn.enabled = onednn
        start = in_use()
        print(f"{'with' if onednn else 'without'} oneDNN: step | growth (MB) | ms per step")
        for _ in range(5):
            began = time.perf_counter()
            last = deque(itertools.islice(steps, steps_per_row), 1)[0]
            milliseconds = (time.perf_counter() - began) / steps_per_row * 1000
            print(f"{last.step:26} | {in_use() - start:+11.1f} | {milliseconds:.1f}")


def simulated(steps):
    """Yield the events of a run: a falling loss with noise and occasional spikes."""
    random = np.random.default_rng(0)
    for step in range(1, steps + 1):
        loss = 0.7 * (1 - step / steps) + 0.05 * random.random() + 5 * (random.random() < 1e-5)
        values = {"loss": loss, "learning_rate": 1e-4, "gradient_norm": 1 + random.random()}
        yield Event("step", step, step / steps, values)
        if step % max(1, steps // 5000) == 0:
            values = dict.fromkeys(("loss", "accuracy", "macro_f1", "calibration_error"), loss)
            yield Event("evaluation", step, step / steps, values)


def showing(clf, steps):
    """Print the size of a panel's traits and the time per update during a long run."""
    data = short_texts(1000)
    trainer = Trainer(clf, data, precision="fp32", probes=["a gorgeous, witty film"])
    for _ in range(3):
        trainer.advance()
    panel = TrainingPanel(trainer)
    panel._publisher.stop()  # only the updates below are measured
    print(f"{steps:,} simulated steps\nof the run | all traits (kB) | ms per update (median)")
    marks = [steps // 100, steps // 10, steps // 2, steps]
    most, times, memory = 0.0, [], in_use()
    for event in simulated(steps):
        trainer.history.add(event)
        if event.kind == "step" and event.step % STEPS_PER_UPDATE == 0:
            began = time.perf_counter()
            panel._publish()
            times.append((time.perf_counter() - began) * 1000)
            size = trait_bytes(panel) / 1000
            most = max(most, size)
            if event.step >= marks[0]:
                marks.pop(0)
                print(f"{event.step / steps:10.0%} | {size:15.0f} | {np.median(times[-50:]):.2f}")
    held = sum(column.nbytes for column in trainer.history.tables().values()) / MB
    print(f"largest: {most:.0f} kB; size of the history: {held:.0f} MB")
    print(f"memory beyond the history: {in_use() - memory - held:+.1f} MB")
    return most


def trait_bytes(panel):
    """Return the size in bytes of the state that is sent to a newly opened page."""
    state = panel.get_state()
    for name in ("_bundle_source", "_css"):
        state.pop(name, None)
    buffers = [name for name, value in state.items() if isinstance(value, memoryview | bytes)]
    sent = sum(memoryview(state.pop(name)).nbytes for name in buffers)
    return sent + len(repr(state))


def main():
    """Print both parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--steps", type=int, default=1_000_000)
    options = parser.parse_args()
    torch.set_num_threads(1)
    clf = small_classifier()
    for _ in Trainer(clf, short_texts(1000), epochs=1, precision="fp32"):
        pass  # so that one-time initialisation does not count as growth
    data = short_texts(options.texts)
    tokenising(clf, data)
    training(clf, data)
    del data
    assert showing(clf, options.steps) < 1000, "the traits exceed 1 MB"


if __name__ == "__main__":
    main()
