"""The history of the probes: how predictions and word scores change as the model learns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ....training import ProbeSnapshot

_MOST_NUMBERS = 50_000  # in all snapshots, 200 kB


def probe_history(snapshots: tuple[ProbeSnapshot, ...]) -> dict[str, Any]:
    """Return the values of the traits that show the snapshots of the latest probes.

    A long history keeps every second, fourth, ... snapshot and the latest, so that few of the
    displayed ones disappear when new ones are added.
    """
    same = [snapshot for snapshot in snapshots if snapshot.texts == snapshots[-1].texts]
    if not same:
        return {
            "_probe_history_probes": [],
            "_probe_history_counts": [],
            "_probe_history_offsets": np.empty((0, 2), np.int32),
            "_probe_history_steps": np.empty(0, np.int32),
            "_probe_history_scores": np.empty(0, np.float32),
            "_probe_history_probabilities": np.empty(0, np.float32),
            "_probe_history_targets": np.empty(0, np.int32),
        }
    latest = same[-1]
    counts = [len(attribution.words) for attribution in latest.attributions]
    numbers = sum(counts) + latest.probabilities.size + latest.targets.size + 1
    shown = _thinned(same, max(2, _MOST_NUMBERS // numbers))
    offsets = [attribution.word_offsets for attribution in latest.attributions]
    scores = [attribution.scores for snapshot in shown for attribution in snapshot.attributions]
    probabilities = [snapshot.probabilities.ravel() for snapshot in shown]
    return {
        "_probe_history_probes": list(latest.texts),
        "_probe_history_counts": counts,
        "_probe_history_offsets": np.concatenate(offsets).astype(np.int32),
        "_probe_history_steps": np.array([snapshot.step for snapshot in shown], np.int32),
        "_probe_history_scores": np.concatenate(scores).astype(np.float32),
        "_probe_history_probabilities": np.concatenate(probabilities),
        "_probe_history_targets": np.concatenate([snapshot.targets for snapshot in shown]),
    }


def same_snapshot(
    index: int | None, before: NDArray[np.int32], after: NDArray[np.int32]
) -> int | None:
    """Return the index of the snapshot whose step is nearest to that of snapshot ``index`` before.

    Parameters
    ----------
    index
        The displayed snapshot, None for the latest.
    before, after
        The steps of the snapshots at that time, and now.
    """
    if index is None or index >= len(before) or not len(after):
        return None
    return int(np.abs(after - before[index]).argmin())


def _thinned(snapshots: list[ProbeSnapshot], most: int) -> list[ProbeSnapshot]:
    stride = 1
    while (len(snapshots) - 1) // stride + 2 > most:
        stride *= 2
    thinned = snapshots[::stride]
    return thinned if thinned[-1] is snapshots[-1] else [*thinned, snapshots[-1]]
