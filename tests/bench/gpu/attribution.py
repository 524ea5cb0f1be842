"""Integrated gradients: ours compared with Captum's LayerIntegratedGradients with 50 steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch

import bert_widgets as bw
from tests.bench.gpu.timing import Measurement, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.gpu.settings import Settings

CAPTUM_STEPS = 50


def ours_auto(clf: bw.BertClassifier, texts: Sequence[str], settings: Settings) -> Measurement:
    """Explain with `bw.attribute` as it comes: bf16 where that keeps the tolerance."""
    return _ours(clf, texts, settings, "auto")


def ours_fp32(clf: bw.BertClassifier, texts: Sequence[str], settings: Settings) -> Measurement:
    """Explain with `bw.attribute` in float32."""
    return _ours(clf, texts, settings, "fp32")


def _ours(
    clf: bw.BertClassifier,
    texts: Sequence[str],
    settings: Settings,
    precision: Literal["auto", "fp32"],
) -> Measurement:
    def compute(chosen: Sequence[str]) -> dict[str, Any]:
        attributions = bw.attribute(clf, list(chosen), precision=precision)
        errors = np.array([attribution.completeness_error for attribution in attributions], float)
        return {"completeness_error": float(np.median(errors))}

    return measure(compute, texts, settings, first=4)


def captum(clf: bw.BertClassifier, texts: Sequence[str], settings: Settings) -> Measurement:
    """Explain with Captum in float32, as many texts at once as keep the GPU busy."""
    from captum.attr import LayerIntegratedGradients

    def logits(ids: Any, mask: Any, types: Any) -> Any:
        return clf.model(input_ids=ids, attention_mask=mask, token_type_ids=types).logits

    explainer = LayerIntegratedGradients(logits, clf.model.get_input_embeddings())
    special = torch.tensor(clf.tokenizer.all_special_ids, device=settings.device)

    def compute(chosen: Sequence[str]) -> dict[str, Any]:
        tokens = len(clf.encode(chosen[:1])[0])
        at_once = max(1, settings.captum_tokens // (CAPTUM_STEPS * tokens))
        errors: list[float] = []
        for start in range(0, len(chosen), at_once):
            batch = clf.collate(clf.encode(chosen[start : start + at_once]))
            ids, mask, types = (
                batch[name] for name in ("input_ids", "attention_mask", "token_type_ids")
            )
            with torch.no_grad():
                targets = logits(ids, mask, types).argmax(-1)
            scores, deltas = explainer.attribute(
                ids,
                baselines=torch.where(torch.isin(ids, special), ids, clf.tokenizer.pad_token_id),
                target=targets,
                additional_forward_args=(mask, types),
                n_steps=CAPTUM_STEPS,
                return_convergence_delta=True,
            )
            token_scores = scores.sum(-1).detach().double().cpu()
            errors += (deltas.double().cpu().abs() / token_scores.abs().sum(-1)).tolist()
        return {"completeness_error": float(np.median(errors))}

    clf.eval()
    return measure(compute, texts, settings, first=4)
