"""Words: what each script calls one, never a part of a character cluster, never a sentence."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_widgets.text.encoding import encode
from bert_widgets.text.windows import windows
from bert_widgets.text.words import unspaced_starts, word_spans
from tests.models import tiny_classifier


def words_of(text):
    return [text[start:end] for start, end in word_spans(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("หนังเรื่องนี้ดี", "ห นัง เรื่อ ง นี้ ดี"),
        ("ภาพยนตร์น้ำตา", "ภา พ ย นตร์ น้ำ ตา"),
        ("ໜັງເລື່ອງນີ້ມ່ວນຫຼາຍ", "ໜັງ ເລື່ອງ ນີ້ ມ່ວນ ຫຼາຍ"),
        ("ລາວໄປນອນ", "ລາວ ໄປ ນອນ"),
        ("ភាពយន្តនេះល្អណាស់", "ភា ព យ ន្ត នេះ ល្អ ណាស់"),
        ("ရုပ်ရှင်ကကောင်းတယ်။", "ရုပ် ရှင် က ကောင်း တယ် ။"),
        ("အင်္ဂလိပ်", "အင်္ဂ လိပ်"),
        ("コーヒーを飲んだ", "コ ー ヒ ー を 飲 ん だ"),
        ("iPhone手机很好", "iPhone 手 机 很 好"),
        ("ｶﾞｷﾞ", "ｶﾞ ｷﾞ"),
        ("ดีมากvery", "ดี มา ก very"),
        ("می‌خواهم", "می‌خواهم"),
        ("Don't, 1,200.50 well-made!", "Don't , 1,200.50 well-made !"),
        ("👩‍👩‍👧 1️⃣ 👍🏽", "👩‍👩‍👧 1️⃣ 👍🏽"),
        ("한국어 영화", "한국어 영화"),
    ],
)
def test_words_are_those_of_the_script(text, words):
    assert words_of(text) == words.split(" ")


def blocks(*spans):
    return [st.characters(min_codepoint=low, max_codepoint=high) for low, high in spans]


UNSPACED = st.text(
    st.one_of(
        *blocks((0xE01, 0xE4E), (0xE81, 0xEDF), (0x1780, 0x17DD), (0x1000, 0x109F)),
        *blocks((0x3041, 0x30FF), (0x4E00, 0x4EFF), (0xFF66, 0xFF9F)),
        st.sampled_from("aé1 '-.\u200d\u200c\ufe0f\u0301👍🏽"),
    ),
    max_size=40,
)
ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@given(text=UNSPACED | ANY)
@settings(max_examples=400, deadline=None)
def test_no_word_cuts_a_character_cluster(text):
    spans = word_spans(text)
    clusters = {match.start() for match in regex.finditer(r"\X", text)} | {len(text)}
    covered = 0
    for start, end in spans:
        assert text[covered:start].strip() == ""
        # A mark after a space belongs to the space, which belongs to no word.
        assert start in clusters or text[start - 1].isspace(), (text, spans)
        assert end in clusters or text[end].isspace(), (text, spans)
        covered = end
    assert text[covered:].strip() == ""


SENTENCES = [
    "หนังเรื่องนี้สนุกมากและนักแสดงเล่นดีทุกคน",
    "ໜັງເລື່ອງນີ້ມ່ວນຫຼາຍຂ້ອຍມັກມັນ",
    "ភាពយន្តនេះល្អណាស់ខ្ញុំចូលចិត្តវាខ្លាំងណាស់",
    "ဒီရုပ်ရှင်ကအရမ်းကောင်းတယ်",
    "このコーヒーはおいしいです",
    "iPhoneの画面はとてもきれい",
]


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_without_spaces_is_many_words(text):
    spans = word_spans(text)
    assert len(spans) >= 6
    assert max(end - start for start, end in spans) <= 7
    assert [start for start, _ in spans if start] == sorted(unspaced_starts(text) - {0})


@pytest.mark.parametrize("kind", ["roberta", "xlm-roberta", "deberta-v2"])
@pytest.mark.parametrize("text", SENTENCES)
def test_every_token_has_its_word(kind, text):
    encoding = encode(tiny_classifier(kind).tokenizer, [text])[0]
    words = encoding.words
    for position, (start, end) in enumerate(encoding.offsets):
        if encoding.segments[position] >= 0 and start < end:
            left, right = words.offsets[words.of_token[position]]
            assert left <= start < end <= right
    if kind == "roberta":  # of bytes; the others read what is not in their vocabulary as one token
        assert len(words) >= 6


@pytest.mark.parametrize("text", SENTENCES)
def test_windows_of_a_text_without_spaces_end_between_words(text):
    tokenizer = tiny_classifier("roberta").tokenizer
    ends = {end for _, end in word_spans(text)}
    spans = windows(tokenizer, text, length=24, overlap=4)
    assert len(spans) > 1
    assert all(end in ends for _, end in spans)
