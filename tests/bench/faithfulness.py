"""Which method is the most faithful: ``python -m tests.bench.faithfulness --sst FOLDER``.

Every method, with each baseline where that makes a difference, explains the embedded model's
predictions for sentences of SST-2's development set (``--sst``, a folder with ``dev.tsv``:
tab-separated ``label`` and ``sentence`` with a header); words are deleted from the sentences, and
it predicts anew. For ``--rationales FILE`` (JSON lines: ``text``, ``label``, and ``votes`` of
``annotators`` for each white-space word) the labels of those texts are explained, and the scores
compared with what people marked. Prints Markdown tables.

``--published`` adds the measures that papers on SST-2 print (see `top_fifth`). Theirs are of other
models, and of the test sentences: compare methods within a table, not figures between tables.
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
from bert_widgets.explain.evidence.comparison import by_lot, measures
from bert_widgets.explain.evidence.rationales import plausibility
from bert_widgets.explain.evidence.removal import text_random
from bert_widgets.explain.evidence.report import RANDOM, summary

FAITHFUL = ["comprehensiveness", "sufficiency", "deletion", "insertion", "leave_one_out"]
PLAUSIBLE = ["token_f1", "iou_f1", "auprc"]
# The integral along one piece's own line is what the target loses without that piece.
SEQUENTIAL = "sequential integrated gradients"
PUBLISHED = ["log_odds", "comprehensiveness", "sufficiency"]


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


def top_fifth(clf, attributions):
    """Measure as Sanyal & Ren 2021 ("Discretized Integrated Gradients") and Enguehard 2023 do.

    The highest fifth of the tokens, rounded down, is taken out, special tokens counted. By how much
    the logarithm of the target's probability changes as [PAD] takes their place (``log_odds``, low
    is good), and the probability falls as they are deleted (``comprehensiveness``, high is good)
    and as they alone stay, without [CLS] and [SEP] (``sufficiency``, low is good). Texts of fewer
    than five tokens count as zero. Returns one row a text.
    """
    pad = clf.tokenizer.pad_token_id
    versions = []
    for attribution, whole in zip(
        attributions, clf.encode([each.text for each in attributions]), strict=True
    ):
        highest = np.argsort(-attribution.token_scores, kind="stable")[: len(whole) // 5]
        top = np.isin(np.arange(len(whole)), highest)
        padded = replace(whole, input_ids=np.where(top, pad, whole.input_ids).tolist())
        versions += [whole, padded, only(whole, ~top), only(whole, top) if top.any() else whole]
    logs = clf.logits(versions).double().log_softmax(-1).reshape(len(attributions), 4, -1)
    targets = [clf.labels.index(each.target) for each in attributions]
    whole, padded, without, alone = logs[np.arange(len(targets)), :, targets].numpy().T
    return pd.DataFrame(
        {
            "text": np.arange(len(attributions)),
            "log_odds": padded - whole,
            "comprehensiveness": np.exp(whole) - np.exp(without),
            "sufficiency": np.exp(whole) - np.exp(alone),
        }
    )


def only(encoding, places):
    """Return what a model reads of an encoding when only some of its tokens are there."""
    return replace(
        encoding,
        input_ids=np.array(encoding.input_ids)[places].tolist(),
        token_type_ids=np.array(encoding.token_type_ids)[places].tolist(),
    )


def tokens_by_lot(clf, attributions, seed):
    """Return the attributions with token scores that know nothing; special tokens score zero."""
    encodings = clf.encode([each.text for each in attributions])
    return [
        replace(
            each,
            token_scores=(whole.segments >= 0)
            * text_random(each, seed).standard_normal(len(whole)),
        )
        for each, whole in zip(attributions, encodings, strict=True)
    ]


def averaged(per_text, columns, seed):
    """Average over texts, with bootstrap intervals at 95 %, best comprehensiveness first."""
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
    parser.add_argument("--published", action="store_true", help="add what papers print")
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
    if given.published:
        found[RANDOM] = tokens_by_lot(clf, next(iter(found.values())), given.seed)
        found[SEQUENTIAL] = attribute(
            clf, texts, method="occlusion", baseline="mask", unit="tokens"
        )
        per_text = pd.concat(
            [top_fifth(clf, own).assign(method=name) for name, own in found.items()]
        )
        print("\nThe highest fifth of the tokens, measured as published\n")
        markdown(averaged(per_text, PUBLISHED, given.seed), PUBLISHED)
        save(per_text, given.save, "faithfulness-published.csv")


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
