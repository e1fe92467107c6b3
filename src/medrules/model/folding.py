"""How codes and names are made comparable, once, at the door and in the knowledge tables: the same function for both.

Half width, trimmed, NFC, upper case, without invisible characters (zero-width spaces, byte order marks, direction
marks: they come with copied text and nobody can see that two codes differ). Python's `==` on the result is the
equality of codes; there is no locale. Folding twice changes nothing. Names lose only the marks that turn the direction
of a whole message around.
"""
from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["fold_code", "fold_text", "unturned"]

# Full-width ASCII and the ideographic space, one to one (NFKC is not: it changes the length of other characters).
_HALF: Final[dict[int, int]] = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
_TURNING: Final = dict.fromkeys([0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_INVISIBLE: Final = _TURNING | dict.fromkeys([0xAD, 0x61C, 0x2060, *range(0x200B, 0x2010)])


def fold_text(text: str) -> str:
    """Trimmed, NFC, half-width text: for names that people read (case and inner spaces stay)."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFC", text.translate(_HALF).translate(_TURNING)).strip()


def unturned(text: str) -> str:
    """The text as it is, without the marks that turn the direction of a whole message around."""
    return text if text.isprintable() else text.translate(_TURNING)  # every such mark is unprintable


def fold_code(text: str) -> str:
    """A code or a name used as a key (generic name, product): half width, trimmed, NFC, upper case, all visible."""
    if text.isascii():
        return text.strip().upper()
    # Upper case can take a character apart (ΐ), so it comes before NFC.
    upper = text.translate(_HALF).translate(_INVISIBLE).upper()
    return unicodedata.normalize("NFC", upper).strip()
