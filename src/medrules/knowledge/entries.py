"""Reading the entries of a TOML file one by one, with a diagnostic for each that is missing, wrong or unknown."""
from __future__ import annotations

import re
import tomllib
from datetime import date
from typing import Any, Final

from medrules.diagnostics import Diagnostic, Source, Span
from medrules.diagnostics.nearest import nearest
from medrules.knowledge.problem import Problem

__all__ = ["Entries", "parse_toml", "toml_problem", "turning_marks"]

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TURNING: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_QUOTED: Final = re.compile(r"""\"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_MAX_MARKS: Final = 20
_MAX_DOTS: Final = 100  # outside quotes, in one line
_MAX_UNKNOWN: Final = 20  # entries of one table of the file that nobody knows


def turning_marks(source: Source) -> list[Diagnostic]:
    """A diagnostic for each invisible mark that turns the direction of a text: what people read would not be what
    the program reads."""
    found = zip(_TURNING.finditer(source.text), range(_MAX_MARKS), strict=False)
    return [
        Problem("MR-K211", {"point": f"U+{ord(mark[0]):04X}"}).at(source.name, source, Span(mark.start(), mark.end()))
        for mark, _ in found
    ]


def parse_toml(source: Source, code: str, problems: list[Diagnostic]) -> dict[str, Any] | None:
    """The whole file, or None and a diagnostic `code` that says where it cannot be read."""
    marks = turning_marks(source)
    if marks:
        problems.extend(marks)
        return None
    if any(line.count(".") > _MAX_DOTS for line in source.text.split("\n")) and any(
        line.count(".") > _MAX_DOTS for line in _QUOTED.sub('""', source.text).split("\n")
    ):  # names of many parts take time and memory by the square
        problems.append(toml_problem("too deeply nested", source, code))
        return None
    try:
        return tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        problems.append(toml_problem(str(error), source, code))
        return None
    except RecursionError:
        problems.append(toml_problem("too deeply nested", source, code))
        return None
    except ValueError:  # Python's limit on the digits of an int
        problems.append(toml_problem("a number has too many digits", source, code))
        return None


def toml_problem(text: str, source: Source, code: str) -> Diagnostic:
    found = re.search(r"\(at line ([0-9]+), column ([0-9]+)\)", text)
    detail = text[: found.start()].strip() if found else text.removesuffix(" (at end of document)")
    span = None
    if found is not None:
        start = 0
        for _ in range(int(found[1]) - 1):
            start = source.text.index("\n", start) + 1
        start += int(found[2]) - 1
        span = Span(start, start + 1)
    return Problem(code, {"detail": detail}).at(source.name, source, span)


class Entries:
    """The entries of one TOML table. Every read marks an entry as known; `close` reports the rest."""

    def __init__(
        self, data: dict[str, Any], source: Source, problems: list[Diagnostic], missing: str, unknown: str,
        start: int = 0,
    ) -> None:
        self._data, self._source, self._problems = data, source, problems
        self._missing, self._unknown, self._start = missing, unknown, start
        self._known: list[str] = []

    def has(self, name: str) -> bool:
        return name in self._data

    def text(self, name: str, default: str | None = None) -> str:
        """A text; an empty one counts as missing unless there is a default."""
        value = self._take(name, default)
        if not isinstance(value, str) or (not value.strip() and default is None):
            self.wrong(name, "文字", "a text")
            return default or ""
        return value.strip()

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._take(name, default)
        if not isinstance(value, bool):
            self.wrong(name, " true 或 false", "true or false")
            return default
        return value

    def texts(self, name: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        value = self._take(name, default)
        if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
            self.wrong(name, "文字的列表", "a list of texts")
            return default or ()
        return tuple(value)

    def day(self, name: str, default: int) -> int:
        """A date, written as a TOML date or as a text `2025-01-01`, as an ordinal."""
        value = self._take(name, None) if name in self._data else self._take(name, "")
        if value == "":
            return default
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value) if _DAY.fullmatch(value) else None
            except ValueError:
                value = None
        if type(value) is not date:
            self.wrong(name, "日期（2025-01-01）", "a date (2025-01-01)")
            return default
        return value.toordinal()

    def choice(self, name: str, words: tuple[str, ...], default: str | None = None) -> str:
        value = self._take(name, default)
        if value not in words:
            shown = "、".join(words)
            self.wrong(name, f"其中之一：{shown}", f"one of: {', '.join(words)}")
            return default or words[0]
        return str(value)

    def matching(self, name: str, form: re.Pattern[str], expected: str, expected_en: str) -> str:
        """A text of a form; "" if there is none."""
        value = self.text(name, "")
        if value and not form.fullmatch(value):
            self.wrong(name, expected, expected_en)
            return ""
        return value

    def table(self, name: str) -> dict[str, Any]:
        """A table (`[name]`); {} if there is none."""
        value = self._take(name, None)
        if value is not None and not isinstance(value, dict):
            self.wrong(name, f" [{name}] 段", f"a table [{name}]")
        return value if isinstance(value, dict) else {}

    def tables(self, name: str) -> list[dict[str, Any]]:
        """An array of tables (`[[name]]`); [] if there is none."""
        value = self._take(name, ())
        if not isinstance(value, (list, tuple)) or not all(isinstance(v, dict) for v in value):
            self.wrong(name, f" [[{name}]] 段", f"an array of tables [[{name}]]")
            return []
        return list(value)

    def report(self, problem: Problem, name: str) -> None:
        """A problem with the value of one entry."""
        self._problems.append(problem.at(f"{self._source.name} {name}", self._source, self._span(name)))

    def close(self) -> None:
        unknown = (name for name in self._data if name not in self._known)
        for name, _ in zip(unknown, range(_MAX_UNKNOWN), strict=False):
            near = nearest(name, self._known)
            hint = f"是不是「{near}」？" if near else f"可以写：{'、'.join(self._known)}。"
            hint_en = f"Did you mean `{near}`?" if near else f"Possible entries: {', '.join(self._known)}."
            self.report(Problem(self._unknown, {"name": name, "hint": hint, "hint_en": hint_en}), name)

    def _take(self, name: str, default: Any) -> Any:
        self._known.append(name)
        return self._data.get(name, default)

    def wrong(self, name: str, expected: str, expected_en: str) -> None:
        """Report an entry whose value is not what it has to be."""
        self.report(Problem(self._missing, {"name": name, "expected": expected, "expected_en": expected_en}), name)

    def _span(self, name: str) -> Span | None:
        pattern = re.compile(rf"^[ \t]*(?:{re.escape(name)}|\"{re.escape(name)}\")[ \t]*=.*$", re.MULTILINE)
        found = pattern.search(self._source.text, self._start)
        return Span(found.start(), found.end()) if found else None
