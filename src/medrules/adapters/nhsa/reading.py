"""The mapping table compiled for one site: each field's reader as one callable, so that a request pays only the calls.

A reader takes a JSON scalar (str or int) and gives the run-time value, `EMPTY` or `UNREADABLE`. Readers of codes, numbers and
times keep what they read in a bounded cache, because a request repeats its values from line to line; names and ids of
people and lines are never kept.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from medrules.adapters.nhsa import codes
from medrules.adapters.nhsa.fields import Carried
from medrules.adapters.nhsa.site import SiteSettings
from medrules.adapters.nhsa.values import EMPTY, UNREADABLE, as_code, as_day, as_flag, as_instant, as_scaled, as_text
from medrules.errors import InvalidSettings
from medrules.model.levels import SCALES
from medrules.model.schema import SCHEMA

__all__ = ["Read", "Row", "compile_rows", "level_ranks"]

Read = Callable[[Any], Any]
Row = tuple[str, str, Read]  # (key of the message, attribute of the entity, reader)

KEPT: Final = 4_096


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
    nothing = {"0": EMPTY, "9": EMPTY}
    titles: dict[str, Any] = dict(level_ranks("title", site.profttl, "profttl"))
    return {
        "sex": {**nothing, **codes.SEXES},
        "out_setl_flag": site.out_setl_flag,
        "medins_type": codes.INSTITUTION_KINDS,
        "medins_lv": level_ranks("hospital", site.medins_lv, "medins_lv"),
        "inout_dise_type": codes.DIAGNOSIS_KINDS,
        "hilist_type": codes.LIST_KINDS,
        "chrg_type": codes.CHARGE_KINDS,
        "drord_bhvr": codes.TAKE_HOME,
        "hilist_lv": codes.LIST_LEVELS,
        "profttl": {"0": EMPTY, "6": EMPTY, "9": EMPTY, **titles},
    }


def compile_rows(rows: Iterable[Carried], site: SiteSettings) -> tuple[Row, ...]:
    """The rows that are read by their value alone, in the order of the table; `special` rows are left to the reader."""
    tables = _tables(site)
    kept: dict[str, Read] = {
        "code": lru_cache(KEPT)(as_code),
        "flag": as_flag,
        "id": as_text,
        "text": as_text,
        "day": as_day,
        "instant": lru_cache(KEPT)(lambda value: as_instant(value, site.midnight_is_time)),
        "dept": lru_cache(KEPT)(_dept(site)),
        **{f"number:{scale}": lru_cache(KEPT)(_number(scale)) for scale in (0, 2, 4)},
        **{f"table:{name}": lru_cache(KEPT)(_lookup(table)) for name, table in tables.items()},
    }
    made = []
    for row in rows:
        if row.read == "special":
            continue
        field = SCHEMA.by_id(row.fact)
        name = f"number:{field.type.scale}" if row.read == "number" else row.read
        made.append((row.key, field.name, kept[name]))
    return tuple(made)


def _number(scale: int) -> Read:
    return lambda value: as_scaled(value, scale)


def _lookup(table: Mapping[str, Any]) -> Read:
    def read(value: Any) -> Any:
        code = as_code(value)
        return table.get(code, UNREADABLE) if type(code) is str else code

    return read


def _dept(site: SiteSettings) -> Read:
    """A national department code, or a local one by the site's map; an unmapped local code is not known and no fault."""

    def read(value: Any) -> Any:
        code = as_code(value)
        if type(code) is not str:
            return code
        mapped = site.departments.get(code)
        if mapped is not None:
            return mapped
        return code if codes.NATIONAL_DEPARTMENT.fullmatch(code) else EMPTY

    return read
