"""Attributes that other libraries have: asking for one is answered by what there is instead."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class _OtherNamesType(type):
    """The type of `OtherNames`, which answers for the class as the class does for its objects."""

    _other_class_names: Mapping[str, str]
    _construction: str

    if not TYPE_CHECKING:  # a type checker would take every attribute for defined

        def __getattr__(cls, name: str) -> Any:  # noqa: ANN401
            advice = cls._other_class_names.get(name)
            message = f"type object {cls.__name__!r} has no attribute {name!r}"
            raise AttributeError(f"{cls.__name__} has no {name!r}: {advice}" if advice else message)

        @property
        def __signature__(cls) -> inspect.Signature:  # else that of __call__ is shown by help()
            signature = inspect.signature(cls.__init__)
            return signature.replace(parameters=list(signature.parameters.values())[1:])

        def __call__(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            try:
                return super().__call__(*args, **kwargs)
            except TypeError as error:
                try:
                    inspect.signature(cls.__init__).bind(None, *args, **kwargs)
                except TypeError:
                    if cls._construction:
                        msg = f"{error}. {cls._construction}"
                        raise TypeError(msg) from None
                raise


class OtherNames(metaclass=_OtherNamesType):
    """A class that knows what other libraries call its attributes.

    A subclass sets ``_other_names``, from such a name to what to do instead, and the same for
    attributes of the class itself, ``_other_class_names``. ``_construction`` says how to make an
    object; it is added to the error of a call whose arguments do not fit. Methods are answered
    rather than added, so that each thing keeps one name.
    """

    _other_names: ClassVar[Mapping[str, str]] = {}
    _other_class_names: ClassVar[Mapping[str, str]] = {}
    _construction: ClassVar[str] = ""

    if not TYPE_CHECKING:  # a type checker would take every attribute for defined

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401
            advice = self._other_names.get(name)
            if advice is not None:
                msg = f"A {type(self).__name__} has no {name!r}: {advice}"
                raise AttributeError(msg)
            inherited = getattr(super(), "__getattr__", None)
            if inherited is not None:
                return inherited(name)
            return self.__getattribute__(name)  # raises the error of a property, or the usual one
