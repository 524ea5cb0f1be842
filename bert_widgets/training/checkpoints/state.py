"""The state of a training in a checkpoint: writing and reading it."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors.numpy
import safetensors.torch
from transformers import AutoTokenizer

from ..._common.errors import reason
from ..._common.version import __version__
from ...model.adapters import has_adapter
from ...model.classifier import BertClassifier
from ...model.evaluation import Evaluation
from ...model.label_map import config_labels
from ...model.loading import manifest
from ...model.loading.config import PROBLEM_TYPES, read_config
from ..hyperparameters import Hyperparameters
from ..records import probes
from ..records.history import Note
from .files import CheckpointError
from .weights import copy_weights

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from numpy.typing import NDArray

    from ...model.loading.manifest import Entry
    from ..records.history import History

_FORMAT = 1
_LARGEST = 2**53  # steps, texts or seconds
_WHOLE, _WEIGHTS = "whole", "model.safetensors"
_HISTORY, _OPTIMIZER, _BEST, _TRAINER = (
    "history.safetensors",
    "optimizer.safetensors",
    "best.safetensors",
    "trainer.json",
)


@dataclass
class Position:
    """The position of a training.

    Attributes
    ----------
    step, examples, seconds
        Number of steps done, texts seen and seconds spent.
    due
        Actions to perform before the next step.
    over
        Whether the training ended before its last step.
    best, stale
        The best value of the measure so far, and the number of evaluations since.
    """

    step: int = 0
    examples: int = 0
    seconds: float = 0.0
    due: list[str] = field(default_factory=list)
    over: bool = False
    best: float | None = None
    stale: int = 0


@dataclass(frozen=True)
class Saved:
    """The content of a checkpoint besides the model and the history.

    Attributes
    ----------
    hyperparameters, position, probes
        Settings, position and probes of the trainer.
    optimizer
        State of the `Learner`.
    best
        Weights of the best evaluation, if they are kept.
    dynamics
        State of the `Dynamics`.
    frozen
        Names of the weights that are not to be trained (``requires_grad`` is False).
    texts
        Size and checksum of the files of the texts that belong to the checkpoint.
    name
        What the run is called; empty if it was given no name.
    """

    hyperparameters: Hyperparameters
    position: Position
    probes: tuple[str, ...]
    optimizer: dict[str, torch.Tensor]
    best: dict[str, torch.Tensor] | None
    dynamics: dict[str, NDArray[Any]]
    frozen: tuple[str, ...] = ()
    texts: dict[str, Entry] = field(default_factory=dict)
    name: str = ""


def fill(folder: Path, clf: BertClassifier, history: History, state: Saved) -> None:
    """Write a training into a folder, which is also a Hugging Face model folder.

    That of a model with an adapter has its whole state in a folder of its own besides.
    """
    clf.save_pretrained(folder)
    if has_adapter(clf.model):
        (folder / _WHOLE).mkdir()
        clf.model.config.save_pretrained(folder / _WHOLE)
        safetensors.torch.save_file(copy_weights(clf), folder / _WHOLE / _WEIGHTS)
    safetensors.torch.save_file(state.optimizer, folder / _OPTIMIZER)
    if state.best is not None:
        safetensors.torch.save_file(state.best, folder / _BEST)
    snapshots, arrays = probes.to_state(history.probe_history)
    measured = {
        **history.tables(),
        **{f"dynamics/{name}": values for name, values in state.dynamics.items()},
        **{f"probe_history/{name}": values for name, values in arrays.items()},
    }
    safetensors.numpy.save_file(measured, folder / _HISTORY)
    description = {
        "format": _FORMAT,
        "bert_widgets": __version__,
        "hyperparameters": dataclasses.asdict(state.hyperparameters),
        "position": dataclasses.asdict(state.position),
        "best_step": history.best_step,
        "notes": [[note.step, note.text] for note in history.notes],
        "evaluation": history.evaluation and _plain(history.evaluation),
        "probes": state.probes,
        "name": state.name,
        "frozen": [n for n, weight in clf.model.named_parameters() if not weight.requires_grad],
        "probe_history": snapshots,
    }
    (folder / _TRAINER).write_text(json.dumps(description, indent=1), "utf-8")


def read(folder: Path, history: History) -> Saved:
    """Read a checkpoint: fill the history and return the rest.

    Raises
    ------
    ValueError
        If the folder contains no training, or one in the format of another version.
    """
    path = folder / _TRAINER
    if not path.is_file():
        msg = f"{str(folder)!r} contains a model but no training; start one with Trainer(...)."
        raise ValueError(msg)
    try:
        description = json.loads(path.read_text("utf-8"))
        version, format_number = description["bert_widgets"], description["format"]
    except Exception as error:
        raise unreadable(path, error) from error
    if format_number != _FORMAT:
        msg = (
            f"{str(folder)!r} was written by bert_widgets {version} in another format; resume it "
            "with that version."
        )
        raise ValueError(msg)
    try:
        return _parsed(folder, description, history)
    except Exception as error:
        raise unreadable(folder, error) from error


def unreadable(path: Path, error: Exception) -> CheckpointError:
    """Return the sentence to raise where a file is whole and yet not what it should be."""
    msg = (
        f"{str(path)!r} cannot be resumed, since it is not as a Trainer writes it "
        f"({type(error).__name__}: {reason(error)}); resume another checkpoint, or train anew."
    )
    return CheckpointError(msg)


def _parsed(folder: Path, description: dict[str, Any], history: History) -> Saved:
    arrays = safetensors.numpy.load_file(folder / _HISTORY)
    history.load(arrays)
    history.notes = tuple(Note(step, text) for step, text in description["notes"])
    history.best_step = description["best_step"]
    history.probe_history = probes.from_state(
        description["probe_history"], _under("probe_history/", arrays)
    )
    history.evaluation = description["evaluation"] and _evaluation(description["evaluation"])
    best = folder / _BEST
    return Saved(
        Hyperparameters(**description["hyperparameters"]),
        _position(description["position"]),
        tuple(description["probes"]),
        safetensors.torch.load_file(folder / _OPTIMIZER),
        safetensors.torch.load_file(best) if best.is_file() else None,
        _under("dynamics/", arrays),
        tuple(description["frozen"]),
        manifest.entries(folder, "texts") or {},
        str(description.get("name", "")),
    )


def _position(saved: dict[str, Any]) -> Position:
    """Return a position, or raise a ValueError if there can be none like it."""
    position = Position(**saved)
    numbers = (position.step, position.examples, position.stale, position.seconds)
    if (
        not all(isinstance(number, int) for number in numbers[:3])
        or not all(0 <= number < _LARGEST for number in numbers)
        or not set(position.due) <= {"evaluate", "probe", "save", "finish"}
        or not isinstance(position.over, bool)
        or not isinstance(position.best, float | int | None)
    ):
        msg = f"no training stands at {saved!r}"
        raise ValueError(msg)
    return position


def read_weights(folder: Path, clf: BertClassifier) -> dict[str, torch.Tensor]:
    """Read a checkpoint's weights for `put_back`.

    Raises
    ------
    ValueError
        If the checkpoint belongs to a different model than ``clf``.
    """
    with_adapter = (folder / _WHOLE).is_dir()
    whole = folder / _WHOLE if with_adapter else folder
    config = read_config(str(whole))
    theirs, ours = ((c.model_type, config_labels(c)) for c in (config, clf.model.config))
    several = config.problem_type == PROBLEM_TYPES["multi_label"]
    weights = safetensors.torch.load_file(whole / _WEIGHTS)
    shapes = {name: tuple(value.shape) for name, value in weights.items()}
    expected = {name: tuple(value.shape) for name, value in clf.model.state_dict().items()}
    vocabulary = AutoTokenizer.from_pretrained(folder, trust_remote_code=False).get_vocab()
    if (
        theirs != ours
        or with_adapter != has_adapter(clf.model)
        or several != clf.multi_label
        or any(expected.get(name) != shape for name, shape in shapes.items())
        or vocabulary != clf.tokenizer.get_vocab()
    ):
        msg = (
            f"{str(folder)!r} contains a checkpoint of a different model ({theirs[0]} with the "
            f"labels {', '.join(theirs[1])}) than clf ({ours[0]} with {', '.join(ours[1])}, or of "
            "another size, vocabulary, adapter or problem type); "
            + ("give one with the same adapter." if with_adapter else "omit clf to load its own.")
        )
        raise ValueError(msg)
    return {**clf.model.state_dict(), **weights}


def load(folder: Path, *, device: str) -> BertClassifier:
    """Load the classifier of a checkpoint.

    Raises
    ------
    ValueError
        If it has an adapter, since its base model is not described in the checkpoint.
    """
    if (folder / _WHOLE).is_dir():
        msg = (
            f"{str(folder)!r} contains the checkpoint of a model with a PEFT adapter; give clf, a "
            "BertClassifier of such a model with the same adapter, whose weights are replaced."
        )
        raise ValueError(msg)
    return BertClassifier.from_pretrained(folder, device=device)


def set_frozen(clf: BertClassifier, names: tuple[str, ...]) -> None:
    """Let all weights but those of the given names be trained."""
    for name, weight in clf.model.named_parameters():
        weight.requires_grad_(name not in names)


def _under(prefix: str, arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {
        name.removeprefix(prefix): values
        for name, values in arrays.items()
        if name.startswith(prefix)
    }


def _plain(evaluation: Evaluation) -> dict[str, Any]:
    measures = dataclasses.replace(evaluation, data=None, probabilities=None)
    values = {f.name: getattr(measures, f.name) for f in dataclasses.fields(measures)}
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in values.items()
        if value is not None
    }


def _evaluation(plain: dict[str, Any]) -> Evaluation:
    values = {
        name: np.array(value) if isinstance(value, list) and name != "classes" else value
        for name, value in plain.items()
    }
    return Evaluation(**values | {"classes": tuple(plain["classes"])})
