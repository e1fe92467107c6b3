"""The text cut into tokens: at each place the longest piece that anything knows; what nothing knows is an unread piece."""
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from medrules.knowledge.texts.ages import AGES
from medrules.knowledge.texts.context import judged
from medrules.knowledge.texts.fillers import FILLERS, NOT_READ
from medrules.knowledge.texts.lexicon import Lexicon
from medrules.knowledge.texts.limits import LIMITS
from medrules.knowledge.texts.places import PLACES
from medrules.knowledge.texts.tokens import OPAQUE, Matcher, Token, matched

__all__ = ["scan"]

_ABBREVIATION: Final = re.compile(r"[(（][A-Za-z][A-Za-z-]{1,10}[)）]$")
# Of two pieces of the same characters the earlier matcher wins.
_MATCHERS: Final[tuple[Matcher, ...]] = (*NOT_READ, *AGES, *PLACES, *LIMITS, *FILLERS)


def scan(folded: str, lexicon: Lexicon) -> list[Token]:
    """Tokens that cover the whole text, in order, with OPAQUE ones where nothing is known or the context denies a reading."""
    candidates: list[tuple[int, int, int, Token]] = []
    for rank, matcher in enumerate(_MATCHERS):
        candidates.extend((t.start, -t.end, rank, t) for t in matched(matcher, folded))
    candidates.extend((t.start, -t.end, len(_MATCHERS), t) for t in _terms(folded, lexicon))
    candidates.sort(key=lambda c: c[:3])
    chosen: list[Token] = []
    at = 0
    for start, _, _, token in candidates:
        if start >= at:
            chosen.append(token)
            at = token.end
    return list(_filled(judged(chosen, folded), len(folded)))


def _terms(folded: str, lexicon: Lexicon) -> Iterator[Token]:
    for start, end, term in lexicon.found(folded):
        yield Token("X", start, end, "诊断", _ABBREVIATION.sub("", term.words), "较确定" if term.covers else "不确定", term.codes, term.covers)


def _filled(tokens: list[Token], length: int) -> Iterator[Token]:
    """The tokens, and an OPAQUE one for each gap between them."""
    at = 0
    for token in tokens:
        if token.start > at:
            yield Token(OPAQUE, at, token.start)
        yield token
        at = token.end
    if at < length:
        yield Token(OPAQUE, at, length)
