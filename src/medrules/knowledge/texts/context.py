"""What stands around a piece can take its meaning away: negations, exceptions, names it is a part of, lists of symptoms.

A piece in doubt becomes unread text. The direction is always that one: losing a reading costs a clerk a look, keeping a
wrong one costs a hospital money.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from medrules.knowledge.texts.tokens import OPAQUE, Token

__all__ = ["judged"]

_DENIED_BEFORE: Final = re.compile(r"(?:[非无未不抗疑伪假类拟除]|不限|疑似|可疑|排除|不含|不包括|没有|并非|禁止与)$")
_NOT_OF: Final = re.compile(r"非[^的,、;。:()]{0,6}$")
# What follows a disease name without a break and makes another thing of it.
_DENIED_AFTER: Final = re.compile(
    r"者?(?:家族史|病?史|前期|待查|高危|高风险|筛查|疫苗|性|样|相关|家属|亲属|[内外]科|坏死|比例|标志|基因|抗原|抗体|突变|症|病|炎|瘤|癌|综合征|感染|出血|昏迷|衰竭|损害|障碍)")
# A disease name begins where a word begins: after a mark or a word that was read, or after one of these. `支气管哮喘` in
# `过敏性支气管哮喘`, `气管炎` in `急慢性气管炎` are parts of other names.
_NAME_BEGINS: Final = re.compile(
    r"(?:所致|引起|导致|致|伴|伴有|并发|合并|继发于|患有|有|为|明确|由|因|由于|重度|中度|轻度|中重度|严重|晚期|转移性|难治性|复发性|难治|复发"
    r"|活动性|季节性|常年性|新发|进展性|控制|充分|佳|治疗|预防|阳性|阴性|诊断|早期|中晚期|的治疗|症状|和/或|[0-9A-Za-z/\-\]\[*+)(\"'“”Ⅰ-Ⅻ%~.:：<>≥≤])$")
# From these words to the end of the sentence stand symptoms and findings.
_SYMPTOMS: Final = re.compile(r"[症证]见|症状(?:可见|见|为|有)|表现为|见(?:有)?上述证候|可改善")
_SENTENCE_END: Final = re.compile(r"[;。]|$")
_EXCEPT_AFTER: Final = re.compile(r"除外|以外|之外")
_EXCEPT_BEFORE: Final = re.compile(r"不含|不包括|排除|除了?(?=[^,;。]{1,40}外)|没有|不合并|不伴")
_PIECE: Final = re.compile(r"[^,;。:()]+")


def judged(tokens: list[Token], folded: str) -> list[Token]:
    """The same tokens; those that the context denies are OPAQUE, exceptions of diagnoses go to their own column."""
    excepted = _marked(_excepted(folded), len(folded))
    symptoms = _marked(_symptoms(folded), len(folded))
    ends = {0, *(t.end for t in tokens)}
    return [_judged(t, folded, excepted, symptoms, t.start in ends) for t in tokens]


def _judged(token: Token, folded: str, excepted: bytearray, symptoms: bytearray, begins: bool) -> Token:
    """begins: something that was read ends where this piece starts."""
    if not token.column:
        return token
    before = folded[max(0, token.start - 10):token.start]
    unread = replace(token, kind=OPAQUE, column="", value="", codes="")
    if excepted[token.start] and excepted[token.end - 1]:
        return replace(token, kind=OPAQUE, column="除外诊断") if token.kind == "X" else unread
    if _DENIED_BEFORE.search(before):
        return unread
    if token.kind == "X" and (
        symptoms[token.start] or _NOT_OF.search(before) or _DENIED_AFTER.match(folded, token.end)
        or not (begins or _NAME_BEGINS.search(before))
    ):
        return unread
    return token


def _marked(stretches: Iterable[tuple[int, int]], length: int) -> bytearray:
    """One mark for each character that lies in a stretch."""
    marks = bytearray(length)
    for start, end in stretches:
        marks[start:end] = b"\x01" * (end - start)
    return marks


def _symptoms(folded: str) -> Iterator[tuple[int, int]]:
    at = 0
    while (found := _SYMPTOMS.search(folded, at)) is not None:
        end = _SENTENCE_END.search(folded, found.end())
        at = end.start() if end else len(folded)
        yield found.start(), at


def _excepted(folded: str) -> Iterator[tuple[int, int]]:
    """Stretches of which a text says: not these. At most two for each piece between two marks, so that the cost is linear."""
    for piece in _PIECE.finditer(folded):
        after = [m.start() for m in _EXCEPT_AFTER.finditer(piece[0])]
        if after:
            yield piece.start(), piece.start() + after[-1]
        before = _EXCEPT_BEFORE.search(piece[0])
        if before is not None:
            yield piece.start() + before.end(), piece.end()
