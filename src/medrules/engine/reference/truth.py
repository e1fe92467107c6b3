"""Strong Kleene truth with causes: True, False, or Unk naming the facts that are missing."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

__all__ = ["Truth", "Unk", "conj", "disj", "neg"]


@dataclass(frozen=True, slots=True)
class Unk:
    """Not known, as a truth and as a value. `causes` are field ids, "column:…", "param:…", "table:…", "attest:…"."""

    causes: frozenset[str]

    def __bool__(self) -> NoReturn:
        raise TypeError("an unknown truth has no truth value: compare with `is True` / `is False`")


Truth = bool | Unk


def conj(args: Iterable[Truth]) -> Truth:
    """∧: False when any argument is, whatever the others; else unknown with the causes of all unknown arguments."""
    causes: frozenset[str] = frozenset()
    unknown = False
    for a in args:
        if a is False:
            return False
        if isinstance(a, Unk):
            unknown = True
            causes |= a.causes
    return Unk(causes) if unknown else True


def disj(args: Iterable[Truth]) -> Truth:
    """∨: True when any argument is; else unknown with the causes of all unknown arguments."""
    causes: frozenset[str] = frozenset()
    unknown = False
    for a in args:
        if a is True:
            return True
        if isinstance(a, Unk):
            unknown = True
            causes |= a.causes
    return Unk(causes) if unknown else False


def neg(a: Truth) -> Truth:
    return a if isinstance(a, Unk) else not a
