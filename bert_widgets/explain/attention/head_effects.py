"""The effect of each attention head on a prediction: by ablation, and its first-order estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ..._common.options import named_options
from ..._common.progress import progress
from ...data.inputs import as_texts
from ...model.classifier import check_classifier
from ...model.forward.token_budget import token_budget
from ..attribution.targets import Target, resolve_target, target_values
from ..reading import encode_cut
from .hooks import Heads, run_with_hook
from .recompute import recomputed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from ...data.inputs import Texts
    from ...model.classifier import BertClassifier
    from ...text.encoding import Encoding
    from ..attribution.targets import Label


@named_options
def head_effects(
    clf: BertClassifier,
    texts: Texts,
    *,
    target: Label | tuple[Label, Label] | None = None,
    output: str = "logit",
    exact: bool = True,
) -> pd.DataFrame:
    """Measure how much each attention head contributes to the target.

    The effect of a head is the target's value minus its value with the head switched off: with its
    output, weights times values, set to zero in its layer, and everything else unchanged. Heads can
    replace each other, so effects do not add up to a total.

    Parameters
    ----------
    clf
        The classifier.
    texts
        A string, a list or Series of strings, or pairs; effects are the means over all of them.
    target, output
        As for `attribute`.
    exact
        Whether to switch off each head in turn, which takes one forward pass per head and text. The
        estimate takes one forward and backward pass per text.

    Returns
    -------
    DataFrame
        One row per head: ``layer``, ``head`` (from zero), ``estimate``, and if exact ``effect`` and
        ``effect_std`` (over the texts), in units of the target.

    Raises
    ------
    ValueError
        If there is no such target or the model's attention cannot be read.

    References
    ----------
    Michel, Levy & Neubig 2019, "Are Sixteen Heads Really Better than One?": ablation, and the
    estimate, the derivative of the target with respect to a gate on the head's output.

    Examples
    --------
    >>> effects = bw.head_effects(clf, "not a bad film")  # doctest: +SKIP
    >>> effects.nlargest(3, "effect")  # doctest: +SKIP
    """
    import pandas as pd

    check_classifier(clf)
    singles, pairs, _ = as_texts(texts)
    if not singles:
        msg = "There is no text to measure heads on; give at least one."
        raise ValueError(msg)
    chosen = resolve_target(clf, target, output)
    encodings = encode_cut(clf, singles, pairs, stacklevel=4)
    estimates: list[NDArray[np.float32]] = []
    effects: list[NDArray[np.float32]] = []
    # The lock is held until the end, so that all is by the same weights.
    with clf.lock, progress(len(encodings), "switch heads off") as bar:
        for encoding in encodings:
            aim = chosen or predicted_target(clf, encoding, output)
            estimates.append(estimated_effects(clf, encoding, aim))
            if exact:
                measured = np.zeros_like(estimates[-1])
                for heads, values in exact_effects(clf, encoding, aim, measured.shape):
                    measured[heads] = values
                effects.append(measured)
            bar.update(1)
    layer, head = np.indices(estimates[0].shape).reshape(2, -1)
    frame = {"layer": layer, "head": head, "estimate": np.mean(estimates, 0).ravel()}
    if exact:
        frame["effect"] = np.mean(effects, 0).ravel()
        frame["effect_std"] = np.std(effects, 0).ravel()
    return pd.DataFrame(frame)


def predicted_target(clf: BertClassifier, encoding: Encoding, output: str) -> Target:
    """Return the most probable label of a text as a target."""
    return Target(int(clf.logits([encoding])[0].argmax()), None, output)  # type: ignore[arg-type]


def estimated_effects(
    clf: BertClassifier, encoding: Encoding, target: Target
) -> NDArray[np.float32]:
    """Estimate every head's effect in one forward and one backward pass.

    The backward pass computes layers again, so that only one is in memory at a time.

    Returns
    -------
    float32 array (layers, heads)
        The derivative of the target with respect to a factor of one on each head's output: the
        effect of switching the head off, if the target were linear in its output.
    """
    gates: dict[int, torch.Tensor] = {}
    gradients: list[torch.Tensor] = []

    def gate(heads: Heads) -> torch.Tensor:
        # A layer that runs again gets the same gate.
        fresh = torch.ones(heads.context.shape[1], requires_grad=True, device=clf.device)
        gated = heads.context * gates.setdefault(heads.layer, fresh)[None, :, None, None]
        return gated.to(heads.context.dtype)

    def backward(_model: torch.nn.Module, _inputs: object, output: Any) -> None:  # noqa: ANN401
        if not gates:
            return  # the hook says why
        logits = output.logits.float()
        value = target_values([target], logits, multi_label=clf.multi_label).sum()
        gradients.extend(torch.autograd.grad(value, list(gates.values())))

    with clf.inference(), torch.enable_grad(), recomputed(clf.model):
        # As a hook it runs while attention is still hooked.
        hook = clf.model.register_forward_hook(backward)
        try:
            run_with_hook(clf, clf.collate([encoding]), gate)
        finally:
            hook.remove()
    estimates: NDArray[np.float32] = torch.stack(gradients).float().cpu().numpy()
    return estimates


def exact_effects(
    clf: BertClassifier,
    encoding: Encoding,
    target: Target,
    shape: tuple[int, ...],
    silenced: frozenset[tuple[int, int]] = frozenset(),
) -> Iterator[tuple[tuple[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]]]:
    """Switch off each head in turn, many in one batch; yield effects as they are measured.

    The text as it is belongs to each batch, since a training may go on between them.

    Parameters
    ----------
    clf
        The classifier.
    encoding
        The text.
    target
        The value to measure.
    shape
        Layers and heads of the model.
    silenced
        Heads that are switched off throughout.

    Yields
    ------
    heads : (int64 array, int64 array)
        Layers and heads of a batch.
    effects : float32 array
        The effect of each.
    """
    layers, heads = np.indices(shape).reshape(2, -1)
    size = max(1, token_budget(clf.device) // len(encoding) - 1)
    for start in range(0, len(layers), size):
        part = (layers[start : start + size], heads[start : start + size])
        alone = [silenced | {head} for head in zip(*(p.tolist() for p in part), strict=True)]
        logits = ablated_logits(clf, encoding, [silenced, *alone])
        values = target_values([target] * len(logits), logits, multi_label=clf.multi_label)
        whole, *without = values.tolist()
        yield part, np.array([whole - value for value in without], np.float32)


def ablated_logits(
    clf: BertClassifier, encoding: Encoding, silenced: Sequence[frozenset[tuple[int, int]]]
) -> torch.Tensor:
    """Predict a text with some heads switched off.

    Parameters
    ----------
    clf
        The classifier.
    encoding
        The text.
    silenced
        For each prediction the heads (layer, head) whose output is set to zero.

    Returns
    -------
    Tensor
        float32 logits (len(silenced), classes), on the CPU.
    """

    def gate(heads: Heads) -> torch.Tensor:
        gates = torch.ones(heads.context.shape[:2], device=heads.context.device)
        for row, off in enumerate(silenced):
            for layer, head in off:
                if layer == heads.layer:
                    gates[row, head] = 0
        return heads.context * gates[:, :, None, None].to(heads.context.dtype)

    with clf.inference(), torch.inference_mode():
        return run_with_hook(clf, clf.collate([encoding] * len(silenced)), gate).float().cpu()
