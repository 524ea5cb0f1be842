"""Labels that are probably wrong, by confident learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_ROUNDING = 1e-6  # what a mean of equal probabilities may exceed them by


def label_errors(
    probabilities: NDArray[np.floating[Any]], labels: NDArray[np.int64], classes: tuple[str, ...]
) -> pd.DataFrame:
    """Find labels that are probably wrong, by confident learning.

    A class's threshold is the mean probability that it gets from the examples labelled with it.
    Each example is counted to the likeliest of the classes that reach their thresholds there, and
    it is suspicious if that is not the class of its label but a likelier one: it lies off the
    diagonal of the confident joint. The suspicious are ranked by their margin, how much likelier
    the class they are counted to is than their label.

    (The package cleanlab finds the same ones in the same order where there are two classes. The
    rule is short, so that it is written out here and everybody has it.)

    Parameters
    ----------
    probabilities
        float array (n, classes): predictions, best by a model that did not train on the example,
        or did so only a few times.
    labels
        int64 array (n,): the given labels' numbers.
    classes
        The label names.

    Returns
    -------
    pandas.DataFrame
        One row a suspicious example, the most suspicious first: ``row`` (its place in
        ``labels``), ``label``, ``suggested`` and ``score``, the margin, above 0 and at most 1.

    References
    ----------
    Northcutt, Jiang & Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset
    Labels", equations 1 and 2.

    Examples
    --------
    >>> import numpy as np
    >>> p = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.1, 0.9], [0.9, 0.1]])
    >>> found = label_errors(p, np.array([0, 0, 1, 1, 1]), ("bad", "good"))
    >>> found["row"].tolist(), found["suggested"].tolist()
    ([4], ['bad'])
    """
    import pandas as pd

    rows = np.arange(len(labels))
    given = probabilities[rows, labels].astype(np.float64)
    counts = np.bincount(labels, minlength=len(classes))
    sums = np.bincount(labels, weights=given, minlength=len(classes))
    # Nothing reaches the threshold of a class that no example is labelled with.
    thresholds = np.divide(sums, counts, out=np.full(len(classes), np.inf), where=counts > 0)
    confident = np.where(probabilities >= thresholds - _ROUNDING, probabilities, -np.inf)
    suggested = confident.argmax(1)
    margins = confident[rows, suggested] - given
    suspicious = np.flatnonzero(margins > 0)
    ranked = suspicious[np.argsort(-margins[suspicious], kind="stable")]
    names = np.array(classes, object)
    return pd.DataFrame(
        {
            "row": ranked,
            "label": names[labels[ranked]],
            "suggested": names[suggested[ranked]],
            "score": margins[ranked],
        }
    )
