"""The kernel, the server or the browser is killed (`kill -9`) while a panel shows a training."""

from __future__ import annotations

import os
import signal

import psutil
import pytest
from playwright.sync_api import expect

from tests.browser.lab import PATIENCE, Notebook, ask, saved_notebook, serving, until
from tests.browser.test_training_panel import SETUP, panel_of, progress, status

pytestmark = pytest.mark.browser

EVERY = 5
STARTED = f"""
trainer = bw.Trainer(clf, train, valid, epochs=500, batch_tokens=256, folder="run",
                     checkpoint_every={EVERY}, evaluate_every=50)
panel = bw.TrainingPanel(trainer.start())
panel"""
RESUMED = """
import bert_widgets as bw
panel = bw.TrainingPanel(bw.Trainer.resume("run").start())
panel"""
PROCESS = "__import__('os').getpid()"


def pytest_generate_tests(metafunc):
    """Kill each of them fifty times in the long form."""
    if "folder" in metafunc.fixturenames:
        times = range(50 if metafunc.config.getoption("long") else 1)
        metafunc.parametrize("folder", times, indirect=True)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    saved_notebook(tmp_path / "work" / "kill.ipynb", SETUP, STARTED, RESUMED)
    return tmp_path


def opened(browser, url):
    """Open the notebook in a page that may report errors: what it is connected to will end."""
    page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.on("dialog", lambda dialog: dialog.accept())
    return Notebook(page, url, "kill.ipynb")


def begin(notebook):
    """Train until there are checkpoints; return the kernel's process and a step."""
    notebook.do(SETUP)
    notebook.page.locator(".jp-CodeCell").nth(1).locator(".jp-Editor").click()
    notebook.command("notebook:run-cell")
    expect(status(panel_of(notebook.page))).to_have_text("Training")
    notebook.comes_true(f"trainer.progress.step > {2 * EVERY}")
    notebook.command("docmanager:save")
    return psutil.Process(notebook.value(PROCESS)), notebook.value("trainer.progress.step")


def goes_on(notebook, step):
    """Resume the training in the last cell; it has lost at most two intervals."""
    notebook.run_last_cell()
    panel = panel_of(notebook.page)
    expect(status(panel)).to_have_text("Training")
    notebook.comes_true(f"panel.run.progress.step > {step}")
    first = notebook.value("panel.run.history.columns('step')['step'].tolist()")
    assert first == sorted(set(first)), "no step is taken twice"
    until(lambda: int(progress(panel).get_attribute("aria-valuenow")) > step)
    notebook.do("panel.run.stop(); panel.run.wait()")


def test_of_a_killed_kernel_the_page_says_so_and_the_run_is_resumed(
    browser, folder, artefact, tried
):
    """Kernels killed (`kill -9`): the page said so, and the run was resumed."""
    with serving(folder / "home", folder / "work") as url:
        notebook = opened(browser, url)
        kernel, step = begin(notebook)
        kernel.kill()
        until(lambda: not kernel.is_running() or kernel.status() == psutil.STATUS_ZOMBIE)
        expect(status(panel_of(notebook.page))).to_have_text("Was training")
        expect(panel_of(notebook.page)).to_contain_text("Saved copy: no kernel attached.")
        notebook.page.screenshot(path=artefact("killed"), animations="disabled")
        # "The kernel appears to have died": JupyterLab says it twice, one above the other.
        dialog = notebook.page.get_by_role("button", name="Ok", exact=True)
        notebook.page.add_locator_handler(
            dialog.last, lambda button: button.click(), no_wait_after=True
        )
        until(lambda: kernels() - {kernel})
        notebook.wait_until_ready()
        goes_on(notebook, step)
        notebook.page.context.close()
    tried()


def test_a_run_outlives_a_killed_browser(launch, browser, folder, artefact, tried):
    """Browsers killed (`kill -9`): the run went on, and a new page showed it."""
    with serving(folder / "home", folder / "work") as url:
        before = browsers()
        notebook = opened(launch(), url)
        _, step = begin(notebook)
        new = browsers() - before
        for process in [p for p in new if of(p, psutil.Process.parent, p) not in new]:
            process.kill()
        until(lambda: [kernel["connections"] for kernel in ask(url, "kernels")] == [0])

        again = opened(browser, url)
        panel = panel_of(again.page)
        expect(status(panel)).to_have_text("Training")
        until(lambda: int(progress(panel).get_attribute("aria-valuenow")) > step)
        again.page.screenshot(path=artefact("again"), animations="disabled")
        again.do("panel.run.stop(); panel.run.wait()")
        again.page.context.close()
    tried()


def browsers():
    return {process for process in children() if "chrom" in of(process, psutil.Process.name, "")}


def kernels():
    """Return the processes of kernels, which are named by their command."""
    return {
        process
        for process in children()
        if "ipykernel_launcher" in of(process, psutil.Process.cmdline, [])
    }


def of(process, ask, otherwise):
    """Return what is asked about a process, or something else if it has ended meanwhile."""
    try:
        return ask(process)
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return otherwise


def children():
    return psutil.Process().children(recursive=True)


def test_after_a_killed_server_the_run_is_resumed_in_a_new_one(browser, folder, artefact, tried):
    """Servers killed (`kill -9`): the run was resumed in a new one."""
    with serving(folder / "home", folder / "work") as url:
        notebook = opened(browser, url)
        kernel, step = begin(notebook)
        (process,) = (folder / "home" / "runtime").glob("jpserver-*.json")
        os.kill(int(process.stem.partition("-")[2]), signal.SIGKILL)
        until(lambda: not kernel.is_running())  # it notices that its parent has gone
        notebook.page.screenshot(path=artefact("killed"), animations="disabled")
        notebook.page.context.close()
    (folder / "other").mkdir()
    with serving(folder / "other", folder / "work") as url:
        again = opened(browser, url)
        goes_on(again, step)
        again.page.context.close()
    tried()
