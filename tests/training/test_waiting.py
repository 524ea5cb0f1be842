"""Whoever waits for a run sees how it goes on, once, and only where nothing else shows it."""

from __future__ import annotations

import io
import re
import sys
import threading

import pytest

from bert_widgets.training import waiting
from tests.training.small import DATA, PATIENCE, trainer


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(waiting, "_DELAY", 0.02)
    monkeypatch.setattr(waiting, "_BETWEEN_LINES", 0.04)


def stopped_once(file, monkeypatch, *, contains, **options):
    """Wait for a long run that stops when the output contains something, and return the output."""
    monkeypatch.setattr(sys, "stderr", file)
    run = trainer(data=DATA, epochs=5000).start()
    written = file.write

    def write(text):
        if contains in text:
            run.stop()
        return written(text)

    monkeypatch.setattr(file, "write", write)
    run.wait(PATIENCE, **options)
    return file.getvalue(), run


@pytest.mark.usefixtures("often")
def test_a_terminal_shows_a_bar_with_loss_and_time_left(monkeypatch):
    shown, run = stopped_once(Terminal(), monkeypatch, contains=" left |")
    assert re.search(rf"{run.name}: step [\d,]+ of [\d,]+, loss \d\.\d{{3}}, .+ left \|", shown)
    assert shown.endswith("\n"), "the bar of a script stays"
    assert "stopped" in shown


@pytest.mark.usefixtures("often")
def test_without_a_terminal_there_is_a_line_now_and_then(monkeypatch):
    shown, _ = stopped_once(io.StringIO(), monkeypatch, contains=" left")
    assert "\r" not in shown
    for line in shown.splitlines():
        assert re.search(
            r"^.+: step [\d,]+ of [\d,]+(, loss \S+)?(, .+ left|, stopping|, stopped)?$", line
        )


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("file", [Terminal, io.StringIO])
def test_nothing_is_shown_where_something_watches_or_nobody_wants_it(monkeypatch, file):
    monkeypatch.setattr(sys, "stderr", file())
    watched = trainer(data=DATA).start()
    watched.subscribe(lambda: None)
    watched.wait(PATIENCE)
    trainer(data=DATA).start().wait(PATIENCE, progress=False)
    elsewhere = trainer(data=DATA).start()
    thread = threading.Thread(target=elsewhere.wait, args=[PATIENCE])
    thread.start()
    thread.join()
    assert sys.stderr.getvalue() == ""


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("file", [Terminal, io.StringIO])
def test_the_time_limit_holds_while_progress_is_shown(monkeypatch, file):
    monkeypatch.setattr(sys, "stderr", file())
    run = trainer(data=DATA, epochs=5000).start()
    with pytest.raises(TimeoutError, match=r"still running after 0\.1 s"):
        run.wait(0.1)
    run.stop()
    run.wait(PATIENCE)


@pytest.mark.parametrize(
    ("seconds", "duration"),
    [
        (0.4, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (200, "3 min"),
        (3600, "1 h 0 min"),
        (9000, "2 h 30 min"),
    ],
)
def test_durations_read_plainly(seconds, duration):
    assert waiting.duration(seconds) == duration
