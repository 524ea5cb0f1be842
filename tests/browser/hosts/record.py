"""The table of hosts in docs/hosts.md, from what the tests in this folder saw hold.

``python -m pytest --hosts tests/browser/hosts`` notes it in ``record.json``, and
``python -m tests.browser.hosts.record`` writes the page.
"""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

from tests.browser.hosts.pages import with_table
from tests.browser.lab import ROOT

RECORD = Path(__file__).with_name("record.json")
PAGE = ROOT / "docs" / "hosts.md"
COLUMNS = {
    "draws": "draws",
    "click": "a click reaches Python",
    "train": "training: live curves, Pause, Resume, Stop",
    "light": "light theme",
    "dark": "dark theme",
}


def note(host, *held, package=None, version=None):
    """Note what held in a host, and in which version of it."""
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    entry = record.setdefault(host, {"held": []})
    entry["version"] = version or importlib.metadata.version(package)
    entry["held"] = sorted({*entry["held"], *held})
    RECORD.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")


def table(record):
    lines = ["| host | version | " + " | ".join(COLUMNS.values()) + " |"]
    lines.append("| --- | --- |" + " --- |" * len(COLUMNS))
    for host, entry in sorted(record.items(), key=lambda pair: pair[0].lower()):
        cells = ["yes" if column in entry["held"] else "–" for column in COLUMNS]
        lines.append(f"| {host} | {entry['version']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def page():
    return with_table(PAGE, table(json.loads(RECORD.read_text())))


if __name__ == "__main__":
    PAGE.write_text(page())
