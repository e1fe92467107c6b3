"""The diagnostic: one finding about an author's text, with code, place, sentence and help."""
from __future__ import annotations

from enum import Enum
from typing import Any

from medrules.diagnostics.source import Source, Span
from medrules.frozen import dataclass


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong with an author's text, where, and what to do.

    `code` is registered in `diagnostics.codes` (its page is docs/errors/<code>.md). `message` and `help` are the Chinese
    sentences; `message_en` and `help_en` the English twins. `place` names a table cell where `source` is a table
    (for example `限儿童药品.csv 第 3 行 年龄段`).
    """

    code: str
    message: str
    message_en: str
    help: str = ""
    help_en: str = ""
    source: Source | None = None
    span: Span | None = None
    place: str = ""
    severity: Severity = Severity.ERROR

    def as_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {
            "code": self.code, "severity": self.severity.value, "message": self.message, "message_en": self.message_en,
        }
        if self.help:
            out["help"], out["help_en"] = self.help, self.help_en
        if self.place:
            out["place"] = self.place
        if self.source is not None:
            out["file"] = self.source.name
            if self.span is not None:
                line, column = self.source.position(self.span.start)
                end_line, end_column = self.source.position(self.span.end)
                out.update(line=line, column=column, end_line=end_line, end_column=end_column)
        return out
