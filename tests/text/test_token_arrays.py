"""Token arrays hold what `encode` gives, and nothing else."""

from __future__ import annotations

import gc
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import BertTokenizer, XLNetTokenizer

import bert_widgets.text.token_arrays
from bert_widgets.model.fair_lock import FairLock
from bert_widgets.text.encoding import encode
from bert_widgets.text.token_arrays import tokenize
from tests.models import CHINESE, CORPUS, KINDS, MAX_LENGTH, tiny_classifier

any_text = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=60),
    st.lists(
        st.sampled_from(["film", "not", "good.", "[SEP]", "<s>", "电影", "x" * 40, "\n", "\u200b"]),
        max_size=40,
    ).map(" ".join),
)


def assert_as_encode(clf, texts, pairs, max_length):
    """All ids and types are those of `encode`; batches are those of transformers and of `clf`."""
    arrays = tokenize(clf.tokenizer, texts, pairs, max_length=max_length)
    encodings = encode(clf.tokenizer, texts, pairs, max_length=max_length)
    assert arrays.lengths.tolist() == [len(e) for e in encodings]
    assert arrays.lengths.dtype == np.int32
    for i, encoding in enumerate(encodings):
        assert arrays.ids[arrays.offsets[i] : arrays.offsets[i + 1]].tolist() == encoding.input_ids
    order = list(range(len(texts)))[::-1]
    of_encodings = clf.collate([encodings[i] for i in order])
    names = [name for name in clf.tokenizer.model_input_names if name != "attention_mask"]
    expected = clf.tokenizer.pad(
        [{name: getattr(encodings[i], name) for name in names} for i in order],
        padding_side="right",
        return_tensors="pt",
    )
    for batch in (arrays.collate(order), of_encodings):
        assert batch.keys() == expected.keys()
        for name, tensor in batch.items():
            assert tensor.dtype == torch.int64
            assert torch.equal(tensor, expected[name])


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("paired", [False, True])
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_arrays_are_what_encode_gives(kind, paired, data):
    texts = data.draw(st.lists(any_text, min_size=1, max_size=6))
    size = len(texts)
    pairs = data.draw(st.lists(any_text, min_size=size, max_size=size)) if paired else None
    max_length = data.draw(st.sampled_from([None, 5, 9, MAX_LENGTH]))
    assert_as_encode(tiny_classifier(kind), texts, pairs, max_length)


@pytest.mark.parametrize("paired", [False, True])
def test_segment_ids_of_special_tokens_are_kept(paired):
    """XLNet gives its [CLS] a separate segment, also in single texts."""
    tokenizer = XLNetTokenizer().train_new_from_iterator(CORPUS, 200, show_progress=False)
    tokenizer.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    pairs = CORPUS[2:5] if paired else None
    arrays = tokenize(tokenizer, CORPUS[:3], pairs, max_length=20)
    expected = [t for e in encode(tokenizer, CORPUS[:3], pairs, max_length=20)
                for t in e.token_type_ids]  # fmt: skip
    assert max(expected) == 2
    assert arrays.types.tolist() == expected


def test_single_texts_of_bert_keep_no_segment_ids():
    arrays = tokenize(tiny_classifier("bert").tokenizer, CORPUS, max_length=MAX_LENGTH)
    assert arrays.types is None
    assert not arrays.collate([0, 1])["token_type_ids"].any()


def test_ids_are_two_bytes_where_the_vocabulary_allows():
    tokenizer = tiny_classifier("bert").tokenizer
    assert tokenize(tokenizer, CORPUS, max_length=None).ids.dtype == np.uint16
    words = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]", *map(str, range(2**16))]
    large = BertTokenizer(vocab={word: i for i, word in enumerate(words)})
    ids = tokenize(large, ["65535 0"], max_length=None).ids
    assert ids.dtype == np.int32
    assert ids.tolist() == [1, 65540, 5, 2]


def test_chunks_are_joined_correctly(monkeypatch):
    tokenizer = tiny_classifier("chinese").tokenizer
    texts = [*CHINESE, "", *CHINESE * 3, "x " * 300]
    whole = tokenize(tokenizer, texts, texts[::-1], max_length=30)
    for size in (1, 10, 47):
        monkeypatch.setattr(bert_widgets.text.token_arrays, "_CHUNK", size)
        parts = tokenize(tokenizer, texts, texts[::-1], max_length=30)
        for name in ("ids", "offsets", "types"):
            assert np.array_equal(getattr(parts, name), getattr(whole, name))


def test_large_arrays_are_mapped_and_leave_nothing_behind(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tokenizer = tiny_classifier("bert").tokenizer
    small = tokenize(tokenizer, CORPUS, CORPUS, max_length=None)
    assert not isinstance(small.ids, np.memmap)
    monkeypatch.setattr(bert_widgets.text.token_arrays, "_IN_MEMORY", 1000)
    large = tokenize(tokenizer, CORPUS, CORPUS, max_length=None)
    assert isinstance(large.ids, np.memmap)
    assert np.array_equal(large.ids, small.ids)
    assert np.array_equal(large.types, small.types)
    assert not list(tmp_path.iterdir())  # a file without a name
    assert _held(tmp_path)
    del large
    gc.collect()
    assert not _held(tmp_path)


def _held(folder):
    """Return this process's maps of files in the folder, those without a name included."""
    return [
        line for line in Path("/proc/self/maps").read_text().splitlines() if str(folder) in line
    ]


def test_no_texts_give_empty_arrays():
    arrays = tokenize(tiny_classifier("bert").tokenizer, [], max_length=None)
    assert len(arrays) == len(arrays.lengths) == len(arrays.ids) == 0


def test_other_threads_get_the_lock_between_chunks(monkeypatch):
    """A thread that waits for the lock does not wait for all texts."""
    monkeypatch.setattr(bert_widgets.text.token_arrays, "_CHUNK", 1)
    clf = tiny_classifier("bert")
    entered = threading.Event()

    class Lock(FairLock):
        taken = 0

        def __enter__(self):
            super().__enter__()
            self.taken += 1
            if self.taken == 3:
                entered.set()

    lock, done_at = Lock(), []

    def other():
        entered.wait()
        with lock:
            done_at.append(lock.taken)

    thread = threading.Thread(target=other)
    thread.start()
    tokenize(clf.tokenizer, CORPUS * 3, max_length=None, lock=lock)
    thread.join()
    assert done_at[0] < len(CORPUS)


def test_a_tokenizer_in_use_elsewhere_keeps_its_settings_apart(monkeypatch):
    """Another call between two chunks (other cuts, padding) changes nothing here."""
    monkeypatch.setattr(bert_widgets.text.token_arrays, "_CHUNK", 1)
    tokenizer = tiny_classifier("bert").tokenizer
    expected = tokenize(tokenizer, CORPUS, max_length=9).ids.tolist()

    class Meddler:
        def __enter__(self):
            pass

        def __exit__(self, *_):
            tokenizer(["a film"], padding="max_length", truncation=True, max_length=4)

    assert tokenize(tokenizer, CORPUS, max_length=9, lock=Meddler()).ids.tolist() == expected
