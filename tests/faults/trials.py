"""The short and the long form of a test, and counting what is tried: a plugin for all tests."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.faults.record import record

_tried: Counter[tuple[str, str, str]] = Counter()
_failed: set[str] = set()


@pytest.fixture
def long(request) -> bool:
    """Whether the long form is asked for, with ``--long``."""
    return request.config.getoption("long")


@pytest.fixture
def tried(request):
    """Count trials of this test: ``tried()``, or ``tried(20)``.

    The first line of the test's docstring says what is tried and, behind a colon, what comes of it.
    """
    first = request.function.__doc__.partition("\n")[0]
    what, _, result = first.rstrip(".").rpartition(": ")
    name = request.function.__name__.removeprefix("test_")

    def count(trials=1):
        _tried[name, what, result] += trials

    return count


def pytest_runtest_logreport(report):
    if report.failed:
        _failed.add(report.nodeid.rpartition("::")[2].partition("[")[0].removeprefix("test_"))


def pytest_sessionfinish(session):
    """Record what held: a test that failed says nothing in the docs."""
    if session.config.getoption("long"):
        for (name, what, result), trials in _tried.items():
            if name not in _failed:
                record(name, what, {result: trials})
