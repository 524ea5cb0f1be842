"""The public function for a figure of several runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._common.extras import needs_extra
from .legend import legend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from .run import Run


def plot_runs(runs: Sequence[Run[Any]], *, width: float = 6.0) -> Figure:
    """Draw the curves of several runs in one figure, each in a colour of its own.

    Parameters
    ----------
    runs
        The runs. Those without a name are told apart by the settings in which they differ.
    width
        The width of the figure in inches.

    Returns
    -------
    matplotlib.figure.Figure
        It displays itself in a notebook; ``figure.savefig("runs.svg")`` saves it.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If there is no run.

    See Also
    --------
    History.plot : The same for one run.
    """
    with needs_extra("matplotlib", "The figure"):
        from ..figures.curves import draw_curves
    if not runs:
        msg = "There is no run to draw; give at least one."
        raise ValueError(msg)
    histories = [run.history for run in runs]
    return draw_curves(
        legend(runs),
        [history.columns("step") for history in histories],
        [history.columns("evaluation") for history in histories],
        width=width,
    )
