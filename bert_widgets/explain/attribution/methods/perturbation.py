"""Attribution by the change when a unit is removed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ....model.adapters import is_linear, without_adapter
from ..problem import Scores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from transformers import PreTrainedModel

    from ..problem import Problem

# The last part of the name of the module that makes the value vectors: BERT and most others,
# DeBERTa, DistilBERT; and ModernBERT, where they are the last third of what it makes.
_VALUES = ("value", "value_proj", "v_lin", "Wqkv")


def coalition_values(
    problem: Problem, rows: Sequence[int], coalitions: Sequence[NDArray[np.bool_]]
) -> list[NDArray[np.float64]]:
    """Return the target of texts with only some of their units, computing each set once.

    Parameters
    ----------
    problem
        The texts.
    rows
        Numbers of texts.
    coalitions
        For each a bool array (k, m): in each row the units that are present; the others become
        the baseline.

    Returns
    -------
    list of float64 array (k,)
        One per text.
    """
    distinct, inverses = [], []
    for sets in coalitions:
        unique, inverse = np.unique(sets, axis=0, return_inverse=True)
        distinct.append(unique)
        inverses.append(inverse.ravel())
    sizes = [len(masks) for masks in distinct]
    values = problem.masked_values(
        np.repeat(rows, sizes).tolist(), [mask for masks in distinct for mask in masks]
    )
    parts = np.split(values, np.cumsum(sizes)[:-1])
    return [part[inverse] for part, inverse in zip(parts, inverses, strict=True)]


def allowed_samples(problem: Problem, row: int) -> int:
    """Return how many sets of units of a text may be evaluated; by default 512, or 16 per unit."""
    return problem.samples or max(512, 16 * len(problem.units[row]))


def occlusion(problem: Problem) -> list[Scores]:
    """Score each unit by how far the target falls when the baseline replaces it.

    References
    ----------
    Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks"; for words Li,
    Monroe & Jurafsky 2016, "Understanding Neural Networks through Representation Erasure".
    """
    without_one = [
        np.vstack([np.ones((1, len(units)), bool), ~np.eye(len(units), dtype=bool)])
        for units in problem.units
    ]
    values = coalition_values(problem, range(len(problem)), without_one)
    return [Scores(problem.shared(row, v[0] - v[1:])) for row, v in enumerate(values)]


def value_zeroing(problem: Problem) -> list[Scores]:
    """Score each unit by how far the target falls when no other token can read its values.

    The value vectors of its tokens are set to zero in all layers at once: the tokens are attended
    to as before, with the same keys, but contribute nothing. The paper zeroes one layer at a time
    and measures the change of each hidden state, which describes how tokens mix and is independent
    of the class; here the change of the target is measured.

    Raises
    ------
    ValueError
        If the value vectors of the model are not found.

    References
    ----------
    Mohebbi, Zuidema, Chrupała & Alishahi 2023, "Quantifying Context Mixing in Transformers".
    """
    modules = value_modules(problem.clf.model)
    sizes = [len(units) + 1 for units in problem.units]
    rows = np.repeat(np.arange(len(problem)), sizes)
    silenced = np.concatenate([np.arange(size) - 1 for size in sizes])  # -1: none
    values = np.zeros(len(rows))
    for batch in problem.batches(rows.tolist()):
        inputs = problem.inputs(rows[batch].tolist())
        zeroed = np.zeros(inputs.text.shape[:2], bool)
        for mask, row, unit in zip(zeroed, rows[batch], silenced[batch], strict=True):
            of_token = problem.units[row].of_token
            mask[: len(of_token)] = (of_token == unit) & (of_token >= 0)
        with torch.inference_mode(), _zeroing(modules, torch.from_numpy(zeroed)):
            targets = problem.values(inputs, inputs.text)
        values[batch] = targets.double().cpu().numpy()
    parts = np.split(values, np.cumsum(sizes)[:-1])
    return [Scores(problem.shared(row, v[0] - v[1:])) for row, v in enumerate(parts)]


@contextlib.contextmanager
def _zeroing(modules: Sequence[torch.nn.Module], zeroed: torch.Tensor) -> Iterator[None]:
    """Let modules make value vectors of zeros for the tokens ``zeroed``, bool (batch, tokens)."""

    def zero(module: Any, _inputs: object, output: torch.Tensor) -> torch.Tensor:  # noqa: ANN401
        first = max(output.shape[-1] - module.in_features, 0)  # queries and keys come before it
        values = torch.arange(output.shape[-1], device=output.device) >= first
        return output.masked_fill(values & zeroed.to(output.device)[:, :, None], 0)

    hooks = [module.register_forward_hook(zero) for module in modules]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def value_modules(model: PreTrainedModel) -> list[torch.nn.Module]:
    """Return the modules that make value vectors; raise a ValueError if there are none."""
    modules = [
        module
        for name, module in without_adapter(model).base_model.named_modules()
        if name.rpartition(".")[2] in _VALUES and is_linear(module)
    ]
    if not modules:
        msg = (
            f"The value vectors of {type(model).__name__} were not found, so they cannot be set to "
            "zero; use 'occlusion' instead."
        )
        raise ValueError(msg)
    return modules
