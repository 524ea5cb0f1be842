"""Tiny random classifiers of the families beside those of `tests.models`, with one tokenizer."""

from __future__ import annotations

from typing import Any

import torch
import transformers

from bert_widgets.model.classifier import BertClassifier
from tests.models import tiny_classifier

_ENCODER: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 66,
}
_GROUPED = _ENCODER | {"num_key_value_heads": 2, "head_dim": 8}
_SEQ2SEQ: dict[str, Any] = {
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 64,
    "decoder_ffn_dim": 64,
    "max_position_embeddings": 66,
}
_DISENTANGLED = {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "type_vocab_size": 0}

_LANDMARKS = {"segment_means_seq_len": 64, "num_landmarks": 64}
_WIDE: dict[str, Any] = {"d_model": 32, "n_head": 4}
_T5: dict[str, Any] = {
    "d_model": 32,
    "d_kv": 8,
    "d_ff": 64,
    "num_layers": 2,
    "num_heads": 4,
    "decoder_start_token_id": 0,
}
_GPT: dict[str, Any] = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 66}
_GPT_NEO: dict[str, Any] = {
    "hidden_size": 32,
    "num_layers": 2,
    "num_heads": 4,
    "attention_types": [[["global", "local"], 1]],
    "window_size": 4,
    "max_position_embeddings": 66,
}
_XLM: dict[str, Any] = {"emb_dim": 32, "n_layers": 2, "n_heads": 4, "max_position_embeddings": 66}
# Without layer norms the states of random weights grow beyond what a softmax distinguishes.
_BOTTLENECK: dict[str, Any] = {
    "embedding_size": 16,
    "intra_bottleneck_size": 16,
    "true_hidden_size": 16,
    "normalization_type": "layer_norm",
}

FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "bart": ("Bart", _SEQ2SEQ),
    "big_bird": ("BigBird", _ENCODER | {"block_size": 2, "num_random_blocks": 1}),
    "biogpt": ("BioGpt", _ENCODER),
    "bloom": ("Bloom", {"hidden_size": 32, "n_layer": 2, "n_head": 4}),
    "camembert": ("Camembert", _ENCODER | {"type_vocab_size": 1}),
    "convbert": ("ConvBert", _ENCODER | {"embedding_size": 32}),
    "ctrl": ("CTRL", _GPT | {"dff": 64}),
    "data2vec-text": ("Data2VecText", _ENCODER),
    "deberta": ("Deberta", _ENCODER | _DISENTANGLED),
    "ernie": ("Ernie", _ENCODER),
    "eurobert": ("EuroBert", _GROUPED | {"mask_token_id": 4}),
    "falcon": ("Falcon", _ENCODER),
    "flaubert": ("Flaubert", _XLM),
    "fnet": ("FNet", _ENCODER),
    "funnel": ("Funnel", _WIDE | {"d_head": 8, "d_inner": 64, "block_sizes": [1, 1]}),
    "gemma": ("Gemma", _GROUPED),
    "gemma2": ("Gemma2", _GROUPED | {"query_pre_attn_scalar": 8, "attn_logit_softcapping": 0.5}),
    "gemma3_text": ("Gemma3Text", _GROUPED | {"query_pre_attn_scalar": 8}),
    "gpt2": ("GPT2", _GPT),
    "gpt_neo": ("GPTNeo", _GPT_NEO),
    "gpt_neox": ("GPTNeoX", _ENCODER),
    "ibert": ("IBert", _ENCODER),
    "jina_embeddings_v3": ("JinaEmbeddingsV3", _ENCODER),
    "llama": ("Llama", _GROUPED),
    "longformer": ("Longformer", _ENCODER | {"attention_window": [8, 8]}),
    "luke": ("Luke", _ENCODER | {"entity_vocab_size": 5, "entity_emb_size": 8}),
    "mbart": ("MBart", _SEQ2SEQ),
    "megatron-bert": ("MegatronBert", _ENCODER),
    "mistral": ("Mistral", _GROUPED),
    "mobilebert": ("MobileBert", _ENCODER | _BOTTLENECK),
    "mpnet": ("MPNet", _ENCODER),
    "mt5": ("MT5", _T5),
    "nemotron": ("Nemotron", _GROUPED),
    "nomic_bert": ("NomicBert", _ENCODER),
    "nystromformer": ("Nystromformer", _ENCODER | _LANDMARKS),
    "olmo2": ("Olmo2", _GROUPED),
    "openai-gpt": ("OpenAIGPT", _GPT),
    "opt": ("OPT", _ENCODER | {"ffn_dim": 64, "word_embed_proj_dim": 32}),
    "phi": ("Phi", _ENCODER),
    "phi3": ("Phi3", _GROUPED),
    "qwen2": ("Qwen2", _GROUPED),
    "qwen3": ("Qwen3", _GROUPED),
    "rembert": ("RemBert", _ENCODER | {"input_embedding_size": 32}),
    "roberta-prelayernorm": ("RobertaPreLayerNorm", _ENCODER),
    "roformer": ("RoFormer", _ENCODER | {"embedding_size": 32}),
    "smollm3": ("SmolLM3", _GROUPED),
    "squeezebert": ("SqueezeBert", _ENCODER | {"embedding_size": 32}),
    "stablelm": ("StableLm", _GROUPED),
    "t5": ("T5", _T5),
    "xlm": ("XLM", _XLM),
    "xlm-roberta-xl": ("XLMRobertaXL", _ENCODER),
    "xlnet": ("XLNet", _WIDE | {"n_layer": 2, "d_inner": 64}),
}  # fmt: skip
"""For each type of model the beginning of its classes' names, and the options of its config."""


def family_classifier(model_type: str) -> BertClassifier:
    """Return a tiny classifier of a family, with RoBERTa's tokenizer."""
    tokenizer = tiny_classifier("roberta").tokenizer
    name, options = FAMILIES[model_type]
    config = getattr(transformers, f"{name}Config")(
        vocab_size=len(tokenizer),
        id2label={0: "negative", 1: "positive"},
        label2id={"negative": 0, "positive": 1},
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        **options,
    )
    torch.manual_seed(0)
    model = getattr(transformers, f"{name}ForSequenceClassification")(config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, 0.3)
            else:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    return BertClassifier(model, tokenizer)
