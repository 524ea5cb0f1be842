"""Checks for extensions of the package, for use in their own tests."""

from .method_checks import check_method

__all__ = ["check_method"]
