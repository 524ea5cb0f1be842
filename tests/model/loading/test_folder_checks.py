"""A folder that is damaged, or describes what its files cannot hold, is refused in a sentence."""

from __future__ import annotations

import json
import os
import time

import pytest

from bert_widgets import BertClassifier
from bert_widgets.model.loading import manifest
from tests.models import tiny_classifier

TINY = tiny_classifier("bert")
QUICK = 5
"""Seconds within which all of these are refused, on a busy machine."""


@pytest.fixture
def folder(tmp_path):
    TINY.save_pretrained(tmp_path)
    return tmp_path


def foreign(folder, **changes):
    """Change the config of a folder that another program has written."""
    (folder / manifest.NAME).unlink()
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def refused(folder, message):
    before = time.monotonic()
    with pytest.raises((OSError, ValueError), match=message) as raised:
        BertClassifier.from_pretrained(folder, device="cpu")
    assert time.monotonic() - before < QUICK
    assert str(raised.value).startswith("Cannot load ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "change",
    [
        {"num_hidden_layers": 10**7},
        {"num_hidden_layers": 10**400},
        {"vocab_size": 10**12},
        {"vocab_size": 10**8},
        {"hidden_size": 10**9},
        {"hidden_size": 60_000},
        {"hidden_size": -4},
        {"hidden_size": "wide"},
        {"num_labels": 10**12},
        {"num_attention_heads": 0},
        {"layer_norm_eps": float("nan")},
        {"initializer_range": float("inf")},
        {"model_type": ["bert"]},
        {"text_config": {"num_hidden_layers": 10**7}},
    ],
    ids=lambda change: str(change)[:40],
)
def test_a_config_of_what_its_files_cannot_hold_is_refused_at_once(change, folder):
    foreign(folder, **change)
    refused(folder, None)


def test_so_many_labels_take_no_more_than_a_moment(folder):
    """The time must not grow with the square of the number of classes."""
    foreign(folder, id2label={str(i): f"label {i}" for i in range(40_000)})
    before = time.monotonic()
    with pytest.warns(UserWarning, match="head .* is new"):
        clf = BertClassifier.from_pretrained(folder, device="cpu")
    assert len(clf.labels) == 40_000
    assert time.monotonic() - before < QUICK


def test_a_damaged_file_is_named_and_how_to_load_it_nevertheless(folder):
    path = folder / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    refused(folder, r"model\.safetensors has changed since it was saved.*or delete bert_widgets_")
    (folder / manifest.NAME).unlink()
    BertClassifier.from_pretrained(folder, device="cpu")


def test_a_users_file_in_the_model_folder_may_change(tmp_path):
    (tmp_path / "README.md").write_text("first")
    TINY.save_pretrained(tmp_path)
    (tmp_path / "README.md").write_text("second")
    (tmp_path / "results.json").write_text("{}")
    TINY.save_pretrained(tmp_path)
    (tmp_path / "results.json").write_text("[]")
    BertClassifier.from_pretrained(tmp_path, device="cpu")


def test_saving_another_model_into_the_folder_is_no_damage(folder):
    other = tiny_classifier("bert", labels=("a", "b", "c"))
    other.save_pretrained(folder)
    assert BertClassifier.from_pretrained(folder, device="cpu").labels == other.labels


def test_links_to_files_are_followed_as_in_the_cache_of_the_hub(folder, tmp_path_factory):
    linked = tmp_path_factory.mktemp("linked")
    for path in folder.iterdir():
        (linked / path.name).symlink_to(path)
    BertClassifier.from_pretrained(linked, device="cpu")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("kind", ["pipe", "device", "loop", "folder"])
def test_what_is_no_file_is_not_read(kind, name, folder):
    path = folder / name
    path.unlink()
    {
        "pipe": os.mkfifo,
        "device": lambda path: path.symlink_to("/dev/zero"),
        "loop": lambda path: path.symlink_to(path),
        "folder": os.mkdir,
    }[kind](path)
    refused(folder, rf"{name} is (not a regular file|missing)")
    (folder / manifest.NAME).unlink()
    refused(folder, rf"{name} is (not a regular file|missing)")


def test_an_absurdly_large_file_is_not_read(folder):
    (folder / manifest.NAME).unlink()
    os.truncate(folder / "tokenizer.json", 2**40)  # takes no room on the disk
    refused(folder, r"tokenizer\.json has 1,099,511,627,776 bytes")


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"\xff", b"[" * 5000, b'{"model": 3}', b'{"model": {"../../x": [1, ""]}}',
     b'{"model": {"/etc/passwd": [1, ""]}}', b'{"model": {"config.json": [1e999, ""]}}'],
)  # fmt: skip
def test_a_manifest_that_is_none_is_refused(content, folder):
    (folder / manifest.NAME).write_bytes(content)
    refused(folder, f"{manifest.NAME} cannot be read")
