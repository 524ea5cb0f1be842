"""What a model returns and refuses, whatever its config says."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transformers import PreTrainedModel


@contextlib.contextmanager
def plain_outputs(model: PreTrainedModel) -> Iterator[None]:
    """Let the model return outputs by name and keep no keys and values, whatever its config says.

    Those are of use in generation alone, and a layer that runs again would add to them.

    Raises
    ------
    ValueError
        If the model needs a padding token to find the end of each text of a batch, and has none.
    """
    config = model.config
    wanted = {"return_dict": True, "use_cache": False}
    before = {name: getattr(config, name) for name in wanted if hasattr(config, name)}
    try:
        for name in before:
            setattr(config, name, wanted[name])
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
        for name, value in before.items():
            setattr(config, name, value)
