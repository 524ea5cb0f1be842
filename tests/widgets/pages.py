"""The page's side of a widget: it holds the state received in messages, as a browser does."""

from __future__ import annotations

import json
import threading
import time

import comm
from comm.base_comm import BaseComm

PATIENCE = 60


class Page(BaseComm):
    """The state of a widget as an open front end has it."""

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        if not hasattr(self, "news"):
            self.news, self.state, self.updates = threading.Condition(), {}, []
        with self.news:
            if data and "state" in data:
                # As Jupyter packs it: what JSON and UTF-8 cannot carry fails here.
                packed = json.dumps(data["state"], allow_nan=False, ensure_ascii=False).encode()
                state = json.loads(packed)
                for (name,), buffer in zip(data["buffer_paths"], buffers or [], strict=True):
                    state[name] = bytes(buffer)
                self.state |= state
                self.updates.append(state)
            self.news.notify_all()

    def tell(self, /, **state):
        """Set traits as a page does: its own copy first, then by a message."""
        self.state |= state
        self.message({"method": "update", "state": state, "buffer_paths": []})

    def press(self, command):
        self.message({"method": "custom", "content": {"command": command}})

    def reload(self):
        self.state.clear()
        self.message({"method": "request_state"})

    def message(self, data):
        self.handle_msg({"content": {"data": data}, "buffers": []})

    def wait_for(self, condition):
        """Wait until a condition on the state holds."""
        end = time.monotonic() + PATIENCE
        with self.news:
            assert self.news.wait_for(lambda: condition(self.state), end - time.monotonic())


def page_of(widget) -> Page:
    assert isinstance(widget.comm, Page), "the fixture of conftest.py is not in use"
    return widget.comm


def agrees(widget) -> bool:
    """Whether the page has the same value as Python for every trait."""
    held = {name: json_like(value) for name, value in widget.get_state().items()}
    known = page_of(widget).state
    return {name: known.get(name) for name in held} == held


def comes_to_agree(widget, patience=PATIENCE) -> bool:
    """Wait until the page holds what Python does; the panel of a training is always on the move."""
    end = time.monotonic() + patience
    while not agrees(widget):
        assert time.monotonic() < end, "the page holds something else"
        time.sleep(0.001)
    return True


def json_like(value):
    return value if isinstance(value, bytes) else json.loads(json.dumps(value))


def in_thread(work):
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def joined(*threads):
    for thread in threads:
        thread.join(PATIENCE)
    return not any(thread.is_alive() for thread in threads)


def open_pages(monkeypatch):
    monkeypatch.setattr(comm, "create_comm", Page)
