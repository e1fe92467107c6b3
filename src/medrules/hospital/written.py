"""TOML that a bureau or a hospital writes by hand (tune.toml, overlay.toml), read strictly: every entry known, every value of its kind."""
from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from medrules.hospital.levels import OPEN_END
from medrules.hospital.problems import LayerProblem, problem

__all__ = ["INTERACTIONS", "OPEN_END", "TIERS", "Entry", "read_sections", "tier"]

MAX_BYTES: Final = 1024 * 1024
MAX_ENTRIES: Final = 10_000

INTERACTIONS: Final = ("passive", "soft", "reason", "hard")  # from the quietest to the strongest
TIERS: Final[Mapping[str, str]] = MappingProxyType({"passive": "静默", "soft": "提醒", "reason": "须填原因", "hard": "拦截"})
_WORDS: Final[Mapping[str, str]] = MappingProxyType({**{zh: en for en, zh in TIERS.items()}, **{en: en for en in TIERS}})


def tier(interaction: str) -> int:
    """How strong an interaction is, 0 … 3."""
    return INTERACTIONS.index(interaction)


class Entry:
    """One [[section]] of a file. Every read marks its key as known; `close` tells the others."""

    def __init__(self, data: Mapping[str, Any], place: str, code: str, problems: list[LayerProblem]) -> None:
        self._data, self.place, self._code, self._problems = data, place, code, problems
        self._known: list[str] = []

    def wrong(self, zh: str, en: str) -> None:
        self._problems.append(problem(self._code, self.place, zh, en))

    def _take(self, key: str) -> Any:
        self._known.append(key)
        return self._data.get(key)

    def text(self, key: str, *, needed: bool = True) -> str:
        value = self._take(key)
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or not value.strip() or "\n" in value:
            self.wrong(f"缺「{key}」，或它不是一行文字", f"`{key}` is missing, or is no text of one line")
            return ""
        return value.strip()

    def flag(self, key: str) -> bool:
        value = self._take(key)
        if value is not None and not isinstance(value, bool):
            self.wrong(f"「{key}」要写 true 或 false", f"`{key}` must be true or false")
        return value is True

    def day(self, key: str, default: int | None) -> int:
        """A TOML date as an ordinal; default None = it must be there."""
        value = self._take(key)
        if value is None and default is not None:
            return default
        if type(value) is not date:
            self.wrong(f"缺「{key}」，或它不是日期（写成 {key} = 2026-01-01）", f"`{key}` is missing, or is no date (write {key} = 2026-01-01)")
            return 0 if default is None else default
        return value.toordinal()

    def interaction(self, key: str, *, needed: bool = True) -> str:
        """An interaction in its canonical word; "" where there is none."""
        value = self._take(key)
        if value is None and not needed:
            return ""
        found = _WORDS.get(value) if isinstance(value, str) else None
        if found is None:
            self.wrong(f"「{key}」应为 {'、'.join(TIERS.values())} 之一", f"`{key}` must be one of {', '.join(TIERS)}")
        return found or ""

    def close(self) -> None:
        for key in self._data:
            if key not in self._known:
                self.wrong(f"没有「{key[:40]}」这一项；可以写 {'、'.join(self._known)}", f"no entry `{key[:40]}`; there are {', '.join(self._known)}")


def read_sections(content: bytes, file: str, code: str, names: tuple[str, ...], problems: list[LayerProblem]) -> dict[str, list[Entry]]:
    """The entries of each section of a file, in order. Whatever is wrong is a problem with `code`."""
    made: dict[str, list[Entry]] = {name: [] for name in names}
    try:
        if len(content) > MAX_BYTES:
            raise ValueError("too large")
        data = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        detail = str(error)[:120] if isinstance(error, tomllib.TOMLDecodeError) else type(error).__name__
        problems.append(problem(code, file, f"读不出来，它应是 UTF-8 的 TOML（{detail}）", f"cannot be read, it must be TOML in UTF-8 ({detail})"))
        return made
    for name, held in data.items():
        if name not in names:
            problems.append(problem(code, file, f"没有「{name[:40]}」这一段；可以写 {'、'.join(f'[[{n}]]' for n in names)}",
                                    f"no section `{name[:40]}`; there are {', '.join(f'[[{n}]]' for n in names)}"))
        elif not isinstance(held, list) or len(held) > MAX_ENTRIES or not all(isinstance(e, dict) for e in held):
            problems.append(problem(code, file, f"「{name}」要写成 [[{name}]]", f"`{name}` is written [[{name}]]"))
        else:
            made[name] = [Entry(e, f"{file} [[{name}]] {n}", code, problems) for n, e in enumerate(held, 1)]
    return made
