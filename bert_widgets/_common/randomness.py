"""Random numbers from a separate generator instead of torch's process-wide one."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import init
from torch.nn.functional import dropout
from torch.overrides import TorchFunctionMode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

_current: ContextVar[torch.Generator | None] = ContextVar("current generator", default=None)


@contextmanager
def dropout_from(generator: torch.Generator) -> Iterator[None]:
    """Draw the dropout of models on the CPU from a generator, on this thread."""
    token = _current.set(generator)
    try:
        yield
    finally:
        _current.reset(token)


def dropout_generator() -> torch.Generator | None:
    """Return the generator for dropout; None for torch's process-wide one."""
    # Compiled code always draws from that one, and cannot read a context variable.
    return None if torch.compiler.is_compiling() else _current.get()


def dropout_context() -> AbstractContextManager[object]:
    """Return a context for modules that draw random numbers; each call costs microseconds."""
    generator = dropout_generator()
    return nullcontext() if generator is None else GeneratorMode(generator)


_DRAWS = frozenset(
    {
        torch.bernoulli,
        torch.multinomial,
        torch.rand,
        torch.randint,
        torch.randn,
        torch.randperm,
        torch.Tensor.bernoulli_,
        torch.Tensor.random_,
        torch.Tensor.uniform_,
        # These call the functions above where a function mode does not see it.
        init.kaiming_uniform_,
        init.uniform_,
    }
)


class GeneratorMode(TorchFunctionMode):
    """A context in which torch functions on the CPU draw from a generator, on this thread.

    Setting the state of torch's process-wide generator temporarily would be safe only with a single
    thread: a notebook cell that draws random numbers meanwhile would share them.

    Parameters
    ----------
    generator
        A CPU generator. With it, dropout gives the same result as with torch's process-wide
        generator in the same state.
    """

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()
        self._generator = generator

    def __torch_function__(
        self,
        func: Callable[..., Any],
        _types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - the return type of the function
        options = kwargs or {}
        if func is dropout:
            return self._dropped(*args, **options)
        if func in _DRAWS and options.get("generator") is None:
            options = {**options, "generator": self._generator}
        return func(*args, **options)

    def _dropped(
        self, states: torch.Tensor, p: float = 0.5, *, training: bool = True, inplace: bool = False
    ) -> torch.Tensor:
        if not training or p in (0, 1):
            return dropout(states, p, training, inplace)
        noise = torch.empty_like(states).bernoulli_(1 - p, generator=self._generator).div_(1 - p)
        return states.mul_(noise) if inplace else states * noise
