"""The shapes of diagnosis and operation codes: a code of the right shape is a known member, any other is UNKNOWN (T30).

The shapes are those of the codes in the published 医保版 lists, with the local suffixes that hospitals send (I10.X00,
A00.000X001); 中医病证 codes (A01.03.01, BNS010) are well formed too, they are in no ICD set.
"""
from __future__ import annotations

import re
from typing import Final

__all__ = ["is_well_formed"]

_SHAPES: Final[dict[str, re.Pattern[str]]] = {
    "icd10": re.compile(
        r"[A-Z][0-9]{2}(?:\.?[0-9X][0-9]{0,3}(?:X[0-9]{0,4})?)?(?:\*|\+(?:[A-Z][0-9]{2}(?:\.[0-9X]{1,3})?\*)?)?"
        r"|M[0-9]{4,5}/[0-9]|[A-Z][0-9]{2}(?:\.[0-9]{2}){1,5}|[A-Z]{3}[0-9]{3}"
    ),
    "icd9cm3": re.compile(
        r"[0-9]{2}(?:\.(?:[0-9]{1,5}|[0-9]{1,3}X[0-9]{1,2}|[0-9]{3}[A-Z][0-9])(?:X[0-9]{1,4})?)?"
    ),
}


def is_well_formed(system: str, code: str) -> bool:
    """Whether a folded code has the shape of its system; True for systems without a shape."""
    shape = _SHAPES.get(system)
    return shape is None or (len(code) <= 20 and shape.fullmatch(code) is not None)
