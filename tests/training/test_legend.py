"""The legend names runs by their names, or says in which settings they differ."""

from __future__ import annotations

from bert_widgets.training import Run
from bert_widgets.training.legend import legend
from tests.training.small import trainer


def test_runs_without_a_name_are_told_apart_by_their_settings(tmp_path):
    runs = [
        Run(trainer(learning_rate=1e-5)),
        Run(trainer(learning_rate=5e-5, patience=2, valid=[("a", "negative"), ("b", "positive")])),
        Run(trainer(learning_rate=1e-4, name="fast")),
        Run(trainer(folder=tmp_path / "saved")),
    ]
    assert legend(runs) == [
        f"{runs[0].name}, learning rate 1e-5, patience by default",
        f"{runs[1].name}, learning rate 5e-5, patience 2",
        "fast",
        "saved",
    ]


def test_runs_with_the_same_settings_have_their_names_alone():
    runs = [Run(trainer()), Run(trainer())]
    assert legend(runs) == [run.name for run in runs]
    assert legend(runs[:1]) == [runs[0].name]
