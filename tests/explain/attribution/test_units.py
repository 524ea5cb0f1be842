from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_widgets.explain import attribute
from bert_widgets.explain.attribution.baselines import BASELINES
from bert_widgets.explain.attribution.units import UNITS, units
from tests.models import longformer_classifier, tiny_classifier

TEXT = "The film wasn't good, café 🙂 unexpectedly boring"


@pytest.mark.parametrize("kind", ["bert", "roberta", "electra", "deberta-v2", "modernbert"])
def test_baselines_follow_their_definition(kind: str) -> None:
    clf = tiny_classifier(kind)
    table = clf.model.get_input_embeddings().weight.detach().numpy()
    rows = {"pad": clf.tokenizer.pad_token_id, "mask": clf.tokenizer.mask_token_id}
    for name in BASELINES:
        vector = {"zero": np.zeros(table.shape[1]), "mean": table.mean(0)}.get(name)
        vector = table[rows[name]] if vector is None else vector
        named, given_itself = (
            attribute(clf, TEXT, baseline=b, precision="fp32")[0] for b in (name, vector)
        )
        assert (named.baseline, given_itself.baseline) == (name, "custom")
        np.testing.assert_allclose(named.token_scores, given_itself.token_scores, atol=1e-4)


@settings(deadline=None, max_examples=25)
@given(text=st.sampled_from([TEXT, "Good. Bad!\nSo?", "电影很好。不好"]), data=st.data())
def test_every_token_belongs_to_one_unit_that_holds_its_characters(text, data) -> None:
    clf = tiny_classifier(data.draw(st.sampled_from(["bert", "roberta", "chinese"])))
    spans = st.tuples(st.integers(0, len(text)), st.integers(1, 20)).map(lambda s: (s[0], sum(s)))
    drawn = st.lists(spans, max_size=4)
    unit = data.draw(st.one_of(st.sampled_from(list(UNITS)), drawn))
    encoding = clf.encode([text])[0]
    grouped = units(encoding, unit)
    assert set(grouped.of_token[encoding.segments >= 0]) == set(range(len(grouped)))
    assert set(grouped.of_token[encoding.segments < 0]) == {-1}
    for string, (start, end) in zip(grouped.strings, grouped.offsets, strict=True):
        assert text[start:end] == string
    for token, (start, end) in zip(grouped.of_token, encoding.offsets, strict=True):
        assert start == end or (
            grouped.offsets[token, 0] <= start and end <= grouped.offsets[token, 1]
        )


def test_a_span_contains_every_word_it_overlaps() -> None:
    attribution = attribute(tiny_classifier("bert"), "not bad at all", unit=[(1, 5), (4, 10)])[0]
    assert attribution.words == ("not bad", "at", "all")
    assert attribution.unit == "spans"
    words = attribute(tiny_classifier("bert"), "not bad at all")[0]
    np.testing.assert_allclose(
        attribution.scores, [words.scores[:2].sum(), *words.scores[2:]], atol=1e-5
    )


def test_a_model_that_pads_internally_is_refused() -> None:
    clf = longformer_classifier()
    texts = ["good" + " bad" * count for count in range(8)]
    text = next(t for t in texts if len(clf.encode([t])[0]) % 8)
    with pytest.raises(ValueError, match="pads texts internally, so its words cannot be scored"):
        attribute(clf, text)
