"""What a model returns and refuses, whatever its config says."""

from __future__ import annotations

import contextlib
import inspect
from typing import TYPE_CHECKING

from ..adapters import without_adapter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transformers import PreTrainedModel


def check_inputs(model: PreTrainedModel) -> None:
    """Raise a ValueError if a model reads more than texts, as models of scanned pages do."""
    inner = without_adapter(model)
    if "bbox" in inspect.signature(inner.forward).parameters:
        msg = (
            f"{type(inner).__name__} reads where on a page each word stands, which plain texts do "
            "not say; use a model of texts such as BERT."
        )
        raise ValueError(msg)


@contextlib.contextmanager
def plain_outputs(model: PreTrainedModel) -> Iterator[None]:
    """Let the model return outputs by name and keep no keys and values, whatever its config says.

    Those are of use in generation alone, and a layer that runs again would add to them.

    Raises
    ------
    ValueError
        If the model needs a padding token to find the end of each text of a batch, and has none;
        or a language, and does not know it.
    """
    config = model.config
    wanted = {"return_dict": True, "use_cache": False}
    before = {name: getattr(config, name) for name in wanted if hasattr(config, name)}
    try:
        for name in before:
            setattr(config, name, wanted[name])
        yield
    except ValueError as error:
        if "language unknown" in str(error):
            msg = (
                f"{type(model).__name__} has a part for each language and was not told which to "
                "use; call clf.model.set_default_language, such as with 'en_XX'."
            )
            raise ValueError(msg) from error
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
