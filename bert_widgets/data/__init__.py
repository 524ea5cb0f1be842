"""Labelled texts and the forms in which they are given."""

from .text_data import ProblemType, TextData

__all__ = ["ProblemType", "TextData"]
