"""Training: ours compared with `transformers.Trainer`, with its defaults and tuned.

The model, texts, epochs, learning rate and seeds are the same; the contenders run alternately, each
in a separate process. Requires `accelerate`. The benchmark also measures the cost of showing a run
in a panel: the CPU time of all threads except the training thread, compared with a run without a
panel. Use --threads 1, because torch's own threads would be counted too.

    python -m tests.bench.training --threads 1 --seeds 0,1,2
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from typing import Any

from tests.bench import clocks, hand_back, machine, run_in_process, table, use_threads

BATCH = 32  # texts: our default on average, and passed to transformers.Trainer
CONTENDERS = {
    "ours": "bert-widgets",
    "default": "transformers.Trainer, dynamic padding",
    "tuned": "transformers.Trainer, bf16, grouped by length, fast matmuls",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="a checkpoint folder; by default the demo model's encoder")
    parser.add_argument("--train", help="a table with the columns below; by default demo sentences")
    parser.add_argument("--valid", help="a table with the texts for measuring accuracy")
    parser.add_argument("--text", default="sentence")
    parser.add_argument("--label", default="label")
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--learning-rate", type=float, default=5e-5)
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--only", choices=[*CONTENDERS, "started", "watched"])
    options = parser.parse_args()
    if options.only:
        use_threads(options.threads)
        hand_back(measure(options, options.only, int(options.seeds)))
        return
    seeds = options.seeds.split(",")
    excluded = ("only", "seeds")
    values = {k: v for k, v in vars(options).items() if v is not None and k not in excluded}
    passed = [f"--{name.replace('_', '-')}={value}" for name, value in values.items()]
    results: dict[str, list[dict[str, Any]]] = {
        name: [] for name in (*CONTENDERS, "started", "watched")
    }
    for seed in seeds:
        for name, runs in results.items():
            runs.append(run_in_process("tests.bench.training", name, [*passed, f"--seeds={seed}"]))
    print(machine())
    report(results, options.rows * options.epochs)


def report(results: dict[str, list[dict[str, Any]]], texts: int) -> None:
    rows = []
    for name, title in CONTENDERS.items():
        runs = results[name]
        accuracy = [run["accuracy"] for run in runs]
        seconds, cpu = (min(run[clock] for run in runs) for clock in ("seconds", "cpu"))
        ours = min(run["cpu"] for run in results["ours"])
        rows.append([
            title,
            f"{texts / seconds:.0f}",
            f"{cpu:.1f}",
            f"{cpu / ours:.2f}",
            f"{max(run['peak_mb'] for run in runs):.0f}",
            " ".join(f"{value:.3f}" for value in accuracy),
            f"{statistics.mean(accuracy):.3f}",
            f"{max(accuracy) - min(accuracy):.3f}",
        ])  # fmt: skip
    table(
        ["", "sentences/s", "CPU s", "ratio", "peak MB", "accuracy by seed", "mean", "spread"], rows
    )
    costs = [
        (watched["other_threads"] - started["other_threads"]) / started["cpu"]
        for watched, started in zip(results["watched"], results["started"], strict=True)
    ]
    cost = 100 * statistics.median(costs)
    print(f"Showing the run in a panel adds {cost:.1f} % CPU time (median).")


def measure(options: argparse.Namespace, name: str, seed: int) -> dict[str, Any]:
    """Train once; tokenisation is included in the time."""
    clf, train, valid = prepare(options, seed)
    shared = {"epochs": options.epochs, "learning_rate": options.learning_rate, "seed": seed}
    if name in ("default", "tuned"):
        clock = theirs(name, clf, train, shared)
    else:
        clock = ours(name, clf, train, shared)
    return clock | {"accuracy": clf.evaluate(valid).accuracy}


def prepare(options: argparse.Namespace, seed: int) -> tuple[Any, Any, Any]:
    """Return a classifier with a new head, and labelled texts for training and validation."""
    import warnings

    import torch

    import bert_widgets as bw
    from bert_widgets.data.text_data import TextData

    torch.manual_seed(seed)
    if options.train:
        columns = {"text": options.text, "label": options.label}
        train = TextData.from_(options.train, **columns)
        valid = TextData.from_(options.valid, **columns, classes=train.classes)
        train = train.take(range(options.rows))
    else:
        both = TextData.from_(bw.demo.sentences(options.rows + 1000))
        train, valid = both.take(range(options.rows)), both.take(range(options.rows, len(both)))
    if options.model:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the head is new
            clf = bw.BertClassifier.from_pretrained(
                options.model, labels=train.classes, device="cpu"
            )
    else:
        clf = bw.demo.classifier(device="cpu")
        torch.nn.init.normal_(clf.model.classifier.weight, std=0.02)
        torch.nn.init.zeros_(clf.model.classifier.bias)
    return clf, train, valid


def ours(name: str, clf: Any, train: Any, shared: dict[str, Any]) -> dict[str, float]:
    import bert_widgets as bw

    with clocks() as clock:
        trainer = bw.Trainer(clf, train, precision="auto", **shared)
        if name == "ours":
            for _ in trainer:
                pass
            return clock
        panel = bw.TrainingPanel(trainer) if name == "watched" else None
        before, training = time.process_time(), [0.0]
        run = trainer.start()  # only its thread calls the subscribed function
        run.subscribe(lambda: training.append(time.thread_time()))
        run.wait()
    clock["other_threads"] = time.process_time() - before - training[-1]
    if panel is not None:
        panel.close()
    return clock


def theirs(name: str, clf: Any, train: Any, shared: dict[str, Any]) -> dict[str, float]:
    import torch
    from transformers import DataCollatorWithPadding, Trainer, TrainingArguments

    tuning: dict[str, Any] = {}
    if name == "tuned":
        torch.set_float32_matmul_precision("medium")
        tuning = {"bf16": True, "train_sampling_strategy": "group_by_length"}
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            folder,
            num_train_epochs=shared["epochs"],
            learning_rate=shared["learning_rate"],
            seed=shared["seed"],
            per_device_train_batch_size=BATCH,
            use_cpu=True,
            dataloader_pin_memory=False,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            **tuning,
        )
        with clocks() as clock:
            encoded = clf.tokenizer(list(train.texts), truncation=True, max_length=clf.max_length)
            rows = [
                {name: values[i] for name, values in encoded.items()} | {"labels": int(label)}
                for i, label in enumerate(train.labels)
            ]
            collator = DataCollatorWithPadding(clf.tokenizer)
            Trainer(clf.model, arguments, train_dataset=rows, data_collator=collator).train()
    return clock


if __name__ == "__main__":
    main()
