"""Merges all that rules say about a code into one record per time segment: one probe per line finds everything.

The shapes that most codes have get a place of their own in every record (dense); the rest follow as a list.
"""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from medrules.check.program import Const, ItemScope, Program
from medrules.plan.constants import END_OF_DAYS, FIRST_DAY, prepared
from medrules.plan.draft import Draft, KeyedRow
from medrules.plan.plan import Entry, Record
from medrules.plan.rows import unrestricted
from medrules.plan.shapes import Shape

__all__ = ["merge_records"]

MAX_DENSE: Final = 12

EXACT: Final = 1_000  # a code of its own beats every prefix

_Keyed = tuple[KeyedRow, int, int, int]  # a row, the days on which it and its rule are in force, the length of its key
_Index = dict[str, list[_Keyed]]


def merge_records(draft: Draft) -> Draft:
    exact, prefix = _keyed_rows(draft)
    if prefix:
        for code in _codes_of_tables(draft.program) - exact.keys():
            exact[code] = []  # known by itself to some table, by prefix to another
        for code, rows in exact.items():
            rows.extend(_by_prefixes(code, prefix))
    merger = _Merger(draft)
    pieces = {code: merger.segments(rows) for code, rows in exact.items() if rows}
    prefix_pieces = {code: merger.segments(_by_prefixes(code, prefix)) for code in prefix}
    dense = _dense_shapes(pieces.values(), draft.shapes)
    return replace(
        draft, dense=dense,
        records={code: _records(segments, dense) for code, segments in pieces.items()},
        prefix_records={code: _records(segments, dense) for code, segments in prefix_pieces.items()},
        scans=tuple(_scans(draft, merger)),
    )


def _keyed_rows(draft: Draft) -> tuple[_Index, _Index]:
    """Rows by code and by prefix, on the days that they share with their rules."""
    exact: _Index = defaultdict(list)
    prefix: _Index = defaultdict(list)
    for keyed in draft.rows:
        rule = draft.program.rules[keyed.rule]
        start, end = max(rule.valid_from, FIRST_DAY), min(rule.valid_to, END_OF_DAYS)
        if keyed.row is not None:
            start, end = max(start, keyed.row.valid_from), min(end, keyed.row.valid_to)
        if start >= end:
            continue
        for code in keyed.codes:
            exact[code].append((keyed, start, end, EXACT))
        for code in keyed.prefixes:
            prefix[code].append((keyed, start, end, len(code)))
    return dict(exact), dict(prefix)


def _codes_of_tables(program: Program) -> set[str]:
    return {
        code for table in program.tables.values() for field, place in zip(table.key_fields, range(3), strict=False) if field == "code"
        for row in table.rows if place < len(row.keys)
        for n, code in enumerate(row.keys[place])
        if isinstance(code, str) and not (place == 0 and n < len(row.prefix) and row.prefix[n])}


def _by_prefixes(code: str, prefix: _Index) -> list[_Keyed]:
    """The rows of all prefixes of a code."""
    return [keyed for n in range(1, len(code) + 1) for keyed in prefix.get(code[:n], ())]


def _scans(draft: Draft, merger: _Merger) -> Iterator[Entry]:
    for route in draft.routes:
        if route.kind == "scan":
            entry = merger.entry(route.rule, [KeyedRow(route.rule, None, (), (), ())])
            if entry is not None:
                yield entry


_Segment = tuple[int, int, tuple[Entry, ...]]


class _Merger:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    def segments(self, rows: list[_Keyed]) -> tuple[_Segment, ...]:
        """The days on which the same rows are in force, oldest first; days without any are left out."""
        cuts = sorted({d for _, start, end, _ in rows for d in (start, end)})
        found = []
        for start, end in pairwise(cuts):
            held = [(k, length) for k, s, e, length in rows if s <= start and end <= e]
            if held:
                found.append((start, end, self.entries(held)))
        return tuple(found)

    def entries(self, rows: Iterable[tuple[KeyedRow, int]]) -> tuple[Entry, ...]:
        """Per rule, of the rows in force those with the longest key, each once."""
        of_rule: dict[int, tuple[int, dict[int, KeyedRow]]] = {}
        for keyed, length in rows:
            longest, held = of_rule.get(keyed.rule, (0, {}))
            if length > longest:
                of_rule[keyed.rule] = (length, {id(keyed.row): keyed})
            elif length == longest:
                held[id(keyed.row)] = keyed
        return tuple(
            e for rule, (_, held) in of_rule.items() if (e := self.entry(rule, list(held.values()))) is not None)

    def entry(self, number: int, rows: list[KeyedRow]) -> Entry | None:
        """What the rule says by these rows; None if it can never be at fault."""
        draft = self.draft
        rule = draft.program.rules[number]
        scope = rule.scope
        assert isinstance(scope, ItemScope)
        # Under 须 one row that is met silences all, but only if it is known that the row is meant.
        meant = scope.where is None and all(
            k.row is None or (len(k.row.keys) == 1 and unrestricted(k.row)) for k in rows)
        tests, kept = [], []
        for keyed in rows:
            condition = draft.conditions[number, keyed.pattern]
            shape = draft.shapes[condition.shape]
            if isinstance(shape.test, Const) and shape.test.value is False:
                if rule.mode == "must":
                    if meant:
                        return None
                    kept.append(keyed)
                continue  # under 当 such a row never decides anything, so it is no row of the finding either
            kept.append(keyed)
            tests.append((shape.number, prepared(shape.holes, condition.sources, keyed.row)))
        if not tests:
            return None
        looks = meant or rule.mode != "must" or len(rows) == 1
        return Entry(number, tuple(k.row for k in kept if k.row is not None), tuple(tests), rule.mode == "must", looks)


def _dense_shapes(pieces: Iterable[tuple[_Segment, ...]], shapes: tuple[Shape, ...]) -> tuple[int, ...]:
    count: Counter[int] = Counter()
    for segments in pieces:
        for _, _, entries in segments[-1:]:
            count.update({e.tests[0][0] for e in entries if len(e.tests) == 1 and e.looks})
    most = count.most_common(MAX_DENSE)
    least = max(1, most[0][1] // 100) if most else 1
    return tuple(sorted(n for n, times in most if times >= least))


def _records(segments: tuple[_Segment, ...], dense: tuple[int, ...]) -> tuple[Record, ...]:
    place = {n: i for i, n in enumerate(dense)}
    records = []
    for start, end, entries in segments:
        slots: list[Entry | None] = [None] * len(dense)
        others = []
        for e in entries:
            at = place.get(e.tests[0][0]) if len(e.tests) == 1 and e.looks else None
            if at is not None and slots[at] is None:
                slots[at] = e
            else:
                others.append(e)
        records.append(Record(start, end, tuple(slots), tuple(others)))
    return tuple(records)
