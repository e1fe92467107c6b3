"""The word that an author probably meant, found in bounded time however many words there are and however long they are."""
from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from heapq import nsmallest
from typing import Final

__all__ = ["nearest"]

LONGEST: Final = 60  # nobody misspells a longer name by a letter
MANY: Final = 300  # words that are compared letter by letter


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known word nearest to `word`; "" when none is near. Among very many only those that share most letters are compared."""
    if not word or len(word) > LONGEST:
        return ""
    words = set(known)
    if len(words) > MANY:
        letters, length = set(word), len(word)
        likely = (k for k in words if 2 * abs(len(k) - length) <= length + 2)
        words = set(nsmallest(MANY, likely, key=lambda k: (-len(letters.intersection(k)), abs(len(k) - length), k)))
    found = get_close_matches(word, sorted(words), 1, cutoff)
    return found[0] if found else ""
