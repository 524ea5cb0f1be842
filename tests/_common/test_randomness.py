"""Draws from a separate generator equal those of torch's own with the same seed."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import dropout

from bert_widgets._common.randomness import GeneratorMode, dropout_context, dropout_from

DRAWS = {
    "bernoulli": lambda: torch.bernoulli(torch.full((9,), 0.4)),
    "bernoulli_": lambda: torch.empty(9).bernoulli_(0.3),
    "multinomial": lambda: torch.multinomial(torch.ones(9), 4),
    "rand": lambda: torch.rand(9),
    "randint": lambda: torch.randint(5, (9,)),
    "randn": lambda: torch.randn(9),
    "randperm": lambda: torch.randperm(9),
    "random_": lambda: torch.empty(9).random_(100),
    "uniform_": lambda: torch.empty(9).uniform_(),
    "Linear": lambda: torch.cat([p.flatten() for p in torch.nn.Linear(3, 2).parameters()]),
    "no generator by name": lambda: torch.empty(9).random_(generator=None),
    "Categorical": lambda: torch.distributions.Categorical(torch.ones(9)).sample((4,)),
}


def drawn_by_torch(draw, seed):
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        return draw()


def drawn_by_own(draw, seed):
    before = torch.get_rng_state()
    with GeneratorMode(torch.Generator().manual_seed(seed)):
        values = draw()
    assert torch.equal(torch.get_rng_state(), before)
    return values


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_draws_are_torchs(draw):
    assert torch.equal(drawn_by_own(draw, 3), drawn_by_torch(draw, 3))
    assert not torch.equal(drawn_by_own(draw, 3), drawn_by_own(draw, 4))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize(("rate", "training"), [(0.0, True), (0.1, True), (0.5, True), (1.0, True),
                                                (0.5, False)])  # fmt: skip
def test_dropout_is_torchs_and_so_is_its_gradient(rate, training, inplace, dtype):
    def draw():
        states = torch.arange(1.0, 2001).to(dtype).requires_grad_()
        out = dropout(states * 1, rate, training, inplace)
        out.float().square().sum().backward()
        return torch.stack([out.detach(), states.grad])

    assert torch.equal(drawn_by_own(draw, 5), drawn_by_torch(draw, 5))


def test_a_generator_that_is_named_stays():
    def draw():
        return torch.rand(9, generator=torch.Generator().manual_seed(1))

    assert torch.equal(drawn_by_own(draw, 3), drawn_by_own(draw, 4))


def test_dropout_uses_the_separate_generator_only_inside():
    def dropped():
        with dropout_context():
            return dropout(torch.ones(999))

    generator = torch.Generator().manual_seed(2)
    with dropout_from(generator):
        first, second = dropped(), dropped()
    assert torch.equal(first, drawn_by_torch(dropped, 2))
    assert not torch.equal(first, second)
    before = torch.get_rng_state()
    dropped()
    assert not torch.equal(torch.get_rng_state(), before)
