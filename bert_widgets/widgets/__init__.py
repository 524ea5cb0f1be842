"""The widgets: interactive views of results, linked through their traits.

Names are imported when they are first used: nbconvert, and with it JupyterLab's server, imports the
exporter in `saving.notebook_page`, which needs neither torch nor a model.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .attention_matrix.widget import AttentionMatrix
    from .saving.export import Heading, write_page
    from .token_highlights.widget import TokenHighlights
    from .training_panel.panel import TrainingPanel

__all__ = ["AttentionMatrix", "Heading", "TokenHighlights", "TrainingPanel", "write_page"]

_HOMES = {
    "AttentionMatrix": ".attention_matrix.widget",
    "Heading": ".saving.export",
    "TokenHighlights": ".token_highlights.widget",
    "TrainingPanel": ".training_panel.panel",
    "write_page": ".saving.export",
}

if not TYPE_CHECKING:  # a type checker would take every name for defined

    def __getattr__(name: str) -> object:
        if name in _HOMES:
            return getattr(importlib.import_module(_HOMES[name], __name__), name)
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
