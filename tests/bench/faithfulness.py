"""Which method is the most faithful: ``python -m tests.bench.faithfulness --sst FOLDER``.

Every method, with each baseline where that makes a difference, explains the embedded model's
predictions for sentences of SST-2's development set (``--sst``, a folder with ``dev.tsv``:
tab-separated ``label`` and ``sentence`` with a header); words are deleted from the sentences, and
it predicts anew. For ``--rationales FILE`` (JSON lines: ``text``, ``label``, and ``votes`` of
``annotators`` for each white-space word) the labels of those texts are explained, and the scores
compared with what people marked. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import pandas as pd
import torch

from bert_widgets import BertClassifier, demo
from bert_widgets.explain import METHODS, attribute
from bert_widgets.explain.baselines import BASELINES
from bert_widgets.explain.comparison import by_lot, measures
from bert_widgets.explain.rationales import plausibility
from bert_widgets.explain.report import RANDOM, summary

FAITHFUL = ["comprehensiveness", "sufficiency", "deletion", "insertion", "leave_one_out"]
PLAUSIBLE = ["token_f1", "iou_f1", "auprc"]


def variants(clf, texts):
    """Return every method, and method:baseline for the other baselines where they matter."""
    found = []
    for method in METHODS:
        before = scores(clf, texts, method)
        if before is None:
            continue
        others = [f"{method}:{baseline}" for baseline in BASELINES if baseline != "pad"]
        found += [method, *(name for name in others if scores(clf, texts, name) != before)]
    return found


def scores(clf, texts, variant):
    """Return the scores of texts, or None where the method cannot treat them."""
    try:
        return [a.scores.tolist() for a in explained(clf, texts, variant, [None] * len(texts))]
    except ValueError as error:
        print(f"- {variant}: {error}")
        return None


def explained(clf, texts, variant, labels):
    """Explain each text's label, or its predicted one where that is None."""
    method, _, baseline = variant.partition(":")
    found = {}
    for label in dict.fromkeys(labels):
        rows = [i for i, other in enumerate(labels) if other == label]
        own = attribute(
            clf,
            [texts[i] for i in rows],
            method=method,
            baseline=baseline or "pad",
            target=label,
        )
        found |= zip(rows, own, strict=True)
    return [found[i] for i in range(len(texts))]


def timed(clf, texts, chosen, labels=None):
    """Return the attributions of each variant, and its CPU seconds a text."""
    found, seconds = {}, {}
    for variant in chosen:
        began = time.process_time()
        found[variant] = explained(clf, texts, variant, labels or [None] * len(texts))
        seconds[variant] = (time.process_time() - began) / len(texts)
        print(f"- {variant}: {seconds[variant]:.3f} CPU seconds a text", flush=True)
    return found, seconds


def markdown(table, columns, seconds=None):
    heads = [*columns, *(["CPU s a text"] if seconds else [])]
    print("| method | " + " | ".join(heads) + " |")
    print("|---" * (len(heads) + 1) + "|")
    for name, row in table.iterrows():
        cells = [
            f"{row[c, 'mean']:.3f} ({row[c, 'low']:.3f} to {row[c, 'high']:.3f})" for c in columns
        ]
        if seconds:
            cells.append(f"{seconds[name]:.3f}" if name in seconds else "")
        print(f"| {name} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sst", type=Path)
    parser.add_argument("--rationales", type=Path)
    parser.add_argument("--model", help="a folder or name; by default the embedded model")
    parser.add_argument("--texts", type=int, default=200)
    parser.add_argument("--methods", nargs="+", help="such as occlusion:mask; by default all")
    parser.add_argument("--removal", default="delete", choices=["delete", "mask"])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", type=Path, help="a folder for the measures of each text, as CSV")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    clf = BertClassifier.from_pretrained(given.model) if given.model else demo.classifier()

    if given.sst:
        remove_words(clf, given)
    if given.rationales:
        compare_with_people(clf, given)


def remove_words(clf, given):
    dev = pd.read_csv(given.sst / "dev.tsv", sep="\t", quoting=3)
    texts = dev.sample(given.texts, random_state=given.seed)["sentence"].tolist()
    found, seconds = timed(clf, texts, given.methods or variants(clf, texts[:3]))
    per_text = measures(clf, found, removal=given.removal, seed=given.seed)
    print(f"\n{len(texts)} sentences of SST-2 dev, words removed: {given.removal}\n")
    markdown(summary(per_text, 0.95, given.seed), FAITHFUL, seconds)
    save(per_text, given.save, f"faithfulness-{given.removal}.csv")


def compare_with_people(clf, given):
    marked = pd.read_json(given.rationales, lines=True)
    votes = [
        [vote / people for vote in own]
        for own, people in zip(marked["votes"], marked["annotators"], strict=True)
    ]
    texts = marked["text"].tolist()
    chosen = given.methods or variants(clf, texts[:3])
    found, _ = timed(clf, texts, chosen, marked["label"].tolist())
    found[RANDOM] = [by_lot(each, given.seed) for each in found[chosen[0]]]
    parts = [
        pd.DataFrame({"method": name, "text": marked.index, **vars(plausibility(own, votes))})
        for name, own in found.items()
    ]
    per_text = pd.concat(parts, ignore_index=True)
    print(f"\n{len(marked)} texts with the words that people marked\n")
    markdown(summary(per_text, 0.95, given.seed), PLAUSIBLE)
    save(per_text, given.save, "plausibility.csv")


def save(per_text, folder, name):
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        per_text.to_csv(folder / name, index=False)


if __name__ == "__main__":
    main()
