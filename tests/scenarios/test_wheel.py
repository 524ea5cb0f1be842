"""The built wheel works in a clean environment that has no Node."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUNDLES = ("attention_matrix", "export", "token_highlights", "training_panel")
USE = """
import sys
import bert_widgets as bw
assert not {"torch", "transformers", "pandas"} & set(sys.modules), "the import is not lazy"
assert "site-packages" in bw.__file__, bw.__file__
clf = bw.demo.classifier()
assert clf.predict("a gorgeous, witty film").labels == ("positive",)
assert len(bw.demo.reviews()) == 220
bw.TokenHighlights(clf, "not a bad film").to_html("out.html")
from bert_widgets.cli import copy_notebooks
from pathlib import Path
assert copy_notebooks(Path("copies"))
print("works")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT)
    (built,) = folder.glob("bert_widgets-*.whl")
    return built


def run(*command, **options):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.wheel
def test_the_wheel_holds_what_it_needs_and_no_more(wheel):
    with zipfile.ZipFile(wheel) as archive:
        sizes = {info.filename: info.compress_size for info in archive.infolist()}
    for name in BUNDLES:
        assert sizes[f"bert_widgets/static/{name}.js"] > 300
    assert "bert_widgets/py.typed" in sizes
    assert "bert_widgets/demo/reviews.jsonl" in sizes
    assert any(name.endswith("licenses/LICENSE") for name in sizes)
    assert any(name.startswith("bert_widgets/notebooks/") for name in sizes)
    demo = sum(size for name, size in sizes.items() if name.startswith("bert_widgets/demo/"))
    assert demo <= 24e6
    unwanted = ("tests/", "js/", "bert_widgets/node_modules")
    assert not [name for name in sizes if name.startswith(unwanted)]


@pytest.mark.wheel
@pytest.mark.timeout(1200)
def test_the_wheel_works_in_a_clean_environment_without_node(wheel, tmp_path):
    venv.create(tmp_path / "clean", with_pip=True)
    scripts = tmp_path / "clean" / ("Scripts" if os.name == "nt" else "bin")
    bare = {**os.environ, "PATH": str(scripts)}
    run(
        scripts / "python", "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel,
        env=bare,
    )  # fmt: skip
    out = run(scripts / "python", "-W", "error::UserWarning", "-c", USE, cwd=tmp_path, env=bare)
    assert out.strip().endswith("works")
    assert "bert-widgets demo" not in run(scripts / "bert-widgets", "--version", env=bare)
