"""Diagnosis and operation codes: the one place that says which are well formed (T30) and how each is written.

The shapes are those of the codes in the published 医保版 lists, with the local suffixes that hospitals send (I10.X00,
A00.000X001). A code sent without its dot gets it (`I639` → `I63.9`) where there is only one way to read it: sets hold
dotted codes and are prefix tests. 中医病证 codes (A01.03.01) and morphology codes (M80000/3) are well formed too, but
look like children of an ICD-10 category (A01 伤寒, M80 骨质疏松) that they have nothing to do with: they are marked
(`TCM:`, `ICDO:`), so that they are in no ICD set. 旧版 中医 codes (BNS010) resemble none.
"""
from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["is_well_formed", "normal_form"]

_MAX: Final = 30

_ICD10: Final = re.compile(
    r"([A-Z][0-9]{2})"
    r"(?:\.([0-9X][0-9]{0,3}(?:X[0-9]{0,4})?)|([0-9X][0-9]{0,2}(?:X[0-9]{0,4})?))?"
    r"(\*|\+)?(?:(?<=\+)([A-Z][0-9]{2})(?:\.?([0-9X]{1,3}))?\*)?"
)
_TCM: Final = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9]{2}){2,5}")
_OLD_TCM: Final = re.compile(r"[A-Z]{3}[0-9]{3}")
_MORPHOLOGY: Final = re.compile(r"M[0-9]{4,5}/[0-9]")
# Without a dot three and five digits are not read: a spreadsheet may have taken a leading zero away (08.16 → 816).
_ICD9: Final = re.compile(
    r"([0-9]{2})(?:"
    r"\.((?:[0-9]{1,5}|[0-9]{1,3}X[0-9]{1,2}|[0-9]{3}[A-Z][0-9])(?:X[0-9]{1,4})?)"
    r"|([0-9]{2}|[0-9]{4}(?:X[0-9]{1,4})?|[0-9]{1,3}X[0-9]{1,2}(?:X[0-9]{1,4})?|[0-9]{3}[A-Z][0-9](?:X[0-9]{1,4})?)"
    r")?"
)


@lru_cache(maxsize=8_192)  # the codes that a hospital sends are some thousands
def normal_form(system: str, code: str) -> str | None:
    """A folded code as it is compared: dotted, `+` for the dagger; None when it has not the shape of its system.

    Codes of systems without a shape (item, generic, …) come back as they are. Idempotent.
    """
    if system == "icd10":
        return _icd10(code) if len(code) <= _MAX else None
    if system == "icd9cm3":
        found = _ICD9.fullmatch(code) if len(code) <= _MAX else None
        return None if found is None else _dotted(found[1], found[2] or found[3])
    return code


def is_well_formed(system: str, code: str) -> bool:
    """Whether a folded code has the shape of its system; True for systems without a shape."""
    return normal_form(system, code) is not None


def _icd10(code: str) -> str | None:
    if code.startswith(("TCM:", "ICDO:")):
        mark, _, rest = code.partition(":")
        return code if (_TCM if mark == "TCM" else _MORPHOLOGY).fullmatch(rest) else None
    found = _ICD10.fullmatch(code.replace("†", "+"))
    if found is not None:
        stem = _dotted(found[1], found[2] or found[3]) + (found[4] or "")
        return stem if found[5] is None else f"{stem}{_dotted(found[5], found[6])}*"
    if _TCM.fullmatch(code):
        return f"TCM:{code}"
    if _MORPHOLOGY.fullmatch(code):
        return f"ICDO:{code}"
    return code if _OLD_TCM.fullmatch(code) else None


def _dotted(category: str, rest: str | None) -> str:
    return f"{category}.{rest}" if rest else category
