"""What the reader hands back: every reading with the words that it came from, and everything that it did not read."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["CONFIDENCES", "Confidence", "ReadText", "Reading", "Span", "Stance"]

Confidence = Literal["确定", "较确定", "不确定"]
# Best first. 确定: the words say the value themselves (numbers with units, named levels; ends by ruling T04).
# 较确定: the value rests on a convention (a parameter, a reviewed set of codes). 不确定: a suggestion; never counts as typed.
CONFIDENCES: Final[tuple[Confidence, ...]] = ("确定", "较确定", "不确定")
# What the table does with its diseases and ages: pays only for them, or forbids them.
Stance = Literal["限", "禁"]


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) of the text, and what stands there."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One value for one column.

    value: as a cell of that column is written (`满12岁`, `二级`, `14天`); for 诊断 the words. codes: for diagnoses, as a
    cell of a `codes:icd10` column. covers: whether those codes are reviewed to hold everything that the words name; an
    exact catalogue name alone is one code and does not. case: the numbered alternative (`1`, `条件2`), empty when the
    reading holds for the whole text.
    """

    column: str
    value: str
    span: Span
    confidence: Confidence
    codes: str = ""
    covers: bool = True
    case: str = ""

    @property
    def typed(self) -> bool:
        """Whether a clerk may take it over after a look; 不确定 is a suggestion only."""
        return self.confidence != "不确定"


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text as read. `rest`: the spans that no reading and no filler word accounts for.

    complete: the typed readings say everything that the text says. why: if not complete, the reason in Chinese.
    """

    text: str
    readings: tuple[Reading, ...]
    rest: tuple[Span, ...]
    complete: bool
    why: str = ""

    @property
    def state(self) -> Literal["全", "部分", "仅文本"]:
        """As the column 编全 of a table says it."""
        if self.complete:
            return "全"
        return "部分" if any(r.typed for r in self.readings) else "仅文本"
