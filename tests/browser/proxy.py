"""A connection between a page and its server that can be cut and restored."""

from __future__ import annotations

import contextlib
import socket
import threading
from urllib.parse import urlsplit


class Proxy:
    """Passes on whatever comes in at a port of this machine, unless it is cut."""

    def __init__(self, url):
        self._target = urlsplit(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open = set()
        self._cut = False
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}{self._target.path}"

    def cut(self):
        """End all connections, and each new one at once."""
        with self._lock:
            self._cut, ends, self._open = True, self._open, set()
        for end in ends:
            _end(end)

    def restore(self):
        self._cut = False

    def close(self):
        self.cut()
        _end(self._listener)

    def _accept(self):
        with contextlib.suppress(OSError):  # it was closed
            while True:
                near, _ = self._listener.accept()
                self._connect(near)

    def _connect(self, near):
        with self._lock:
            if self._cut:
                _end(near)
                return
            far = socket.create_connection((self._target.hostname, self._target.port))
            self._open |= {near, far}
        for source, target in ((near, far), (far, near)):
            threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(2**16):
                target.sendall(data)
        with self._lock:
            self._open -= {source, target}
        _end(source)
        _end(target)


def _end(end):
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
