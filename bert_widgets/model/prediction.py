"""The labels and probabilities that a classifier gives to texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.characters import printable

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Prediction:
    """Predicted labels of n texts.

    Attributes
    ----------
    classes
        The label names, in the order of the columns of ``probabilities``.
    labels
        The most probable label of each text; for a multi-label classifier a tuple of all labels
        with a probability of at least one half.
    probabilities
        float32 array (n, classes): each row sums to one, or for a multi-label classifier each
        entry is an independent probability.
    """

    texts: tuple[Any, ...]
    classes: tuple[str, ...]
    labels: tuple[Any, ...]
    probabilities: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.texts)

    def __repr__(self) -> str:
        return printable(repr(self.to_frame()))

    def _repr_html_(self) -> Any:  # noqa: ANN401 - as pandas has it
        return self.to_frame()._repr_html_()  # type: ignore[operator]

    def to_frame(self) -> pd.DataFrame:
        """Return columns ``text``, ``label`` and one of probabilities for each class."""
        import pandas as pd

        columns = {f"p({name})": self.probabilities[:, i] for i, name in enumerate(self.classes)}
        return pd.DataFrame({"text": self.texts, "label": self.labels, **columns})


def decided(
    probabilities: NDArray[np.float32], classes: tuple[str, ...], *, multi_label: bool
) -> tuple[Any, ...]:
    """Return the `Prediction.labels` of n texts, from their probabilities (n, classes)."""
    if multi_label:
        certain = probabilities >= 0.5  # noqa: PLR2004
        return tuple(tuple(classes[i] for i in np.flatnonzero(row)) for row in certain)
    return tuple(classes[i] for i in probabilities.argmax(1))
