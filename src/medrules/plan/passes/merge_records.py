"""Merges all that rules say about a code into one record per time segment: one probe per line finds everything.

The shapes that most codes have get a place of their own in every record (dense); the rest follow as a list.
"""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from medrules.check.program import Const, ItemScope
from medrules.plan.constants import FIRST_DAY, LAST_DAY, prepared
from medrules.plan.draft import Draft, KeyedRow
from medrules.plan.plan import Entry, Record
from medrules.plan.shapes import Shape

__all__ = ["merge_records"]

MAX_DENSE: Final = 12

_Keyed = tuple[KeyedRow, int, int]  # a row and the days on which it and its rule are in force


def merge_records(draft: Draft) -> Draft:
    exact: dict[str, list[_Keyed]] = defaultdict(list)
    prefix: dict[str, list[_Keyed]] = defaultdict(list)
    for keyed in draft.rows:
        rule = draft.program.rules[keyed.rule]
        start, end = max(rule.valid_from, FIRST_DAY), min(rule.valid_to, LAST_DAY)
        if keyed.row is not None:
            start, end = max(start, keyed.row.valid_from), min(end, keyed.row.valid_to)
        if start >= end:
            continue
        for code in keyed.codes:
            exact[code].append((keyed, start, end))
        for code in keyed.prefixes:
            prefix[code].append((keyed, start, end))
    if prefix:
        _add_longest_prefixes(exact, prefix)
    merger = _Merger(draft)
    pieces = {code: merger.segments(rows) for code, rows in exact.items()}
    prefix_pieces = {code: merger.segments(_of_prefix(code, prefix)) for code in prefix}
    dense = _dense_shapes(pieces.values(), draft.shapes)
    return replace(
        draft, dense=dense,
        records={code: _records(segments, dense) for code, segments in pieces.items()},
        prefix_records={code: _records(segments, dense) for code, segments in prefix_pieces.items()},
        scans=tuple(_scans(draft, merger)),
    )


def _scans(draft: Draft, merger: _Merger) -> Iterator[Entry]:
    for route in draft.routes:
        if route.kind == "scan":
            entry = merger.entry(route.rule, [KeyedRow(route.rule, None, (), (), ())])
            if entry is not None:
                yield entry


def _of_prefix(code: str, prefix: Mapping[str, list[_Keyed]]) -> list[_Keyed]:
    """Rows for a code that begins with `code` and has no longer key: per rule, the rows of its longest prefix."""
    best: dict[int, tuple[int, list[_Keyed]]] = {}
    for n in range(1, len(code) + 1):
        for keyed in prefix.get(code[:n], ()):
            rule = keyed[0].rule
            if rule not in best or best[rule][0] < n:
                best[rule] = (n, [])
            if best[rule][0] == n:
                best[rule][1].append(keyed)
    return [k for _, rows in best.values() for k in rows]


def _add_longest_prefixes(exact: dict[str, list[_Keyed]], prefix: Mapping[str, list[_Keyed]]) -> None:
    """A code with a key of its own in one table may match only by prefix in another."""
    for code, rows in exact.items():
        own = {keyed[0].rule for keyed in rows}
        rows.extend(k for k in _of_prefix(code, prefix) if k[0].rule not in own)


_Segment = tuple[int, int, tuple[Entry, ...]]


class _Merger:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    def segments(self, rows: list[_Keyed]) -> tuple[_Segment, ...]:
        """The days on which the same rows are in force, oldest first; days without any are left out."""
        cuts = sorted({d for _, start, end in rows for d in (start, end)})
        found = []
        for start, end in zip(cuts, cuts[1:], strict=False):
            entries = self.entries([k for k, s, e in rows if s <= start and end <= e])
            found.append((start, end, entries))
        return tuple(found)

    def entries(self, rows: Iterable[KeyedRow]) -> tuple[Entry, ...]:
        of_rule: dict[int, list[KeyedRow]] = {}
        for keyed in rows:
            of_rule.setdefault(keyed.rule, []).append(keyed)
        return tuple(e for rule, rows in of_rule.items() if (e := self.entry(rule, rows)) is not None)

    def entry(self, number: int, rows: list[KeyedRow]) -> Entry | None:
        """What the rule says by these rows; None if it can never be at fault."""
        draft = self.draft
        rule = draft.program.rules[number]
        tests = []
        for keyed in rows:
            condition = draft.conditions[number, keyed.pattern]
            shape = draft.shapes[condition.shape]
            if isinstance(shape.test, Const) and shape.test.value is False:
                if rule.mode == "must":
                    return None  # one row that is always met
                continue
            tests.append((shape.number, prepared(shape.holes, condition.sources, keyed.row)))
        if not tests:
            return None
        scope = rule.scope
        assert isinstance(scope, ItemScope)
        looks = rule.mode == "must" and len(rows) > 1 and scope.where is not None
        return Entry(number, tuple(k.row for k in rows if k.row is not None), tuple(tests), rule.mode == "must", not looks)


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
