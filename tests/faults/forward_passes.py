"""Forward passes that fail, for lack of memory or otherwise."""

from __future__ import annotations

import functools
import threading

import torch
from transformers import BertForSequenceClassification

from bert_widgets.model.classifier import BertClassifier

OUT_OF_MEMORY = [
    lambda: torch.OutOfMemoryError("CUDA out of memory."),
    lambda: MemoryError("no room"),
    lambda: RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 B"),
]


class Broken:
    """Let the model of every classifier fail once, at a number of its forward passes.

    With ``for_good`` it fails at all that follow, too.
    """

    def __init__(self, monkeypatch):
        self.left, self.error, self.for_good = 0, None, False
        self.lock = threading.Lock()
        for model in (BertClassifier, BertForSequenceClassification):
            monkeypatch.setattr(model, "forward", self.counted(model.forward))

    def counted(self, forward):
        @functools.wraps(forward)
        def counting(*args, **options):
            with self.lock:
                self.left -= 1
                fails = self.left < 0 if self.for_good else self.left == 0
            if fails:
                raise self.error
            return forward(*args, **options)

        return counting
