"""How many artificial label errors are found: ``python -m tests.bench.label_errors``.

A tenth of the labels in the demo data (generated sentences and written reviews) are flipped, the
demo model is trained on the data for a few epochs, and the training dynamics rank the likely label
errors. A random ranking would have a precision of 0.1.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from bert_widgets import Trainer, demo

SHARE = 0.1
EPOCHS = 2
_OPPOSITE = {"negative": "positive", "positive": "negative"}


def with_flipped_labels(sentences, seed=0):
    """Return the demo data and the numbers of the rows whose label was flipped."""
    frame = pd.concat([demo.sentences(sentences), demo.reviews()], ignore_index=True)
    random = np.random.default_rng(seed)
    flipped = random.choice(len(frame), round(SHARE * len(frame)), replace=False)
    frame.loc[flipped, "label"] = frame.loc[flipped, "label"].map(_OPPOSITE)
    return frame[["text", "label"]], set(flipped.tolist())


def ranked_label_errors(frame, *, epochs=EPOCHS, seed=0):
    """Train the demo model on the data and return the likely label errors, ranked."""
    trainer = Trainer(demo.classifier(device="cpu"), frame, epochs=epochs, seed=seed)
    for _ in trainer:
        pass
    return trainer.dynamics.label_errors()


def precision(listed, flipped, k):
    """Return the share of the first k listed rows whose label was flipped."""
    return listed["row"].head(k).isin(flipped).sum() / k


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sentences",
        type=int,
        default=1000,
        help="number of sentences, in addition to the 220 reviews",
    )
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    ks = (10, 20, 50)
    print(
        "seed | " + " | ".join(f"precision at {k}" for k in ks) + " | precision at all flipped",
        end="",
    )
    print(" | listed | flipped | flipped and listed | training CPU s")
    for seed in range(options.seeds):
        frame, flipped = with_flipped_labels(options.sentences, seed)
        began = time.process_time()
        listed = ranked_label_errors(frame, epochs=options.epochs, seed=seed)
        seconds = time.process_time() - began
        shares = [f"{precision(listed, flipped, k):.2f}" for k in (*ks, len(flipped))]
        correct = listed["row"].isin(flipped).sum()
        print(f"{seed} | " + " | ".join(shares), end="")
        print(f" | {len(listed)} | {len(flipped)} | {correct} | {seconds:.0f}")


if __name__ == "__main__":
    main()
