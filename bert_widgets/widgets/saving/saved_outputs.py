"""The widgets in a saved notebook: which outputs show one, and the state that was saved of it.

The notebook may come from anybody. Only data is taken out of it, which the page validates trait by
trait; the code that the page runs is that of this installation.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from html import escape
from typing import TYPE_CHECKING, Any

from .bundle import bundle_source, bundle_version
from .export import mount_id

if TYPE_CHECKING:
    from collections.abc import Iterator

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
MOUNT = "application/vnd.bert-widgets.mount+json"
"""What an output has in the place of its view: the ids of the elements for its widgets."""

BUNDLES = ("attention_matrix", "token_highlights", "training_panel")
_CODE = ("_esm", "_css", "_bundle_source")
_TITLE = ">bert_widgets: "  # with which every static rendering begins

NOT_SAVED = (
    "A static rendering: the notebook holds no state of this widget. To click on it here, choose "
    "Settings, Save Widget State Automatically in JupyterLab, run and save the notebook, and "
    "export it again."
)
OTHER_VERSION = (
    "A static rendering: another version of bert_widgets saved this widget. Run and save the "
    "notebook with the installed version, and export it again."
)
DAMAGED = (
    "A static rendering: the saved state of this widget is damaged. Run and save the notebook, and "
    "export it again."
)


def mount_widgets(notebook: Any) -> tuple[dict[str, Any], list[str]]:  # noqa: ANN401 - from nbformat
    """Replace the views in a notebook's outputs.

    An output of widgets of this package gets `MOUNT`, or, if their state is not at hand, a sentence
    over its static rendering. An output of other widgets keeps its static rendering.

    Returns
    -------
    tuple of dict and list of str
        What the page shows, and the sentences over static renderings.
    """
    models = _models(notebook.metadata)
    widgets: list[dict[str, Any]] = []
    notes: list[str] = []
    for output in _outputs(notebook):
        data = output["data"]
        data.pop(MOUNT, None)
        view = data.pop(VIEW, None)
        if view is None:
            continue
        found = list(_own(view, models, set()))
        problem = next(filter(None, map(_problem, found)), "")
        if found and not problem:
            first = len(widgets)
            widgets += [_saved(model, first + i) for i, model in enumerate(found)]
            data[MOUNT] = [mount_id(i) for i in range(first, len(widgets))]
        elif found or _TITLE in _text(data, "text/html")[:1000]:
            notes.append(problem or NOT_SAVED)
            data["text/html"] = _note(notes[-1]) + _text(data, "text/html")
    notebook.metadata.pop("widgets", None)
    names = sorted({widget["bundle"] for widget in widgets})
    bundles = {name: bundle_source(name) for name in names}
    return {"bundles": bundles, "widgets": widgets, "links": []}, notes


def _outputs(notebook: Any) -> Iterator[Any]:  # noqa: ANN401
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if "data" in output:
                yield output


def _text(data: dict[str, Any], kind: str) -> str:
    """Return the text of an output, which notebooks may hold line by line."""
    value = data.get(kind, "")
    return value if isinstance(value, str) else "".join(value)


def _models(metadata: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401
    """Return the saved models by their ids, as far as they have a state."""
    saved = metadata
    for key in ("widgets", STATE, "state"):
        saved = saved.get(key) if isinstance(saved, dict) else None
    if not isinstance(saved, dict):
        return {}
    return {
        name: model
        for name, model in saved.items()
        if isinstance(model, dict) and isinstance(model.get("state"), dict)
    }


def _own(view: Any, models: dict[str, Any], above: set[str]) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Yield the saved widgets of this package that a view shows, those in containers too."""
    name = view.get("model_id") if isinstance(view, dict) else None
    if not isinstance(name, str) or name not in models or name in above:
        return
    model = models[name]
    if _bundle(model):
        yield model
    children = model["state"].get("children")
    for child in children if isinstance(children, list) else ():
        if isinstance(child, str):
            below = {"model_id": child.removeprefix("IPY_MODEL_")}
            yield from _own(below, models, above | {name})


def _bundle(model: dict[str, Any]) -> str:
    """Return which bundle draws a saved widget; empty for widgets of other packages."""
    version = model["state"].get("_bundle_name")
    name = version.rpartition("-")[0] if isinstance(version, str) else ""
    return name if name in BUNDLES else ""


def _problem(model: dict[str, Any]) -> str:
    """Return why a saved widget cannot be drawn; empty if it can."""
    if model["state"]["_bundle_name"] != bundle_version(_bundle(model)):
        return OTHER_VERSION
    try:
        json.dumps(model["state"], allow_nan=False, ensure_ascii=False).encode()
        for buffer in model.get("buffers", []):
            (name,), encoding = buffer["path"], buffer["encoding"]
            if not isinstance(name, str) or encoding != "base64":
                return DAMAGED
            b64decode(buffer["data"], validate=True)
    except (binascii.Error, KeyError, RecursionError, TypeError, ValueError):
        return DAMAGED
    return ""


def _saved(model: dict[str, Any], number: int) -> dict[str, Any]:
    state = {name: value for name, value in model["state"].items() if name not in _CODE}
    buffers = model.get("buffers", [])
    return {
        "bundle": _bundle(model),
        "state": {**state, "_static": True},
        "buffers": [
            {"path": part["path"], "data": part["data"]}
            for part in buffers
            if part["path"][0] not in _CODE
        ],
        "mount": mount_id(number),
    }


def _note(sentence: str) -> str:
    return f'<div style="font:13px/1.5 system-ui,sans-serif">{escape(sentence)}</div>'
