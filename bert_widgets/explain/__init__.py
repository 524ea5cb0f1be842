"""Why the model decided: word scores by several methods, and attention maps."""

from ._reading import Reading
from .attention import AttentionMaps, attention_maps
from .attribution import METHODS, Attribution, Method, attribute

__all__ = [
    "METHODS",
    "AttentionMaps",
    "Attribution",
    "Method",
    "Reading",
    "attention_maps",
    "attribute",
]
