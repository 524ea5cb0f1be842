"""Labels that are probably wrong, by confident learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_ROUNDING = 1e-6  # a mean of equal probabilities may exceed them by this much


def label_errors(
    probabilities: NDArray[np.floating[Any]], labels: NDArray[np.int64], classes: tuple[str, ...]
) -> pd.DataFrame:
    """Find labels that are probably wrong, by confident learning.

    The threshold of a class is its mean probability over the examples labelled with it, up to
    rounding. Each example is assigned to the most likely of the classes whose thresholds it
    reaches. It is suspicious if the assigned class is not its label but a more likely class, that
    is, if it lies off the diagonal of the confident joint. Suspicious examples are ranked by their
    margin: the probability of the assigned class minus that of the label.

    For two classes, the package cleanlab finds the same examples in the same order.

    Parameters
    ----------
    probabilities
        float array (n, classes): predictions, ideally of a model that was not trained on the
        example, or only a few times.
    labels
        int64 array (n,): class indices of the labels.
    classes
        The class names.

    Returns
    -------
    pandas.DataFrame
        One row per suspicious example, the most suspicious first: ``row`` (its index in
        ``labels``), ``label``, ``suggested`` and ``score``, the margin, above 0 and at most 1.

    References
    ----------
    Northcutt, Jiang & Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset
    Labels", equations 1 and 2.

    Examples
    --------
    >>> import numpy as np
    >>> p = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.1, 0.9], [0.9, 0.1]])
    >>> errors = label_errors(p, np.array([0, 0, 1, 1, 1]), ("bad", "good"))
    >>> errors["row"].tolist(), errors["suggested"].tolist()
    ([4], ['bad'])
    """
    import pandas as pd

    rows = np.arange(len(labels))
    of_label = probabilities[rows, labels].astype(np.float64)
    counts = np.bincount(labels, minlength=len(classes))
    sums = np.bincount(labels, weights=of_label, minlength=len(classes))
    # No example reaches the threshold of a class without labelled examples.
    thresholds = np.divide(sums, counts, out=np.full(len(classes), np.inf), where=counts > 0)
    confident = np.where(probabilities >= thresholds - _ROUNDING, probabilities, -np.inf)
    suggested = confident.argmax(1)
    margins = confident[rows, suggested] - of_label
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
