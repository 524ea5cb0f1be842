"""The tokenizer of a checkpoint: it must have the vocabulary of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transformers import AutoTokenizer

from ..._common.errors import reason

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_PADDED = 256  # rows by which an embedding table is often longer than its vocabulary


def load_tokenizer(where: str, model: PreTrainedModel) -> PreTrainedTokenizerBase:
    """Load the tokenizer of a checkpoint, if it has the vocabulary of the model.

    Raises
    ------
    OSError
        If there is no tokenizer.
    ValueError
        If its vocabulary is not that of the model's embeddings.
    """
    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
            where, trust_remote_code=False
        )
    except Exception as error:
        msg = f"Cannot load the tokenizer of {where!r}: {reason(error)}"
        raise OSError(msg) from error
    words = len(tokenizer)
    # transformers makes one of special tokens alone where a folder has no tokenizer.
    if words <= len(tokenizer.all_special_ids):
        msg = f"Cannot load {where!r}: it has no tokenizer; save the model's tokenizer beside it."
        raise OSError(msg)
    embeddings: Any = model.get_input_embeddings()
    rows = int(embeddings.weight.shape[0])
    if words > rows or rows - words > max(_PADDED, rows // 100):
        msg = (
            f"The tokenizer of {where!r} has {words:,} tokens and the model has embeddings for "
            f"{rows:,}; save the tokenizer that the model was trained with beside it."
        )
        raise ValueError(msg)
    return tokenizer
