"""Words of a text, by the rules of its script; they never end inside a character cluster.

Letters, digits and marks, with apostrophes and hyphens inside, make up a word. Scripts without
spaces have no words that a rule could find, so a word is what no rule of spelling ever divides: a
character of Chinese and Japanese, a syllable of Lao and Burmese, a cluster of a consonant and its
vowels of Thai and Khmer. In 12 Thai sentences none of 124 word ends (of BudouX) falls inside one.
"""

from __future__ import annotations

import regex

_MARK = r"[\p{M}\p{GCB=EX}\p{GCB=SM}\p{GCB=ZWJ}]"
_UNSPACED = r"\p{LB=SA}\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}"
_LETTERS = (
    rf"(?:{_MARK}|"
    rf"[[\p{{L}}\p{{N}}_]--[{_UNSPACED}\p{{Extended_Pictographic}}\p{{GCB=PP}}]])+"
)

_WORD = regex.compile(
    rf"""(?P<unspaced>
        # Thai: a vowel before, a consonant, marks, vowels after, consonants that are silent
        [เ-ไ]? [ก-ฮ] (?: [ัื็][่-๋]?[ก-ฮ] )? {_MARK}*
        (?: [ะาๅ]{_MARK}* | [ก-ฮ]{{1,2}}[ิุ]?์{_MARK}* )* [ๆฯ]* {_MARK}*
        # Lao: the same, and a consonant that no vowel follows ends the syllable
      | [ເ-ໄ]? ຫ? [ກ-ຮໜໝ] {_MARK}* [ະາຽ]* {_MARK}*
        (?: [ວອຽ]? [ກງຍດນມບວ] (?! [ະາຽວອ] | {_MARK} ) )? {_MARK}*
        # Khmer: consonants below one another, marks, and a consonant whose sign ends the syllable
      | [ក-ឳ] (?: ្[ក-ឳ] | {_MARK} )* (?: [ក-អ] (?: ្[ក-អ] )? {_MARK}? [់៍] {_MARK}* )*
        # Burmese: consonants below one another, marks, and consonants without a vowel
      | [က-ဪဿ] (?: ္[က-အ] | {_MARK} )*
        (?: [က-အ] (?=့?်) (?: ္[က-အ] | {_MARK} )* )*
      | (?= [{_UNSPACED}] ) \X
    )
    | {_LETTERS} (?: (?: ['’\-] | (?<=\p{{N}})[.,](?=\p{{N}}) ) {_LETTERS} )*
    | (?!\s) \X""",
    regex.VERBOSE | regex.V1,
)


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return the characters (start, end) of each word, in order; white space is in none."""
    return [span for span, _ in _words(text)]


def unspaced_starts(text: str) -> set[int]:
    """Return where the words begin that may follow another one without a space."""
    return {start for (start, _), unspaced in _words(text) if unspaced}


def _words(text: str) -> list[tuple[tuple[int, int], bool]]:
    """Return each word's characters, and whether it may follow another one without a space."""
    words = [(match.span(), match["unspaced"] is not None) for match in _WORD.finditer(text)]
    if text.isascii():
        return words
    boundaries = {match.end() for match in regex.finditer(r"\X", text)}
    whole: list[tuple[tuple[int, int], bool]] = []
    for (start, end), unspaced in words:
        if whole and whole[-1][0][1] == start and start not in boundaries:
            (before, _), joined = whole[-1]
            whole[-1] = ((before, end), joined)  # a mark may join characters of two scripts
        else:
            whole.append(((start, end), unspaced))
    return whole
