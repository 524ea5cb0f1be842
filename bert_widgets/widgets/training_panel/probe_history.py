"""The film of the probes: how their predictions and word scores change as the model learns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...training.records.probes import Frame

_MOST_NUMBERS = 50_000  # in all frames, 200 kB


def film(frames: tuple[Frame, ...]) -> dict[str, Any]:
    """Return the traits that show the frames of the latest probes.

    A long film keeps every second, fourth, ... frame, so that those kept stay the same for as
    long as they can, and the latest.
    """
    same = [frame for frame in frames if frame.texts == frames[-1].texts]
    if not same:
        return {
            "_film_probes": [],
            "_film_counts": [],
            "_film_offsets": np.empty((0, 2), np.int32),
            "_film_steps": np.empty(0, np.int32),
            "_film_scores": np.empty(0, np.float32),
            "_film_probabilities": np.empty(0, np.float32),
            "_film_targets": np.empty(0, np.int32),
        }
    latest = same[-1]
    counts = [len(attribution.words) for attribution in latest.attributions]
    numbers = sum(counts) + latest.probabilities.size + latest.targets.size + 1
    shown = _thinned(same, max(2, _MOST_NUMBERS // numbers))
    offsets = [attribution.word_offsets for attribution in latest.attributions]
    scores = [attribution.scores for frame in shown for attribution in frame.attributions]
    return {
        "_film_probes": list(latest.texts),
        "_film_counts": counts,
        "_film_offsets": np.concatenate(offsets).astype(np.int32),
        "_film_steps": np.array([frame.step for frame in shown], np.int32),
        "_film_scores": np.concatenate(scores).astype(np.float32),
        "_film_probabilities": np.concatenate([f.probabilities.ravel() for f in shown]),
        "_film_targets": np.concatenate([frame.targets for frame in shown]),
    }


def same_frame(
    number: int | None, before: NDArray[np.int32], after: NDArray[np.int32]
) -> int | None:
    """Return which frame shows the step that frame ``number`` showed; None for the latest.

    Parameters
    ----------
    number
        The frame on show, None for the latest.
    before, after
        The steps of the frames at that time, and now.
    """
    if number is None or number >= len(before) or not len(after):
        return None
    return int(np.abs(after - before[number]).argmin())


def _thinned(frames: list[Frame], most: int) -> list[Frame]:
    stride = 1
    while (len(frames) - 1) // stride + 2 > most:
        stride *= 2
    kept = frames[::stride]
    return kept if kept[-1] is frames[-1] else [*kept, frames[-1]]
