"""What all tests and all examples in docstrings share."""

from __future__ import annotations

import copy
import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

os.environ["HF_HUB_OFFLINE"] = "1"  # read by huggingface_hub when it is imported

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

import bert_widgets as bw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xdist.remote import Producer

if "CI" not in os.environ:  # there Hypothesis does the same by itself
    settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("busy")

pytest_plugins = ("tests.faults.trials",)

SLOW = ("browser", "exhaustive", "faults", "long", "process", "tutorial", "wheel")
"""The markers of tests that are not quick."""

_FAULTS = Path(__file__).parent / "tests" / "faults"

_MOST_PROCESSES = 4  # each takes a gigabyte


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of tests/faults and tests/browser/hosts."""
    parser.addoption("--long", action="store_true", help="try faults thousands of times")
    parser.addoption("--hosts", action="store_true", help="show the widgets in all hosts")


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Run all tests in several processes, and chosen files in this one."""
    chosen = config.args_source is config.ArgsSource.ARGS
    return 0 if chosen else min(os.cpu_count() or 1, _MOST_PROCESSES)


class OneBrowser(LoadScopeScheduling):
    """Gives all tests of the browser to one process, and any other test to whichever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith("tests/browser/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneBrowser:
    """Distribute tests; marks of groups do nothing in pytest-xdist 3.8 with pytest 9.2."""
    return OneBrowser(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark as quick what has no mark of a slow kind."""
    for item in items:
        if _FAULTS in item.path.parents:
            item.add_marker(pytest.mark.faults)
        if item.get_closest_marker("long") and not config.option.long:
            item.add_marker(pytest.mark.skip(reason="runs only with --long"))
        if item.get_closest_marker("host") and not config.option.hosts:
            item.add_marker(pytest.mark.skip(reason="runs only with --hosts"))
        if not any(item.get_closest_marker(name) for name in SLOW):
            item.add_marker("quick")


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Models this small run fastest on one thread, some ten times faster on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@functools.cache
def _embedded() -> bw.BertClassifier:
    return bw.demo.classifier(device="cpu")


@pytest.fixture(autouse=True)
def example_setting(request: pytest.FixtureRequest, doctest_namespace: dict[str, object]) -> None:
    """Give examples in docstrings the names ``bw``, ``np`` and ``clf`` and an empty folder."""
    if isinstance(request.node, pytest.DoctestItem):
        doctest_namespace.update(bw=bw, np=np, clf=copy.deepcopy(_embedded()))
        request.getfixturevalue("monkeypatch").chdir(request.getfixturevalue("tmp_path"))
