"""How many planted label errors are found: ``python -m tests.bench.label_errors``.

A tenth of the labels of the demo data (generated sentences and the written reviews) are flipped,
the demo model is trained on them for a few epochs, and the training dynamics rank the likely
errors. Chance would find one in ten.
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


def planted(sentences, seed=0):
    """Return the demo data, and the numbers of the rows whose label is flipped."""
    frame = pd.concat([demo.sentences(sentences), demo.reviews()], ignore_index=True)
    random = np.random.default_rng(seed)
    flipped = random.choice(len(frame), round(SHARE * len(frame)), replace=False)
    frame.loc[flipped, "label"] = frame.loc[flipped, "label"].map(_OPPOSITE)
    return frame[["text", "label"]], set(flipped.tolist())


def found_errors(frame, *, epochs=EPOCHS, seed=0):
    """Train the demo model on the data and return the likely label errors, ranked."""
    trainer = Trainer(demo.classifier(device="cpu"), frame, epochs=epochs, seed=seed)
    for _ in trainer:
        pass
    return trainer.dynamics.label_errors()


def precision(found, flipped, k):
    """Return the share of the first k that were planted."""
    return found["row"].head(k).isin(flipped).sum() / k


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=1000, help="beside the 220 reviews")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    ks = (10, 20, 50)
    print("seed | " + " | ".join(f"precision at {k}" for k in ks) + " | at all planted", end="")
    print(" | listed | planted | of them listed | CPU s of training")
    for seed in range(given.seeds):
        frame, flipped = planted(given.sentences, seed)
        began = time.process_time()
        found = found_errors(frame, epochs=given.epochs, seed=seed)
        seconds = time.process_time() - began
        shares = [f"{precision(found, flipped, k):.2f}" for k in (*ks, len(flipped))]
        listed = found["row"].isin(flipped).sum()
        print(f"{seed} | " + " | ".join(shares), end="")
        print(f" | {len(found)} | {len(flipped)} | {listed} | {seconds:.0f}")


if __name__ == "__main__":
    main()
