"""Lines of a table's CSV to `Row`s. Equal cells are parsed once: a table has few different cells and many rows."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

from medrules.knowledge.cells import SPREADSHEET_ERRORS, parse_cell, shown
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.declaration import Declaration
from medrules.knowledge.header import Header
from medrules.knowledge.keys import parse_key, parse_prefix_key
from medrules.knowledge.problem import Problem
from medrules.knowledge.reserved import PLAIN, RESTRICTIONS
from medrules.knowledge.table import Row
from medrules.model.types import BOOL, Type

__all__ = ["RowBuilder"]

Trouble = tuple[Problem, int]  # a problem and the place of its cell in the line
_EMPTY_KEY: Final = Problem("MR-K303")
_NO_POINT: Final = Problem("MR-K301")
MAX_REMEMBERED: Final = 100_000  # different line ends


class RowBuilder:
    """Builds the rows of one table. Not shared between threads: it remembers the cells it has parsed."""

    def __init__(self, declared: Declaration, header: Header, codesets: Mapping[str, CodeSet]) -> None:
        self._kind = declared.key_kind
        self._keys = tuple(zip(header.keys, (k.type for k in declared.keys), strict=True))
        self._plain_key = self._keys[0][0] if len(self._keys) == 1 and _is_plain(declared) else -1
        self._columns = tuple(
            (place, column.type, dict[str, Any]())
            for place, column in zip(header.columns, declared.columns, strict=True)
        )
        self._codesets = codesets
        self._point = header.reserved["知识点号"]
        self._texts = tuple(header.reserved.get(name, -1) for name in PLAIN)
        self._restrictions = tuple((header.reserved.get(name, -1), parse) for name, parse in RESTRICTIONS.items())
        self._excluded, self._same_site = header.reserved.get("主项排除", -1), header.reserved.get("部位相同", -1)
        # All but the point and the key: most lines of a table end like another line.
        key_places = {place for place, _ in self._keys} - set(header.columns)
        ends = [i for i in range(len(header.names)) if i != self._point and i not in key_places]
        self._end = itemgetter(*ends) if ends else _nothing
        self._ends: dict[Any, tuple[Any, ...]] = {}
        self._seen_text: dict[str, str] = {}
        self.width = len(header.names)

    def build(self, cells: list[str], line: int) -> Row | list[Trouble]:
        """The row, or what is wrong with its cells."""
        troubles: list[Trouble] = []
        point = cells[self._point].strip()
        if not point:
            troubles.append((_NO_POINT, self._point))
        elif point[0] in "=@＝＠" or point.startswith(SPREADSHEET_ERRORS):
            troubles.append((Problem("MR-K412", {"cell": shown(point)}), self._point))
        prefix: tuple[bool, ...] = ()
        keys: tuple[tuple[Any, ...], ...]
        # The common key: one code in capitals and digits.
        plain = cells[self._plain_key] if self._plain_key >= 0 else ""
        if plain.isascii() and plain.isalnum() and len(plain) != 13 and (plain.isdecimal() or plain.isupper()):
            keys = ((plain,),)
        else:
            keys, prefix = self._parse_keys(cells, troubles)
        raw_end = self._end(cells)
        end = self._ends.get(raw_end)
        if end is None:
            before = len(troubles)
            end = self._parse_end(cells, troubles)
            if len(troubles) == before and len(self._ends) < MAX_REMEMBERED:
                self._ends[raw_end] = end
        if troubles:
            return troubles
        values, start, stop, text, source, batch, result, interaction, stages, scenes, area, excluded, site, coded = end
        return Row(
            point, keys, values, start, stop, prefix, text, source, batch, result, interaction, stages, scenes, area,
            excluded, site, coded, line,
        )

    def _parse_end(self, cells: list[str], troubles: list[Trouble]) -> tuple[Any, ...]:
        """Everything of a row that is neither its point nor its keys."""
        values = []
        for place, type_, cache in self._columns:
            raw = cells[place]
            value = cache.get(raw)
            if value is None:
                value = parse_cell(raw, type_, self._codesets)
                if isinstance(value, Problem):
                    troubles.append((value, place))
                    continue
                cache[raw] = value
            values.append(value)
        start, stop, result, interaction, stages, scenes, area, coded = self._parse_restrictions(cells, troubles)
        text, source, batch = [self._text(cells[place]) if place >= 0 else "" for place in self._texts]
        excluded, site = self._parse_pair(cells, troubles) if self._kind == "pair" else ((), False)
        return (
            tuple(values), start, stop, text, source, batch, result, interaction, stages, scenes, area, excluded, site,
            coded,
        )

    def _text(self, raw: str) -> str:
        text = self._seen_text.get(raw)
        if text is None:
            text = self._seen_text[raw] = raw.strip()
        return text

    def _parse_keys(
        self, cells: list[str], troubles: list[Trouble],
    ) -> tuple[tuple[tuple[Any, ...], ...], tuple[bool, ...]]:
        keys: list[tuple[Any, ...]] = []
        prefix: tuple[bool, ...] = ()
        for place, type_ in self._keys:
            found: Any
            if self._kind == "prefix":
                found = parse_prefix_key(cells[place], type_, self._codesets)
                if not isinstance(found, Problem):
                    found, prefix = found
            else:
                found = parse_key(cells[place], type_, self._codesets, as_set=self._kind == "set")
            if isinstance(found, Problem):
                troubles.append((found, place))
                found = ("",)
            keys.append(found)
        if self._kind == "icd" and keys[0] and isinstance(keys[0][0], str):
            prefix = (True,) * len(keys[0])
        needed = {"pair": (0, 1), "set": ()}.get(self._kind, (0,))
        for i in needed:
            if not keys[i]:
                troubles.append((_EMPTY_KEY, self._keys[i][0]))
        if not any(keys) and not needed:
            troubles.append((_EMPTY_KEY, self._keys[-1][0]))
        return tuple(keys), prefix

    def _parse_restrictions(self, cells: list[str], troubles: list[Trouble]) -> tuple[Any, ...]:
        values = []
        for place, parse in self._restrictions:
            value = parse(cells[place] if place >= 0 else "")
            if isinstance(value, Problem):
                troubles.append((value, place))
            values.append(value)
        start, end = values[0], values[1]
        if isinstance(start, int) and isinstance(end, int) and end <= start:
            shown = {"start": cells[self._restrictions[0][0]], "to": cells[self._restrictions[1][0]]}
            troubles.append((Problem("MR-K304", shown), self._restrictions[1][0]))
        return tuple(values)

    def _parse_pair(self, cells: list[str], troubles: list[Trouble]) -> tuple[tuple[Any, ...], bool]:
        """主项排除 and 部位相同."""
        excluded: tuple[Any, ...] = ()
        same_site: Any = False
        if self._excluded >= 0:
            found = parse_key(cells[self._excluded], self._keys[0][1], {})
            if isinstance(found, Problem):
                troubles.append((found, self._excluded))
            else:
                excluded = found
        if self._same_site >= 0:
            same_site = parse_cell(cells[self._same_site], BOOL)
            if isinstance(same_site, Problem):
                troubles.append((same_site, self._same_site))
        return excluded, same_site is True


def _nothing(_: Sequence[str]) -> tuple[()]:
    return ()


def _is_plain(declared: Declaration) -> bool:
    """Whether the only key is a code as it stands, so that a plain cell needs no parsing."""
    type_: Type = declared.keys[0].type
    return declared.key_kind in ("code", "prefix") and type_.kind == "code" and type_.name in ("item", "device", "dept")

