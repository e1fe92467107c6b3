"""The one registry of diagnostic codes. Adding an error is one entry here and one page in docs/errors/.

Letter after `MR-`: L lexing and limits · P parsing · N names · T types and units · C clauses and rule shape · K knowledge
tables · G code sets and packs · W lints (warnings).
Each entry: code → (zh template, en template, zh help, en help). Templates use `str.format` named fields.
"""
from __future__ import annotations

from typing import Any, NamedTuple

from medrules.diagnostics.diagnostic import Diagnostic, Severity
from medrules.diagnostics.source import Source, Span


class Entry(NamedTuple):
    zh: str
    en: str
    help_zh: str = ""
    help_en: str = ""
    severity: Severity = Severity.ERROR


CODES: dict[str, Entry] = {
    # -- L: lexing and limits, P: parsing (language) --
    # -- end L, P --
    # -- N: names, T: types and units, C: clauses and rule shape (check) --
    # -- end N, T, C --
    # -- K: knowledge tables, G: code sets and packs (knowledge) --
    # -- end K, G --
    # -- W: lints (check/lints) --
    # -- end W --
}


def diagnostic(code: str, source: Source | None = None, span: Span | None = None, place: str = "", **values: Any) -> Diagnostic:
    """Build a diagnostic from its registered templates. KeyError for an unregistered code is a bug in this library."""
    entry = CODES[code]
    return Diagnostic(
        code, entry.zh.format(**values), entry.en.format(**values), entry.help_zh.format(**values),
        entry.help_en.format(**values), source, span, place, entry.severity,
    )
