"""Texts and names as they are spelled in a file: quotes where they are needed, doubled or nested as the lexer reads them."""
from __future__ import annotations

import re
from typing import Final

from medrules.language.lexer import NAME_PATTERN
from medrules.language.vocabulary import Vocabulary

__all__ = ["escaped", "is_plain", "quoted", "spelled"]

_NAME: Final = re.compile(NAME_PATTERN)


def is_plain(word: str) -> bool:
    """Whether the lexer reads the word as one name."""
    return _NAME.fullmatch(word) is not None


def quoted(text: str, words: Vocabulary, in_text: bool = False) -> str:
    """A text in the language's own quotes; 「」 when it stands inside another text; "" when 「 and 」 do not balance."""
    opener = "「" if in_text else words.punctuation.open_quote
    if opener == "「" and _balanced(text):
        return f"「{text}」"
    return '"' + text.replace('"', '""') + '"'


def escaped(literal: str) -> str:
    """A literal stretch of a template: braces doubled."""
    return literal.replace("{", "{{").replace("}", "}}")


def spelled(parts: tuple[str, ...], words: Vocabulary, in_text: bool = False) -> str:
    """A dotted path. A part behind a dot that is no plain name stands in quotes."""
    head, *rest = parts
    opener, closer = ("「", "」") if in_text else (words.punctuation.open_quote, words.punctuation.close_quote)
    return ".".join([head, *(r if is_plain(r) else f"{opener}{r}{closer}" for r in rest)])


def _balanced(text: str) -> bool:
    depth = 0
    for character in text:
        if character in "「」":
            depth += 1 if character == "「" else -1
            if depth < 0:
                return False
    return depth == 0
