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
    """Kill each of them fifty times in the long form: ten runs, each of them five times."""
    if "kills" in metafunc.fixturenames:
        # A server gives a kernel up that has ended a sixth time.
        long = metafunc.config.getoption("long")
        metafunc.parametrize("kills", [5] * 10 if long else [1])


@pytest.fixture
def folder(tmp_path):
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
    """Start a training whose panel is shown."""
    notebook.do(SETUP)
    notebook.page.locator(".jp-CodeCell").nth(1).locator(".jp-Editor").click()
    notebook.command("notebook:run-cell")
    expect(status(panel_of(notebook.page))).to_have_text("Training")


def resume(notebook, step):
    """Resume the training in the last cell; it has lost at most two intervals."""
    notebook.run_last_cell()
    expect(status(panel_of(notebook.page))).to_have_text("Training")
    reaches(notebook, step)
    steps = notebook.value("panel.run.history.columns('step')['step'].tolist()")
    assert steps == sorted(set(steps)), "no step is taken twice"


def reaches(notebook, step):
    """Wait until the run, and its panel on the page, are beyond a step."""
    notebook.comes_true(f"panel.run.progress.step > {step}")
    until(lambda: int(progress(panel_of(notebook.page)).get_attribute("aria-valuenow")) > step)


def under_way(notebook):
    """Train until there are new checkpoints; return the kernel's process and a step."""
    begun = notebook.value("panel.run.progress.step")
    notebook.comes_true(f"panel.run.progress.step > {begun + 2 * EVERY}")
    notebook.command("docmanager:save")
    return psutil.Process(notebook.value(PROCESS)), notebook.value("panel.run.progress.step")


def end(notebook):
    notebook.do("panel.run.stop(); panel.run.wait()")
    notebook.page.context.close()


def test_of_a_killed_kernel_the_page_says_so_and_the_run_is_resumed(
    browser, folder, kills, artefact, tried
):
    """Kernels killed (`kill -9`): the page said so, and the run was resumed."""
    with serving(folder / "home", folder / "work") as url:
        notebook = opened(browser, url)
        # "The kernel appears to have died": JupyterLab says it twice, one above the other.
        dialog = notebook.page.get_by_role("button", name="Ok", exact=True)
        notebook.page.add_locator_handler(
            dialog.last, lambda button: button.click(), no_wait_after=True
        )
        begin(notebook)
        for _ in range(kills):
            kernel, step = under_way(notebook)
            kernel.kill()
            until(lambda: not is_running(kernel))  # noqa: B023 - called at once
            expect(status(panel_of(notebook.page))).to_have_text("Was training")
            expect(panel_of(notebook.page)).to_contain_text("Saved copy: no kernel attached.")
            notebook.page.screenshot(path=artefact("killed"), animations="disabled")
            until(lambda: kernels() - {kernel})  # noqa: B023 - called at once
            notebook.wait_until_ready()
            resume(notebook, step)
            tried()
        end(notebook)


@pytest.mark.parametrize(("how", "state"), [("killed", "Was training"), ("shut down", "Stopped")])
def test_of_a_kernel_that_is_gone_for_good_the_page_says_so(browser, folder, how, state, artefact):
    never = "--AsyncIOLoopKernelRestarter.restart_limit=0"
    with serving(folder / "home", folder / "work", never) as url:
        notebook = opened(browser, url)
        begin(notebook)
        if how == "killed":
            psutil.Process(notebook.value(PROCESS)).kill()
        else:
            notebook.command("kernelmenu:shutdown")
        expect(status(panel_of(notebook.page))).to_have_text(state)
        expect(panel_of(notebook.page)).to_contain_text("Saved copy: no kernel attached.")
        notebook.page.screenshot(path=artefact("gone"), animations="disabled")
        notebook.page.context.close()


def test_a_run_outlives_a_killed_browser(launch, folder, kills, artefact, tried):
    """Browsers killed (`kill -9`): the run went on, and a new page showed it."""
    with serving(folder / "home", folder / "work") as url:
        for number in range(kills):
            others = browsers()
            notebook = opened(launch(), url)
            if number == 0:
                begin(notebook)
            _, step = under_way(notebook)
            new = browsers() - others
            for process in [p for p in new if of(p, psutil.Process.parent, p) not in new]:
                process.kill()
            until(lambda: [kernel["connections"] for kernel in ask(url, "kernels")] == [0])

            again = opened(launch(), url)
            expect(status(panel_of(again.page))).to_have_text("Training")
            reaches(again, step)
            again.page.screenshot(path=artefact("again"), animations="disabled")
            tried()
            if number == kills - 1:
                again.do("panel.run.stop(); panel.run.wait()")
            again.page.context.browser.close()


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


def test_after_a_killed_server_the_run_is_resumed_in_a_new_one(
    browser, folder, kills, artefact, tried
):
    """Servers killed (`kill -9`): the run was resumed in a new one."""
    step = None
    for number in range(kills + 1):
        home = folder / f"home-{number}"
        with serving(home, folder / "work") as url:
            notebook = opened(browser, url)
            if step is None:
                begin(notebook)
            else:
                resume(notebook, step)
                tried()
            if number == kills:
                end(notebook)
                return
            kernel, step = under_way(notebook)
            (process,) = (home / "runtime").glob("jpserver-*.json")
            os.kill(int(process.stem.partition("-")[2]), signal.SIGKILL)
            until(lambda: not is_running(kernel))  # noqa: B023 - called at once
            notebook.page.screenshot(path=artefact("killed"), animations="disabled")
            notebook.page.context.close()


def is_running(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
