"""Prediction in fp32: `clf.predict` compared with `pipeline(batch_size=32)`.

python -m tests.bench.prediction --threads 1
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.bench import clocks, hand_back, machine, run_in_process, table, use_threads

CONTENDERS = {"ours": "clf.predict", "theirs": "pipeline(batch_size=32)"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="a classifier's folder; by default the demo model")
    parser.add_argument("--texts", help="a table of texts; by default demo sentences and reviews")
    parser.add_argument("--text", default="sentence", help="the column with the texts")
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--only", choices=CONTENDERS)
    parser.add_argument("--save", type=Path)
    options = parser.parse_args()
    if options.only:
        use_threads(options.threads)
        clock, probabilities = measure(options)
        np.save(options.save, probabilities)
        hand_back(clock)
        return
    values = {k: v for k, v in vars(options).items() if v is not None and k != "repeats"}
    passed = [f"--{name}={value}" for name, value in values.items()]
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / f"{name}.npy" for name in CONTENDERS}
        for _ in range(options.repeats):
            for name, runs in results.items():
                arguments = [*passed, f"--save={files[name]}"]
                runs.append(run_in_process("tests.bench.prediction", name, arguments))
        ours, theirs = (np.load(file) for file in files.values())
    print(machine())
    fastest = {name: min(run["cpu"] for run in runs) for name, runs in results.items()}
    rows = [
        [
            title,
            f"{options.rows / min(run['seconds'] for run in results[name]):.0f}",
            f"{fastest[name]:.1f}",
            f"{fastest[name] / fastest['ours']:.2f}",
            f"{max(run['peak_mb'] for run in results[name]):.0f}",
        ]
        for name, title in CONTENDERS.items()
    ]
    table(["", "sentences/s", "CPU s", "ratio", "peak MB"], rows)
    print(f"Largest difference of a probability: {np.abs(ours - theirs).max():.1e}")


def measure(options: argparse.Namespace) -> tuple[dict[str, float], np.ndarray]:
    """Predict all texts once; tokenisation is included in the time."""
    import bert_widgets as bw
    from bert_widgets.data.text_data import TextData

    if options.texts:
        data = TextData.from_(options.texts, text=options.text)
        texts = list(data.texts[: options.rows])
    else:
        both = pd.concat([bw.demo.sentences(options.rows), bw.demo.reviews()])
        texts = both["text"].sample(options.rows, random_state=0).tolist()
    if options.model:
        clf = bw.BertClassifier.from_pretrained(options.model, device="cpu")
    else:
        clf = bw.demo.classifier(device="cpu")
    if options.only == "ours":
        with clocks() as clock:
            probabilities = clf.predict(texts).probabilities
        return clock, probabilities
    from transformers import pipeline

    pipe = pipeline(
        "text-classification", clf.model, tokenizer=clf.tokenizer, device="cpu", top_k=None
    )
    with clocks() as clock:
        scores = pipe(texts, batch_size=32)
    by_label = [{score["label"]: score["score"] for score in row} for row in scores]
    return clock, np.array([[row[label] for label in clf.labels] for row in by_label])


if __name__ == "__main__":
    main()
