"""Servers of other hosts than Jupyter's, each started for one test."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import urllib.request

from tests.browser.lab import PATIENCE, until


@contextlib.contextmanager
def serving(home, *command):
    """Run ``python -m command --port=...``; yield the address once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    environment = os.environ | {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *command, f"--port={port}"],
            env=environment,
            cwd=home,
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: answers(url, server, home))
        yield url
    finally:
        server.terminate()
        server.wait(PATIENCE)


def answers(url, server, home):
    assert server.poll() is None, (home / "server.log").read_text()
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE):
            return True
    except OSError:
        return False
