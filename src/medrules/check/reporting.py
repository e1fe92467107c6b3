"""Where the checker's diagnostics gather: several per run, each once, in the order of the text."""
from __future__ import annotations

from typing import Any, Final, NoReturn

from medrules.diagnostics import Diagnostic, Severity, Source, Span
from medrules.diagnostics.codes import diagnostic

__all__ = ["MAX_ERRORS", "Refused", "Sink", "Tally", "TooMany"]

MAX_ERRORS: Final = 1_000  # different ones of one run; then checking stops
MAX_REPEATED: Final = 20_000  # the same where a wrong clause is repeated


class Refused(Exception):
    """An expression or clause was refused; its diagnostic is already in the sink. Private to the checker."""


class TooMany(Exception):
    """The run has met MAX_ERRORS errors. Private to the checker."""


class Tally:
    """How many errors one run has met, repeated ones included (a rule that takes a wrong clause along by 同 is wrong too)."""

    __slots__ = ("errors", "listed")

    def __init__(self) -> None:
        self.errors = 0
        self.listed = 0


class Sink:
    """Collects diagnostics of one file. Raising `Refused` leaves only the part that cannot be understood."""

    __slots__ = ("_seen", "found", "source", "tally")

    def __init__(self, source: Source | None, tally: Tally) -> None:
        self.source = source
        self.tally = tally
        self.found: list[Diagnostic] = []
        self._seen: set[tuple[str, Span | None, str]] = set()

    def add(self, code: str, span: Span | None, *, place: str = "", **values: Any) -> None:
        """Report, and go on."""
        found = diagnostic(code, self.source, span, place, **values)
        if found.severity is Severity.ERROR:
            self.tally.errors += 1
            if self.tally.errors > MAX_REPEATED:
                raise TooMany
        key = (code, span, found.message + place)
        if key not in self._seen:
            if found.severity is Severity.ERROR:
                self.tally.listed += 1
                if self.tally.listed > MAX_ERRORS:
                    raise TooMany
            self._seen.add(key)
            self.found.append(found)

    def give_up(self) -> NoReturn:
        """Give up an expression because of a mistake that is told elsewhere."""
        self.tally.errors += 1
        raise Refused

    def refuse(self, code: str, span: Span | None, **values: Any) -> NoReturn:
        """Report, and give up this expression."""
        self.add(code, span, **values)
        raise Refused

