"""Models as users have them: frozen, in half precision, with tuples or without padding token."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import transformers

from bert_widgets import Trainer, attention_maps, attribute, head_effects
from bert_widgets.model.classifier import BertClassifier
from tests.families.models import family_classifier
from tests.models import tiny_classifier

TEXTS = ["The film was not good", "The soup was so delightful, and I'd see it again!"]
DATA = [("The film was good", "positive"), ("bad film", "negative")] * 4


def build(kind):
    return family_classifier(kind) if kind == "gpt2" else tiny_classifier(kind)


@pytest.mark.parametrize("kind", ["bert", "modernbert", "deberta-v2", "gpt2"])
def test_a_config_that_asks_for_tuples_changes_nothing(kind):
    clf, plain = build(kind), build(kind)
    clf.model.config.return_dict = False
    assert np.array_equal(clf.predict(TEXTS).probabilities, plain.predict(TEXTS).probabilities)
    scores = [attribute(c, TEXTS[0], method="attnlrp")[0].scores for c in (clf, plain)]
    assert np.array_equal(*scores)
    maps = [attention_maps(c, TEXTS[0]).weights for c in (clf, plain)]
    assert np.array_equal(*maps)
    for classifier in (clf, plain):
        list(Trainer(classifier, DATA, epochs=1, precision="fp32"))
    assert np.array_equal(clf.predict(TEXTS).probabilities, plain.predict(TEXTS).probabilities)
    assert clf.model.config.return_dict is False


@pytest.mark.parametrize("kind", ["bert", "modernbert", "gpt2"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_weights_of_another_precision_give_nearly_the_same(kind, dtype):
    clf, plain = build(kind), build(kind)
    clf.model.to(dtype)
    tolerance = {torch.float16: 0.01, torch.bfloat16: 0.1, torch.float64: 1e-5}[dtype]
    predictions = [c.predict(TEXTS).probabilities for c in (clf, plain)]
    np.testing.assert_allclose(*predictions, atol=tolerance / 4)
    for method in ("integrated_gradients", "attnlrp", "occlusion"):
        options = {"method": method, "precision": "fp32"}
        scores = [attribute(c, TEXTS[0], **options)[0].scores for c in (clf, plain)]
        np.testing.assert_allclose(*scores, atol=4 * tolerance * np.abs(scores[1]).max())
    assert attribute(clf, TEXTS[0])[0].completeness_error < 0.1
    effects = [head_effects(c, TEXTS[0])[["estimate", "effect"]] for c in (clf, plain)]
    np.testing.assert_allclose(*effects, atol=4 * tolerance * effects[1].abs().to_numpy().max())
    maps = [attention_maps(c, TEXTS[0]).weights.astype(int) for c in (clf, plain)]
    np.testing.assert_allclose(*maps, atol=1 + 255 * tolerance)


def test_float16_is_neither_mixed_with_bfloat16_nor_trained():
    clf = build("bert")
    clf.model.half()
    with pytest.raises(ValueError, match="float16, which cannot be mixed"):
        attribute(clf, TEXTS[0], precision="bf16")
    with pytest.raises(ValueError, match=r"float16, in which .* convert the model"):
        Trainer(clf, DATA)


def test_a_model_with_all_weights_frozen_is_not_trained():
    clf = build("bert")
    clf.model.requires_grad_(False)  # noqa: FBT003 - torch's own
    with pytest.raises(ValueError, match="no weights to train"):
        Trainer(clf, DATA)
    clf.model.classifier.requires_grad_(True)  # noqa: FBT003
    before = {name: weight.clone() for name, weight in clf.model.state_dict().items()}
    list(Trainer(clf, DATA, epochs=1, precision="fp32"))
    after = clf.model.state_dict()
    moved = {name for name, weight in before.items() if not torch.equal(weight, after[name])}
    assert moved == {"classifier.weight", "classifier.bias"}


def test_a_missing_padding_token_is_named_and_can_be_set():
    expected = build("gpt2").predict(TEXTS).probabilities
    clf = build("gpt2")
    clf.tokenizer.pad_token = clf.model.config.pad_token_id = None
    for use in (lambda: clf.predict(TEXTS), lambda: list(Trainer(clf, DATA, epochs=1))):
        with pytest.raises(ValueError, match=r"padding token and has none; set clf\.tokenizer"):
            use()
    clf.tokenizer.pad_token = "<mask>"  # noqa: S105 - no password
    clf.model.config.pad_token_id = clf.tokenizer.pad_token_id
    np.testing.assert_allclose(clf.predict(TEXTS).probabilities, expected, atol=1e-5)


def test_bert_needs_no_padding_token():
    clf, plain = build("bert"), build("bert")
    clf.tokenizer.pad_token = clf.model.config.pad_token_id = None
    predictions = [c.predict(TEXTS).probabilities for c in (clf, plain)]
    np.testing.assert_allclose(*predictions, atol=1e-6)


def scratch(name, **options):
    """Return a random classifier of one of transformers' classes, as `BertClassifier` takes it."""
    tokenizer = tiny_classifier("roberta").tokenizer
    config = getattr(transformers, f"{name}Config")(
        vocab_size=len(tokenizer),
        pad_token_id=tokenizer.pad_token_id,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=66,
        **options,
    )
    return getattr(transformers, f"{name}ForSequenceClassification")(config), tokenizer


@pytest.mark.parametrize("name", ["Lilt", "LayoutLM"])
def test_models_of_pages_are_refused(name):
    with pytest.raises(ValueError, match=f"{name}ForSequenceClassification reads where on a page"):
        BertClassifier(*scratch(name))


def test_xmod_computes_in_float32_in_the_chosen_language():
    clf = BertClassifier(*scratch("Xmod", languages=["en_XX", "de_DE"]))
    with pytest.raises(ValueError, match=r"call clf\.model\.set_default_language"):
        clf.predict(TEXTS)
    clf.model.set_default_language("de_DE")
    assert attribute(clf, TEXTS[0])[0].completeness_error < 0.01
    with pytest.raises(ValueError, match="use precision='fp32'"):
        attribute(clf, TEXTS[0], precision="bf16")
    trainer = Trainer(clf, [(text, label) for text, label in zip(TEXTS, clf.labels, strict=False)])
    assert len(list(trainer)) > 0
