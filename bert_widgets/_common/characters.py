"""Characters that no tokenizer can read."""


def has_lone_surrogate(text: str) -> bool:
    """Whether a string holds half of a character, which no tokenizer and no file takes."""
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def check_characters(text: str, name: str) -> None:
    """Raise a ValueError that calls the text by ``name`` if it holds a lone surrogate."""
    if has_lone_surrogate(text):
        msg = (
            f"{name} contains half of a character (a lone surrogate): {text!r:.80}; "
            "fix its encoding."
        )
        raise ValueError(msg)
