"""The description of an attribution method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from transformers import PreTrainedModel

    from .problem import Problem, Scores


@dataclass(frozen=True)
class Method:
    """A way to score the tokens of a text.

    Attributes
    ----------
    name
        The key in `METHODS`.
    title
        The name shown in tables and menus.
    paper
        Where it was published.
    promises
        What its scores always satisfy: ``"completeness"`` (token scores add up to the
        target's value for the text minus that for the baseline), ``"linear"`` (on a linear model
        they are weights times change), ``"layers"`` (it can score the output of each layer).
    cost
        Passes through the model per text, as a phrase.
    function
        Takes a `Problem` and returns the `Scores` of each of its texts, or raises a ValueError
        if it does not support the model.
    signed
        Whether a score below zero means a push away from the target.
    family
        What it works by, under which menus list it: ``"gradients"``, ``"relevance"``,
        ``"removal"``, ``"Shapley values"`` or another phrase.
    check
        Takes a model and raises a ValueError if the method supports none of its texts; None if
        only running it tells.
    """

    name: str
    title: str
    paper: str
    promises: tuple[str, ...]
    cost: str
    function: Callable[[Problem], list[Scores]]
    signed: bool = True
    family: str = "others"
    check: Callable[[PreTrainedModel], object] | None = None
