"""Why the model decided: word scores by several methods, their evidence, and attention."""

from ._reading import Reading
from .ablation import head_effects
from .agreement import agreement
from .attention import AttentionMaps, Matrix, attention_maps
from .attribution import METHODS, Attribution, Method, attribute
from .badge import Badge, badge
from .comparison import evaluate_explanations
from .faithfulness import Curve, Faithfulness, faithfulness
from .query_key import Neurons, neurons
from .rationales import plausibility
from .report import ExplanationReport
from .robustness import infidelity, randomisation, sensitivity
from .similar_tokens import Corpus

__all__ = [
    "METHODS",
    "AttentionMaps",
    "Attribution",
    "Badge",
    "Corpus",
    "Curve",
    "ExplanationReport",
    "Faithfulness",
    "Matrix",
    "Method",
    "Neurons",
    "Reading",
    "agreement",
    "attention_maps",
    "attribute",
    "badge",
    "evaluate_explanations",
    "faithfulness",
    "head_effects",
    "infidelity",
    "neurons",
    "plausibility",
    "randomisation",
    "sensitivity",
]
