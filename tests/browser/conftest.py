"""A browser, a JupyterLab server for all tests, and for each test a page that is watched."""

from __future__ import annotations

import itertools
import os
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.lab import (
    PATIENCE,
    ROOT,
    Notebook,
    forget_open_documents,
    saved_notebook,
    serving,
    shut_kernels_down,
)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NO_BROWSER = (
    "No Chromium or Chrome was found; install one, or name its program in BERT_WIDGETS_CHROMIUM."
)


def find_browser(playwright):
    """Return the program to run: the user's choice, else one on PATH, else Playwright's own."""
    chosen = os.environ.get("BERT_WIDGETS_CHROMIUM")
    if chosen:
        return chosen
    installed = next(filter(None, map(shutil.which, NAMES)), None)
    bundled = playwright.chromium.executable_path
    return installed or (bundled if Path(bundled).exists() else None)


# Of the package, not of the session: Playwright's event loop stays in its thread until the end.
@pytest.fixture(scope="package")
def launch():
    """Start a browser."""
    with sync_playwright() as playwright:
        program = find_browser(playwright)
        if program is None:
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NO_BROWSER)
        expect.set_options(timeout=1000 * PATIENCE)
        yield lambda: playwright.chromium.launch(executable_path=program, args=FLAGS)


@pytest.fixture(scope="package")
def browser(launch):
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def work(tmp_path_factory):
    """The folder that JupyterLab shows."""
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="package")
def server(browser, work, tmp_path_factory):
    with serving(tmp_path_factory.mktemp("jupyter"), work) as url:
        yield url


@pytest.fixture
def clean_server(server):
    forget_open_documents(server)
    yield server
    shut_kernels_down(server)


@pytest.fixture
def troubles_of_host():
    """Parts of the requests and errors that are the host's own, whatever it shows."""
    return ()


@pytest.fixture
def page(browser, request, artefact, troubles_of_host):
    """A fresh page. An error on its console or a request that leaves the machine is a failure.

    So it is on each page that a test opens beside it.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(1000 * PATIENCE)
    troubles = []
    context.on("page", lambda opened: watch(opened, troubles))
    yield context.new_page()
    if request.node.stash.get(FAILED, False):
        for page in context.pages:
            page.screenshot(path=artefact("failed"))
    context.close()
    assert not [
        trouble for trouble in troubles if not any(part in trouble for part in troubles_of_host)
    ]


def watch(page, troubles):
    """Add to the list what must not happen on a page."""

    def console(message):
        if message.type == "error":
            troubles.append(f"console: {message.text} ({message.location})")

    def exception(error):
        # Notebook 7.6 throws on an empty notebook too.
        if "/static/notebook/" not in error.stack or "blob:" in error.stack:
            troubles.append(f"exception: {error}")

    def request(address):
        if urlsplit(address).hostname not in (None, "127.0.0.1", "localhost"):
            troubles.append(f"request: {address}")

    page.on("console", console)
    page.on("pageerror", exception)
    page.on("request", lambda sent: request(sent.url))
    page.on("websocket", lambda socket: request(socket.url))
    page.on("dialog", lambda dialog: dialog.accept())  # "Leave the page?"


@pytest.fixture
def open_notebook(clean_server, page, work):
    """Open a notebook of the given cells, or a copy of a given one.

    Its kernel ends after the test, when the page is closed.
    """
    numbers = itertools.count()

    def opened(*sources, path=None, **options):
        place = work / f"{next(numbers)}.ipynb"
        if path is None:
            saved_notebook(place, *sources)
        else:
            shutil.copyfile(path, place)
        return Notebook(page, clean_server, place.name, **options)

    return opened


@pytest.fixture(scope="package")
def artefacts():
    folder = ROOT / "test-artefacts"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


@pytest.fixture
def artefact(request, artefacts):
    """Name a picture after the test."""
    test = re.sub(r"\W+", "-", request.node.name).strip("-")
    return lambda name: artefacts / f"{test}-{name}.png"


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report
