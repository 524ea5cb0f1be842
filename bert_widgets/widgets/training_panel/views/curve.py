"""A curve of bounded size that keeps its spikes, however long it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_FIRST_WIDTH = 8


class Curve:
    """Thins out rows as they arrive: it keeps all at first, later the extremes of each bucket.

    A bucket is a number of consecutive rows: one until the curve is full, then 8, then twice as
    many each time it is full again. For each bucket, the rows with the smallest and the largest
    value of each watched column are kept (the first of equal ones), and also the first and the
    last row of the curve. The result depends on the rows alone, not on the chunks in which they
    arrive, and the time to add a chunk does not depend on earlier ones.

    Parameters
    ----------
    watched
        Indices of the columns whose extremes are kept; means are those of the first one.
    columns
        Number of columns of a row.
    most_rows
        Maximum number of rows to keep.

    Attributes
    ----------
    count : int
        Number of rows added so far.

    Examples
    --------
    >>> curve = Curve([1], columns=2, most_rows=100)
    >>> curve.add(np.array([[1, 0.7], [2, 0.5]]))
    >>> curve.rows().tolist(), curve.means().tolist()
    ([[1.0, 0.7], [2.0, 0.5]], [0.7, 0.5])
    """

    def __init__(self, watched: Sequence[int], *, columns: int, most_rows: int) -> None:
        self.count = 0
        self._watched = list(watched)
        self._most_rows = most_rows - 2  # besides the first and the last row
        self._most_buckets = self._most_rows // (2 * len(self._watched))
        self._width = 1
        self._numbers = np.empty(0, np.int64)  # indices of the rows kept
        self._kept = np.empty((0, columns))
        self._ends = np.empty((0, columns))  # the first and the last row
        self._sums = np.empty(0)  # of the known values of the first watched column, per bucket
        self._known = np.empty(0, np.int64)  # the number of these values

    def add(self, rows: NDArray[np.float64]) -> None:
        """Append rows (n, columns); unknown values are NaN."""
        if not len(rows):
            return
        self._ends = np.stack([self._ends[0] if self.count else rows[0], rows[-1]])
        start = 0
        while start < len(rows):
            room = self._capacity() - self.count
            if room <= 0:
                self._widen()
            else:
                self._append(rows[start : start + room])
                start += room

    def rows(self) -> NDArray[np.float64]:
        """Return the rows kept (m, columns), in order."""
        return np.concatenate([self._kept, self._ends])[self._order()]

    def means(self) -> NDArray[np.float64]:
        """Return for each row kept (m,) the mean of its bucket; NaN if no value is known."""
        with np.errstate(invalid="ignore"):
            means: NDArray[np.float64] = self._sums / self._known
        return means[self._all_numbers()[self._order()] // self._width]

    def _capacity(self) -> int:
        return self._most_rows if self._width == 1 else self._width * self._most_buckets

    def _append(self, rows: NDArray[np.float64]) -> None:
        buckets = np.arange(self.count, self.count + len(rows)) // self._width
        self.count += len(rows)
        more = int(buckets[-1]) + 1 - len(self._sums)
        self._sums = np.append(self._sums, np.zeros(more))
        self._known = np.append(self._known, np.zeros(more, np.int64))
        values = rows[:, self._watched[0]]
        known = ~np.isnan(values)
        # Added one by one, so that the sum does not depend on the chunks either.
        np.add.at(self._sums, buckets[known], values[known])
        np.add.at(self._known, buckets[known], 1)
        # The last bucket may continue in these rows.
        old = int(np.searchsorted(self._numbers, buckets[0] * self._width))
        numbers = np.append(self._numbers[old:], np.arange(self.count - len(rows), self.count))
        self._keep(old, numbers, np.concatenate([self._kept[old:], rows]))

    def _widen(self) -> None:
        together = _FIRST_WIDTH if self._width == 1 else 2
        self._width *= together
        starts = np.arange(0, len(self._sums), together)
        self._sums = np.add.reduceat(self._sums, starts)
        self._known = np.add.reduceat(self._known, starts)
        self._keep(0, self._numbers, self._kept)

    def _keep(self, old: int, numbers: NDArray[np.int64], rows: NDArray[np.float64]) -> None:
        """Keep the first ``old`` rows and the extremes of ``rows``, which start with a bucket."""
        if self._width > 1:
            chosen = _extremes(rows[:, self._watched], numbers // self._width)
            numbers, rows = numbers[chosen], rows[chosen]
        self._numbers = np.append(self._numbers[:old], numbers)
        self._kept = np.concatenate([self._kept[:old], rows])

    def _all_numbers(self) -> NDArray[np.int64]:
        ends = [0, self.count - 1] if self.count else []
        return np.append(self._numbers, np.array(ends, np.int64))

    def _order(self) -> NDArray[np.intp]:
        return np.unique(self._all_numbers(), return_index=True)[1]


def _extremes(values: NDArray[np.float64], buckets: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return indices of rows with the smallest or largest value of a column in their bucket.

    ``buckets`` is sorted. A bucket without known values keeps its first row.
    """
    starts = np.flatnonzero(np.diff(buckets, prepend=buckets[0] - 1))
    lengths = np.diff(starts, append=len(buckets))
    chosen = []
    for column in values.T:
        for signed in (column, -column):
            filled = np.where(np.isnan(signed), np.inf, signed)
            least = np.repeat(np.minimum.reduceat(filled, starts), lengths)
            extremes = np.flatnonzero(filled == least)
            first = np.unique(buckets[extremes], return_index=True)[1]
            chosen.append(extremes[first])
    return np.unique(np.concatenate(chosen))
