"""What a bureau command refuses to do, with a code of `medrules.errors.PACK_ERRORS` (MR-P221 …)."""
from __future__ import annotations

from medrules.errors import PACK_ERRORS, PackError

__all__ = ["BureauError", "refuse"]


class BureauError(PackError):
    """A bureau command did nothing: the message says why and what to do."""


def refuse(code: str, what: str, english: str) -> BureauError:
    zh, en = PACK_ERRORS[code]
    return BureauError(f"{zh}：{what} / {en}: {english}", code)
