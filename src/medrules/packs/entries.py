"""Reading one JSON object of a manifest or a list of releases: every key known, every value of its kind."""
from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from medrules.frozen import dataclass
from medrules.packs.refusals import refuse, shown
from medrules.packs.versions import Version

__all__ = ["DIGEST", "Entries", "Period"]

DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
ADCODE: Final = re.compile(r"[1-9][0-9]{5}", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
MAX_TEXT: Final = 4_000
MAX_LIST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Period:
    """Business dates from `begin` up to but not including `end`; None = open."""

    begin: date
    end: date | None = None

    def as_json(self) -> dict[str, Any]:
        return {"from": self.begin.isoformat(), "to": None if self.end is None else self.end.isoformat()}


class Entries:
    """Takes the values of an object one by one; `close` refuses what nobody asked for.

    Raises (all methods):
        InvalidPackFile: with `code`, naming the place.
    """

    def __init__(self, value: Any, place: str, code: str) -> None:
        self._place, self._code = place, code
        if not isinstance(value, dict):
            raise self.wrong("", "对象", "an object")
        self._rest: dict[str, Any] = dict(value)

    def wrong(self, key: str, what: str, english: str) -> Exception:
        where = f"{self._place}.{key}" if key else self._place
        return refuse(self._code, f"{where} 应为{what}", f"{where} must be {english}")

    def take(self, key: str) -> Any:
        if key not in self._rest:
            raise refuse(self._code, f"{self._place} 缺 {key}", f"{self._place} lacks {key}")
        return self._rest.pop(key)

    def text(self, key: str, *, empty: bool = False) -> str:
        value = self.take(key)
        if not isinstance(value, str) or len(value) > MAX_TEXT or not (value or empty):
            raise self.wrong(key, "文字", "a text")
        return value

    def matching(self, key: str, form: re.Pattern[str], what: str, english: str) -> str:
        value = self.text(key)
        if not form.fullmatch(value):
            raise self.wrong(key, what, english)
        return value

    def digest(self, key: str) -> str:
        return self.matching(key, DIGEST, " 64 位小写十六进制的 SHA-256", "a SHA-256 in 64 lower-case hex digits")

    def adcode(self, key: str) -> str:
        return self.matching(key, ADCODE, " 6 位行政区划代码", "a division code of six digits")

    def number(self, key: str, least: int, most: int) -> int:
        value = self.take(key)
        if type(value) is not int or not least <= value <= most:
            raise self.wrong(key, f" {least} 至 {most} 的整数", f"a whole number from {least} to {most}")
        return value

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if type(value) is not bool:
            raise self.wrong(key, " true 或 false", "true or false")
        return value

    def choice(self, key: str, words: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in words:
            raise self.wrong(key, "其中之一：" + "、".join(words), "one of: " + ", ".join(words))
        return value

    def version(self, key: str) -> Version:
        value = self.text(key)
        try:
            return Version.parse(value)
        except ValueError:
            raise self.wrong(key, "版本号（2026.7.1）", "a version (2026.7.1)") from None

    def values(self, key: str) -> list[Any]:
        value = self.take(key)
        if not isinstance(value, list) or len(value) > MAX_LIST:
            raise self.wrong(key, "列表", "a list")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Different texts, none of them empty."""
        value = self.values(key)
        if not all(isinstance(v, str) and 0 < len(v) <= MAX_TEXT for v in value) or len(set(value)) < len(value):
            raise self.wrong(key, "不重复的文字的列表", "a list of different texts")
        return tuple(value)

    def day(self, key: str) -> date:
        value = self.take(key)
        try:
            if isinstance(value, str) and _DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise self.wrong(key, f"日期（2026-07-01），写的是 {shown(value)}", "a date (2026-07-01)")

    def period(self, key: str) -> Period:
        inner = self.inner(key)
        begin = inner.day("from")
        end = None if inner.peek("to") is None else inner.day("to")
        inner.drop("to")
        inner.close()
        if end is not None and end <= begin:
            raise self.wrong(key, "止日在起日之后的一段", "a period whose end is after its beginning")
        return Period(begin, end)

    def inner(self, key: str) -> Entries:
        return Entries(self.take(key), f"{self._place}.{key}", self._code)

    def inners(self, key: str) -> list[Entries]:
        return [Entries(v, f"{self._place}.{key}[{n}]", self._code) for n, v in enumerate(self.values(key))]

    def peek(self, key: str) -> Any:
        if key not in self._rest:
            raise refuse(self._code, f"{self._place} 缺 {key}", f"{self._place} lacks {key}")
        return self._rest[key]

    def drop(self, key: str) -> None:
        self._rest.pop(key, None)

    def close(self) -> None:
        for name in self._rest:
            raise refuse(self._code, f"{self._place} 多出 {shown(name)}", f"{self._place} has {shown(name)}, which is not known")
