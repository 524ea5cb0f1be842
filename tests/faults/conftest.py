"""Counting what is tried, and pages for widgets."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.widgets.pages import open_pages

RECORD = "BERT_WIDGETS_FAULTS"
"""The environment variable that names the file for the counts."""

_tried: Counter[str] = Counter()


@pytest.fixture
def long(request) -> bool:
    """Whether the long form is asked for, with ``--long``."""
    return request.config.getoption("long")


@pytest.fixture
def tried(request):
    """Count trials of this test: ``tried()``, or ``tried(20)``."""
    said = (request.function.__doc__ or request.node.originalname).strip().partition("\n")[0]
    kind = f"{request.module.__doc__.strip().partition(chr(10))[0]}\t{said}"

    def count(trials=1):
        _tried[kind] += trials

    return count


@pytest.fixture(autouse=True)
def pages(monkeypatch):
    open_pages(monkeypatch)


def pytest_sessionfinish():
    if RECORD in os.environ:
        Path(os.environ[RECORD]).write_text(json.dumps(_tried))
