"""What was tried and what came of it, kept for the table in the documentation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

RECORDS = Path(__file__).with_name("records")


def record(kind: str, what: str, results: Mapping[str, int]) -> None:
    """Keep how often each result came of a kind of fault; the long tests call it.

    Parameters
    ----------
    kind
        A short name; a later record of the same kind replaces it.
    what
        What was tried, for the table.
    results
        The number of trials by what came of them.
    """
    RECORDS.mkdir(exist_ok=True)
    kept = {"what": what, "trials": sum(results.values()), "results": dict(sorted(results.items()))}
    path = RECORDS / f"{kind.replace(' ', '_')}.json"
    path.write_text(json.dumps({"kind": kind} | kept, indent=1) + "\n", "utf-8")
