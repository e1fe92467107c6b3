"""How a source fails, with the code that a status shows, and what no source is asked for."""
from __future__ import annotations

import re
from typing import Final

from medrules.errors import StoreError
from medrules.packs.channel.fetcher import Unreachable
from medrules.packs.store.faults import Fault, fault

__all__ = ["SourceTrouble", "checked_path", "looks_like_a_web_page", "trouble"]

_PART: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,250}", re.ASCII)
_PAGE: Final = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|meta)\b", re.IGNORECASE | re.DOTALL)
_LOOKED_AT: Final = 2_048


class SourceTrouble(Unreachable):
    """A file that could not be had; `fault` is what a status shows (MR-P311 … MR-P316)."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.zh)
        self.fault = fault

    @property
    def error(self) -> StoreError:
        return self.fault.error()


def trouble(code: str, where: str, where_en: str = "") -> SourceTrouble:
    return SourceTrouble(fault(code, where, where_en))


def checked_path(path: str) -> str:
    """A path of a repository as a source is asked for it: plain names with `/` between them, from metadata that were not trusted yet.

    Raises:
        SourceTrouble: MR-P316 it is none.
    """
    parts = path.split("/")
    if not all(_PART.fullmatch(part) for part in parts) or len(path) > 1_000:
        raise trouble("MR-P316", "路径不是规定的形式", "a path that is not of the form")
    return path


def looks_like_a_web_page(content: bytes) -> bool:
    """Whether an answer is what a gateway shows to people instead of a file. Neither JSON nor a pack file begins so."""
    return _PAGE.match(content[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf")) is not None
