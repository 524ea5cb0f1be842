"""Random numbers from a separate generator, where torch would use that of the whole process."""

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

_own: ContextVar[torch.Generator | None] = ContextVar("own generator", default=None)


@contextmanager
def dropping_by(generator: torch.Generator) -> Iterator[None]:
    """Let the dropout of models on the CPU be drawn from a generator, on this thread."""
    token = _own.set(generator)
    try:
        yield
    finally:
        _own.reset(token)


def own_generator() -> torch.Generator | None:
    """Return what dropout is to be drawn from; None for torch's own generator."""
    # Compiled code draws from that one anyhow, and cannot ask.
    return None if torch.compiler.is_compiling() else _own.get()


def own_dropout() -> AbstractContextManager[object]:
    """Return a context for modules that draw by themselves; each call costs microseconds."""
    generator = own_generator()
    return nullcontext() if generator is None else OwnDraws(generator)


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
        # Functions of torch's that call those above, unseen from here.
        init.kaiming_uniform_,
        init.uniform_,
    }
)


class OwnDraws(TorchFunctionMode):
    """Inside, on this thread, what draws on the CPU draws from a given generator.

    Setting the state of the generator of torch for a while would be safe only with one thread: a
    notebook cell that draws meanwhile would get, and change, the numbers of the other thread.

    Parameters
    ----------
    generator
        A generator of the CPU. Dropout makes of it what it would have made of torch's own.
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
    ) -> Any:  # noqa: ANN401 - as the function has it
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
