"""What other libraries call the options and methods of a training, and what there is here."""

from __future__ import annotations

from .._common.options import ALL_CORES

OTHER_NAMES = {
    "bf16": "precision",
    "early_stopping": "patience",
    "eval_dataset": "valid",
    "eval_steps": "evaluate_every",
    "fp16": "precision",
    "freeze": "frozen_layers",
    "load_best_model_at_end": "keep_best",
    "metric_for_best_model": "best_by",
    "output_dir": "folder",
    "random_state": "seed",
    "save_steps": "checkpoint_every",
    "torch_compile": "compile",
    "train_dataset": "train",
    "validation_data": "valid",
}
"""Names that other libraries use, mostly of `transformers.TrainingArguments`, and ours."""


_TOKENS = (
    "a batch is measured in tokens, not texts: batch_tokens=2048 holds 32 texts of 64 tokens; left "
    "out, it is what 32 texts of average length have."
)
_MEASURES = (
    "loss, accuracy, macro F1 and calibration error are always measured; for others loop over the "
    "trainer and call clf.predict."
)
_TEST = "give validation texts as valid, and call clf.evaluate(test) after the training."
INSTEAD = ALL_CORES | {
    "batch_size": _TOKENS,
    "per_device_train_batch_size": _TOKENS,
    "train_batch_size": _TOKENS,
    "callbacks": "give a function that is called with each event, report_to=..., or loop over the "
    "trainer.",
    "columns": "read the data first, with TextData.from_(path, columns=[...]).",
    "compute_metrics": _MEASURES,
    "device": "the classifier is trained where it is; move it with clf.to(device).",
    "label_separator": "read the data first, with TextData.from_(source, label_separator=...).",
    "max_length": "texts are cut to clf.max_length, what the model reads at once.",
    "max_steps": "give epochs=, or loop over the trainer and stop at event.step.",
    "metrics": _MEASURES,
    "model": "the classifier comes first, without a name: Trainer(clf, train, valid).",
    "optimizer": "the optimiser is AdamW; its settings are learning_rate= and weight_decay=.",
    "shuffle": "the texts are shuffled in each epoch; seed= determines how.",
    "test": _TEST,
    "test_data": _TEST,
    "tokenizer": "the classifier has its tokenizer, clf.tokenizer.",
    "validation_split": "split the data first: train, valid = data.split(0.2).",
    "verbose": "a TrainingPanel or run.wait() shows the progress, unless wait(progress=False).",
}
"""Options of other libraries for which there is none here, and what to do instead."""

ATTRIBUTES = {
    "evaluate": "call trainer.clf.evaluate(data).",
    "fit": "call start() to train in the background, or loop over the trainer to train here.",
    "metrics": _MEASURES,
    "model": "the classifier is trainer.clf, and its torch module trainer.clf.model.",
    "pause": "call run.pause() of the run that start() returns.",
    "predict": "call trainer.clf.predict(texts).",
    "save_model": "call trainer.clf.save_pretrained(folder).",
    "state": "see trainer.progress, or run.state of the run that start() returns.",
    "stop": "call run.stop() of the run that start() returns, or finish() if there is none.",
    "wait": "call run.wait() of the run that start() returns.",
}
"""Attributes of other trainers that a `Trainer` lacks, and what to do instead."""

CONSTRUCTION = "Trainer(clf, train, valid) trains a BertClassifier on labelled texts."
"""How to make a trainer."""

CLASS_ATTRIBUTES = dict.fromkeys(
    ("from_checkpoint", "from_folder", "load", "restore"),
    "Trainer.resume(folder) continues a saved run.",
)
"""Attributes of other classes of trainers, and what to do instead."""
