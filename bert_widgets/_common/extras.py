"""Libraries that only some functions need, and that the user installs for them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def needs_extra(extra: str, purpose: str) -> Iterator[None]:
    """Say how to install an optional library if an import inside fails.

    Parameters
    ----------
    extra
        The extra of this package that installs the library.
    purpose
        What needs it, as the start of a sentence.

    Raises
    ------
    ImportError
        If the library is not installed.

    Examples
    --------
    >>> with needs_extra("captum", "LIME"):
    ...     from captum.attr import Lime
    """
    try:
        yield
    except ImportError as error:
        msg = f'{purpose} needs {extra}; run: pip install "bert-widgets[{extra}]"'
        raise ImportError(msg) from error
