"""Jupyter as a user meets it: a server, a notebook in a page, and the kernel behind it."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]
PATIENCE = 120
"""Seconds within which whatever is awaited must come true."""

OPTIONS = (
    "--allow-root",
    "--no-browser",
    "--ServerApp.ip=127.0.0.1",
    "--IdentityProvider.token=",
    "--ServerApp.disable_check_xsrf=True",
    "--LabApp.expose_app_in_browser=True",
    "--JupyterNotebookApp.expose_app_in_browser=True",
    "--LabApp.extension_manager=readonly",
)
# JupyterLab asks for news and updates on the network unless told not to.
SETTINGS = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
}
KERNEL = {
    "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    "display_name": "Python 3 (ipykernel)",
    "language": "python",
}

# What the kernel of the notebook on show replies to an execution.
REPLY = """async (request) => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    const quietly = { silent: true, store_history: false };
    return (await kernel.requestExecute({ ...quietly, ...request }).done).content;
}"""
# JupyterLab keeps the open comms of a kernel to itself; whoever runs a script can reach them.
FORGE = """([id, data]) => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    kernel._comms.get(id).send(data);
}"""
READY = """() => {
    const app = window.jupyterapp;
    const { context, content, sessionContext } = app?.shell.currentWidget ?? {};
    return app?.commands.hasCommand("notebook:run-all-cells")
        && sessionContext?.isReady && sessionContext.session?.kernel?.status === "idle"
        && context.isReady && content.widgets.length === content.model.cells.length;
}"""
# By number: a click would choose the last of the cells that are drawn already.
CHOOSE_LAST_CELL = """() => {
    const { content } = window.jupyterapp.shell.currentWidget;
    content.activeCellIndex = content.widgets.length - 1;
}"""


@contextlib.contextmanager
def serving(home, work, *options):
    """Run JupyterLab on the files in ``work``; yield its address."""
    write(home / "data" / "kernels" / "python3" / "kernel.json", KERNEL)
    for name, values in SETTINGS.items():
        write(home / "config" / "lab" / "user-settings" / name, values)
    environment = os.environ | {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "0",
    }
    command = [sys.executable, "-m", "jupyterlab", *OPTIONS, *options, str(work)]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield until(lambda: address(server, home))
    finally:
        server.terminate()
        server.wait(PATIENCE)


def address(server, home):
    """Return where the server answers, None if it does not yet."""
    assert server.poll() is None, (home / "server.log").read_text()
    try:
        info = json.loads((home / "runtime" / f"jpserver-{server.pid}.json").read_text())
        ask(info["url"], "status")
    except (OSError, ValueError):
        return None
    return info["url"]


def shut_kernels_down(url):
    """End every kernel of the server and wait until none is left."""
    for session in ask(url, "sessions"):
        ask(url, f"sessions/{session['id']}", "DELETE")
    for kernel in ask(url, "kernels"):
        ask(url, f"kernels/{kernel['id']}", "DELETE")
    until(lambda: not ask(url, "kernels"))


def forget_open_documents(url):
    """Let JupyterLab start with what its address names, not with what was open before."""
    for name in ask(url, "workspaces", at="lab/api")["workspaces"]["ids"]:
        ask(url, f"workspaces/{name}", "DELETE", at="lab/api")


def ask(url, what, method="GET", *, at="api"):
    request = urllib.request.Request(f"{url}{at}/{what}", method=method)
    with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
        return json.loads(reply.read() or b"null")


def until(condition, patience=PATIENCE):
    """Poll until the condition is true; return its value."""
    end = time.monotonic() + patience
    while not (value := condition()):
        assert time.monotonic() < end, f"not true within {patience} s"
        time.sleep(0.05)
    return value


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), "utf-8")


class Notebook:
    """A notebook open in JupyterLab or, under "notebooks", in Notebook 7, and its kernel."""

    def __init__(self, page, url, name, *, under="lab/tree"):
        self.page = page
        self._url, self._address = url, f"{url}{under}/{name}"
        self._open()

    def _open(self):
        self.page.goto(self._address)
        self.wait_until_ready()

    def wait_until_ready(self):
        self.page.wait_for_function(READY)

    def command(self, name, **arguments):
        """Run one of JupyterLab's commands and wait for it."""
        self.page.evaluate(
            "([name, arguments]) => window.jupyterapp.commands.execute(name, arguments)"
            ".then(() => null)",
            [name, arguments],
        )

    def run_all(self):
        """Run all cells and wait until the last one is done."""
        self.command("notebook:run-all-cells")

    def start_all(self):
        """Run all cells without waiting for them."""
        self.page.evaluate(
            "() => void window.jupyterapp.commands.execute('notebook:run-all-cells')"
        )

    def run_last_cell(self):
        self.page.evaluate(CHOOSE_LAST_CELL)
        self.command("notebook:run-cell")

    def do(self, code):
        """Execute code in the kernel, outside any cell."""
        self._reply(code=code)

    def value(self, expression):
        """Return what an expression, made of what JSON can hold, is worth in the kernel."""
        dumped = f"__import__('json').dumps({expression})"
        reply = self._reply(code="", user_expressions={"value": dumped})
        found = reply["user_expressions"]["value"]
        assert found["status"] == "ok", found
        return json.loads(ast.literal_eval(found["data"]["text/plain"]))

    def becomes(self, expression, expected):
        """Wait until an expression in the kernel has a value."""
        until(lambda: self.value(expression) == expected)

    def comes_true(self, expression):
        self.becomes(f"bool({expression})", expected=True)

    def forge(self, widget, data):
        """Send a message on a widget's comm that its own front end would never send."""
        self.page.evaluate(FORGE, [self.value(f"{widget}.comm.comm_id"), data])

    def reload(self):
        self.page.reload()
        self.wait_until_ready()

    def close(self):
        """Close the page and wait until nobody is connected to the kernel."""
        self._context = self.page.context
        self.page.close()
        until(lambda: [kernel["connections"] for kernel in ask(self._url, "kernels")] == [0])

    def open_again(self):
        """Open the notebook, whose kernel has gone on, in a new page."""
        self.page = self._context.new_page()
        self._open()

    def wear(self, theme):
        """Switch JupyterLab's theme: "Light" or "Dark"."""
        self.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        light = "true" if theme == "Light" else "false"
        theme = f"body[data-jp-theme-light={light}]"
        self.page.wait_for_selector(theme, state="attached")
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def _reply(self, **request):
        reply = self.page.evaluate(REPLY, request)
        # A cell that fails takes along the requests that were in the kernel's queue.
        while reply["status"] == "aborted":
            reply = self.page.evaluate(REPLY, request)
        assert reply["status"] == "ok", reply
        return reply


def saved_notebook(path, *sources):
    """Write a notebook of code cells without outputs."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata={"kernelspec": {"display_name": KERNEL["display_name"], "name": "python3"}},
    )
    nbformat.write(notebook, path)
