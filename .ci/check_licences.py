"""Fail if a Python or npm package that is installed has a licence that this project cannot use."""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

PERMISSIVE = re.compile(
    r"\b(MIT|MIT-CMU|HPND|BSD|[01234]-?BSD|BSD-[0-9]-Clause.*|0BSD|Apache|Apache-2\.0|ISC|PSF|PSF-2\.0|"
    r"Python-2\.0|Python Software Foundation|Unlicense|CC0-1\.0|CC-BY-[34]\.0|Zlib|MPL|MPL-2\.0|"
    r"Mozilla Public License|BlueOak-1\.0\.0|Public Domain|CNRI-Python|ZPL)\b",
    re.IGNORECASE,
)
COPYLEFT = re.compile(r"\b(A?GPL|General Public License|SSPL|BUSL|CC-BY-NC)", re.IGNORECASE)
LOCK = Path(__file__).parents[1] / "js" / "package-lock.json"

# Its only part under the GPL is a mode for Emacs, which the wheel does not contain.
PERMISSIVE_IN_PART = frozenset({"docutils"})


def licence_of(package: Distribution) -> str:
    """Return what a distribution says of its licence."""
    statements = package.metadata.get_all("License-Expression") or []
    statements += [
        classifier
        for classifier in package.metadata.get_all("Classifier") or []
        if classifier.startswith("License ::")
    ]
    statements += [(package.metadata.get("License") or "").strip().partition("\n")[0]]
    return "; ".join(filter(None, statements))


def is_usable(licence: str) -> bool:
    """Return whether one of the alternatives that a licence offers is permissive."""
    alternatives = re.split(r"\bOR\b", licence)
    return any(PERMISSIVE.search(one) and not COPYLEFT.search(one) for one in alternatives)


def main() -> None:
    """Print each package whose licence is not usable or not known; exit with 1 if there is one."""
    licences = {
        f"{p.name} {p.version} (Python)": licence_of(p)
        for p in distributions()
        if p.name not in PERMISSIVE_IN_PART
    }
    for path, package in json.loads(LOCK.read_text())["packages"].items():
        if path:
            name = path.removeprefix("node_modules/")
            licences[f"{name} {package['version']} (npm)"] = str(package.get("license", ""))
    refused = {name: licence for name, licence in licences.items() if not is_usable(licence)}
    for name, licence in refused.items():
        print(f"{name}: {licence or 'no licence is named'}", file=sys.stderr)
    print(f"{len(licences)} licences checked, {len(refused)} refused.")
    sys.exit(bool(refused))


if __name__ == "__main__":
    main()
