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
from ...._common.randomness import GeneratorMode
from ..problem import Scores
from .perturbation import allowed_samples, coalition_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from numpy.typing import NDArray

    from ..problem import Problem

# Kernel width of LIME, in cosine distance from the whole text; LIME's authors use it for texts.
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
    """Fit a linear model to the target of the text with random sets of units removed.

    This is ridge regression with a penalty of 1, with samples weighted by their cosine distance to
    the whole text, as LIME's authors do for texts. Captum's default, the lasso, would set the
    scores of small probabilities to zero.

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
    """Return the scores (m,) of a text's units by one of Captum's explainers.

    Captum gets a function of m ones (the unit is present) and zeros. It cannot sample from a single
    unit, whose score is simply the difference.
    """
    if len(problem.units[row]) == 1:
        return np.array([_difference(problem, row)])

    def forward(present: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(coalition_values(problem, [row], [present.numpy() > 0])[0])

    whole = torch.ones(1, len(problem.units[row]))
    samples = allowed_samples(problem, row)
    seed = int(problem.random(row).integers(2**62))
    with GeneratorMode(torch.Generator().manual_seed(seed)):
        attributions: torch.Tensor = explainer(forward).attribute(
            whole,
            baselines=torch.zeros_like(whole),
            n_samples=samples,
            perturbations_per_eval=samples,
        )
    scores: NDArray[np.float64] = attributions[0].double().numpy()
    return scores


def _difference(problem: Problem, row: int) -> float:
    """Return a text's target minus that of the text without any unit."""
    count = len(problem.units[row])
    ends = np.stack([np.zeros(count, bool), np.ones(count, bool)])
    empty, whole = coalition_values(problem, [row], [ends])[0]
    return float(whole - empty)


def deeplift(problem: Problem) -> list[Scores]:
    """Propagate the difference to the baseline back through the model by the rescale rule.

    Captum has the rule for a few activation modules. For attention, GELU and layer norm it would
    use the gradient at the text, and the scores would not add up: on BERT and related models, the
    error was 0.06 to 200 times the sum of absolute scores (19 texts, all supported families). Such
    models are therefore rejected.

    Raises
    ------
    ValueError
        If Captum has no rule for a part of the model, or the output is a probability.

    References
    ----------
    Shrikumar, Greenside & Kundaje 2017, "Learning Important Features Through Propagating
    Activation Differences".
    """
    with needs_extra("captum", "DeepLift"):
        from captum.attr import DeepLift

    check_rules(problem.clf.model)
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
        # Captum warns about its hooks, although it removes them.
        warnings.filterwarnings("ignore", "Setting forward, backward hooks")
        products = deep_lift(_OneText(problem, row)).attribute(inputs.text, inputs.baseline)
    tokens = products.detach().sum(-1)[0].float().cpu().numpy()
    return Scores(tokens, _difference(problem, row))


@contextlib.contextmanager
def _tidied(model: nn.Module) -> Iterator[None]:
    """Remove the attributes that Captum sets on activations and leaves there after an error."""
    try:
        yield
    finally:
        for leaf in _leaves(model):
            vars(leaf).pop("input", None)
            vars(leaf).pop("output", None)


class _OneText(nn.Module):
    """Computes the target of one text from its word embeddings: a module that Captum can hook."""

    def __init__(self, problem: Problem, row: int) -> None:
        super().__init__()
        self.model = problem.clf.model
        self.problem = problem
        self.row = row

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        inputs = self.problem.inputs([self.row] * len(embeddings))
        return self.problem.values(inputs, embeddings)


def check_norms(model: nn.Module) -> None:
    """Raise a ValueError for a model with layer norms, as `check_rules` does, without Captum."""
    if any(isinstance(module, nn.LayerNorm) for module in model.modules()):
        msg = (
            f"DeepLift has no rule for LayerNorm in {type(model).__name__}, so its scores would "
            "not add up; use 'integrated_gradients'."
        )
        raise ValueError(msg)


def check_rules(model: nn.Module) -> None:
    """Raise a ValueError if DeepLift has no rule for a module of the model."""
    supported = (nn.Linear, nn.Embedding, nn.Dropout, nn.Identity, *captum_deep_lift_layers())
    others = sorted({type(leaf).__name__ for leaf in _leaves(model) if type(leaf) not in supported})
    if others:
        msg = (
            f"DeepLift has no rule for {' and '.join(others)} in {type(model).__name__}, so its "
            "scores would not add up; use 'integrated_gradients'."
        )
        raise ValueError(msg)


def _leaves(model: nn.Module) -> list[nn.Module]:
    return [module for module in model.modules() if next(module.children(), None) is None]
