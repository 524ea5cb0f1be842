"""Why the model decided: word scores by several methods, and attention maps."""

from ._reading import Reading
from .attention import AttentionMaps, Matrix, attention_maps
from .attribution import METHODS, Attribution, Method, attribute
from .head_effects import head_effects
from .neurons import Neurons, neurons

__all__ = [
    "METHODS",
    "AttentionMaps",
    "Attribution",
    "Matrix",
    "Method",
    "Neurons",
    "Reading",
    "attention_maps",
    "attribute",
    "head_effects",
    "neurons",
]
