"""A trait that is a numpy array in Python and raw bytes on the wire."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import traitlets as t
from numpy.typing import NDArray


class Array(t.TraitType[NDArray[Any], Any]):
    """A read-only array of fixed type; it travels as bytes, little-endian, in C order.

    Parameters
    ----------
    dtype
        The name of a numpy type, such as ``"float32"``.
    *columns
        The shape after the first, free dimension: none for a vector, 2 for an (n, 2) array.
    """

    def __init__(self, dtype: str, *columns: int) -> None:
        self.dtype = np.dtype(dtype).newbyteorder("<")
        self.columns = columns
        shape = ", ".join(map(str, ("n", *columns)))
        self.info_text = f"a {dtype} array of shape ({shape})"
        super().__init__(default_value=_frozen(np.empty((0, *columns), self.dtype)))
        self.tag(sync=True, to_json=_to_bytes, from_json=self._from_bytes)

    def validate(self, obj: t.HasTraits | None, value: object) -> NDArray[Any]:
        """Return a read-only copy of ``value`` in this trait's type, or raise ``TraitError``."""
        given = np.asarray(value)
        if given.shape[1:] != self.columns or given.ndim != 1 + len(self.columns):
            self.error(obj, value)
        kinds = "fiu" if self.dtype.kind == "f" else "iu"
        if given.size and given.dtype.kind not in kinds:
            self.error(obj, value)
        with np.errstate(over="ignore"):
            array = given.astype(self.dtype)
        if self.dtype.kind != "f" and not np.array_equal(array, given):
            self.error(obj, value)
        return _frozen(array)

    def set(self, obj: t.HasTraits, value: object) -> None:
        """Set the trait; tell observers only of a value that differs."""
        new: NDArray[Any] = self._validate(obj, value)  # type: ignore[assignment]
        name = str(self.name)
        # What traitlets does, but for its comparison, which arrays do not answer with one bool.
        old: NDArray[Any] = obj._trait_values.get(name, self.default_value)  # noqa: SLF001
        obj._trait_values[name] = new  # noqa: SLF001
        if not np.array_equal(old, new, equal_nan=self.dtype.kind == "f"):
            obj._notify_trait(name, old, new)  # noqa: SLF001

    def _from_bytes(self, value: object, _widget: object) -> object:
        if not isinstance(value, bytes | bytearray | memoryview):
            return value
        size = memoryview(value).nbytes
        width = self.dtype.itemsize * math.prod(self.columns)
        if size % width:
            msg = f"The {self.name!r} trait got {size} bytes, which are no rows of {width}."
            raise t.TraitError(msg)
        return np.frombuffer(value, self.dtype).reshape(-1, *self.columns)


def _to_bytes(value: NDArray[Any], _widget: object) -> bytes:
    return value.tobytes()


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array = np.ascontiguousarray(array)
    array.flags.writeable = False
    return array
