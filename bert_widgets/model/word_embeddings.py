"""How a model reads its words: by looking each up in one table, or in some other way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from .classifier import BertClassifier


def word_embeddings(clf: BertClassifier, ids: torch.Tensor, *, hooks: bool = False) -> torch.Tensor:
    """Return the embeddings of tokens as float32, outside any graph of gradients.

    The module is called, because some families scale the rows of the table. The output is detached
    even where no gradients are recorded: ``enable_input_require_grads``, which gradient
    checkpointing and adapters use, makes the module's output require gradients there too.

    Parameters
    ----------
    clf
        The classifier.
    ids
        int64 tensor of any shape.
    hooks
        Whether hooks on the module change the result; only where the classifier's lock is held,
        since another thread may have set some while it explains a text.

    Raises
    ------
    ValueError
        If the module gives something else, as that of the quantised I-BERT does.
    """
    with torch.no_grad():
        module: Any = clf.model.get_input_embeddings()
        embeddings: Any = module(ids) if hooks else module.forward(ids)
        if not isinstance(embeddings, torch.Tensor):
            msg = (
                f"The word embeddings of {type(clf.model).__name__} are not a tensor, so its words "
                "cannot be scored; use an encoder such as BERT."
            )
            raise ValueError(msg)  # noqa: TRY004 - an unfit model, like others
        looked_up: torch.Tensor = embeddings.detach().float()
        return looked_up


def looks_up_words(clf: BertClassifier) -> bool:
    """Return whether the model uses the rows of its embedding table unchanged.

    Encoder-decoders use separate modules, and some families scale the rows. Then the rows of the
    table cannot be trained instead of the embeddings.

    Parameters
    ----------
    clf
        The classifier, whose lock is held or free.
    """
    module: Any = clf.model.get_input_embeddings()
    fields = clf.collate(clf.encode(["a"]))
    outputs: list[torch.Tensor] = []

    def note(_module: object, _inputs: object, output: torch.Tensor) -> None:
        outputs.append(output)

    with clf.inference(), torch.no_grad():  # nobody else may call the hook
        hook = module.register_forward_hook(note)
        try:
            clf(**fields)
        finally:
            hook.remove()
    looked_up = functional.embedding(fields["input_ids"], module.weight)
    # I-BERT's output is a tuple.
    plain = len(outputs) == 1 and isinstance(outputs[0], torch.Tensor)
    return plain and torch.equal(outputs[0], looked_up)
