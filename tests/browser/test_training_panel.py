"""The panel of a live run: its buttons, its curve after a reload, its end."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.lab import until

pytestmark = pytest.mark.browser

SETUP = """
import bert_widgets as bw
clf = bw.demo.classifier(device="cpu")  # slow enough to interfere with
data = bw.TextData.from_(bw.demo.sentences(400)[["text", "label"]])
train, valid = data.split(valid=0.1)
"""
TRAINER = "trainer = bw.Trainer(clf, train, valid, epochs=25, batch_tokens=512, evaluate_every=5)"
PANEL = "panel = bw.TrainingPanel(trainer)\npanel"
ENDLESS = TRAINER.replace("epochs=25", "epochs=500")
STARTED = "panel = bw.TrainingPanel(trainer.start())\npanel"

# What the loss chart reads under each pixel: the step, the training and the validation loss.
CURVE = """(chart) => {
    const over = chart.querySelector(".bw-over");
    const { left, top, width, height } = over.getBoundingClientRect();
    const readings = new Map();
    for (let x = 0; x < width; x += 0.25) {
        const at = { clientX: left + x, clientY: top + height / 2, bubbles: true };
        over.dispatchEvent(new PointerEvent("pointermove", at));
        const values = [...chart.querySelectorAll(".bw-key-value")].map((e) => e.textContent);
        readings.set(chart.querySelector(".bw-legend-step").textContent, values);
    }
    return [...readings];
}"""


def test_buttons_rule_the_run_and_the_kernel_stays_free(open_notebook, page, artefact):
    notebook = open_notebook(SETUP, TRAINER, PANEL)
    notebook.run_all()
    panel = panel_of(page)
    expect(status(panel)).to_have_text("Ready")
    page.screenshot(path=artefact("ready"), animations="disabled")

    press(panel, "Start")
    expect(status(panel)).to_have_text("Training")
    notebook.comes_true("panel.run.progress.step > 3")
    assert notebook.value("clf.predict('a fine film').labels") == ["positive"]
    assert notebook.value("panel.run.state") == "running", "it trained while the kernel answered"

    press(panel, "Pause")
    expect(status(panel)).to_have_text("Paused")
    notebook.becomes("panel.run.state", "paused")
    notebook.do("clf.predict('wait for the step at hand')")
    step = notebook.value("panel.run.progress.step")
    notebook.do("for _ in range(40): clf.predict('time enough for some more steps')")
    assert notebook.value("panel.run.progress.step") == step
    expect(progress(panel)).to_have_attribute("aria-valuenow", str(step))
    page.screenshot(path=artefact("paused"), animations="disabled")

    press(panel, "Resume")
    notebook.comes_true(f"panel.run.progress.step > {step}")
    expect(status(panel)).to_have_text("Training")

    press(panel, "Stop")
    expect(status(panel)).to_have_text("Stopped")
    notebook.do("panel.run.wait()")
    assert notebook.value("panel.run.state") == "stopped"
    assert notebook.value("panel.run.progress.step < panel.run.progress.total_steps")
    expect(button(panel, "Stop")).to_have_count(0)


@pytest.mark.parametrize("saved", [True, False], ids=["saved", "unsaved"])
def test_whole_curve_is_back_after_a_reload(open_notebook, page, artefact, saved):
    page.set_viewport_size({"width": 2400, "height": 1000})  # some pixels for each step
    notebook = open_notebook(SETUP, TRAINER, STARTED, "panel")
    notebook.run_all()
    notebook.comes_true("panel.run.progress.step > 11")
    if saved:
        notebook.command("docmanager:save")
    notebook.reload()
    if not saved:  # JupyterLab has forgotten the outputs, the kernel has forgotten nothing
        notebook.run_last_cell()
    panels = page.get_by_role("region", name="Training panel")
    expect(panels).to_have_count(2 if saved else 1)
    until(lambda: int(progress(panel_of(page)).get_attribute("aria-valuenow")) > 16)

    notebook.do("panel.run.pause()")
    expect(status(panel_of(page))).to_have_text("Paused")
    notebook.do("clf.predict('wait for the step at hand')")
    step = notebook.value("panel.run.progress.step")
    expect(progress(panel_of(page))).to_have_attribute("aria-valuenow", str(step))
    page.screenshot(path=artefact("reloaded"), animations="disabled")

    curve = dict(panel_of(page).locator(".bw-chart-loss").evaluate(CURVE))
    assert set(curve) == {f"step {i}" for i in range(step + 1)}
    evaluations = notebook.value(
        "{k: v.tolist() for k, v in panel.run.history.columns('evaluation').items()}"
    )
    for measured_at, loss in zip(evaluations["step"], evaluations["loss"], strict=True):
        assert float(curve[f"step {measured_at:.0f}"][1]) == pytest.approx(loss, abs=6e-4)
    notebook.do("panel.run.stop()")


@pytest.mark.parametrize("saved", [True, False], ids=["saved", "unsaved"])
def test_a_new_page_finds_the_run_that_a_closed_one_left(open_notebook, page, artefact, saved):
    notebook = open_notebook(SETUP, ENDLESS, STARTED, "panel")
    notebook.run_all()
    expect(status(panel_of(page))).to_have_text("Training")
    notebook.comes_true("panel.run.progress.step > 3")
    if saved:
        notebook.command("docmanager:save")
    left_at = notebook.value("panel.run.progress.step")
    notebook.close()

    # Nothing is executed before the press: what a page says must arrive without it.
    notebook.open_again()
    if not saved:  # JupyterLab has forgotten the outputs, the kernel has forgotten nothing
        notebook.run_last_cell()
    panel = panel_of(notebook.page)
    expect(status(panel)).to_have_text("Training")
    until(lambda: int(progress(panel).get_attribute("aria-valuenow")) > left_at + 5)

    press(panel, "Pause")
    expect(status(panel)).to_have_text("Paused")
    notebook.becomes("panel.run.state", "paused")
    notebook.do("clf.predict('wait for the step at hand')")
    step = notebook.value("panel.run.progress.step")
    expect(progress(panel)).to_have_attribute("aria-valuenow", str(step))
    drawn = panel.locator(".bw-chart-loss").evaluate(CURVE)
    assert drawn[-1][0] == f"step {step}", "the curve too is in step"
    notebook.page.screenshot(path=artefact("opened-again"), animations="disabled")
    press(panel, "Resume")
    notebook.comes_true(f"panel.run.progress.step > {step}")
    notebook.do("panel.run.stop()")


def test_buttons_answer_while_a_cell_waits_for_the_run(open_notebook, page):
    notebook = open_notebook(SETUP, ENDLESS, STARTED, "panel.run.wait()")
    notebook.start_all()
    panel = panel_of(page)
    expect(status(panel)).to_have_text("Training")
    until(lambda: int(progress(panel).get_attribute("aria-valuenow")) > 3)

    for name, phase in (("Pause", "Paused"), ("Resume", "Training"), ("Stop", "Stopped")):
        press(panel, name)
        expect(status(panel)).to_have_text(phase)


def test_run_goes_on_without_its_panel(open_notebook, page):
    notebook = open_notebook(SETUP, TRAINER, STARTED)
    notebook.run_all()
    expect(status(panel_of(page))).to_have_text("Training")

    notebook.command("notebook:clear-all-cell-outputs")
    expect(panel_of(page)).to_have_count(0)
    notebook.do("run = panel.run; panel.close()")
    step = notebook.value("run.progress.step")
    notebook.comes_true(f"run.state == 'running' and run.progress.step > {step + 2}")
    notebook.do("run.stop(); run.wait()")
    assert notebook.value("run.state") == "stopped"


def test_exception_in_training_is_shown_and_raised(open_notebook, page, artefact):
    broken = "clf.model.classifier.bias.data[0] = float('inf')\ntrainer = bw.Trainer(clf, train)"
    notebook = open_notebook(SETUP, broken, PANEL)
    notebook.run_all()
    press(panel_of(page), "Start")

    expect(status(panel_of(page))).to_have_text("Failed")
    alert = panel_of(page).get_by_role("alert")
    expect(alert).to_contain_text("Training failed: The loss became")
    page.screenshot(path=artefact("failed"), animations="disabled")
    notebook.do(
        "try:\n    panel.run.wait()\nexcept FloatingPointError as error:\n    raised = str(error)"
    )
    assert notebook.value("raised") in alert.inner_text()


def panel_of(page):
    return page.get_by_role("region", name="Training panel").last


def press(panel, name):
    button(panel, name).click()


def button(panel, name):
    return panel.get_by_role("button", name=name, exact=True)


def status(panel):
    return panel.get_by_role("status")


def progress(panel):
    return panel.get_by_role("progressbar")
