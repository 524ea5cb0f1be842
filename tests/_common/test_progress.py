"""Long work reports its progress to listeners, and ends when it is cancelled."""

from __future__ import annotations

import textwrap
import threading

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from bert_widgets._common.progress import (
    Cancelled,
    cancelled_by,
    check_cancelled,
    heard_by,
    progress,
)


def work(parts: int) -> None:
    with progress(parts, "work") as bar:
        for _ in range(parts):
            with progress(3, "a part of it") as inner:
                inner.update(3)
            bar.update(1)


def test_the_listener_hears_of_the_whole_and_not_of_its_parts() -> None:
    heard: list[float] = []
    with heard_by(heard.append):
        work(4)
    work(4)
    assert heard == [0, 0.25, 0.5, 0.75, 1]


def test_threads_have_listeners_of_their_own() -> None:
    heard: list[float] = []

    def listen() -> None:
        with heard_by(heard.append):
            work(2)

    thread = threading.Thread(target=listen)
    with heard_by(lambda _: pytest.fail("another thread's work was heard")):
        thread.start()
        thread.join()
    assert heard == [0, 0.5, 1]


def test_work_ends_once_it_is_called_off() -> None:
    called_off = threading.Event()
    with cancelled_by(called_off):
        check_cancelled()
        called_off.set()
        with pytest.raises(Cancelled):
            check_cancelled()
    check_cancelled()


@pytest.mark.process
def test_a_bar_leaves_nothing_in_a_saved_notebook() -> None:
    source = """
        from tqdm import tqdm
        from bert_widgets._common.progress import CellLine, in_notebook, progress
        with tqdm(total=2, file=CellLine(), leave=False, mininterval=0) as bar:
            bar.update(1)
        assert in_notebook() and isinstance(progress(2, "explain").fp._wrapped, CellLine)
        print("done")
    """
    notebook = new_notebook(cells=[new_code_cell(textwrap.dedent(source))])
    bar, printed = NotebookClient(notebook, timeout=300).execute().cells[0].outputs
    assert (bar.output_type, bar.data) == ("display_data", {})
    assert printed.text == "done\n"
