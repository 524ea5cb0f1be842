"""Private names of other libraries still mean what we use them for."""

from __future__ import annotations

import functools
import math
import subprocess
import sys

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader, TensorDataset

from bert_widgets._common import _compat
from tests.families.models import family_classifier
from tests.models import tiny_classifier


def test_nothing_is_imported_before_it_is_needed():
    code = (
        "import sys, bert_widgets._common._compat\n"
        "print(*[m for m in ('torch', 'captum', 'ipywidgets', 'ipykernel') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_attention_implementation_is_the_one_that_was_set():
    model = tiny_classifier("bert").model
    for implementation in ("eager", "sdpa"):
        model.set_attn_implementation(implementation)
        assert _compat.attention_implementation(model) == implementation


def test_only_some_families_have_a_choice_of_attention():
    assert _compat.can_choose_attention(tiny_classifier("bert").model)
    assert not _compat.can_choose_attention(family_classifier("bloom").model)


def test_in_place_changes_are_counted():
    tensor = torch.zeros(2)
    before = _compat.in_place_changes(tensor)
    _ = tensor + 1
    assert _compat.in_place_changes(tensor) == before
    tensor.add_(1)
    assert _compat.in_place_changes(tensor) == before + 1


@pytest.mark.parametrize(
    "register",
    [
        "register_forward_hook",
        "register_forward_pre_hook",
        "register_full_backward_hook",
        "register_full_backward_pre_hook",
    ],
)
def test_every_kind_of_hook_is_seen(register):
    module = nn.Linear(2, 2)
    assert not _compat.has_hooks(module)
    handle = getattr(module, register)(lambda *_: None)
    assert _compat.has_hooks(module)
    handle.remove()
    assert not _compat.has_hooks(module)


def test_a_compiled_module_is_seen():
    module = nn.Linear(2, 2)
    assert not _compat.is_compiled(module)
    module.compile(backend="eager")
    assert _compat.is_compiled(module)


def test_checkpointing_passes_through_a_wrapper_while_inside():
    model = tiny_classifier("bert").model
    assert _compat.checkpointed_modules(model) == []
    function = functools.partial(checkpoint, use_reentrant=False)
    model._set_gradient_checkpointing(enable=True, gradient_checkpointing_func=function)
    modules = _compat.checkpointed_modules(model)
    assert set(model.bert.encoder.layer) <= set(modules)
    calls = []

    def wrap(inner):
        return lambda *args, **options: calls.append(1) or inner(*args, **options)

    ids = torch.tensor([[1, 2]])
    model.train()
    with _compat.checkpointing_through(modules, wrap):
        model(ids)
    assert len(calls) == 2
    model(ids)
    assert len(calls) == 2


def test_bfloat16_is_asked_of_the_processor():
    assert isinstance(_compat.cpu_has_bfloat16(), bool)
    if torch.backends.mkldnn.is_available():
        assert torch.ops.mkldnn._is_mkldnn_bf16_supported() == _compat.cpu_has_bfloat16()


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="torch without oneDNN")
def test_linear_and_gelu_in_one_pass():
    fused = _compat.linear_gelu()
    assert fused is not None
    states, layer = torch.randn(3, 5, 8), nn.Linear(8, 16)
    with torch.inference_mode():
        expected = nn.functional.gelu(layer(states))
        torch.testing.assert_close(fused(states, layer.weight, layer.bias), expected)


def test_ridge_regression_by_hand():
    """For x = -1, 1 and y = -3, 3 the slope is the sum of xy, 6, over that of xx and alpha, 3."""
    ridge = _compat.captum_ridge(1.0)
    inputs, targets, weights = torch.tensor([[-1.0], [1]]), torch.tensor([-3.0, 3]), torch.ones(2)
    ridge.fit(DataLoader(TensorDataset(inputs, targets, weights), batch_size=2))
    assert ridge.representation().item() == pytest.approx(2)


def test_cosine_kernel_by_hand():
    kernel = _compat.captum_cosine_kernel(0.5)
    same, orthogonal = torch.tensor([[1.0, 0]]), torch.tensor([[0.0, 1]])
    assert kernel(same, same, None) == pytest.approx(1)
    assert kernel(same, orthogonal, None) == pytest.approx(math.exp(-2))


def test_deep_lift_knows_its_layers():
    layers = _compat.captum_deep_lift_layers()
    assert {nn.ReLU, nn.Tanh, nn.Softmax} < set(layers)
    assert all(issubclass(layer, nn.Module) for layer in layers)


def test_unchanged_traits_are_sent_too():
    from ipywidgets import IntSlider

    widget = IntSlider(3)
    sent = []
    widget.send_state = lambda key: sent.append(set(key))
    with widget.hold_sync():
        _compat.send_always(widget, ["value", "min"])
    assert sent == [{"value", "min"}]


def test_a_comm_handles_messages_where_the_page_sends_them():
    from ipykernel.comm.comm import BaseComm

    comm = BaseComm.__new__(BaseComm)
    redirects = hasattr(comm, "_reply_subshell_for")  # since ipykernel 7.4
    _compat.answer_in_sender_subshell(comm)
    assert getattr(comm, "_reply_subshell_for", None) is None
    assert bool(vars(comm)) == redirects


def test_element_trait_of_a_container():
    import traitlets as t

    element = t.Unicode()
    assert _compat.element_trait(t.List(element)) is element
    assert _compat.element_trait(t.Int()) is None


def test_a_trait_is_set_first_and_notified_afterwards():
    import traitlets as t

    class Owner(t.HasTraits):
        number = t.Int(1)

    owner, changes = Owner(number=2), []
    owner.observe(lambda change: changes.append((change["old"], change["new"])), "number")
    assert _compat.swap_trait_value(owner, "number", 3, None) == 2
    assert (owner.number, changes) == (3, [])
    _compat.notify_trait(owner, "number", 2, 3)
    assert changes == [(2, 3)]
