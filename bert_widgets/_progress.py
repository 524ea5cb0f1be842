"""Progress of long work, with an estimate of the time left."""

from __future__ import annotations

import threading
from typing import Any

from tqdm import tqdm


def progress(total: int, doing: str) -> tqdm[Any]:
    """Return a bar that shows itself once the work has taken a second.

    It is plain text: a bar that is a widget would be dead in a saved notebook. On a thread other
    than the main one it stays hidden: there is no cell to show it in.
    """
    hidden = threading.current_thread() is not threading.main_thread()
    return tqdm(total=total, desc=doing, unit=" texts", delay=1, leave=False, disable=hidden)
