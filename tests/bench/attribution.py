"""Word scores: integrated gradients beside Captum's 50 steps, and what else there is.

python -m tests.bench.attribution --threads 1
"""

from __future__ import annotations

import argparse
import functools
import json
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tests.bench import clocks, hand_back, in_its_own_process, machine, table, use_threads

if TYPE_CHECKING:
    from collections.abc import Callable

    import bert_widgets as bw

LENGTHS = {32: 32, 256: 8}
"""Texts of each number of tokens."""

REFERENCE = "reference"
CONTENDERS = {
    REFERENCE: "1,000 midpoint steps",
    "captum": "Captum LayerIntegratedGradients, 50 steps",
    "fp32": "ours, fp32",
    "bf16": "ours, bf16 as far as the tolerance allows",
    "input_x_gradient": "input times gradient",
    "attnlrp": "AttnLRP",
    "interpret": "transformers-interpret, 50 steps",
    "shap": "shap, partition explainer",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="a classifier's folder; by default the demo model")
    parser.add_argument("--texts", help="a table of texts; by default demo sentences and reviews")
    parser.add_argument("--text", default="sentence", help="its column")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--skip", nargs="*", default=[], choices=CONTENDERS)
    parser.add_argument("--only", choices=CONTENDERS)
    parser.add_argument("--tokens", type=int, choices=LENGTHS, help="only texts of this length")
    parser.add_argument("--count", type=int, help="of texts; by default 32 short ones, 8 long")
    parser.add_argument("--save", type=Path)
    options = parser.parse_args()
    if options.only:
        use_threads(options.threads)
        hand_back(measure(options))
        return
    kept = ("model", "texts", "text", "threads", "count")
    given = {name: getattr(options, name) for name in kept}
    passed = [f"--{name}={value}" for name, value in given.items() if value is not None]
    print(machine())
    for tokens in [options.tokens] if options.tokens else LENGTHS:
        print(f"\n{options.count or LENGTHS[tokens]} texts of {tokens} tokens\n", flush=True)
        compare(tokens, passed, options)
    print()
    latency(options)


def compare(tokens: int, passed: list[str], options: argparse.Namespace) -> None:
    """Run every contender in processes of its own, turn by turn, and print the table.

    CPU seconds are the least of the repeats: what else runs on the machine only adds to them.
    """
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    scores: dict[str, list[np.ndarray]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(options.repeats):
            for name, results in found.items():
                if name in options.skip or (name == REFERENCE and turn):
                    continue
                file = Path(folder) / f"{name}.json"
                arguments = [*passed, f"--tokens={tokens}", f"--save={file}"]
                results.append(in_its_own_process("tests.bench.attribution", name, arguments))
                scores[name] = [np.array(each) for each in json.loads(file.read_text())]
    least = {name: min((r["cpu"] for r in runs), default=0.0) for name, runs in found.items()}
    headings = [
        "",
        "CPU s a text",
        "ratio",
        "gradients a text",
        "completeness error, median",
        "worst",
        "relative L2, worst",
        "peak MB",
    ]
    rows = []
    for name, runs in found.items():
        if name == REFERENCE or not runs:
            continue
        first = runs[0]
        if "missing" in first:
            rows.append([CONTENDERS[name], f"{first['missing']} is not installed", *[""] * 6])
            continue
        errors = first.get("errors")
        far = [
            float(np.linalg.norm(ours - exact) / np.linalg.norm(exact))
            for ours, exact in zip(scores[name], scores.get(REFERENCE, ()), strict=False)
        ]
        rows.append(
            [
                CONTENDERS[name],
                f"{least[name]:.4f}",
                f"{least['captum'] / least[name]:.1f}",
                f"{first['gradients']:.1f}" if "gradients" in first else "",
                f"{np.median(errors):.4f}" if errors else "",
                f"{max(errors):.4f}" if errors else "",
                f"{max(far):.4f}" if far and errors else "",
                f"{max(run['peak_mb'] for run in runs):.0f}",
            ]
        )
    table(headings, rows)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Explain all texts; the clocks run from texts to scores."""
    clf = classifier(options)
    texts = texts_of(clf, options, options.tokens, options.count or LENGTHS[options.tokens])
    clf.predict(texts[0])
    try:
        explain = WAYS.get(options.only, functools.partial(ours, name=options.only))
        run = explain(clf)
    except ModuleNotFoundError as error:
        options.save.write_text("[]")
        return {"missing": error.name, "cpu": 0.0}
    targets = clf.predict(texts).labels
    if options.only != REFERENCE:
        run(texts[:1], targets[:1])  # first calls set things up
    with clocks() as clock:
        found = run(texts, targets)
    options.save.write_text(json.dumps([np.asarray(each).tolist() for each in found.pop("scores")]))
    return {name: value / len(texts) for name, value in clock.items()} | found


def ours(clf: bw.BertClassifier, *, name: str) -> Callable[..., dict[str, Any]]:
    """Return what explains by one of our methods, or integrated gradients in a precision."""
    from bert_widgets.explain import attribute
    from bert_widgets.explain.attribution.methods import integrated_gradients as integrated

    method = {"fp32": "integrated_gradients", "bf16": "integrated_gradients"}.get(name, name)
    precision = name if name in ("fp32", "bf16") else "fp32"
    taken = []
    gradients = integrated.gradients

    def counted(problem: Any, points: list[Any]) -> Any:
        taken.append(len(points))
        return gradients(problem, points)

    integrated.gradients = counted

    def run(texts: list[str], _targets: object) -> dict[str, Any]:
        taken.clear()
        found = attribute(clf, texts, method=method, precision=precision)
        errors = [each.completeness_error for each in found if each.completeness_error is not None]
        return {
            "scores": [each.token_scores for each in found],
            "errors": errors,
            "gradients": sum(taken) / len(texts) or 1,
        }

    return run


def midpoints(clf: bw.BertClassifier) -> Callable[..., dict[str, Any]]:
    """Return integrated gradients by brute force, to measure the others by."""
    import torch

    from bert_widgets.explain.attribution.methods.integrated_gradients import Point, gradients
    from bert_widgets.explain.attribution.options import AttributionOptions
    from bert_widgets.explain.attribution.problem import Problem
    from bert_widgets.explain.attribution.targets import Target

    def run(texts: list[str], targets: list[str]) -> dict[str, Any]:
        encodings = clf.encode(texts)
        problem = Problem(
            clf=clf,
            encodings=encodings,
            targets=[Target(clf.labels.index(target)) for target in targets],
            units=[encoding.words for encoding in encodings],
            options=AttributionOptions(precision="fp32"),
        )
        scores = [np.zeros(len(encoding)) for encoding in encodings]
        steps = (np.arange(1000) + 0.5) / 1000
        points = [Point(row, float(at)) for row in range(len(texts)) for at in steps]
        with clf.evaluating(), torch.no_grad():
            for point, gradient in gradients(problem, points):
                scores[point.row] += gradient.sums / len(steps)
        return {"scores": scores}

    return run


def captum(clf: bw.BertClassifier) -> Callable[..., dict[str, Any]]:
    """Return integrated gradients as Captum's tutorial for BERT writes them."""
    import torch
    from captum.attr import LayerIntegratedGradients

    from bert_widgets.explain.attribution.problem import completeness_error

    def logits(ids: Any, rest: dict[str, Any]) -> Any:
        return clf.model(input_ids=ids, **{k: v.expand_as(ids) for k, v in rest.items()}).logits

    explainer = LayerIntegratedGradients(logits, clf.model.get_input_embeddings())

    def run(texts: list[str], targets: list[str]) -> dict[str, Any]:
        scores, errors = [], []
        for text, target in zip(texts, targets, strict=True):
            encoding = clf.encode([text])[0]
            rest = clf.collate([encoding])
            ids = rest.pop("input_ids")
            pieces = torch.from_numpy(encoding.segments >= 0)[None]
            baseline = torch.where(pieces, clf.tokenizer.pad_token_id, ids)
            found, delta = explainer.attribute(
                ids,
                baselines=baseline,
                target=clf.labels.index(target),
                additional_forward_args=(rest,),
                n_steps=50,
                return_convergence_delta=True,
            )
            row = found.sum(-1)[0].detach().double().numpy()
            scores.append(row)
            errors.append(completeness_error(row, float(row.sum() - delta.item())))
        return {"scores": scores, "errors": errors, "gradients": 50}

    return run


def interpret(clf: bw.BertClassifier) -> Callable[..., dict[str, Any]]:
    """Return transformers-interpret, which has no completeness: it moves the positions too."""
    from transformers_interpret import SequenceClassificationExplainer

    explainer = SequenceClassificationExplainer(clf.model, clf.tokenizer)

    def run(texts: list[str], targets: list[str]) -> dict[str, Any]:
        scores = [
            [score for _, score in explainer(text, class_name=target)]
            for text, target in zip(texts, targets, strict=True)
        ]
        return {"scores": scores, "gradients": 50}

    return run


def shap(clf: bw.BertClassifier) -> Callable[..., dict[str, Any]]:
    """Return shap's explainer of texts, with its own number of evaluations."""
    import shap as package

    def values(strings: Any) -> np.ndarray:
        return clf.predict([str(string) for string in strings]).probabilities

    masker = package.maskers.Text(clf.tokenizer)
    explainer = package.Explainer(values, masker, output_names=list(clf.labels), silent=True)

    def run(texts: list[str], _targets: object) -> dict[str, Any]:
        return {"scores": [found[:, 0] for found in explainer(texts).values]}

    return run


WAYS: dict[str, Callable[..., Any]] = {
    REFERENCE: midpoints,
    "captum": captum,
    "interpret": interpret,
    "shap": shap,
}


def latency(options: argparse.Namespace) -> None:
    """Print how soon one text of 32 tokens is painted, on two threads."""
    from bert_widgets.explain import METHODS, attribute

    use_threads(2)
    clf = classifier(options)
    texts = texts_of(clf, options, 32, 12)
    for method in ("input_x_gradient", "attnlrp", "integrated_gradients"):
        if method in METHODS:
            seconds = []
            for text in texts:
                with clocks() as clock:
                    attribute(clf, text, method=method)
                seconds.append(clock["seconds"])
            milliseconds = 1000 * np.median(seconds)
            print(f"One text of 32 tokens, two threads, {method}: {milliseconds:.0f} ms")


def classifier(options: argparse.Namespace) -> bw.BertClassifier:
    """Load the model on the CPU, as it would be used."""
    import bert_widgets as bw

    if options.model:
        return bw.BertClassifier.from_pretrained(options.model, device="cpu")
    return bw.demo.classifier(device="cpu")


def texts_of(
    clf: bw.BertClassifier, options: argparse.Namespace, tokens: int, count: int
) -> list[str]:
    """Cut ``count`` texts of as many tokens: whole texts in a row, the last cut at a word."""
    import bert_widgets as bw
    from bert_widgets.data.text_data import TextData

    if options.texts:
        given = list(TextData.from_(options.texts, text=options.text).texts)
    else:
        given = pd.concat([bw.demo.sentences(400), bw.demo.reviews()])["text"].tolist()
    texts: list[str] = []
    words: list[str] = []
    for i in np.random.default_rng(0).permutation(len(given)):
        for word in given[i].split():
            words.append(word)
            size = len(clf.encode([" ".join(words)])[0])
            if size > tokens:
                words = [word]
            elif size == tokens:
                texts.append(" ".join(words))
                words = []
            if len(texts) == count:
                return texts
    msg = f"The texts are too few for {count} of {tokens} tokens; give more."
    raise ValueError(msg)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
