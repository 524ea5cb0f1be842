"""The files that name the versions of dependencies agree."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)


def pins(path):
    matches = PIN.findall((ROOT / path).read_text())
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in matches}


def test_the_hashed_list_of_ci_has_the_versions_of_the_constraints():
    constraints, hashed = pins("constraints.txt"), pins(".ci/requirements.txt")
    assert {name: hashed.get(name) for name in constraints if name != "torch"} == {
        name: version for name, version in constraints.items() if name != "torch"
    }, "run .ci/lock"


def test_each_listed_version_has_hashes():
    entries = re.split(r"\n(?=\w)", (ROOT / ".ci/requirements.txt").read_text())[1:]
    assert len(entries) > 150
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry
