"""The layers of a model, and the depth of each parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from .adapters import without_adapter

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def depths(model: PreTrainedModel) -> dict[str, int]:
    """Return the depth of each parameter, by name.

    The embeddings (all that comes before the first layer) have depth 0, layer i has depth i + 1,
    and the head (all that comes after the layers) has the largest. ALBERT's layers share their
    weights and count as one.
    """
    inner = without_adapter(model)
    if inner is not model:  # the wrapper puts something before each name
        known = {id(parameter): name for name, parameter in inner.named_parameters()}
        depth = depths(inner)
        return {name: depth[known[id(p)]] for name, p in model.named_parameters()}
    path, longest = max(_outer_lists(model), key=lambda item: len(item[1]))
    encoder = path.rpartition(".")[0]
    # XLM keeps the parts of its layers in a list each.
    lists = [
        _flat(modules)
        for name, modules in _outer_lists(model)
        if name.rpartition(".")[0] == encoder and len(modules) == len(longest)
    ]
    level = {
        id(parameter): number
        for layers in lists
        for number, layer in enumerate(layers, 1)
        for parameter in layer.parameters()
    }
    top = len(lists[0]) + 1
    # DeBERTa keeps the relative positions, which all its layers read, behind the layers.
    shared = f"{encoder}." if hasattr(model.get_submodule(encoder), "rel_embeddings") else "."
    result: dict[str, int] = {}
    below = True
    for name, parameter in model.named_parameters():
        if id(parameter) in level:
            result[name] = level[id(parameter)]
            below = False
        elif not name.startswith(f"{model.base_model_prefix}."):
            result[name] = top  # XLM-RoBERTa's head is listed before the model it sits on
        else:
            result[name] = 0 if below or name.startswith(shared) else top
    return result


def layer_modules(model: PreTrainedModel) -> list[nn.Module]:
    """Return the modules whose outputs are the states after each layer; empty if none are found.

    ALBERT's is one module, which runs several times. Whether the outputs are those states is not
    checked: some families compute something else in between.
    """
    count = int(model.config.num_hidden_layers)
    lists = [_flat(modules) for _, modules in _outer_lists(without_adapter(model))]
    # The last of XLM's lists holds the norms with which its layers end.
    fit = [modules for modules in lists if len(modules) == count] or lists
    modules = fit[-1] if fit else []
    # DeBERTa's convolution belongs to the first layer, but reads the embeddings in parallel.
    convolution = next((m for n, m in model.named_modules() if n.endswith("encoder.conv")), None)
    return modules if convolution is None else [convolution, *modules[1:]]


def _outer_lists(model: nn.Module) -> list[tuple[str, nn.ModuleList]]:
    """Return the lists of modules that are in no other list, by name."""
    lists: list[tuple[str, nn.ModuleList]] = []
    for name, module in model.named_modules():
        inside = any(name.startswith(f"{outer}.") for outer, _ in lists)
        if isinstance(module, nn.ModuleList) and not inside:
            lists.append((name, module))
    return lists


def _flat(modules: nn.ModuleList) -> list[nn.Module]:
    """Return the modules of a list; Funnel's layers are in a list of lists."""
    return [
        layer
        for module in modules
        for layer in (module if isinstance(module, nn.ModuleList) else [module])
    ]
