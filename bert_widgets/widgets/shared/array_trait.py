"""A trait that is a NumPy array in Python and is sent as raw bytes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import traitlets as t
from numpy.typing import NDArray

from ..._common._compat import notify_trait, swap_trait_value


class Array(t.TraitType[NDArray[Any], Any]):
    """A read-only array of fixed dtype, sent as little-endian bytes in C order.

    Parameters
    ----------
    dtype
        The name of a NumPy dtype, such as ``"float32"``.
    *columns
        The shape after the first dimension, which is free: none for a vector, 2 for an (n, 2)
        array.
    """

    def __init__(self, dtype: str, *columns: int) -> None:
        self.dtype = np.dtype(dtype).newbyteorder("<")
        self.columns = columns
        columns_text = ", ".join(map(str, columns))
        self.info_text = f"a {dtype} array of shape {f'(n, {columns_text})' if columns else '(n,)'}"
        super().__init__(default_value=_frozen(np.empty((0, *columns), self.dtype)))
        self.tag(sync=True, to_json=_to_bytes, from_json=self._from_bytes)

    def validate(self, obj: t.HasTraits | None, value: object) -> NDArray[Any]:
        """Return a read-only copy of ``value`` in this trait's dtype, or raise ``TraitError``."""
        original = np.asarray(value)
        if original.shape[1:] != self.columns or original.ndim != 1 + len(self.columns):
            self.error(obj, value)
        kinds = "fiu" if self.dtype.kind == "f" else "iu"
        if original.size and original.dtype.kind not in kinds:
            self.error(obj, value)
        with np.errstate(over="ignore"):
            array = original.astype(self.dtype)
        if self.dtype.kind != "f" and not np.array_equal(array, original):
            self.error(obj, value)
        return _frozen(array)

    def set(self, obj: t.HasTraits, value: object) -> None:
        """Set the trait, and notify observers if the value differs."""
        new: NDArray[Any] = self._validate(obj, value)  # type: ignore[assignment]
        name = str(self.name)
        # As traitlets does, except for its comparison by ``==``, which fails for arrays.
        old: NDArray[Any] = swap_trait_value(obj, name, new, self.default_value)
        if not np.array_equal(old, new, equal_nan=self.dtype.kind == "f"):
            notify_trait(obj, name, old, new)

    def _from_bytes(self, value: object, _widget: object) -> object:
        if not isinstance(value, bytes | bytearray | memoryview):
            return value
        size = memoryview(value).nbytes
        width = self.dtype.itemsize * math.prod(self.columns)
        if size % width:
            msg = f"The {self.name!r} trait got {size} bytes, which is not a multiple of {width}."
            raise t.TraitError(msg)
        return np.frombuffer(value, self.dtype).reshape(-1, *self.columns)


def _to_bytes(value: NDArray[Any], _widget: object) -> bytes:
    return value.tobytes()


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array = np.ascontiguousarray(array)
    array.flags.writeable = False
    return array
