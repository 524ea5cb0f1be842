"""A curve of bounded size, however long it grows, that keeps its spikes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_FIRST_WIDTH = 8


class Curve:
    """Thins rows as they come: all of them at first, later the extreme ones of each bucket.

    A bucket is a number of neighbouring rows: one until the curve is full, then 8, then, each
    time it is full again, twice as many. Of a bucket the rows with the least and the largest
    value of each watched column stay, the first of several; so do the first and the last row of
    the curve. What is kept depends on the rows alone, not on the chunks in which they came, and
    the time to add a chunk not on what came before it.

    Parameters
    ----------
    watched
        Numbers of the columns whose extremes are kept; means are those of the first of them.
    columns
        How many columns a row has.
    most_rows
        The most rows to keep.

    Attributes
    ----------
    count : int
        The rows added so far.

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
        self._most_rows = most_rows - 2  # the first and the last row come on top
        self._most_buckets = self._most_rows // (2 * len(self._watched))
        self._width = 1
        self._numbers = np.empty(0, np.int64)  # which rows are kept
        self._kept = np.empty((0, columns))
        self._ends = np.empty((0, columns))  # the first and the last row
        self._sums = np.empty(0)  # of each bucket's known values of the first watched column
        self._known = np.empty(0, np.int64)  # how many these are

    def add(self, rows: NDArray[np.float64]) -> None:
        """Append rows (n, columns); a value that is not known is NaN."""
        if not len(rows):
            return
        self._ends = np.stack([self._ends[0] if self.count else rows[0], rows[-1]])
        at = 0
        while at < len(rows):
            room = self._capacity() - self.count
            if room <= 0:
                self._widen()
            else:
                self._append(rows[at : at + room])
                at += room

    def rows(self) -> NDArray[np.float64]:
        """Return the rows kept (m, columns), in order."""
        return np.concatenate([self._kept, self._ends])[self._order()]

    def means(self) -> NDArray[np.float64]:
        """Return for each row kept (m,) the mean of its bucket; NaN if nothing is known of it."""
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
        # One after the other, so that the sum does not depend on the chunks either.
        np.add.at(self._sums, buckets[known], values[known])
        np.add.at(self._known, buckets[known], 1)
        # The last bucket may go on in these rows.
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
        """Put the extremes of rows, which begin with a bucket, after the first ``old`` kept."""
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
    """Return which rows hold the least or largest value of a column in their bucket.

    ``buckets`` is sorted. A bucket of which nothing is known keeps its first row.
    """
    starts = np.flatnonzero(np.diff(buckets, prepend=buckets[0] - 1))
    lengths = np.diff(starts, append=len(buckets))
    chosen = []
    for column in values.T:
        for signed in (column, -column):
            filled = np.where(np.isnan(signed), np.inf, signed)
            least = np.repeat(np.minimum.reduceat(filled, starts), lengths)
            at = np.flatnonzero(filled == least)
            chosen.append(at[np.unique(buckets[at], return_index=True)[1]])
    return np.unique(np.concatenate(chosen))
