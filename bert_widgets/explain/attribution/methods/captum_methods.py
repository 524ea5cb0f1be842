"""Methods of Captum: KernelSHAP, LIME and DeepLift, applied to our units and targets."""

from __future__ import annotations

import contextlib
import warnings
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from ...._common._compat import (
    captum_cosine_kernel,
    captum_deep_lift_layers,
    captum_ridge,
)
from ...._common.extras import needs_extra
from ...._common.progress import check_cancelled
from ...._common.randomness import OwnDraws
from ..problem import Scores
from .perturbation import allowed_samples, coalition_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from numpy.typing import NDArray

    from ..problem import Problem

# How near the whole text a set of its units must be to count, in cosine distance; the width that
# LIME's authors use for texts.
_LIME_WIDTH = 0.25


def kernel_shap(problem: Problem) -> list[Scores]:
    """Estimate Shapley values by weighted regression on random sets of units.

    References
    ----------
    Lundberg & Lee 2017, "A Unified Approach to Interpreting Model Predictions".
    """
    with needs_extra("captum", "KernelSHAP"):
        from captum.attr import KernelShap

    differences = [_difference(problem, row) for row in range(len(problem))]
    return [
        Scores(problem.shared(row, _sampled(problem, row, KernelShap)), difference)
        for row, difference in enumerate(differences)
    ]


def lime(problem: Problem) -> list[Scores]:
    """Fit a linear model to the target of texts without random sets of units.

    Ridge regression with a penalty of 1, sets weighted by their cosine distance to the whole text:
    what LIME's authors do for texts. Captum's own choice, the lasso, would set small probabilities
    to zero.

    References
    ----------
    Ribeiro, Singh & Guestrin 2016, "Why Should I Trust You?: Explaining the Predictions of Any
    Classifier".
    """
    with needs_extra("captum", "LIME"):
        from captum.attr import Lime

    def explainer(forward: Callable[[torch.Tensor], torch.Tensor]) -> Lime:
        return Lime(
            forward,
            interpretable_model=captum_ridge(alpha=1.0),
            similarity_func=captum_cosine_kernel(_LIME_WIDTH),
        )

    return [
        Scores(problem.shared(row, _sampled(problem, row, explainer)))
        for row in range(len(problem))
    ]


def _sampled(
    problem: Problem,
    row: int,
    explainer: Callable[[Callable[[torch.Tensor], torch.Tensor]], Any],
) -> NDArray[np.float64]:
    """Ask one of Captum's explainers about a text; return the scores (m,) of its units.

    Captum is shown a function of m ones (the unit stays) and zeros. It draws nothing sensible of
    one unit.
    """
    if len(problem.units[row]) == 1:
        return np.array([_difference(problem, row)])

    def forward(kept: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(coalition_values(problem, [row], [kept.numpy() > 0])[0])

    whole = torch.ones(1, len(problem.units[row]))
    samples = allowed_samples(problem, row)
    seed = int(problem.random(row).integers(2**62))
    with OwnDraws(torch.Generator().manual_seed(seed)):
        found: torch.Tensor = explainer(forward).attribute(
            whole,
            baselines=torch.zeros_like(whole),
            n_samples=samples,
            perturbations_per_eval=samples,
        )
    scores: NDArray[np.float64] = found[0].double().numpy()
    return scores


def _difference(problem: Problem, row: int) -> float:
    """Return a text's target less that of the text without any unit."""
    count = len(problem.units[row])
    ends = np.stack([np.zeros(count, bool), np.ones(count, bool)])
    (nothing, whole) = coalition_values(problem, [row], [ends])[0]
    return float(whole - nothing)


def deeplift(problem: Problem) -> list[Scores]:
    """Propagate the difference to the baseline back through the model by the rescale rule.

    Captum has the rule for a few activations as modules. Attention, GELU and layer norm it would
    treat by their gradient at the text, after which the scores add up to nothing: on BERT and its
    kin they missed the difference by 0.06 to 200 times the sum of absolute scores (19 texts, all
    families here). Such models are refused.

    Raises
    ------
    ValueError
        If the model has a part that Captum has no rule for, or a probability is to be explained.

    References
    ----------
    Shrikumar, Greenside & Kundaje 2017, "Learning Important Features Through Propagating
    Activation Differences".
    """
    with needs_extra("captum", "DeepLift"):
        from captum.attr import DeepLift

    _check_rules(problem.clf.model)
    if any(target.output == "probability" for target in problem.targets):
        msg = (
            "DeepLift's scores of a probability would not add up; use output='logit', or the "
            "method 'integrated_gradients'."
        )
        raise ValueError(msg)
    return [_rescaled(DeepLift, problem, row) for row in range(len(problem))]


def _rescaled(deep_lift: Callable[[nn.Module], Any], problem: Problem, row: int) -> Scores:
    check_cancelled()
    inputs = problem.inputs([row])
    inputs.text.requires_grad_()
    with warnings.catch_warnings(), _tidied(problem.clf.model):
        # Captum announces the hooks that it sets, and removes.
        warnings.filterwarnings("ignore", "Setting forward, backward hooks")
        found = deep_lift(_OneText(problem, row)).attribute(inputs.text, inputs.baseline)
    tokens = found.detach().sum(-1)[0].float().cpu().numpy()
    return Scores(tokens, _difference(problem, row))


@contextlib.contextmanager
def _tidied(model: nn.Module) -> Iterator[None]:
    """Take away what Captum notes in activations and, after an error, leaves there."""
    try:
        yield
    finally:
        for leaf in _leaves(model):
            vars(leaf).pop("input", None)
            vars(leaf).pop("output", None)


class _OneText(nn.Module):
    """The target of one text as a module from its word embeddings: what Captum can hook into."""

    def __init__(self, problem: Problem, row: int) -> None:
        super().__init__()
        self.model = problem.clf.model
        self.problem = problem
        self.row = row

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        inputs = self.problem.inputs([self.row] * len(embeddings))
        return self.problem.values(inputs, embeddings)


def _check_rules(model: nn.Module) -> None:
    treated = (nn.Linear, nn.Embedding, nn.Dropout, nn.Identity, *captum_deep_lift_layers())
    foreign = sorted({type(leaf).__name__ for leaf in _leaves(model) if type(leaf) not in treated})
    if foreign:
        msg = (
            f"DeepLift has no rule for {' and '.join(foreign)} in {type(model).__name__}, so its "
            "scores would not add up; use 'integrated_gradients', whose do."
        )
        raise ValueError(msg)


def _leaves(model: nn.Module) -> list[nn.Module]:
    return [module for module in model.modules() if next(module.children(), None) is None]
