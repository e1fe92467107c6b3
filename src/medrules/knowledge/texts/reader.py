"""From a restriction text to typed readings and a rest. Total: every text is read, in time linear in its length."""
from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from medrules.knowledge.texts.folded import fold
from medrules.knowledge.texts.lexicon import EMPTY_LEXICON, Lexicon
from medrules.knowledge.texts.reading import Confidence, Reading, ReadText, Span, Stance
from medrules.knowledge.texts.scan import scan
from medrules.knowledge.texts.tokens import OPAQUE, Token
from medrules.knowledge.texts.wholeness import doubt

__all__ = ["read_text"]

# A sentence that forbids turns its subjects over to the columns of what is forbidden.
_FORBIDDEN: Final = {"A": "禁用年龄段", "X": "禁忌诊断", "N": "禁用状态"}
_SUMMARY: Final = re.compile(r"[(]摘要[)]")
_CONDITIONS: Final = re.compile(r"(?:符合|满足)[^,;。:]{0,6}条件[:]?$")
_NO_WAY: Final = re.compile(r"不得|禁止")


def read_text(text: str, lexicon: Lexicon = EMPTY_LEXICON, stance: Stance = "限") -> ReadText:
    """Reads one text. stance: what its table does with diseases when the text itself does not say 禁用 (a table of
    contraindications lists them bare)."""
    folded = fold(text)
    tokens = scan(folded, lexicon)
    sentences = _sentences(tokens)
    readings: list[Reading] = []
    case, prefix = "", ""
    for sentence in sentences:
        warned = any(t.kind == "W" for t in sentence)
        unread = any(t.kind == OPAQUE for t in sentence)
        refused = max((m.start() for m in _NO_WAY.finditer(folded, sentence[0].start, sentence[-1].end)), default=-1) if sentence else -1
        for i, token in enumerate(sentence):
            if token.kind == "#":
                before = folded[max(0, token.start - 16):token.start]
                prefix = "条件" if _CONDITIONS.search(before) else "" if folded[token.start:token.end] in ("1.", "1、") else prefix
                case = prefix + folded[token.start:token.end].rstrip(".、")
            column = _column(token, warned, stance, refused)
            if not column:
                continue
            confidence = _confidence(token, column, sentence[max(0, i - 2):i], warned and not unread)
            span = Span(token.start, token.end, text[token.start:token.end])
            readings.append(Reading(column, token.value, span, confidence, token.codes, token.covers, case))
    why = "文字自称摘要" if _SUMMARY.search(folded) else doubt(_settled(tokens, readings), folded)
    if stance == "禁" and any(t.kind in _FORBIDDEN for t in tokens) and not any(t.kind == "W" for t in tokens):
        why = why or "没有写是禁用还是慎用"
    rest = tuple(Span(t.start, t.end, text[t.start:t.end]) for t in tokens if t.kind == OPAQUE)
    return ReadText(text, tuple(readings), rest, not why, why)


def _sentences(tokens: list[Token]) -> list[list[Token]]:
    """The tokens up to each 。 or ；."""
    found: list[list[Token]] = [[]]
    for token in tokens:
        found[-1].append(token)
        if token.kind in ("s", "m"):
            found.append([])
    return found


def _column(token: Token, warned: bool, stance: Stance, refused: int) -> str:
    """refused: where the last 不得 of the sentence stands, -1 without one."""
    if not token.column or (token.column == "除外诊断" and not token.covers):
        return ""
    if warned and token.kind in _FORBIDDEN:
        return _FORBIDDEN[token.kind]
    if stance == "禁":
        if token.kind == "X":
            return "禁忌诊断"
        if token.kind == "A":
            return ""  # an explanation that names an age group and forbids nothing
    if token.kind == "V" and refused >= token.end:
        return "禁用就医方式"
    return token.column


def _confidence(token: Token, column: str, before: list[Token], plainly: bool) -> Confidence:
    """plainly: the sentence forbids and nothing of it is unread.

    An age group after another disease of a list (`肠炎和小儿腹泻`) may belong to the last one only. A state of women without a
    word that forbids may be an explanation; a forbidden disease with unread words beside it (`严重肾功能不全`) is narrower
    than its name, and a set of codes that forbids must not be too wide.
    """
    if token.kind == "A" and len(before) == 2 and before[0].kind == "X" and before[1].kind in "nohc":
        return "不确定"
    if column == "生育状态" or (column == "禁忌诊断" and not plainly):
        return "不确定"
    return token.confidence


def _settled(tokens: list[Token], readings: list[Reading]) -> list[Token]:
    """The tokens with the confidence that their place left them."""
    doubtful = {r.span.start for r in readings if not r.typed}
    return [replace(t, confidence="不确定") if t.start in doubtful and t.column else t for t in tokens]
