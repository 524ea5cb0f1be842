"""The classifier: any Hugging Face encoder with a classification head; load, predict, save."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification

from .._common.options import named_options
from .._common.other_names import OtherNames
from ..data.inputs import as_texts
from ..data.text_data import TextData, check_problem_type
from ..text.windows import check_limit, encode_windows, shares
from .adapters import check_adapter, has_adapter, merged_model, save_adapter
from .device import choose_device
from .evaluation import Evaluation, evaluate
from .label_map import label_map, set_classes
from .loading import manifest
from .loading.adapter import base_folder, load_adapter, read_classes
from .loading.config import PROBLEM_TYPES, read_config
from .loading.tokenizer import load_tokenizer
from .loading.weights import load_model, quiet
from .other_names import ATTRIBUTES, CLASS_ATTRIBUTES, CONSTRUCTION, LOADING, PREDICTING
from .prediction import Prediction, decided
from .text_model import TextModel
from .weights_version import mark_untrained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..data.inputs import Texts
    from ..data.text_data import Source
    from .label_map import LabelNames


class BertClassifier(OtherNames, TextModel):
    """A text classifier: a Hugging Face sequence-classification model with its tokenizer.

    Make one with `from_pretrained` or ``bert_widgets.demo.classifier()``.

    Parameters
    ----------
    model
        A Hugging Face model with a sequence-classification head and label names in its config, or
        one in a PEFT adapter of the task type ``"SEQ_CLS"``, such as LoRA.
    tokenizer
        Its fast tokenizer.

    Attributes
    ----------
    labels : tuple of str
        The label names; logit number i belongs to ``labels[i]``.
    max_length : int
        The most tokens the model reads at once, special tokens included.
    lock : FairLock
        Held while the model runs, so that cells can predict during a training.
    """

    _other_names = ATTRIBUTES
    _other_class_names = CLASS_ATTRIBUTES
    _construction = CONSTRUCTION

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as torch has it
        """Return the logits of tensors, or of texts what `predict` returns."""
        if args and not isinstance(args[0], torch.Tensor):
            return self.predict(*args, **kwargs)
        return super().__call__(*args, **kwargs)

    @classmethod
    @named_options(instead=LOADING)
    def from_pretrained(
        cls,
        name_or_folder: str | Path,
        *,
        labels: LabelNames | None = None,
        problem_type: str | None = None,
        new_head: bool = False,
        device: str = "auto",
    ) -> Self:
        """Load a checkpoint from a folder or from the Hugging Face Hub.

        Weights are read from safetensors only and no code of the checkpoint is run.

        Parameters
        ----------
        name_or_folder
            A folder of a model, or of a PEFT adapter to a model in a folder; or a name on the Hub.
        labels
            Label names, or a `TextData` for its classes. A checkpoint with the same names, in
            any order or case, keeps its trained head and its order, as does one without names
            (``LABEL_0``, ...). A dict from the checkpoint's names to new ones renames them. For
            another number of labels, the head is new and must be fine-tuned.
        problem_type
            ``"single_label"`` or ``"multi_label"``, or Hugging Face's names for them; by default
            what the checkpoint says.
        new_head
            Whether to replace a trained head by a new one.
        device
            ``"auto"`` takes CUDA, else MPS, else the CPU; or a torch device name.

        Raises
        ------
        OSError
            If there is no such checkpoint, or it lacks safetensors weights or a tokenizer.
        ValueError
            If the labels repeat or are not those of a trained head; weights other than the
            head's are missing, left over or of another shape than the config describes; the
            tokenizer is not the model's; or the checkpoint cannot be a classifier of texts.

        Warns
        -----
        UserWarning
            If the head is new, since its predictions mean nothing before fine-tuning.

        Examples
        --------
        >>> BertClassifier.from_pretrained("bert-base-uncased", labels=data)  # doctest: +SKIP
        """
        where = str(Path(name_or_folder).expanduser())
        base = base_folder(where, new_head=new_head)
        config = read_config(base or where)
        named = bool(base) and read_classes(where, config)
        names, conflict = label_map(config, labels)
        if problem_type is not None:
            config.problem_type = PROBLEM_TYPES[check_problem_type(problem_type)]
        set_classes(config, names)
        model, reason = load_model(base or where, config, new_head=new_head)
        if conflict and (named or not reason):
            raise ValueError(conflict)
        parts = (
            load_adapter(model, where, base, new_head=bool(reason))
            if base
            else (model, load_tokenizer(where, model))
        )
        clf = cls(*parts).to(choose_device(device))
        if reason and not base:
            mark_untrained(clf)
            warnings.warn(
                f"{reason}: fine-tune the new head before you use its predictions.", stacklevel=3
            )
        return clf

    @classmethod
    def from_weights(
        cls, folder: str | Path, weights: dict[str, torch.Tensor], *, device: str = "auto"
    ) -> Self:
        """Build the model that a folder's config and tokenizer describe, with given weights.

        Parameters
        ----------
        folder
            Holds ``config.json`` and the tokenizer's files.
        weights
            The whole state of the model, by name.
        device
            As for `from_pretrained`.

        Raises
        ------
        RuntimeError
            If a weight is missing, left over or of another shape.
        """
        model = AutoModelForSequenceClassification.from_config(  # type: ignore[no-untyped-call]
            read_config(str(folder))
        )
        model.load_state_dict(weights)
        tokenizer = load_tokenizer(str(folder), model)
        return cls(model, tokenizer).to(choose_device(device))

    @named_options(instead=PREDICTING)
    def predict(
        self, texts: Texts, *, window: int | None = None, overlap: int | None = None
    ) -> Prediction:
        """Predict the labels of texts of any length.

        Texts are sorted by length and run in batches of a bounded number of tokens. A text longer
        than the window is cut at sentence ends into overlapping windows; its probabilities are
        the mean of theirs, weighted by their tokens.

        All of it is by the same weights: a training of the model waits until the call is done.

        Parameters
        ----------
        texts
            A string, a list or Series of strings, (text, second text) pairs, or a `TextData`.
        window
            The most tokens of a window, special tokens included; by default what the model reads.
        overlap
            The least number of tokens that neighbouring windows share; by default an eighth.

        Returns
        -------
        Prediction
            In the order of ``texts``.

        Raises
        ------
        TypeError
            If something in ``texts`` is not a string or a pair of strings; its place is named.
        ValueError
            If the window is longer than the model reads or too short to hold text.

        Examples
        --------
        >>> clf.predict(["a gorgeous, witty film"]).labels
        ('positive',)
        """
        singles, pairs, shown = as_texts(texts)
        with self.lock:
            probabilities = self.text_probabilities(singles, pairs, window=window, overlap=overlap)
        labels = decided(probabilities, self.labels, multi_label=self.multi_label)
        return Prediction(shown, self.labels, labels, probabilities)

    def evaluate(self, data: Source, **columns: Any) -> Evaluation:  # noqa: ANN401
        """Predict labelled texts, all by the same weights, and measure the predictions.

        Parameters
        ----------
        data
            Anything `TextData.from_` reads.
        **columns
            Column names (``text``, ``pair``, ``label``) for `TextData.from_`.

        Examples
        --------
        >>> round(clf.evaluate(bw.demo.reviews()).accuracy, 3)
        0.645
        """
        checked = TextData.from_(
            data, classes=self.labels, problem_type=self.problem_type, **columns
        )
        with self.lock:
            probabilities = self.text_probabilities(checked.texts, checked.pairs)
        return evaluate(probabilities, checked.labels, self.labels, checked)

    def save_pretrained(self, folder: str | Path) -> None:
        """Write a plain Hugging Face folder that ``transformers.pipeline`` loads.

        Of a model with a PEFT adapter, the adapter and the whole classification head are written,
        which PEFT loads onto the base model; for a plain folder use ``merged().save_pretrained``.

        Parameters
        ----------
        folder
            Made if missing; files of the same names are replaced. Size and checksum of each are
            entered in ``bert_widgets_manifest.json``, by which `from_pretrained` notices damage.
        """
        folder = Path(folder)
        before = manifest.stamps(folder)
        with self.lock, quiet():
            check_adapter(self.model)
            if has_adapter(self.model):
                save_adapter(self.model, folder)
            else:
                self.model.save_pretrained(folder)
            self.tokenizer.save_pretrained(folder)
        manifest.enter_written(folder, before)

    def merged(self) -> BertClassifier:
        """Return a copy whose PEFT adapter is added to its weights: a classifier without one.

        Raises
        ------
        ValueError
            If the model has no adapter.
        """
        if not has_adapter(self.model):
            msg = f"A {type(self.model).__name__} has no PEFT adapter to merge; use it as it is."
            raise ValueError(msg)
        with self.lock:
            return BertClassifier(merged_model(self.model), self.tokenizer)

    def text_probabilities(
        self,
        texts: Sequence[str],
        pairs: Sequence[str] | None = None,
        *,
        window: int | None = None,
        overlap: int | None = None,
    ) -> NDArray[np.float32]:
        """Return the probabilities of texts, as a float32 array (texts, classes).

        Unlike `predict`, it lets other threads use the model between two batches. Parameters are
        those of `predict`; ``pairs`` are the second texts.
        """
        limit = self.max_length if window is None else window
        with self.lock:
            check_limit(self.tokenizer, limit, self.max_length, pair=pairs is not None)
            windows = encode_windows(self.tokenizer, texts, pairs, limit=limit, overlap=overlap)
        logits = self.logits([window.encoding for window in windows])
        weighted = self.probabilities(logits) * shares(windows)[:, None]
        averages = np.zeros((len(texts), len(self.labels)), np.float32)
        np.add.at(averages, [window.owner for window in windows], weighted.astype(np.float32))
        return averages


def check_classifier(clf: object) -> None:
    """Raise if what is given for a classifier is something else."""
    if not isinstance(clf, BertClassifier):
        msg = (
            f"The classifier must be a BertClassifier, not a {type(clf).__name__}; make one with "
            "BertClassifier.from_pretrained(...)."
        )
        raise TypeError(msg)
