"""Where the checker's diagnostics gather: several per run, each once, in the order of the text."""
from __future__ import annotations

from typing import Any, NoReturn

from medrules.diagnostics import Diagnostic, Severity, Source, Span
from medrules.diagnostics.codes import diagnostic

__all__ = ["Refused", "Sink", "Tally"]


class Refused(Exception):
    """An expression or clause was refused; its diagnostic is already in the sink. Private to the checker."""


class Tally:
    """How many errors one run has met, repeated ones included (a rule that takes a wrong clause along by 同 is wrong too)."""

    __slots__ = ("errors",)

    def __init__(self) -> None:
        self.errors = 0


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
        key = (code, span, found.message + place)
        if key not in self._seen:
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

