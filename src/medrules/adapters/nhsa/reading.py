"""The mapping table compiled for one site: each field's reader is a mapping from the value as sent to what it means.

`readers[raw]` is the run-time value, None (nothing was said) or `UNREADABLE`. A request repeats its values from line
to line and from request to request, so readers of codes, numbers, times and item names remember what they read, up
to a bound; that makes a field one dictionary look-up. Ids and birth dates are read anew each time and never kept.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from medrules.adapters.nhsa import codes
from medrules.adapters.nhsa.fields import Carried
from medrules.adapters.nhsa.rowcode import ReadObject, Row, compile_rows
from medrules.adapters.nhsa.site import SiteSettings
from medrules.adapters.nhsa.values import BLANK_CODES, EMPTY, UNREADABLE, WHOLE_BELOW, as_code, as_day, as_flag, as_instant, as_scaled, as_text
from medrules.errors import InvalidSettings
from medrules.model.levels import SCALES
from medrules.model.schema import SCHEMA
from medrules.model.values import ABSENT

__all__ = ["KEPT", "Reading", "ValueReader", "attributes_of", "is_kept", "keys_of", "level_ranks"]

Read = Callable[[Any], Any]

KEPT: Final = 4_096
KEPT_LENGTH: Final = 64


def is_kept(raw: Any) -> bool:
    """Whether a value may be remembered: a short text, or a number that no other number is equal to but means another thing."""
    kind = type(raw)
    if kind is str:
        return len(raw) <= KEPT_LENGTH
    return raw is None or kind is bool or (kind is int and -WHOLE_BELOW < raw < WHOLE_BELOW)


class ValueReader(dict[Any, Any]):
    """Remembers what values mean. Starts anew when it is full; safe to share between threads."""

    __slots__ = ("_empty", "_keep", "_read")

    def __init__(self, read: Read, keep: bool = True, empty: Any = None) -> None:
        super().__init__()
        self._read, self._keep, self._empty = read, keep, empty

    def __missing__(self, raw: Any) -> Any:
        value = self._read(raw)
        if value is EMPTY:
            value = self._empty
        if self._keep and is_kept(raw):
            if len(self) >= KEPT:
                self.clear()
            self[raw] = value
        return value

    def of(self, raw: Any) -> Any:
        """The value of anything that JSON can hold; lists and objects are no values."""
        if raw is None:
            return None
        try:
            return self[raw]
        except TypeError:  # a list or an object cannot be looked up
            return UNREADABLE if raw else None


class Reading:
    """All readers of one site."""

    def __init__(self, site: SiteSettings) -> None:
        tables = _tables(site)
        self.code = ValueReader(as_code)
        self.flag = ValueReader(as_flag)
        self.instant = ValueReader(lambda raw: as_instant(raw, site.midnight_is_time))
        self.money = ValueReader(_number(2))
        self.text = ValueReader(as_text, keep=False)
        self._readers: Mapping[str, ValueReader] = {
            "code": self.code, "flag": self.flag, "instant": self.instant, "id": self.text,
            "id_or_none": ValueReader(as_text, empty=ABSENT), "name": self.text,
            "text": ValueReader(as_text),
            "day": ValueReader(as_day, keep=False), "dept": ValueReader(_dept(site)),
            "item_code": ValueReader(_item_code(site)),
            "number:0": ValueReader(_number(0)), "number:2": self.money, "number:4": ValueReader(_number(4)),
            **{f"table:{name}": ValueReader(_lookup(table)) for name, table in tables.items()},
        }

        self._on_the_spot: Mapping[str, Any] = {
            "id": ("text",), "name": ("text",), "code": ("code", BLANK_CODES),
            "item_code": ("code", BLANK_CODES | site.placeholder_codes),
        }

    def rows(self, table: Iterable[Carried], filled: bool = False) -> ReadObject:
        """Reads the rows that are read by their value alone; `special` ones are left to the caller. `filled`: see
        `compile_rows`."""
        made: list[Row] = []
        for row in table:
            if row.read != "special":
                field = SCHEMA.by_id(row.fact)
                name = f"number:{field.type.scale}" if row.read == "number" else row.read
                made.append(Row(row.key, field.name, self._readers[name], *self._on_the_spot.get(row.read, ())))
        return compile_rows(tuple(made), filled)


def keys_of(*tables: Iterable[Carried]) -> tuple[str, ...]:
    """The keys of rows that are read by their value alone."""
    return tuple(dict.fromkeys(row.key for table in tables for row in table if row.read != "special"))


def attributes_of(*tables: Iterable[Carried]) -> tuple[str, ...]:
    """The attributes that such rows give."""
    return tuple(dict.fromkeys(SCHEMA.by_id(row.fact).name for table in tables for row in table if row.read != "special"))


def level_ranks(scale: str, words: Mapping[str, str], setting: str) -> dict[str, int]:
    """Codes → ranks on a scale. InvalidSettings for a word that is no level."""
    ranks = {}
    for code, word in words.items():
        rank = SCALES[scale].rank(word)
        if rank is None:
            raise InvalidSettings(f"站点设置「{setting}」里的「{word}」不是级别 (`{setting}`: not a level)")
        ranks[code] = rank
    return ranks


def _tables(site: SiteSettings) -> dict[str, Mapping[str, Any]]:
    """The code tables by name: sent code → value. EMPTY marks codes that say "not known" and deserve no note."""
    return {
        "sex": {"0": EMPTY, "9": EMPTY, **codes.SEXES},
        "out_setl_flag": site.out_setl_flag,
        "medins_type": codes.INSTITUTION_KINDS,
        "medins_lv": level_ranks("hospital", site.medins_lv, "medins_lv"),
        "inout_dise_type": codes.DIAGNOSIS_KINDS,
        "hilist_type": codes.LIST_KINDS,
        "chrg_type": codes.CHARGE_KINDS,
        "drord_bhvr": codes.TAKE_HOME,
        "hilist_lv": codes.LIST_LEVELS,
        "profttl": {"0": EMPTY, "6": EMPTY, "9": EMPTY, **level_ranks("title", site.profttl, "profttl")},
    }


def _number(scale: int) -> Read:
    return lambda raw: as_scaled(raw, scale)


def _lookup(table: Mapping[str, Any]) -> Read:
    def read(raw: Any) -> Any:
        code = as_code(raw)
        return table.get(code, UNREADABLE) if type(code) is str else code

    return read


def _item_code(site: SiteSettings) -> Read:
    def read(raw: Any) -> Any:
        code = as_code(raw)
        return EMPTY if code in site.placeholder_codes else code

    return read


def _dept(site: SiteSettings) -> Read:
    """A national department code, or a local one by the site's map; a local code without entry is not known, and no
    fault."""

    def read(raw: Any) -> Any:
        code = as_code(raw)
        if type(code) is not str:
            return code
        mapped = site.departments.get(code)
        if mapped is not None:
            return mapped
        return code if codes.NATIONAL_DEPARTMENT.fullmatch(code) else EMPTY

    return read
