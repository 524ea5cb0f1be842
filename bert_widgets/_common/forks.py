"""What becomes of locks and threads in a forked process, where only one thread goes on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def at_fork(
    *,
    before: Callable[[], object] | None = None,
    in_parent: Callable[[], object] | None = None,
    in_child: Callable[[], object],
) -> None:
    """Call functions around each fork, on systems that fork."""
    if hasattr(os, "register_at_fork"):
        before = before or _nothing
        in_parent = in_parent or _nothing
        os.register_at_fork(before=before, after_in_parent=in_parent, after_in_child=in_child)


def _nothing() -> None:
    pass
