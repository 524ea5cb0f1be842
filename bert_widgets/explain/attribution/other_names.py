"""What other libraries call options of an explanation, and what there is here."""

from __future__ import annotations

from ..._common.options import ALL_CORES

EXPLAINING = ALL_CORES | {
    "batch_size": "texts are explained in batches of as many tokens as suit the device.",
    "internal_batch_size": "passes run in batches of as many tokens as suit the device.",
    "methods": "method= takes one method or several in a list.",
    "n_samples": "samples= is the number of samples of a method that draws some.",
    "n_steps": "tolerance= is the error at which integrated gradients may stop.",
    "num_samples": "samples= is the number of samples of a method that draws some.",
}
"""Options of other functions that explain, and what to do instead."""
