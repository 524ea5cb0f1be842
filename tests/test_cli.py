"""The commands that a new user types first."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest

from bert_widgets.cli import copy_notebooks, main


@pytest.mark.tutorial
def test_the_demo_does_the_main_job_and_writes_its_report(tmp_path):
    report = tmp_path / "report.html"
    done = subprocess.run(
        [sys.executable, "-m", "bert_widgets.cli", "demo", "--report", report],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "120", "FORCE_COLOR": "1", "TERM": "xterm-256color"},
    )
    assert done.returncode == 0, done.stderr
    plain = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;.*?\x1b\\", "", done.stdout)
    assert re.search(r"step (\d+) of \1 ", plain)
    before, after = map(float, re.search(r"validation texts.*?([\d.]+) → ([\d.]+)", plain).groups())
    assert after > before + 0.05
    assert "The plot is thin, but the acting is not bad at all." in plain
    assert re.search(r"\x1b\[[\d;]*48;", done.stdout)  # words have a background colour
    assert str(report) in plain
    assert "bert-widgets lab" in plain
    page = report.read_text("utf-8")
    data = json.loads(re.search(r'id="bw-page">(.*?)</script>', page, re.DOTALL)[1])
    assert {w["bundle"] for w in data["widgets"]} == set(data["bundles"])
    assert len(data["bundles"]) == 3


def test_a_report_in_no_folder_is_one_sentence(tmp_path, capsys):
    assert main(["demo", "--report", str(tmp_path / "no" / "report.html")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_notebooks_are_copied_once_and_kept(tmp_path):
    first = copy_notebooks(tmp_path / "work")
    assert "01_quickstart.ipynb" in {path.name for path in first}
    first[0].write_text("mine")
    assert copy_notebooks(tmp_path / "work") == []
    assert first[0].read_text() == "mine"


def test_lab_refuses_a_file_for_a_folder(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(["lab", "--folder", str(tmp_path / "file")]) == 1
    assert "is a file" in capsys.readouterr().err


@pytest.mark.process
def test_lab_serves_the_copied_notebooks(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", "--port", str(port), "--IdentityProvider.token="]
    command = [sys.executable, "-m", "bert_widgets.cli", "lab", "--folder", tmp_path / "work"]
    lab = subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL)
    try:
        content = answered(f"http://localhost:{port}/api/contents/", seconds=90)["content"]
        names = {entry["name"] for entry in content}
    finally:
        lab.terminate()
        lab.wait(60)
    assert "01_quickstart.ipynb" in names


def answered(address, *, seconds):
    """Repeat requests until the server is up."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while True:
        try:
            with urllib.request.urlopen(address, timeout=seconds) as answer:
                return json.load(answer)
        except urllib.error.URLError:
            assert time.monotonic() < deadline, f"{address} did not answer"
            pause.wait(0.1)


@pytest.mark.parametrize("arguments", [[], ["dmeo"], ["demo", "--wat"]])
def test_unknown_commands_exit_with_usage(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: bert-widgets" in capsys.readouterr().err
