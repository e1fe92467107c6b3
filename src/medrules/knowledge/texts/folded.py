"""The text with one plain character for each of its own, so that an offset in it is an offset in the text; and numerals."""
from __future__ import annotations

from typing import Final

__all__ = ["NUMERAL", "fold", "numeral"]

# Full-width ASCII to ASCII, then the punctuation marks that mean one thing to one mark. Never changes the length.
_PLAIN: Final[dict[int, int]] = {0xFF01 + i: 0x21 + i for i in range(94)} | {
    0x3000: 0x20, 0xA0: 0x20, 0x09: 0x20,
    ord("，"): ord(","), ord("；"): ord(";"), ord("："): ord(":"), ord("（"): ord("("), ord("）"): ord(")"),
    ord("～"): ord("~"), ord("〜"): ord("~"), ord("–"): ord("-"), ord("—"): ord("-"), ord("－"): ord("-"), ord("．"): ord("."),
    ord("≧"): ord("≥"), ord("≦"): ord("≤"), ord("＞"): ord(">"), ord("＜"): ord("<"),
}
_DIGITS: Final = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
NUMERAL: Final = r"(?:[0-9]{1,4}|[一二两三四五六七八九十百]{1,5})"


def fold(text: str) -> str:
    """The plain form; the same length as `text`."""
    return text.translate(_PLAIN)


def numeral(words: str) -> int | None:
    """`14`, `十四`, `二十`, `一百二十` as a number; None when the characters make no number."""
    if words.isascii():
        return int(words) if words.isdecimal() else None
    total, current = 0, 0
    last = 1000
    for c in words:
        match c:
            case "十" | "百":
                unit = 10 if c == "十" else 100
                if unit >= last:
                    return None
                total += (current or 1) * unit
                current, last = 0, unit
            case _:
                if current or c not in _DIGITS:
                    return None
                current = _DIGITS[c]
    return total + current
