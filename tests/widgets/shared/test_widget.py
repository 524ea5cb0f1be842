"""Pages are not trusted: no message raises, and none sets an invalid value."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bert_widgets import AttentionMatrix, TokenHighlights, Trainer, TrainingPanel
from bert_widgets.widgets.saving import bundle as _bundle
from bert_widgets.widgets.shared.text_widget import TextWidget
from bert_widgets.widgets.training_panel.form import values_of
from tests.models import tiny_classifier
from tests.widgets.pages import PATIENCE, agrees, comes_to_agree, page_of

GENERATOR = Path(__file__).parents[3] / "js" / "generate_traits.py"
TEXT = "The film was not good"
DATA = pd.DataFrame({"text": [TEXT, "bad soup"] * 4, "label": ["positive", "negative"] * 4})


def highlights():
    widget = TokenHighlights(tiny_classifier("bert"), TEXT, method="input_x_gradient")
    assert widget.wait(PATIENCE)
    return widget


def matrix():
    return AttentionMatrix(tiny_classifier("bert"), TEXT)


def panel():
    return TrainingPanel(Trainer(tiny_classifier("bert"), DATA, epochs=1))


def ended_panel():
    trainer = Trainer(tiny_classifier("bert"), DATA, DATA, epochs=1, probes=[TEXT])
    return TrainingPanel([trainer.start().wait(PATIENCE), trainer])


WIDGETS = [highlights, matrix, panel, ended_panel]


def is_consistent(widget):
    """Whether a widget's state makes sense."""
    assert not isinstance(widget, TextWidget) or widget.wait(PATIENCE)
    state = widget.get_state()
    words = state.get("words", [])
    assert state.get("selected") is None or 0 <= state["selected"] < len(words)
    assert state["error"] == widget.error
    assert isinstance(widget.error, str)
    assert len(widget.error) <= 300
    if isinstance(widget, TokenHighlights):
        assert widget.target in widget.labels
        assert widget.method in [method[0] for method in widget._methods]
        assert (
            len(words)
            == len(widget.word_offsets)
            == len(widget.word_segments)
            == len(widget.scores)
        )
        assert len(widget.class_scores) in (0, len(widget.labels) * len(words))
        assert not widget.busy
        assert not widget.refining
    if isinstance(widget, AttentionMatrix):
        assert -1 <= widget.layer < widget.layers
        assert -1 <= widget.head < widget.heads
        assert widget.head == -1 or widget.layer >= 0
        assert widget.target in widget.labels
        assert len(widget._row_tokens) == len(widget.token_texts)
        sizes = [len(getattr(widget, f"_slot_{number}")) for number in range(8)]
        assert sizes == [len(slot) * len(widget.row_labels) ** 2 for slot in widget._slots]
        held = [(entry["measure"], entry["layer"]) for slot in widget._slots for entry in slot]
        assert (widget.measure, widget.layer) in held or (
            widget.measure == "norms" and widget.layer < 0
        )
    if isinstance(widget, TrainingPanel):
        trainer = widget.run.trainer
        assert 0 <= widget.shown < len(widget.runs)
        assert widget.learning_rate == trainer.learning_rate
        assert 0 < widget.learning_rate <= 1
        assert widget.values == values_of(trainer.hyperparameters)
        assert widget.probes == list(trainer.probes)
        assert widget.snapshot is None or 0 <= widget.snapshot < len(widget._probe_history_steps)
        assert widget.selected_count == len(widget.selection)
    return True


def structures(values):
    return st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=5), values)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 12)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)  # JSON has neither
    | st.text(max_size=12)
    | st.sampled_from(["positive", "input_x_gradient", "positve", "\ud800", TEXT, "x" * 200_000])
    | st.sampled_from(["data", 1e-4, [0.0, 0.5, 0.0, 0.5], [TEXT], {"epochs": 2}, {"seed": True}]),
    structures,
    max_leaves=5,
)


@pytest.mark.parametrize("make", WIDGETS)
def test_forged_states_never_raise_and_change_only_settable_traits(make):
    widget = make()
    page = page_of(widget)
    settable = set(widget.trait_names(sync=True, page=True))
    fixed = set(widget.keys) - settable - {"error"}
    names = st.sampled_from([*widget.keys, "comm", "keys", "_trait_values", "self", "nothing", ""])

    @settings(deadline=None, max_examples=60)
    @given(st.dictionaries(names, json_values, max_size=3) | json_values)
    def forge(state):
        before = widget.get_state()
        if isinstance(state, dict):
            page.tell(**state)
        else:
            page.message({"method": "update", "state": state, "buffer_paths": []})
        after = widget.get_state()
        assert is_consistent(widget)
        assert comes_to_agree(widget), "what was refused is sent back"
        if not isinstance(state, dict) or not settable & state.keys():
            assert {name: after[name] for name in fixed} == {name: before[name] for name in fixed}
            assert bool(widget.error) >= (state != {})

    forge()


@pytest.mark.parametrize("make", WIDGETS)
def test_forged_messages_never_raise(make):
    widget = make()
    page = page_of(widget)
    contents = st.fixed_dictionaries(
        {},
        optional={
            "command": st.sampled_from(["pause", "resume", "stop", "strat", 3, None, ["stop"]]),
            "kind": st.just("anywidget-command"),
        },
    )

    @settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.fixed_dictionaries({"method": st.just("custom"), "content": contents | json_values})
        | st.fixed_dictionaries(
            {"method": st.sampled_from(["update", "custom", "request_state", "nonsense"])},
            optional={"state": json_values, "buffer_paths": json_values, "content": json_values},
        )
    )
    def forge(data):
        page.message(data)
        assert is_consistent(widget)
        if data["method"] == "custom" and "content" in data:
            content = data["content"]
            command = content.get("command") if isinstance(content, dict) else None
            known = isinstance(command, str) and command in type(widget).commands
            assert bool(widget.error) != known

    forge()


def test_a_refused_value_is_sent_back_and_reported_until_the_next_valid_one():
    widget = matrix()
    page = page_of(widget)
    page.tell(layer=7)
    assert widget.wait(PATIENCE)
    assert widget.layer == 0
    assert widget.error == "There is no layer 7; use 0 to 1, or -1 for the mean."
    assert agrees(widget)
    page.tell(layer=True)
    assert "True" in widget.error
    page.tell(layer="1", head=2)
    assert (widget.layer, widget.head) == (0, 2), "what fits is taken all the same"
    assert "'layer'" in widget.error
    page.tell(layer=1)
    assert (widget.layer, widget.error) == (1, "")
    assert widget.wait(PATIENCE)
    assert agrees(widget)


def test_a_page_cannot_set_results_or_code():
    widget = highlights()
    page = page_of(widget)
    for forged in ({"_esm": "alert(1)"}, {"scores": [1.0]}, {"words": []}, {"error": ""}):
        page.tell(**forged)
        assert "cannot set" in widget.error
        assert agrees(widget)
    assert widget.words


@pytest.mark.parametrize(
    ("trait", "change"), [("selected", {"selected": 1}), ("scores", {"text": "good soup"})]
)
def test_a_widget_survives_a_failing_observer(trait, change):
    widget = highlights()
    page = page_of(widget)
    failures = []

    def fail(_change):
        failures.append(trait)
        raise ZeroDivisionError

    widget.observe(fail, trait)
    page.tell(**change)
    widget.wait(PATIENCE)
    assert set(failures) == {trait}
    widget.unobserve(fail, trait)
    page.tell(text="bad soup")
    assert not isinstance(widget, TokenHighlights) or widget.wait(PATIENCE)
    page.tell(selected=0)
    assert (widget.words, widget.selected, widget.busy) == (["bad", "soup"], 0, False)
    assert agrees(widget)


@pytest.mark.parametrize("make", [highlights, matrix])
def test_a_slow_page_never_has_a_new_text_with_the_words_of_the_old_one(make):
    widget = make()
    page = page_of(widget)
    page.updates.clear()
    widget.text = "good soup"
    first = page.updates[0]
    assert (first["text"], first["busy"]) == ("good soup", True)
    assert agrees(widget)


def test_a_reloaded_page_gets_the_whole_state():
    widget = highlights()
    page = page_of(widget)
    page.tell(selected=3)
    page.reload()
    assert agrees(widget)
    assert page.state["selected"] == 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TokenHighlights(tiny_classifier("bert"), TEXT, taget=0), "did you mean 'target'"),
        (lambda: AttentionMatrix(tiny_classifier("bert"), TEXT, layers=0), "did you mean 'layer'"),
        (lambda: TrainingPanel(1, prob=2), "did you mean 'probes'"),
        (lambda: TrainingPanel(DATA), "shows a Run or a Trainer"),
    ],
)
def test_errors_for_wrong_options_suggest_the_right_ones(make, message):
    with pytest.raises(TypeError, match=message):
        make()


def test_a_missing_bundle_says_how_to_build_it(monkeypatch, tmp_path):
    monkeypatch.setattr(_bundle.resources, "files", lambda _package: tmp_path)
    with pytest.raises(FileNotFoundError, match=r"pip install -e \."):
        matrix()


@pytest.mark.process
def test_the_front_end_lists_the_traits_of_every_widget():
    checked = subprocess.run(
        [sys.executable, GENERATOR, "--check"],
        capture_output=True,
        text=True,
        check=False,
        cwd=GENERATOR.parents[1],
    )
    assert checked.stderr == ""
    assert checked.returncode == 0


def test_a_list_of_traits_that_is_out_of_date_is_named(monkeypatch, capsys, tmp_path):
    spec = importlib.util.spec_from_file_location("generate_traits", GENERATOR)
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    monkeypatch.setattr(generator, "SOURCES", tmp_path)
    files = [
        tmp_path / folder / "traits.ts"
        for folder in ("attention_matrix", "token_highlights", "training_panel")
    ]
    for file in files:
        file.parent.mkdir()
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0
    files[0].write_text(files[0].read_text("utf-8").replace('  "text",\n', ""), "utf-8")
    files[1].unlink()
    assert generator.main(["--check"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{file} does not list the traits of its widget; run `python js/generate_traits.py`."
        for file in files[:2]
    ]


@pytest.mark.parametrize("make", WIDGETS)
def test_a_widget_shows_itself_with_and_without_a_kernel(make):
    widget = make()
    data, _ = widget._repr_mimebundle_()
    view = data["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == widget.model_id
    assert data["text/html"].startswith("<div")
    assert data["text/plain"] == widget.fallback_text()


@pytest.mark.parametrize("make", WIDGETS)
def test_the_first_message_holds_the_whole_state(make):
    widget = make()
    first = page_of(widget).updates[0]
    assert first.keys() == page_of(widget).state.keys()
    assert agrees(widget)


def test_closing_twice_is_allowed():
    widget = panel()
    widget.close()
    widget.close()
    assert widget.comm is None
