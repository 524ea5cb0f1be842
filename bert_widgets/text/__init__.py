"""Text to tokens and back: encodings with character offsets, windows, batches."""

from .encoding import SPECIAL, Encoding, Words, encode
from .windows import Window, encode_windows

__all__ = ["SPECIAL", "Encoding", "Window", "Words", "encode", "encode_windows"]
