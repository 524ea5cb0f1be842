"""What each family of models can do: asserted by the tests beside it, and shown in the docs."""

from __future__ import annotations

from bert_widgets.explain import METHODS
from tests.families.models import FAMILIES
from tests.models import KINDS

ALL = tuple(sorted({*KINDS, *FAMILIES} - {"chinese"}))
"""Every family, by the type of model that its config names."""

_ENCODER_DECODERS = {"bart", "mbart", "mt5", "t5"}
NO_WORD_SCORES = _ENCODER_DECODERS | {"ibert", "longformer", "xlnet"}
"""Families that read their words more than once, in another order, padded or rounded."""
NO_ATTENTION = NO_WORD_SCORES | {
    "big_bird", "bloom", "convbert", "deberta", "falcon", "flaubert", "fnet", "funnel", "gpt_neo",
    "luke", "megatron-bert", "mpnet", "nystromformer", "openai-gpt", "rembert", "roformer",
    "squeezebert", "xlm",
}  # fmt: skip
NO_ATTENTION_METHODS = NO_WORD_SCORES | {"convbert", "falcon", "fnet", "funnel"}
NO_VALUE_ZEROING = NO_WORD_SCORES | {
    "biogpt", "bloom", "ctrl", "deberta", "eurobert", "falcon", "fnet", "funnel", "gemma", "gemma2",
    "gemma3_text", "gpt2", "gpt_neo", "gpt_neox", "jina_embeddings_v3", "llama", "mistral", "mpnet",
    "nemotron", "nomic_bert", "olmo2", "openai-gpt", "opt", "phi", "phi3", "qwen2", "qwen3",
    "smollm3", "squeezebert", "stablelm",
}  # fmt: skip
PADDING_MATTERS = {"big_bird", "convbert", "fnet", "mobilebert", "nystromformer", "xlnet"}
"""Families in which a text gives something else beside a longer one: they are not padded."""
SCALE_IS_LOST = NO_WORD_SCORES | {"bloom", "deberta-v2", "funnel", "modernbert"}
"""Families that normalise each word embedding at once: its product with the gradient is zero."""
NO_LAYERS = NO_WORD_SCORES | {"funnel", "squeezebert"}
"""Families whose layers give out something else than a state for each token."""
NO_CHECKPOINTING = {
    "albert", "ctrl", "flaubert", "funnel", "ibert", "mpnet", "openai-gpt", "squeezebert", "xlm",
    "xlnet",
}  # fmt: skip
"""Families for which transformers refuses gradient checkpointing."""
NO_ADAPTERS = {"ibert"}
"""Families without a layer that PEFT adapts."""
UNUSED = {
    "big_bird": "pooler",
    "longformer": r"layer.1.attention.self.(query|key|value)\.",
    "luke": "entity_embeddings|w2e_query|e2w_query|e2e_query",
    "roformer": "embed_positions",
    "xlnet": "mask_emb|r_s_bias|seg_embed",
}
"""Patterns of the parameters that a family's classifier does not read or does not train."""


def refused_methods(family: str) -> set[str]:
    """Return the methods that are refused for a family, in a sentence each."""
    if family in NO_WORD_SCORES:
        return set(METHODS)
    refused = {"deeplift"}  # its rules cover none of these models
    if family in NO_ATTENTION_METHODS:
        refused |= {"attention_x_gradient", "rollout"}
    if family in NO_VALUE_ZEROING:
        refused |= {"value_zeroing"}
    if family in SCALE_IS_LOST:
        refused |= {"input_x_gradient"}
    return refused
