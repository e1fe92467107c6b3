"""Source text and spans: where in an author's file something stands."""
from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, islice

from medrules.frozen import dataclass, field


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of character offsets [start, end) in one source."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The smallest span that covers both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Source:
    """One text file as its author sees it. `name` is the path shown in diagnostics (never an absolute machine path)."""

    name: str
    text: str
    _lines: tuple[int, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        ends = accumulate(len(line) + 1 for line in self.text.split("\n"))
        object.__setattr__(self, "_lines", (0, *islice(ends, self.text.count("\n"))))

    def position(self, offset: int) -> tuple[int, int]:
        """1-based (line, column) of a character offset."""
        line = bisect_right(self._lines, min(offset, len(self.text)))
        return line, min(offset, len(self.text)) - self._lines[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a 1-based line, without its line break."""
        start = self._lines[number - 1]
        end = self._lines[number] - 1 if number < len(self._lines) else len(self.text)
        return self.text[start:end].rstrip("\r")

    def span_of_line(self, number: int) -> Span | None:
        """The span of a 1-based line without its line break; None if there is no such line."""
        if not 0 < number <= len(self._lines):
            return None
        start = self._lines[number - 1]
        return Span(start, start + len(self.line(number)))
