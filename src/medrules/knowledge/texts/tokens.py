"""Pieces of a text before anything is judged: typed pieces, closed-list filler words, and pieces known to be unreadable."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from medrules.knowledge.texts.reading import Confidence

__all__ = ["FILLER", "OPAQUE", "Found", "Kind", "Matcher", "Token", "matched"]

# One letter per kind: the grammar of complete texts (wholeness.py) is a pattern over these letters.
Kind = str
FILLER: Final = "filler"
OPAQUE: Final = "?"


@dataclass(frozen=True, slots=True)
class Token:
    """kind: its letter in the grammar. column and value: empty for fillers and opaque pieces."""

    kind: Kind
    start: int
    end: int
    column: str = ""
    value: str = ""
    confidence: Confidence = "确定"
    codes: str = ""
    covers: bool = True


# What a match says: (value, confidence), or None when the characters fit but say nothing (a number that is none).
Found = tuple[str, Confidence] | None


@dataclass(frozen=True, slots=True)
class Matcher:
    """A pattern for one kind. Patterns repeat only over bounded counts, so that a hostile text costs linear time."""

    kind: Kind
    column: str
    pattern: re.Pattern[str]
    say: Callable[[re.Match[str]], Found]


def matched(matcher: Matcher, folded: str) -> Iterator[Token]:
    """The tokens of one matcher, left to right."""
    for found in matcher.pattern.finditer(folded):
        said = matcher.say(found)
        if said is not None:
            yield Token(matcher.kind, found.start(), found.end(), matcher.column, said[0], said[1])
