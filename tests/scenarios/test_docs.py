"""The documentation is correct: its examples run, and the names in it exist."""

from __future__ import annotations

import contextlib
import json
import re
import runpy
import sqlite3
import tomllib
from pathlib import Path

import pytest

import bert_widgets as bw
from bert_widgets import explain, training
from bert_widgets.data import files
from tests.models import tiny_classifier
from tests.training.small import FEW, trainer

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = {path.relative_to(ROOT).as_posix(): path for path in sorted(DOCS.rglob("*.md"))}
PAGES |= {name: ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")}
WIDGETS = {"TrainingPanel", "TokenHighlights", "AttentionMatrix"}


def run(page, **names):
    """Run the Python examples of a page, one after the other; return the names they leave."""
    for code in re.findall(r"```python\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL):
        exec(code, names)  # noqa: S102 - the project's own page
    return names


def test_each_term_on_screen_has_a_section_on_the_page_of_terms():
    table = (ROOT / "js/src/shared/terms.ts").read_text("utf-8").split("as const")[0]
    terms = re.findall(r'^  "?([a-z0-9-]+)"?:$', table, re.MULTILINE)
    assert len(terms) >= 8
    page = PAGES["docs/terms.md"].read_text("utf-8")
    sections = re.findall(r"^## .* \{ #([a-z0-9-]+) \}$", page, re.MULTILINE)
    assert set(terms) <= set(sections)


def test_reporter_writes_a_line_per_event(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("how-to/reporter.md", bw=bw, clf=tiny_classifier("bert"), train=FEW, valid=FEW[:4])
    rows = [json.loads(line) for line in Path("run.jsonl").read_text("utf-8").splitlines()]
    assert {row["kind"] for row in rows} == {"step", "evaluation"}
    assert all("loss" in row for row in rows)


def test_data_source_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(files, "_READERS", dict(files._READERS))
    with contextlib.closing(sqlite3.connect("reviews.db")) as database, database:
        database.execute("CREATE TABLE reviews (body TEXT, stars INTEGER)")
        rows = [(text, 5 if label == "positive" else 1) for text, label in FEW]
        database.executemany("INSERT INTO reviews VALUES (?, ?)", rows)
    names = run("how-to/data-source.md", bw=bw)
    assert names["data"].texts == tuple(text for text, _ in FEW)
    assert set(files._READERS) > {".jsonl", ".xlsx"}


def test_combined_widgets_follow_the_chosen_text():
    texts = [text for text, _ in FEW[:3]]
    names = run("how-to/widget.md", bw=bw, clf=tiny_classifier("bert"), texts=texts)
    names["chooser"].value = 2
    assert names["highlights"].text == names["attention"].text == names["uncertain"][2]
    names["highlights"].selected = 1
    assert names["attention"].selected == 1


def test_figures_of_the_page_are_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = training.Run(trainer())
    names = run("how-to/figures.md", bw=bw, clf=tiny_classifier("bert"), run=done)
    assert len(names["maps"].tokens) > 2
    written = {path.name for path in tmp_path.iterdir()}
    svg = {"words.svg", "all-heads.svg", "head.svg", "curves.svg"}
    assert written == svg | {"words.png", "words.tex"}


def test_pages_made_from_the_code_are_up_to_date():
    stale = runpy.run_path(str(DOCS / "generate.py"))["stale"]
    assert not stale(), "run `python docs/generate.py`"


def test_layers_are_those_of_the_import_contracts():
    block = re.search(
        r"```text\n(.*?)```", PAGES["docs/architecture.md"].read_text("utf-8"), re.DOTALL
    )
    drawn = [re.split(r"  +", line)[0] for line in block[1].splitlines()]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    assert drawn == contracts["contracts"][0]["layers"]


def test_every_module_that_the_pages_name_exists():
    files = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("bert_widgets/**/*.py")]
    for name, path in PAGES.items():
        for module in re.findall(r"`([\w/]+/\w+\.py)`", path.read_text("utf-8")):
            assert (ROOT / module).exists() or any(f.endswith(f"/{module}") for f in files), name


def test_every_public_name_has_an_entry_in_the_reference():
    written = "\n".join(path.read_text("utf-8") for path in PAGES.values())
    entries = set(re.findall(r"^::: (?:bert_widgets)(?:\.\w+)*\.(\w+)$", written, re.MULTILINE))
    public = {*bw.__all__, *explain.__all__, *training.__all__} - {"demo", "METHODS"}
    assert public <= entries
    assert entries >= WIDGETS


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "docs/features.md"])
def test_pages_state_the_number_of_methods(name):
    numbers = re.findall(r"(\d+) methods", PAGES[name].read_text("utf-8"))
    assert numbers == [str(len(explain.METHODS))]
