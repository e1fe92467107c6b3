"""Semantic versions: three numbers, optionally `-pre`; ordered as semver.org says (2.0.0), without build metadata."""
from __future__ import annotations

import re
from functools import total_ordering
from typing import Final

from medrules.frozen import dataclass

__all__ = ["Version"]

_FORM: Final = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?", re.ASCII)
_MAX: Final = 60


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """`2026.7.1`, `2026.7.1-rc.1`. A version with `pre` comes before the same without."""

    major: int
    minor: int
    patch: int
    pre: str = ""

    @classmethod
    def parse(cls, text: str) -> Version:
        """
        Raises:
            ValueError: the text is no semantic version (leading zeros, a missing number, build metadata).
        """
        found = _FORM.fullmatch(text) if len(text) <= _MAX else None
        pre = found[4] or "" if found else ""
        if found is None or any(p.isdigit() and p != "0" and p[0] == "0" for p in pre.split(".")):
            raise ValueError(text[:_MAX])
        return cls(int(found[1]), int(found[2]), int(found[3]), pre)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}" + (f"-{self.pre}" if self.pre else "")

    def __lt__(self, other: object) -> bool:
        return self._order() < other._order() if isinstance(other, Version) else NotImplemented

    def _order(self) -> tuple[object, ...]:
        parts = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in self.pre.split(".")) if self.pre else ()
        return self.major, self.minor, self.patch, not self.pre, parts
