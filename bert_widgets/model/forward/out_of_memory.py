"""What to do when memory runs out: recognise it, and compute fewer texts at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that memory ran out, on a GPU or in this process."""
    # On a CPU, torch raises a plain RuntimeError.
    known = isinstance(error, torch.OutOfMemoryError | MemoryError)
    return known or "can't allocate memory" in str(error)


def release_cached() -> None:
    """Give back the GPU memory that torch keeps for later."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def in_halves(compute: Callable[[Sequence[Item]], Result], items: Sequence[Item]) -> list[Result]:
    """Apply a function to all items together, or to halves of them wherever memory runs out.

    Parameters
    ----------
    compute
        The function; what it returns for a part must not depend on the other parts.
    items
        At least one.

    Returns
    -------
    list
        The result of each part, in the order of the items.

    Raises
    ------
    RuntimeError, MemoryError
        If not even one item fits in memory.

    Examples
    --------
    >>> def three_at_most(texts):
    ...     if len(texts) > 3:
    ...         raise MemoryError
    ...     return len(texts)
    >>> in_halves(three_at_most, "abcde")
    [2, 3]
    """
    try:
        return [compute(items)]
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error) or len(items) == 1:
            raise
    # Outside the handler, because the error refers to the tensors of the failed attempt.
    release_cached()
    half = len(items) // 2
    return [*in_halves(compute, items[:half]), *in_halves(compute, items[half:])]
