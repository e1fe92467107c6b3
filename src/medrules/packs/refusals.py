"""How a pack file is refused: the code says the kind of fault (`medrules.errors.PACK_ERRORS`), the sentence what is wrong and what to do."""
from __future__ import annotations

from medrules.errors import PACK_ERRORS, InvalidPackFile

__all__ = ["refuse", "shown"]

_LONGEST = 60


def refuse(code: str, what: str, english: str) -> InvalidPackFile:
    """The error of a pack file. `what` and `english` say where; the kind of fault and the advice come from the code."""
    zh, en = PACK_ERRORS[code]
    return InvalidPackFile(f"规则包文件不能用：{zh}（{what}）。请向发布单位重新取得文件 / unusable pack file: {en} ({english}); fetch it again "
                           "from its publisher", code)


def shown(value: object) -> str:
    """A value of a hostile file, short and printable."""
    text = str(value)
    return "".join(c if c.isprintable() else "�" for c in text[:_LONGEST]) + ("…" if len(text) > _LONGEST else "")
