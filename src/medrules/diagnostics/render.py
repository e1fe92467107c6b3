"""Diagnostics for people and for tools: the author's line with a caret, JSON, SARIF.

Takes → diagnostics. Gives → text or plain data. Never → lets a control character of an author's text reach a terminal.
"""
from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

from medrules.diagnostics.codes import CODES
from medrules.diagnostics.diagnostic import Diagnostic, Severity

__all__ = ["render", "render_all", "to_json", "to_sarif"]

Language = Literal["zh", "en"]

_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_SEVERITY: Final = {
    Severity.ERROR: ("错误", "error", "\x1b[1;31m"),
    Severity.WARNING: ("警告", "warning", "\x1b[1;33m"),
    Severity.NOTE: ("说明", "note", "\x1b[1;36m"),
}
_BOLD, _DIM, _OFF = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_SARIF_LEVEL: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_LONGEST_LINE: Final = 160  # characters of an author's line that are shown


def render(diagnostic: Diagnostic, *, color: bool = False, lang: Language = "zh") -> str:
    """One diagnostic: its sentence, its place, the line with a caret, what to do.

    Args:
        diagnostic: what to show.
        color: use ANSI colours.
        lang: the language of the sentences.
    """
    zh, en, paint = _SEVERITY[diagnostic.severity]
    message, help_text = (diagnostic.message, diagnostic.help) if lang == "zh" else (
        diagnostic.message_en, diagnostic.help_en)
    word, separator = (zh, "：") if lang == "zh" else (en, ": ")
    off, bold, dim = (_OFF, _BOLD, _DIM) if color else ("", "", "")
    title = f"{paint if color else ''}{word} {diagnostic.code}{off}{separator}{bold}{_shown(message)}{off}"
    lines = [title, *_where(diagnostic, paint if color else "", dim, off)]
    if help_text:
        label = "怎么改：" if lang == "zh" else "help: "
        lines.append(f"  {dim}={off} {label}{_shown(help_text)}")
    return "\n".join(lines)


def render_all(diagnostics: Iterable[Diagnostic], *, color: bool = False, lang: Language = "zh") -> str:
    """Several diagnostics, an empty line between."""
    return "\n\n".join(render(d, color=color, lang=lang) for d in diagnostics)


def to_json(diagnostics: Iterable[Diagnostic]) -> str:
    """A JSON array, one object each as `Diagnostic.as_json` gives it."""
    return json.dumps([d.as_json() for d in diagnostics], ensure_ascii=False, indent=2)


def to_sarif(diagnostics: Sequence[Diagnostic], *, version: str = "0") -> dict[str, Any]:
    """A SARIF 2.1.0 log as plain data, for code review tools. `version` is that of medrules."""
    used = sorted({d.code for d in diagnostics})
    index = {code: i for i, code in enumerate(used)}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "medrules", "version": version, "rules": [_sarif_rule(code) for code in used]}},
            "columnKind": "unicodeCodePoints",
            "results": [_sarif_result(d, index[d.code]) for d in diagnostics],
        }],
    }


def _where(diagnostic: Diagnostic, paint: str, dim: str, off: str) -> list[str]:
    source, span = diagnostic.source, diagnostic.span
    if source is None:
        return [f"  {dim}-->{off} {_shown(diagnostic.place)}"] if diagnostic.place else []
    place = f" ({_shown(diagnostic.place)})" if diagnostic.place else ""
    if span is None:
        return [f"  {dim}-->{off} {_shown(source.name)}{place}"]
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    text = source.line(line)
    last = end_column if end_line == line else len(text) + 1
    start = max(0, column - 1 - _LONGEST_LINE // 2) if len(text) > _LONGEST_LINE else 0
    cut = _shown(text[start:start + _LONGEST_LINE])
    before = cut[:column - 1 - start]
    marked = cut[column - 1 - start:last - 1 - start]
    margin = " " * len(str(line))
    return [
        f"{margin} {dim}-->{off} {_shown(source.name)}:{line}:{column}{place}",
        f"{margin} {dim}|{off}",
        f"{dim}{line} |{off} {cut}",
        f"{margin} {dim}|{off} {' ' * _columns(before)}{paint}{'^' * max(1, _columns(marked))}{off}",
    ]


def _shown(text: str) -> str:
    """Text as it may be printed: control characters and tabs replaced one for one, so that carets stay true."""
    return _CONTROL.sub("\ufffd", text.replace("\t", " ")).replace("\n", " ")


def _columns(text: str) -> int:
    """Display width: East Asian wide characters take two columns, combining marks none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _sarif_rule(code: str) -> dict[str, Any]:
    entry = CODES.get(code)
    rule: dict[str, Any] = {"id": code, "helpUri": f"docs/errors/{code}.md"}
    if entry is not None:
        rule["shortDescription"] = {"text": entry.zh}
        rule["defaultConfiguration"] = {"level": _SARIF_LEVEL[entry.severity]}
    return rule


def _sarif_result(diagnostic: Diagnostic, index: int) -> dict[str, Any]:
    text = f"{diagnostic.message}\n{diagnostic.message_en}"
    result: dict[str, Any] = {
        "ruleId": diagnostic.code, "ruleIndex": index, "level": _SARIF_LEVEL[diagnostic.severity],
        "message": {"text": text + (f"\n{diagnostic.help}" if diagnostic.help else "")},
    }
    if diagnostic.source is not None:
        location: dict[str, Any] = {"artifactLocation": {"uri": diagnostic.source.name}}
        if diagnostic.span is not None:
            line, column = diagnostic.source.position(diagnostic.span.start)
            end_line, end_column = diagnostic.source.position(diagnostic.span.end)
            location["region"] = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
        result["locations"] = [{"physicalLocation": location}]
    if diagnostic.place:
        result["properties"] = {"place": diagnostic.place}
    return result
