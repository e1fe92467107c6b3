"""What one request needs of its patient's earlier encounters: the question that a provider is asked."""
from __future__ import annotations

from medrules.frozen import dataclass
from medrules.model.values import Instant

__all__ = ["Codes", "Need", "Part"]


@dataclass(frozen=True, slots=True)
class Codes:
    """Item codes: those listed, and all that begin with one of the prefixes."""

    exact: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()

    def holds(self, code: str) -> bool:
        return code in self.exact or code.startswith(self.prefixes)


@dataclass(frozen=True, slots=True)
class Part:
    """Encounters of which something lies on or after the day `begin` (an ordinal; 0 = however far back).

    institution  only encounters there (and those of which it is not known where they were); "" = anywhere
    codes        only lines with these codes (and lines whose code is not known); None = all lines
    stays        the encounters as such are meant, whether or not a line of theirs is: then by admission and discharge, not by lines
    """

    begin: int
    institution: str
    codes: Codes | None
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """All that is asked for one patient, in one go. What lies after `until` (as_of, the business time) is not wanted."""

    patient: str
    parts: tuple[Part, ...]
    until: Instant
    here: tuple[str, ...] = ()  # the institutions of the encounters under review: whose coverage counts

    @property
    def begin(self) -> int:
        """The first day that was asked for; 0 = however far back."""
        return min(part.begin for part in self.parts)
