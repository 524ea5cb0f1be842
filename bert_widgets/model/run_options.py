"""What a model returns and refuses, whatever its config says."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transformers import PreTrainedModel


@contextlib.contextmanager
def returning_dicts(model: PreTrainedModel) -> Iterator[None]:
    """Let the model return outputs by name inside, also with ``config.return_dict=False``.

    Raises
    ------
    ValueError
        If the model needs a padding token to find the end of each text of a batch, and has none.
    """
    config, before = model.config, model.config.return_dict
    config.return_dict = True
    try:
        yield
    except ValueError as error:
        if "no padding token is defined" not in str(error):
            raise
        msg = (
            f"{type(model).__name__} finds the end of a text by its padding token and has none; "
            "set clf.tokenizer.pad_token to a token that ends no text, and "
            "clf.model.config.pad_token_id to clf.tokenizer.pad_token_id."
        )
        raise ValueError(msg) from error
    finally:
        config.return_dict = before
