"""How codes and names are made comparable, once, at the door and in the knowledge tables: the same function for both.

Half width, trimmed, NFC, upper case. Python's `==` on the result is the equality of codes; there is no locale.
"""
from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["fold_code", "fold_text"]

# Full-width ASCII and the ideographic space, one to one (NFKC is not: it changes the length of other characters).
_HALF: Final[dict[int, int]] = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}


def fold_text(text: str) -> str:
    """Trimmed, NFC, half-width text: for names that people read (case and inner spaces stay)."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFC", text.translate(_HALF)).strip()


def fold_code(text: str) -> str:
    """A code or a name used as a key (generic name, product): half width, trimmed, NFC, upper case."""
    return fold_text(text).upper()
