"""Characters that a figure or LaTeX can show."""

from __future__ import annotations

import re

from .._common.characters import printable

_NOT_IN_XML = re.compile("[\ufffe\uffff]")


def drawable(text: str) -> str:
    r"""Write out the characters that control what shows them, such as ``\x00``, which no SVG takes.

    Tabs and line ends stay as they are.
    """
    return _NOT_IN_XML.sub("\ufffd", printable(text.replace("\r\n", "\n").replace("\r", "\n")))
