"""A hook on attention that sees, and may change, what each layer's heads compute."""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS, eager_mask
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from ...model.forward.precision import attention
from ...model.forward.run_options import plain_outputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...model.classifier import BertClassifier

    Hook = Callable[["Heads"], torch.Tensor]

_NAME = "bert_widgets_hook"
# DeBERTa computes attention in a module of this name, with terms for words and for positions.
_OWN = "DisentangledSelfAttention"


# What some families pass to attention besides queries, keys and values: GPT-OSS the share of a
# token that does not exist, T5 a bias for distances.
_OTHER_TERMS = ("s_aux", "position_bias")


class _UnknownAttentionError(Exception):
    """Attention has terms that `_attend` does not compute."""


class Heads(NamedTuple):
    """What the heads of one layer compute for a batch.

    Attributes
    ----------
    layer
        Its number, from zero, in the order in which layers run.
    query, key, value
        (batch, heads, tokens, size of a head), with positions rotated in where a model does that.
    weights
        (batch, heads, tokens, tokens): row = the token that attends.
    context
        (batch, heads, tokens, size of a head): weights times values, which the layer uses next.
    """

    layer: int
    query: torch.Tensor
    key: torch.Tensor
    value: torch.Tensor
    weights: torch.Tensor
    context: torch.Tensor


_HOOK: ContextVar[Hook | None] = ContextVar("hook", default=None)
_LAYER: ContextVar[int] = ContextVar("layer", default=0)


def run_with_hook(clf: BertClassifier, fields: dict[str, torch.Tensor], hook: Hook) -> torch.Tensor:
    """Run the model once with plain attention and a hook on every layer.

    Parameters
    ----------
    clf
        The classifier, its lock held and its dropout off.
    fields
        A batch, as `BertClassifier.collate` returns it.
    hook
        Takes a layer's `Heads` and returns the context from which the layer continues.

    Returns
    -------
    Tensor
        Logits (batch, classes).

    Raises
    ------
    ValueError
        If the model's attention has no weights from every token to every token.
    """
    seen: list[int] = []

    def noting(heads: Heads) -> torch.Tensor:
        if tuple(heads.weights.shape[2:]) != (fields["input_ids"].shape[1],) * 2:
            raise ValueError(unreadable(clf))
        seen.append(heads.layer)
        return hook(heads)

    separate = [module for module in clf.model.modules() if type(module).__name__ == _OWN]
    # An encoder-decoder has several attentions in a layer, and DeBERTa v1 one joint projection.
    joint = any(not hasattr(module, "query_proj") for module in separate)
    if clf.model.config.is_encoder_decoder or joint:
        raise ValueError(unreadable(clf))
    hooked = _hooked(separate, noting) if separate else attention(clf.model, _NAME)
    tokens = (_HOOK.set(noting), _LAYER.set(0))
    try:
        with hooked, plain_outputs(clf.model):
            # Only DeBERTa returns its weights on request; other models pass them to the hook.
            asked = {"output_attentions": True} if separate else {}
            logits: torch.Tensor = clf.model(**fields, **asked).logits
    except _UnknownAttentionError:
        raise ValueError(unreadable(clf)) from None
    finally:
        _HOOK.reset(tokens[0])
        _LAYER.reset(tokens[1])
    if not seen:
        raise ValueError(unreadable(clf))
    return logits


def unreadable(clf: BertClassifier) -> str:
    """Return a sentence about why a model's attention cannot be shown."""
    return (
        f"{type(clf.model).__name__} has no attention weights from every token to every token, "
        "so its attention cannot be shown; use word scores instead."
    )


def _attend(  # noqa: PLR0913 - as transformers calls it
    _module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float | None = None,
    softcap: float | None = None,
    **options: Any,  # noqa: ANN401
) -> tuple[torch.Tensor, torch.Tensor]:
    """Compute attention like the eager implementation of transformers, and call the hook."""
    hook = _HOOK.get()
    if hook is None:
        msg = "The attention with a hook runs only inside run_with_hook."
        raise RuntimeError(msg)
    if any(options.get(name) is not None for name in _OTHER_TERMS):
        raise _UnknownAttentionError
    # Several query heads share a key head and a value head in some families.
    groups = query.shape[1] // key.shape[1]
    key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    scores = (query * scale) @ key.transpose(2, 3)
    if softcap is not None:
        scores = (scores / softcap).tanh() * softcap
    if attention_mask is not None:
        scores = scores + attention_mask
    weights = scores.softmax(-1, dtype=torch.float32).to(query.dtype)
    layer = _LAYER.get()
    _LAYER.set(layer + 1)
    context = hook(Heads(layer, query, key, value, weights, weights @ value))
    return context.transpose(1, 2).contiguous(), weights


ALL_ATTENTION_FUNCTIONS.register(_NAME, _attend)
ALL_MASK_ATTENTION_FUNCTIONS.register(_NAME, eager_mask)


@contextlib.contextmanager
def _hooked(modules: list[torch.nn.Module], hook: Hook) -> Iterator[None]:
    """Call a hook for modules that compute attention themselves, with all that they compute."""
    handles = []
    for layer, module in enumerate(modules):
        parts: dict[str, torch.Tensor] = {}
        for name in ("query_proj", "key_proj", "value_proj"):
            projection = module.get_submodule(name)
            handles.append(projection.register_forward_hook(_keeper(parts, name)))
        handles.append(module.register_forward_hook(_changer(layer, module, parts, hook)))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _keeper(parts: dict[str, torch.Tensor], name: str) -> Callable[..., None]:
    def keep(_module: torch.nn.Module, _inputs: object, output: torch.Tensor) -> None:
        # The key projection runs again for relative positions, after the tokens.
        parts.setdefault(name, output)

    return keep


def _changer(
    layer: int,
    module: Any,  # noqa: ANN401
    parts: dict[str, torch.Tensor],
    hook: Hook,
) -> Callable[..., tuple[torch.Tensor, torch.Tensor]]:
    def change(
        _module: torch.nn.Module, _inputs: object, output: tuple[torch.Tensor, torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        context, weights = output
        count = module.num_attention_heads
        query, key, value = (
            _split(parts.pop(name), count) for name in ("query_proj", "key_proj", "value_proj")
        )
        changed = hook(Heads(layer, query, key, value, weights, _split(context, count)))
        return changed.transpose(1, 2).reshape(context.shape), weights

    return change


def _split(states: torch.Tensor, heads: int) -> torch.Tensor:
    return states.view(*states.shape[:2], heads, -1).transpose(1, 2)
