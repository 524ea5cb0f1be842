"""Why the model decided: word scores by several methods, their evidence, and attention."""

from .attention.head_effects import head_effects
from .attention.maps import attention_maps
from .attention.query_key import QueryKey, query_key
from .attention.result import AttentionMaps, Matrix
from .attribution.attribute import attribute
from .attribution.attributions import Attributions
from .attribution.method import Method
from .attribution.method_table import METHODS
from .attribution.problem import Problem, Scores
from .attribution.result import Attribution
from .corpus.corpus import Corpus
from .evidence.agreement import agreement
from .evidence.badge import Badge, badge
from .evidence.comparison import evaluate_explanations
from .evidence.faithfulness import Curve, Faithfulness, faithfulness
from .evidence.rationales import plausibility
from .evidence.report import ExplanationReport
from .evidence.robustness import infidelity, randomisation, sensitivity
from .reading import Reading

__all__ = [
    "METHODS",
    "AttentionMaps",
    "Attribution",
    "Attributions",
    "Badge",
    "Corpus",
    "Curve",
    "ExplanationReport",
    "Faithfulness",
    "Matrix",
    "Method",
    "Problem",
    "QueryKey",
    "Reading",
    "Scores",
    "agreement",
    "attention_maps",
    "attribute",
    "badge",
    "evaluate_explanations",
    "faithfulness",
    "head_effects",
    "infidelity",
    "plausibility",
    "query_key",
    "randomisation",
    "sensitivity",
]
