"""Faithfulness of all methods: ``python -m tests.bench.faithfulness --sst FOLDER``.

Every method, with each baseline where it makes a difference, explains the embedded model's
predictions for sentences of SST-2's development set (``--sst``, a folder with ``dev.tsv``:
tab-separated ``label`` and ``sentence`` with a header). Words are then deleted from the sentences
and the model predicts again. With ``--rationales FILE`` (JSON lines: ``text``, ``label``, and
``votes`` of ``annotators`` for each whitespace-separated word) the labels of those texts are
explained and the scores compared with the words that annotators marked. The output is Markdown.

``--published`` adds the measures that papers on SST-2 report (see `top_fifth`). The papers use
other models and the test sentences, so compare methods within a table, not figures between tables.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from bert_widgets import BertClassifier, demo
from bert_widgets.explain import METHODS, attribute
from bert_widgets.explain.attribution.baselines import BASELINES
from bert_widgets.explain.evidence.comparison import measures, random_scores
from bert_widgets.explain.evidence.rationales import plausibility
from bert_widgets.explain.evidence.removal import text_random
from bert_widgets.explain.evidence.report import RANDOM, summary

FAITHFUL = ["comprehensiveness", "sufficiency", "deletion", "insertion", "leave_one_out"]
PLAUSIBLE = ["token_f1", "iou_f1", "auprc"]
# The integral along one token's line equals the change of the target without that token.
SEQUENTIAL = "sequential integrated gradients"
PUBLISHED = ["log_odds", "comprehensiveness", "sufficiency"]


def variants(clf, texts):
    """Return every method, and method:baseline for each baseline that changes the scores."""
    names = []
    for method in METHODS:
        before = scores(clf, texts, method)
        if before is None:
            continue
        others = [f"{method}:{baseline}" for baseline in BASELINES if baseline != "pad"]
        names += [method, *(name for name in others if scores(clf, texts, name) != before)]
    return names


def scores(clf, texts, variant):
    """Return the scores of texts, or None if the method does not support the model."""
    try:
        return [a.scores.tolist() for a in explained(clf, texts, variant, [None] * len(texts))]
    except ValueError as error:
        print(f"- {variant}: {error}")
        return None


def explained(clf, texts, variant, labels):
    """Explain the label of each text; None stands for the predicted label."""
    method, _, baseline = variant.partition(":")
    attributions = {}
    for label in dict.fromkeys(labels):
        rows = [i for i, other in enumerate(labels) if other == label]
        of_label = attribute(
            clf,
            [texts[i] for i in rows],
            method=method,
            baseline=baseline or "pad",
            target=label,
        )
        attributions |= zip(rows, of_label, strict=True)
    return [attributions[i] for i in range(len(texts))]


def timed(clf, texts, chosen, labels=None):
    """Return the attributions of each variant and its CPU seconds per text."""
    attributions, seconds = {}, {}
    for variant in chosen:
        began = time.process_time()
        attributions[variant] = explained(clf, texts, variant, labels or [None] * len(texts))
        seconds[variant] = (time.process_time() - began) / len(texts)
        print(f"- {variant}: {seconds[variant]:.3f} CPU seconds per text", flush=True)
    return attributions, seconds


def top_fifth(clf, attributions):
    """Measure as Sanyal & Ren 2021 ("Discretized Integrated Gradients") and Enguehard 2023 do.

    The measures concern the fifth of the tokens (special tokens counted, rounded down) with the
    highest scores. ``log_odds`` is the change of the log-probability of the target when they are
    replaced with [PAD] (lower is better). ``comprehensiveness`` is the drop of the probability when
    they are deleted (higher is better), ``sufficiency`` the drop when only they remain, without
    [CLS] and [SEP] (lower is better). Texts of fewer than five tokens count as zero. Returns one
    row per text.
    """
    pad = clf.tokenizer.pad_token_id
    versions = []
    for attribution, whole in zip(
        attributions, clf.encode([attribution.text for attribution in attributions]), strict=True
    ):
        highest = np.argsort(-attribution.token_scores, kind="stable")[: len(whole) // 5]
        top = np.isin(np.arange(len(whole)), highest)
        padded = replace(whole, input_ids=np.where(top, pad, whole.input_ids).tolist())
        versions += [whole, padded, only(whole, ~top), only(whole, top) if top.any() else whole]
    logs = clf.logits(versions).double().log_softmax(-1).reshape(len(attributions), 4, -1)
    targets = [clf.labels.index(attribution.target) for attribution in attributions]
    whole, padded, without, alone = logs[np.arange(len(targets)), :, targets].numpy().T
    return pd.DataFrame(
        {
            "text": np.arange(len(attributions)),
            "log_odds": padded - whole,
            "comprehensiveness": np.exp(whole) - np.exp(without),
            "sufficiency": np.exp(whole) - np.exp(alone),
        }
    )


def only(encoding, mask):
    """Return the encoding with only the tokens that a boolean mask selects."""
    return replace(
        encoding,
        input_ids=np.array(encoding.input_ids)[mask].tolist(),
        token_type_ids=np.array(encoding.token_type_ids)[mask].tolist(),
    )


def with_random_tokens(clf, attributions, seed):
    """Return the attributions with random token scores; special tokens score zero."""
    encodings = clf.encode([attribution.text for attribution in attributions])
    return [
        replace(
            attribution,
            token_scores=(whole.segments >= 0)
            * text_random(attribution, seed).standard_normal(len(whole)),
        )
        for attribution, whole in zip(attributions, encodings, strict=True)
    ]


def averaged(per_text, columns, seed):
    """Average over texts with 95 % bootstrap intervals, sorted by comprehensiveness."""
    rows = {}
    for name, part in per_text.groupby("method"):
        values = part[columns].to_numpy()
        drawn = np.random.default_rng(seed).integers(len(values), size=(2000, len(values)))
        low, high = np.quantile(values[drawn].mean(1), (0.025, 0.975), axis=0)
        rows[name] = np.stack([values.mean(0), low, high], axis=1).ravel()
    cells = pd.MultiIndex.from_product([columns, ["mean", "low", "high"]])
    table = pd.DataFrame.from_dict(rows, orient="index", columns=cells)
    return table.sort_values(("comprehensiveness", "mean"), ascending=False)


def markdown(table, columns, seconds=None):
    heads = [*columns, *(["CPU s per text"] if seconds else [])]
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
    parser.add_argument("--model", help="a folder or Hub name (default: the embedded model)")
    parser.add_argument("--texts", type=int, default=200)
    parser.add_argument("--methods", nargs="+", help="for example occlusion:mask (default: all)")
    parser.add_argument("--removal", default="delete", choices=["delete", "mask"])
    parser.add_argument("--published", action="store_true", help="add the measures of papers")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", type=Path, help="a folder for the measures of each text (CSV)")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    clf = BertClassifier.from_pretrained(options.model) if options.model else demo.classifier()

    if options.sst:
        remove_words(clf, options)
    if options.rationales:
        compare_with_rationales(clf, options)


def remove_words(clf, options):
    dev = pd.read_csv(options.sst / "dev.tsv", sep="\t", quoting=3)
    texts = dev.sample(options.texts, random_state=options.seed)["sentence"].tolist()
    attributions, seconds = timed(clf, texts, options.methods or variants(clf, texts[:3]))
    per_text = measures(clf, attributions, removal=options.removal, seed=options.seed)
    print(f"\n{len(texts)} sentences of SST-2 dev, removal of words: {options.removal}\n")
    markdown(summary(per_text, 0.95, options.seed), FAITHFUL, seconds)
    save(per_text, options.save, f"faithfulness-{options.removal}.csv")
    if options.published:
        first = next(iter(attributions.values()))
        attributions[RANDOM] = with_random_tokens(clf, first, options.seed)
        attributions[SEQUENTIAL] = attribute(
            clf, texts, method="occlusion", baseline="mask", unit="tokens"
        )
        per_text = pd.concat(
            [top_fifth(clf, rows).assign(method=name) for name, rows in attributions.items()]
        )
        print("\nThe fifth of the tokens with the highest scores, measured as published\n")
        markdown(averaged(per_text, PUBLISHED, options.seed), PUBLISHED)
        save(per_text, options.save, "faithfulness-published.csv")


def compare_with_rationales(clf, options):
    marked = pd.read_json(options.rationales, lines=True)
    votes = [
        [vote / annotators for vote in of_text]
        for of_text, annotators in zip(marked["votes"], marked["annotators"], strict=True)
    ]
    texts = marked["text"].tolist()
    chosen = options.methods or variants(clf, texts[:3])
    attributions, _ = timed(clf, texts, chosen, marked["label"].tolist())
    first = attributions[chosen[0]]
    attributions[RANDOM] = [random_scores(attribution, options.seed) for attribution in first]
    parts = [
        pd.DataFrame({"method": name, "text": marked.index, **vars(plausibility(rows, votes))})
        for name, rows in attributions.items()
    ]
    per_text = pd.concat(parts, ignore_index=True)
    print(f"\n{len(marked)} texts with words marked by annotators\n")
    markdown(summary(per_text, 0.95, options.seed), PLAUSIBLE)
    save(per_text, options.save, "plausibility.csv")


def save(per_text, folder, name):
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        per_text.to_csv(folder / name, index=False)


if __name__ == "__main__":
    main()
