"""The panel as a teacher: form, steering, the probe history, the data map, several panels."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.lab import until
from tests.browser.test_training_panel import SETUP, panel_of, press, progress, status

pytestmark = pytest.mark.browser

TRAINER = """
import tempfile
scratch = tempfile.TemporaryDirectory()
trainer = bw.Trainer(
    clf, train, valid, epochs=25, batch_tokens=512, evaluate_every=5,
    folder=scratch.name + "/first", probes=["A dull film.", "Not a dull film at all."],
)
panel = bw.TrainingPanel(trainer)
panel
"""


def test_form_sets_what_the_run_is_started_with(open_notebook, page, artefact):
    notebook = open_notebook(SETUP, TRAINER)
    notebook.run_all()
    panel = panel_of(page)
    fill(panel, "Epochs", "2")
    fill(panel, "Learning rate", "3e-5")
    notebook.becomes("panel.values['epochs']", 2)
    notebook.becomes("trainer.hyperparameters.learning_rate", 3e-5)
    page.screenshot(path=artefact("form"), animations="disabled")

    fill(panel, "Epochs", "0")
    expect(panel).to_contain_text("at least 1")
    notebook.do("pass")
    assert notebook.value("trainer.hyperparameters.epochs") == 2
    fill(panel, "Epochs", "4")
    notebook.becomes("trainer.hyperparameters.epochs", 4)

    press(panel, "Start")
    expect(status(panel)).to_have_text("Training")
    assert notebook.value("panel.run.progress.epochs") == 4
    notebook.do("panel.run.stop()")


def test_keys_pressed_on_a_button_are_no_shortcuts_of_the_notebook(open_notebook, page):
    notebook = open_notebook(SETUP, TRAINER)
    notebook.run_all()
    panel = panel_of(page)
    panel.get_by_role("button", name="Find learning rate").focus()
    for key in "rddm":  # a cell becomes raw, is deleted, becomes text
        page.keyboard.press(key)
    expect(panel.get_by_role("button", name="Find learning rate")).to_be_focused()
    press(panel, "Start")
    notebook.comes_true("panel.run.progress.step > 1")
    notebook.do("panel.run.stop()")


def test_steering_takes_effect_while_it_runs(open_notebook, page):
    notebook = open_notebook(SETUP, TRAINER)
    notebook.run_all()
    panel = panel_of(page)
    press(panel, "Start")
    notebook.comes_true("panel.run.progress.step > 1")

    press(panel, "Save now")
    notebook.comes_true("any('Saved' in note.text for note in panel.run.history.notes)")
    fill(panel, "Peak learning rate", "2e-5")
    notebook.becomes("panel.run.learning_rate", 2e-5)
    press(panel, "Stop after this epoch")
    notebook.becomes("panel.run.stops_after_epoch", expected=True)
    expect(status(panel)).to_have_text("Stopped")
    assert notebook.value("panel.run.progress.epoch % 1 == 0 and panel.run.progress.epoch < 25")
    assert notebook.value("bw.Trainer.resume(trainer.folder).progress.step") == notebook.value(
        "panel.run.progress.step"
    )
    panel.get_by_role("tab", name="Notes").click()
    expect(panel).to_contain_text("Learning rate changed from 5e-5 to 2e-5.")


def test_two_panels_show_and_rule_one_run(open_notebook, page):
    notebook = open_notebook(SETUP, TRAINER, "bw.TrainingPanel(trainer.start())", "panel")
    notebook.run_all()
    panels = page.get_by_role("region", name="Training panel")
    expect(panels).to_have_count(3)
    press(panels.nth(1), "Pause")
    for panel in panels.all():
        expect(status(panel)).to_have_text("Paused")
    press(panels.nth(2), "Stop")
    for panel in panels.all():
        expect(status(panel)).to_have_text("Stopped")


def test_kernel_interrupt_leaves_the_run_alone(open_notebook, page):
    notebook = open_notebook(SETUP, TRAINER, "trainer.start().wait()")
    page.evaluate("() => void window.jupyterapp.commands.execute('notebook:run-all-cells')")
    expect(status(panel_of(page))).to_have_text("Training")
    until(lambda: int(progress(panel_of(page)).get_attribute("aria-valuenow")) > 1)
    notebook.command("notebook:interrupt-kernel")
    expect(page.locator(".jp-OutputArea")).to_contain_text(["KeyboardInterrupt"])
    step = notebook.value("panel.run.progress.step")
    notebook.comes_true(f"panel.run.state == 'running' and panel.run.progress.step > {step}")
    notebook.do("panel.run.stop()")


def test_probe_history_and_data_map_speak_to_python(open_notebook, page, artefact):
    notebook = open_notebook(SETUP, TRAINER)
    notebook.run_all()
    panel = panel_of(page)
    press(panel, "Start")
    notebook.comes_true("panel.run.progress.epoch > 1 and len(panel.run.history.probe_history) > 1")
    press(panel, "Pause")

    panel.get_by_role("tab", name="Probes").click()
    notebook.becomes("panel.view", "probes")
    expect(panel).to_contain_text("Not a dull film at all.")
    panel.get_by_role("slider").press("Home")
    notebook.becomes("panel.snapshot", 0)
    expect(panel).to_contain_text("step 0")
    page.screenshot(path=artefact("probes"), animations="disabled")

    panel.get_by_role("tab", name="Data map").click()
    over = panel.locator(".bw-brushable")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    over.hover(position={"x": box["width"] - 2, "y": box["height"] - 2})
    page.mouse.down()
    page.mouse.move(box["x"] - 5, box["y"] - 5)  # a drag beyond the corner ends in it
    page.mouse.up()
    notebook.comes_true("panel.selected_count > 0.9 * len(train)")
    assert notebook.value("len(panel.selection) == panel.selected_count")
    page.screenshot(path=artefact("data"), animations="disabled")
    notebook.do("panel.run.stop()")


def fill(panel, label, value):
    field = panel.get_by_label(label, exact=True)
    field.fill(value)
    field.press("Enter")
