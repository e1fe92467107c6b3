"""Merges all that rules say about a code into one record per time segment: one probe per line finds everything.

The shapes that most codes have get a place of their own in every record (dense); the rest follow as a list. Codes that are told the
same are of one kind, and each kind is merged once.
"""
from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import repeat
from typing import Any, Final

from medrules.check.program import ItemScope, Program
from medrules.knowledge.table import Rows
from medrules.plan.draft import Draft
from medrules.plan.entries import Entry, Record
from medrules.plan.plan import Route
from medrules.plan.records import NO_ROW, Head, KeyedRow, Kind, Merger, Records, Segment, days_of, placed, rows_of
from medrules.plan.shapes import Shape

__all__ = ["MAX_DENSE", "merge_records"]

MAX_DENSE: Final = 12

# What a code is told: numbers of contents (rows of one rule that say the same), and the prefixes it falls under.
_Told = tuple[int | str, ...]


def merge_records(draft: Draft) -> Draft:
    told: dict[str, _Told] = {}
    prefixes: dict[str, list[tuple[int, int]]] = {}
    rule_of: list[int] = []  # by content
    for route in draft.routes:
        if route.kind in ("code", "scan"):
            _collect(draft, route, told, prefixes, rule_of)
    held = {prefix: tuple(rows) for prefix, rows in prefixes.items()}
    if held:
        for code in _codes_of_tables(draft.program) - told.keys():
            told[code] = ()  # known by itself to some table, by prefix to another
        told = {code: own + above for code, own in told.items() if (above := _above(code, held)) or own}
    conditions = {key: (c.shape, c.sources) for key, c in draft.conditions.items()}
    merger = Merger(draft.program, draft.shapes, draft.reads, conditions, held)
    exact = _Merged(told, rule_of, merger)
    under = _Merged({prefix: _above(prefix, held) for prefix in held}, rule_of, merger)
    dense = _dense_shapes(exact, draft.shapes)
    return replace(
        draft, dense=dense, records=exact.records(draft, merger, dense), prefix_records=under.records(draft, merger, dense),
        scans=tuple(_scans(draft, merger)), merger=merger,
    )


# ---------------------------------------------------------------- which code is told what


def _collect(
    draft: Draft, route: Route, told: dict[str, _Told], prefixes: dict[str, list[tuple[int, int]]], rule_of: list[int],
) -> None:
    """Add what one rule says to the codes and prefixes that it names."""
    program, rule = draft.program, route.rule
    scope = program.rules[rule].scope
    assert isinstance(scope, ItemScope)
    rows = rows_of(program, rule)
    if rows is None:
        start, end = days_of(program, rule, None)
        named = scope.codes.exact if scope.codes is not None else route.codes
        if named is not None and start < end:
            rule_of.append(rule)
            for code in named:
                told[code] = (*told.get(code, ()), len(rule_of) - 1)
            for prefix in scope.codes.prefixes if scope.codes is not None else ():
                prefixes.setdefault(prefix, []).append((rule, NO_ROW))
        return
    contents = _contents(draft, rule, rows, rule_of)
    firsts, holders = rows.keys[0].found()
    begin = 0
    for code, end in zip(rows.keys[0].codes, firsts[1:], strict=True):
        if end - begin == 1:
            content = contents[holders[begin]]
            if content >= 0:
                told[code] = (*told[code], content) if code in told else (content,)
        else:
            own = tuple(c for row in holders[begin:end] if (c := contents[row]) >= 0)
            if own:
                told[code] = told.get(code, ()) + own
        begin = end
    for row in rows.prefix_rows():
        for key, is_prefix in zip(rows.keys[0].key(row), rows.field("prefix")[row], strict=True):
            if is_prefix and contents[row] >= 0:
                prefixes.setdefault(key, []).append((rule, row))


def _contents(draft: Draft, rule: int, rows: Rows, rule_of: list[int]) -> list[int]:
    """Per row the number of what it says (equal for rows that say the same); -1 for a row that is never in force."""
    names = ("valid_from", "valid_to", "result", "stages", "scenes", "area", "interaction")
    columns = [*(rows.cells[i] for i in draft.reads[rule]), *(rows.field(name) for name in names)]
    parts: list[Iterable[int]] = [numbers for c in columns if (numbers := c.numbers()) is not None]
    if any(s.column == -1 for (number, _), c in draft.conditions.items() if number == rule for s in c.sources):
        parts.append(range(len(rows)))  # the row itself is a constant
    known: dict[tuple[int, ...], int] = {}
    out = []
    for row, said in enumerate(zip(*parts, strict=True) if parts else repeat((), len(rows))):
        content = known.get(said)
        if content is None:
            start, end = days_of(draft.program, rule, rows[row])
            if start < end:
                content = len(rule_of)
                rule_of.append(rule)
            else:
                content = -1
            known[said] = content
        out.append(content)
    return out


def _codes_of_tables(program: Program) -> set[str]:
    return {
        code for table in program.tables.values() for field, keys in zip(table.key_fields, table.rows.keys, strict=True)
        if field == "code" for code in keys.codes}


def _above(code: str, prefixes: dict[str, tuple[tuple[int, int], ...]]) -> tuple[str, ...]:
    """The prefixes that a code falls under, shortest first."""
    return tuple(code[:n] for n in range(1, len(code) + 1) if code[:n] in prefixes)


# ---------------------------------------------------------------- kinds


class _Merged:
    """Codes by what they are told, and the segments of each kind, worked out on one of its codes."""

    def __init__(self, told: dict[str, _Told], rule_of: list[int], merger: Merger) -> None:
        self.codes = sorted(told)
        numbers: dict[_Told, int] = {}
        self.kinds = array("I", [numbers.setdefault(told[code], len(numbers)) for code in self.codes])
        self.count = Counter(self.kinds)
        self.rules = [tuple(dict.fromkeys(rule_of[c] for c in what if isinstance(c, int))) for what in numbers]
        sample: dict[int, str] = {}
        for code, kind in zip(self.codes, self.kinds, strict=True):
            sample.setdefault(kind, code)
        self.segments: list[tuple[Segment, ...]] = [
            merger.segments(merger.keyed(sample[kind], rules)) for kind, rules in enumerate(self.rules)]

    def records(self, draft: Draft, merger: Merger, dense: tuple[int, ...]) -> Records:
        widths = tuple(max(1, draft.shapes[n].width) for n in dense)
        shared: dict[Any, Any] = {}
        kinds = []
        for rules, segments in zip(self.rules, self.segments, strict=True):
            records = [placed(s, dense) for s in segments]
            kinds.append(Kind(rules, tuple(_head(r, widths, shared) for r in records), tuple(len(r.others) for r in records)))
        return Records(self.codes, self.kinds, tuple(kinds), merger, dense)


def _head(record: Record, widths: tuple[int, ...], shared: dict[Any, Any]) -> Head:
    """Days and constants side by side; one object per small constant, since the same few limits stand in thousands of rows."""
    out: list[Any] = [record.start, record.end]
    for entry, width in zip(record.dense, widths, strict=True):
        out.extend((None,) * width if entry is None else entry.tests[0][1] or (True,))
    return tuple([shared.setdefault((x.__class__, x), x) if isinstance(x, (int, str)) else x for x in out])


def _dense_shapes(merged: _Merged, shapes: tuple[Shape, ...]) -> tuple[int, ...]:
    count: Counter[int] = Counter()
    for kind, segments in enumerate(merged.segments):
        for _, _, entries in segments[-1:]:
            for shape in {e.tests[0][0] for e in entries if len(e.tests) == 1 and e.looks}:
                count[shape] += merged.count[kind]
    most = count.most_common(MAX_DENSE)
    least = max(1, most[0][1] // 100) if most else 1
    return tuple(sorted(n for n, times in most if times >= least))


def _scans(draft: Draft, merger: Merger) -> Iterator[Entry]:
    for route in draft.routes:
        if route.kind == "scan":
            entry = merger.entry(route.rule, [KeyedRow(route.rule, None, ())])
            if entry is not None:
                yield entry
