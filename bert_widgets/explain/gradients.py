"""Attribution by one gradient of the target with respect to the word embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from .problem import Scores

if TYPE_CHECKING:
    from .problem import Problem


def input_x_gradient(problem: Problem) -> list[Scores]:
    """Multiply the gradient at the text by the word embeddings: cheap, and promises nothing.

    References
    ----------
    Shrikumar, Greenside, Shcherbina & Kundaje 2016, "Not Just a Black Box: Learning Important
    Features Through Propagating Activation Differences".
    """
    found: list[Scores] = [Scores(np.zeros(0, np.float32))] * len(problem)
    for rows in problem.batches(range(len(problem))):
        inputs = problem.inputs(rows.tolist())
        embeddings = inputs.text.requires_grad_()
        with torch.enable_grad():
            values = problem.values(inputs, embeddings)
            (gradient,) = torch.autograd.grad(values.sum(), embeddings)
        products = (gradient * embeddings.detach()).sum(-1).float().cpu().numpy()
        for row, scores in zip(rows, products, strict=True):
            found[row] = Scores(scores[: len(problem.encodings[row])])
    return found
