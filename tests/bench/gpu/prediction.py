"""Prediction: ours compared with `transformers.pipeline` in bf16 and in float32."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import torch

from tests.bench.gpu.timing import Measurement, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    import bert_widgets as bw
    from tests.bench.gpu.settings import Settings

PIPELINE_BATCH = 64


def ours(clf: bw.BertClassifier, texts: Sequence[str], settings: Settings) -> Measurement:
    """Predict with ``clf.predict``."""

    def compute(chosen: Sequence[str]) -> dict[str, Any]:
        clf.predict(list(chosen))
        return {}

    return measure(compute, texts, settings, first=16)


def pipeline_bf16(clf: bw.BertClassifier, texts: Sequence[str], settings: Settings) -> Measurement:
    """Predict with a pipeline over weights in bf16."""
    return _pipeline(clf, texts, settings, torch.bfloat16)


def pipeline_fp32(clf: bw.BertClassifier, texts: Sequence[str], settings: Settings) -> Measurement:
    """Predict with a pipeline over weights in float32."""
    return _pipeline(clf, texts, settings, torch.float32)


def _pipeline(
    clf: bw.BertClassifier, texts: Sequence[str], settings: Settings, dtype: torch.dtype
) -> Measurement:
    from transformers import pipeline

    model: Any = copy.deepcopy(clf.model)
    classify = pipeline(  # type: ignore[call-overload]  # it names neither device nor batch size
        "text-classification",
        model.to(dtype),  # the pipeline's own `dtype` is for reading a checkpoint
        tokenizer=clf.tokenizer,
        device=settings.device,
        batch_size=PIPELINE_BATCH,
        top_k=None,
    )

    def compute(chosen: Sequence[str]) -> dict[str, Any]:
        classify(list(chosen))
        return {}

    return measure(compute, texts, settings, first=16)
