"""Word scores: integrated gradients compared with Captum (50 steps) and with other methods.

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

from tests.bench import clocks, hand_back, machine, run_in_process, table, use_threads

if TYPE_CHECKING:
    from collections.abc import Callable

    import bert_widgets as bw

LENGTHS = {32: 32, 256: 8}
"""Number of texts for each length in tokens."""

REFERENCE = "reference"
CONTENDERS = {
    REFERENCE: "1,000 midpoint steps",
    "captum": "Captum LayerIntegratedGradients, 50 steps",
    "fp32": "ours, fp32",
    "bf16": "ours, bf16 where the tolerance allows it",
    "input_x_gradient": "input times gradient",
    "attnlrp": "AttnLRP",
    "interpret": "transformers-interpret, 50 steps",
    "shap": "shap, partition explainer",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="a classifier's folder; by default the demo model")
    parser.add_argument("--texts", help="a table of texts; by default demo sentences and reviews")
    parser.add_argument("--text", default="sentence", help="the column with the texts")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--skip", nargs="*", default=[], choices=CONTENDERS)
    parser.add_argument("--only", choices=CONTENDERS)
    parser.add_argument("--tokens", type=int, choices=LENGTHS, help="only texts of this length")
    parser.add_argument("--count", type=int, help="number of texts (default: 32 short, 8 long)")
    parser.add_argument("--save", type=Path)
    options = parser.parse_args()
    if options.only:
        use_threads(options.threads)
        hand_back(measure(options))
        return
    names = ("model", "texts", "text", "threads", "count")
    values = {name: getattr(options, name) for name in names}
    passed = [f"--{name}={value}" for name, value in values.items() if value is not None]
    print(machine())
    for tokens in [options.tokens] if options.tokens else LENGTHS:
        print(f"\n{options.count or LENGTHS[tokens]} texts of {tokens} tokens\n", flush=True)
        compare(tokens, passed, options)
    print()
    latency(options)


def compare(tokens: int, passed: list[str], options: argparse.Namespace) -> None:
    """Run the contenders alternately, each in a separate process, and print the table.

    CPU seconds are the minimum of the repeats: other work on the machine can only add to them.
    """
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    scores: dict[str, list[np.ndarray]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(options.repeats):
            for name, runs in results.items():
                if name in options.skip or (name == REFERENCE and turn):
                    continue
                file = Path(folder) / f"{name}.json"
                arguments = [*passed, f"--tokens={tokens}", f"--save={file}"]
                runs.append(run_in_process("tests.bench.attribution", name, arguments))
                scores[name] = [np.array(row) for row in json.loads(file.read_text())]
    least = {name: min((r["cpu"] for r in runs), default=0.0) for name, runs in results.items()}
    headings = [
        "",
        "CPU s per text",
        "ratio",
        "gradients per text",
        "median completeness error",
        "worst completeness error",
        "worst relative L2 error",
        "peak MB",
    ]
    rows = []
    for name, runs in results.items():
        if name == REFERENCE or not runs:
            continue
        first = runs[0]
        if "missing" in first:
            rows.append([CONTENDERS[name], f"{first['missing']} is not installed", *[""] * 6])
            continue
        errors = first.get("errors")
        distances = [
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
                f"{max(distances):.4f}" if distances and errors else "",
                f"{max(run['peak_mb'] for run in runs):.0f}",
            ]
        )
    table(headings, rows)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Explain all texts; tokenisation is included in the time."""
    clf = classifier(options)
    texts = texts_of(clf, options, options.tokens, options.count or LENGTHS[options.tokens])
    clf.predict(texts[0])
    try:
        explain = EXPLAINERS.get(options.only, functools.partial(ours, name=options.only))
        run = explain(clf)
    except ModuleNotFoundError as error:
        options.save.write_text("[]")
        return {"missing": error.name, "cpu": 0.0}
    targets = clf.predict(texts).labels
    if options.only != REFERENCE:
        run(texts[:1], targets[:1])  # warm-up
    with clocks() as clock:
        result = run(texts, targets)
    scores = [np.asarray(row).tolist() for row in result.pop("scores")]
    options.save.write_text(json.dumps(scores))
    return {name: value / len(texts) for name, value in clock.items()} | result


def ours(clf: bw.BertClassifier, *, name: str) -> Callable[..., dict[str, Any]]:
    """Return a function that explains with one of our methods, or with IG in a precision."""
    from bert_widgets.explain import attribute
    from bert_widgets.explain.attribution.methods import integrated_gradients as integrated

    method = {"fp32": "integrated_gradients", "bf16": "integrated_gradients"}.get(name, name)
    precision = name if name in ("fp32", "bf16") else "fp32"
    counts = []
    gradients = integrated.gradients

    def counted(problem: Any, points: list[Any]) -> Any:
        counts.append(len(points))
        return gradients(problem, points)

    integrated.gradients = counted

    def run(texts: list[str], _targets: object) -> dict[str, Any]:
        counts.clear()
        attributions = attribute(clf, texts, method=method, precision=precision)
        errors = [a.completeness_error for a in attributions if a.completeness_error is not None]
        return {
            "scores": [a.token_scores for a in attributions],
            "errors": errors,
            "gradients": sum(counts) / len(texts) or 1,
        }

    return run


def midpoints(clf: bw.BertClassifier) -> Callable[..., dict[str, Any]]:
    """Return integrated gradients with very many steps, the reference for the others."""
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
        points = [Point(row, float(step)) for row in range(len(texts)) for step in steps]
        with clf.evaluating(), torch.no_grad():
            for point, gradient in gradients(problem, points):
                scores[point.row] += gradient.sums / len(steps)
        return {"scores": scores}

    return run


def captum(clf: bw.BertClassifier) -> Callable[..., dict[str, Any]]:
    """Return integrated gradients as written in Captum's BERT tutorial."""
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
            is_text = torch.from_numpy(encoding.segments >= 0)[None]
            baseline = torch.where(is_text, clf.tokenizer.pad_token_id, ids)
            attributions, delta = explainer.attribute(
                ids,
                baselines=baseline,
                target=clf.labels.index(target),
                additional_forward_args=(rest,),
                n_steps=50,
                return_convergence_delta=True,
            )
            row = attributions.sum(-1)[0].detach().double().numpy()
            scores.append(row)
            errors.append(completeness_error(row, float(row.sum() - delta.item())))
        return {"scores": scores, "errors": errors, "gradients": 50}

    return run


def interpret(clf: bw.BertClassifier) -> Callable[..., dict[str, Any]]:
    """Return transformers-interpret; it also moves positions, so it is not complete."""
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
    """Return shap's text explainer with its default number of evaluations."""
    import shap as package

    def probabilities(strings: Any) -> np.ndarray:
        return clf.predict([str(string) for string in strings]).probabilities

    masker = package.maskers.Text(clf.tokenizer)
    explainer = package.Explainer(probabilities, masker, output_names=list(clf.labels), silent=True)

    def run(texts: list[str], _targets: object) -> dict[str, Any]:
        return {"scores": [values[:, 0] for values in explainer(texts).values]}

    return run


EXPLAINERS: dict[str, Callable[..., Any]] = {
    REFERENCE: midpoints,
    "captum": captum,
    "interpret": interpret,
    "shap": shap,
}


def latency(options: argparse.Namespace) -> None:
    """Print how long the explanation of one text of 32 tokens takes on two threads."""
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
    """Load the model on the CPU."""
    import bert_widgets as bw

    if options.model:
        return bw.BertClassifier.from_pretrained(options.model, device="cpu")
    return bw.demo.classifier(device="cpu")


def texts_of(
    clf: bw.BertClassifier, options: argparse.Namespace, tokens: int, count: int
) -> list[str]:
    """Return ``count`` texts of ``tokens`` tokens: texts joined and cut at a word."""
    import bert_widgets as bw
    from bert_widgets.data.text_data import TextData

    if options.texts:
        source = list(TextData.from_(options.texts, text=options.text).texts)
    else:
        source = pd.concat([bw.demo.sentences(400), bw.demo.reviews()])["text"].tolist()
    texts: list[str] = []
    words: list[str] = []
    for i in np.random.default_rng(0).permutation(len(source)):
        for word in source[i].split():
            words.append(word)
            size = len(clf.encode([" ".join(words)])[0])
            if size > tokens:
                words = [word]
            elif size == tokens:
                texts.append(" ".join(words))
                words = []
            if len(texts) == count:
                return texts
    msg = f"The texts do not suffice for {count} texts of {tokens} tokens. Pass more texts."
    raise ValueError(msg)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
