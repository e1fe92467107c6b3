"""What is wrong with one cell or entry, before it is known where it stands."""
from __future__ import annotations

from collections.abc import Mapping

from medrules.diagnostics import Diagnostic, Source, Span
from medrules.diagnostics.codes import diagnostic
from medrules.frozen import dataclass, field

__all__ = ["Problem"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnostic code with the values of its templates. Parsers of cells return it instead of a value."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)

    def at(self, place: str, source: Source | None = None, span: Span | None = None) -> Diagnostic:
        """The diagnostic at a place of a file."""
        return diagnostic(self.code, source, span, place, **self.values)
