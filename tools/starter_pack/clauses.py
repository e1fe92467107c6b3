"""A restriction text cut into its alternatives: `限：1.甲；2.乙。`, `限甲；乙。`; what precedes them is in each."""
from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Clause", "split_clauses"]

_NUMBER = re.compile(
    r"(?:(?<=[：:；;。])|(?<=[：:；;。]\s)|^)\s*(\d{1,2})\.\s*(?=[^\d]|\d{1,2}(?:岁|月龄|个月|型|日龄))")


@dataclass(frozen=True, slots=True)
class Clause:
    """One alternative. `text` repeats what holds for all of them; `shared` says that there is such a part."""

    text: str
    shared: bool = False


def split_clauses(text: str) -> list[Clause]:
    """The alternatives; the whole text as one when it is not a plain list."""
    body = text.strip().rstrip("。")
    parts = _NUMBER.split(body)
    numbers = [int(n) for n in parts[1::2]]
    if len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1)):
        before = parts[0].strip("：:；; ")
        common = before.removeprefix("限").strip("：: ")
        return [Clause(_joined(common, p.strip("；;。 ")), bool(common)) for p in parts[2::2]]
    if "：" not in body and "；" in body and "。" not in body:
        return [Clause(p.strip()) for p in body.split("；") if p.strip()]
    return [Clause(body)]


def _joined(common: str, part: str) -> str:
    return f"{common}：{part}" if common else part
