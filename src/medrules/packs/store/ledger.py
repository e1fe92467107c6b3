"""ledger.jsonl: what was done to the store, one line each, every line carrying the SHA-256 of the one before.

    {"at":"2026-07-02T01:10:00Z","kind":"activate","n":7,"previous":"…","what":{…}}

kinds: activate (what: why, state) · done (of) · abandoned (of, reason) · fresh (channels) · refused (code, zh, en, where) · clear
(nothing is refused any more) · repaired (bytes) · restarted (the old ledger's SHA-256). An activation counts once its `done` stands behind it; one without is either the last, and
interrupted, or abandoned. A line that was torn by a power cut has no newline or is no line: it stands last and is cut off by the next
writer.
"""
from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from medrules.errors import InvalidPackFile
from medrules.frozen import dataclass
from medrules.packs.canonical import read_canonical, written
from medrules.packs.store.state import NOTHING

__all__ = ["KINDS", "MAX_LEDGER", "MAX_LINE", "Line", "Reading", "line_after", "read_lines"]

KINDS: Final = ("activate", "done", "abandoned", "fresh", "refused", "clear", "repaired", "restarted")
MAX_LINE: Final = 4 * 1024 * 1024
MAX_LEDGER: Final = 512 * 1024 * 1024
_KEYS: Final = frozenset(("at", "kind", "n", "previous", "what"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number (from 1), UTC instant, kind, what was done, and its own SHA-256 (of the bytes without the newline)."""

    n: int
    at: str
    kind: str
    what: Mapping[str, Any]
    sha256: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Lines in order, as far as the chain holds.

    good      bytes of the file up to and with the last good line
    torn      the rest is a torn last line: no fault, a power cut
    broken_at number of the first line that does not fit the chain; 0 = none
    """

    lines: tuple[Line, ...]
    good: int
    torn: bool = False
    broken_at: int = 0

    @property
    def head(self) -> str:
        return self.lines[-1].sha256 if self.lines else NOTHING


def read_lines(content: bytes, whole: bool = True) -> Reading:
    """The lines of a ledger.

    Args:
        whole: `content` is the file from its beginning; else its end, whose first line may lack its beginning and is not looked at.
    """
    start = 0 if whole else content.find(b"\n") + 1
    lines: list[Line] = []
    previous: str | None = NOTHING if whole else None
    number: int | None = 1 if whole else None
    while start < len(content):
        end = content.find(b"\n", start)
        line = None if end < 0 else _line(content[start:end])
        if line is None or previous not in (None, line[1]) or number not in (None, line[0].n):
            last = end < 0 or end == len(content) - 1
            torn = last and line is None
            return Reading(tuple(lines), start, torn, 0 if torn else (number or 1))
        made = line[0]
        lines.append(made)
        previous, number, start = made.sha256, made.n + 1, end + 1
    return Reading(tuple(lines), start)


def line_after(head: str, n: int, at: str, kind: str, what: Mapping[str, Any]) -> tuple[Line, bytes]:
    """The line that follows one whose SHA-256 is `head` and number `n`, and its bytes with the newline."""
    content = written({"n": n + 1, "at": at, "kind": kind, "what": dict(what), "previous": head})
    return Line(n + 1, at, kind, what, hashlib.sha256(content[:-1]).hexdigest()), content


def _line(content: bytes) -> tuple[Line, str] | None:
    """A line and what it says of the one before; None if it is none."""
    try:
        value = read_canonical(content + b"\n", "ledger.jsonl", MAX_LINE)
    except InvalidPackFile:
        return None
    if not isinstance(value, dict) or value.keys() != _KEYS or type(value["n"]) is not int or not isinstance(value["what"], dict):
        return None
    if not all(isinstance(value[k], str) for k in ("at", "kind", "previous")):
        return None
    return Line(value["n"], value["at"], value["kind"], value["what"], hashlib.sha256(content).hexdigest()), value["previous"]
