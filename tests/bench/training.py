"""Training: ours beside `transformers.Trainer`, as it comes and well tuned.

Same model, texts, epochs, learning rate and seeds; each in a process of its own, in turn. Needs
the `accelerate` package. Then what watching a run in a panel costs: the CPU time of all threads but
the training's, beside that of a run without a panel (with --threads 1, lest torch's threads count).

    python -m tests.bench.training --threads 1 --seeds 0,1,2
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from typing import Any

from tests.bench import clocks, hand_back, in_its_own_process, machine, table, use_threads

BATCH = 32  # texts: what ours takes on average when told nothing, and the Trainer is told
CONTENDERS = {
    "ours": "bert-widgets",
    "default": "transformers.Trainer, dynamic padding",
    "tuned": "transformers.Trainer, bf16, grouped by length, fast matmuls",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="a checkpoint folder; by default the demo model's encoder")
    parser.add_argument("--train", help="a table with the columns below; by default demo sentences")
    parser.add_argument("--valid", help="a table to measure the accuracy on")
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
    given = {k: v for k, v in vars(options).items() if v is not None and k not in ("only", "seeds")}
    passed = [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
    found: dict[str, list[dict[str, Any]]] = {
        name: [] for name in (*CONTENDERS, "started", "watched")
    }
    for seed in seeds:
        for name, results in found.items():
            result = in_its_own_process("tests.bench.training", name, [*passed, f"--seeds={seed}"])
            results.append(result)
    print(machine())
    report(found, options.rows * options.epochs)


def report(found: dict[str, list[dict[str, Any]]], texts: int) -> None:
    rows = []
    for name, title in CONTENDERS.items():
        results = found[name]
        accuracy = [result["accuracy"] for result in results]
        seconds, cpu = (min(result[clock] for result in results) for clock in ("seconds", "cpu"))
        ours = min(result["cpu"] for result in found["ours"])
        rows.append([
            title,
            f"{texts / seconds:.0f}",
            f"{cpu:.1f}",
            f"{cpu / ours:.2f}",
            f"{max(result['peak_mb'] for result in results):.0f}",
            " ".join(f"{value:.3f}" for value in accuracy),
            f"{statistics.mean(accuracy):.3f}",
            f"{max(accuracy) - min(accuracy):.3f}",
        ])  # fmt: skip
    table(
        ["", "sentences/s", "CPU s", "ratio", "peak MB", "accuracy by seed", "mean", "spread"], rows
    )
    costs = [
        (watched["aside"] - started["aside"]) / started["cpu"]
        for watched, started in zip(found["watched"], found["started"], strict=True)
    ]
    print(f"Watching costs {100 * statistics.median(costs):.1f} % of the CPU (median).")


def measure(options: argparse.Namespace, name: str, seed: int) -> dict[str, Any]:
    """Train once; the clocks run from labelled texts to the last step."""
    clf, train, valid = prepare(options, seed)
    shared = {"epochs": options.epochs, "learning_rate": options.learning_rate, "seed": seed}
    if name in ("default", "tuned"):
        clock = theirs(name, clf, train, shared)
    else:
        clock = ours(name, clf, train, shared)
    return clock | {"accuracy": clf.evaluate(valid).accuracy}


def prepare(options: argparse.Namespace, seed: int) -> tuple[Any, Any, Any]:
    """Return a classifier with a fresh head, and labelled texts."""
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
        run = trainer.start()  # on a thread of its own, which alone calls what subscribes now
        run.subscribe(lambda: training.append(time.thread_time()))
        run.wait()
    clock["aside"] = time.process_time() - before - training[-1]
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
