"""The support page of the docs, written from what the tests of the families assert.

``python -m tests.families.table`` writes docs/support.md.
"""

from __future__ import annotations

from pathlib import Path

from bert_widgets.explain import METHODS
from tests.families.capabilities import (
    ALL,
    NO_ADAPTERS,
    NO_ATTENTION,
    NO_ATTENTION_METHODS,
    NO_CHECKPOINTING,
    NO_LAYERS,
    NO_VALUE_ZEROING,
    NO_WORD_SCORES,
    PADDING_MATTERS,
    SCALE_IS_LOST,
)

PAGE = Path(__file__).resolve().parents[2] / "docs" / "support.md"

_COLUMNS = {
    "word scores": NO_WORD_SCORES,
    "layers": NO_LAYERS,
    "input × gradient": SCALE_IS_LOST,
    "attention rollout": NO_ATTENTION_METHODS,
    "value zeroing": NO_VALUE_ZEROING,
    "attention maps": NO_ATTENTION,
    "mixed lengths": PADDING_MATTERS,
    "gradient checkpointing": NO_CHECKPOINTING,
    "adapters": NO_ADAPTERS,
}
"""For each column the families that lack what it names."""

_TEXT = """# Supported models

<!-- Written by `python -m tests.families.table` from what the tests in tests/families assert. -->

Any checkpoint with a `ForSequenceClassification` class in transformers can be tried. The {count}
types of model below are tested with small random weights. For **every** one of them the tests
show that

- it is loaded and saved, and a saved model predicts the same, bit for bit;
- a text is predicted in a batch as it is alone;
- training changes every parameter that the classifier reads;
- a training resumed from a checkpoint ends with the same weights, bit for bit, as one without a
  break;
- each attribution method gives scores that belong to the model's own prediction, or is refused in
  one sentence; attention maps are those that the model itself returns, or they are refused.

| model type | {header} |
|{line}
{rows}
The columns:

- **word scores**: {others}. They are refused for encoder-decoders and for models that reorder, pad
  or round their words.
- **layers**: `attribute(..., layer=...)` scores the states that the model says its layers give out.
- **input × gradient**: a dash also means that the model normalises each word embedding first. The
  product would be zero, so it is refused; use integrated gradients.
- **attention rollout**: also attention × gradient. They need attention weights from every token
  to every token.
- **value zeroing**: needs a layer for the value vectors in each layer, as encoders like BERT
  have.
- **attention maps**: `AttentionMatrix` and `attention_maps`.
- **mixed lengths**: texts of different lengths share a batch. In the other models padding would
  change the result, so each batch holds texts of one length; this is slower.
- **gradient checkpointing**: training with it gives the same weights, and explanations the same
  scores. Where there is a dash, transformers itself refuses to switch it on.
- **adapters**: a LoRA adapter of PEFT on all linear layers (for DistilBERT, those of the
  encoder) is trained with the head, explained, saved, loaded and resumed; I-BERT has no layer that
  PEFT adapts.

BigBird reads long texts (more than 704 tokens with its usual settings) with sparse attention and
pads them: such a text can be predicted and trained on, and its words can be scored where it needs
no padding.

DeepLift is refused for all of them, because Captum has no rule for their layers.
"""


def page() -> str:
    """Return the text of the page."""
    rows = "".join(f"| `{family}` | {' | '.join(_cells(family))} |\n" for family in ALL)
    named = {"input_x_gradient", "rollout", "attention_x_gradient", "value_zeroing", "deeplift"}
    *others, last = [f"`{name}`" for name in METHODS if name not in named]
    return _TEXT.format(
        count=len(ALL),
        header=" | ".join(_COLUMNS),
        line=" --- |" * (len(_COLUMNS) + 1),
        rows=rows,
        others=f"{', '.join(others)} and {last}",
    )


def _cells(family: str) -> list[str]:
    return ["–" if family in lacking else "yes" for lacking in _COLUMNS.values()]


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8", newline="\n")
