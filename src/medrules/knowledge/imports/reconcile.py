"""The rows of a batch against the rows that a table has: what is new, what follows what, what stays, what must not be touched.

A row that changes keeps its past: the old row gets 有效止 = the new one's 有效起. Only a correction from the same day takes a row's place.
"""
from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from unicodedata import normalize

from medrules.diagnostics import Diagnostic
from medrules.frozen import dataclass
from medrules.knowledge.cells import parse_date, shown
from medrules.knowledge.conflicts import Conflicts
from medrules.knowledge.imports.convert import Record
from medrules.knowledge.imports.layout import POINT, Layout
from medrules.knowledge.imports.report import Change
from medrules.knowledge.imports.target import OTHER, Target, base_point
from medrules.knowledge.problem import Problem
from medrules.knowledge.reserved import OPEN_END
from medrules.knowledge.rows import RowBuilder
from medrules.knowledge.table import Row
from medrules.model.folding import fold_text

__all__ = ["Reconciled", "reconcile", "told_apart"]

MAX_VERSIONS: Final = 100  # lines of one point, or of one code, in one file that are compared
MAX_PASSES: Final = 20  # times that rows are left out for contradicting others
_SPLIT: Final = re.compile(r"(.*?\d.*?)(-\d{1,2})?U?")  # what is left is a number still
_KEPT: Final = frozenset({"有效止", "批次", "来源"})
_CIRCLES: Final = {"what": "互相矛盾的行", "what_en": "The number of rows that contradict each other", "limit": str(MAX_PASSES)}
_NOT_COMPARED: Final = frozenset({POINT, "有效起", "有效止", "批次", "来源", "编全"})
Line = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """`lines` are the table's rows as they would be; `told` says why rows of the batch are not among them."""

    lines: tuple[Line, ...]
    changes: tuple[Change, ...]
    told: tuple[Diagnostic, ...]


def told_apart(records: Sequence[Record], target: Target, layout: Layout) -> tuple[list[Record], list[Diagnostic]]:
    """The records, each with its point, without repeated and contradictory lines of the batch itself."""
    told: list[Diagnostic] = []
    rows = _rows_by_identity(target, layout)
    pointed = [one for record in records if (one := _pointed(record, target, layout, rows, told)) is not None]
    ended = {r.supersedes: r.cells["有效起"] for r in pointed if r.supersedes}
    kept: dict[str, list[Record]] = {}
    bad: set[str] = set()
    for record in pointed:
        point = record.cells[POINT]
        if point in ended and not record.cells.get("有效止"):
            plain, record = record, _with(record, target, {"有效止": ended[point]})
            if record is plain:  # it would end before it begins
                told.append(Problem("MR-K615", {"point": point, "start": ended[point], "other": record.cells["有效起"]}).at(record.place))
        earlier = kept.setdefault(point, [])
        same = next((other for other in earlier if dict(other.cells) == dict(record.cells)), None)
        if same is not None:
            told.append(Problem("MR-K612", {"point": point, "other": same.place}).at(record.place))
            continue
        if any(_overlap(other.row, record.row) for other in earlier):
            bad.add(point)
        if len(earlier) <= MAX_VERSIONS:
            earlier.append(record)
    for point in bad:
        places = [record.place for record in kept.pop(point)]
        told.extend(Problem("MR-K613", {"point": point, "other": "、".join([p for p in places if p != place][:5])}).at(place) for place in places)
    found = [record for records_ in kept.values() for record in sorted(records_, key=lambda r: r.row.valid_from)]
    told.extend(_same_codes(found, target))
    return found, told


def _overlap(a: Row, b: Row) -> bool:
    return a.valid_from < b.valid_to and b.valid_from < a.valid_to


def _same_codes(records: Sequence[Record], target: Target) -> Iterable[Diagnostic]:
    """A code of two points of one batch whose conditions differ: one of them is wrong, or they are alternatives."""
    columns = [c.zh for c in target.declared.columns if c.zh != "名称"]
    owners: dict[Any, list[Record]] = {}
    for record in records:
        keys = record.row.keys
        several = [
            other for other in owners.get(keys, ())
            if _overlap(other.row, record.row) and _published(other.row.point) != _published(record.row.point)]
        for other in several[:1]:
            differ = [c for c in columns if record.cells[c] != other.cells[c]]
            code = "MR-K614" if differ else "MR-K612"
            values = {"point": record.cells[POINT], "other": other.place, "columns": "、".join(differ)}
            yield Problem(code, values).at(record.place)
        alike = owners.setdefault(keys, [])
        if len(alike) < MAX_VERSIONS:
            alike.append(record)


def _published(point: str) -> str:
    """The number of a point that people may have split into rows (`…-1`, `…-2`, `…U`)."""
    found = _SPLIT.fullmatch(point)
    return found[1] if found else point


def _with(record: Record, target: Target, cells: Mapping[str, str]) -> Record:
    values = {**record.cells, **cells}
    header = target.header
    row = RowBuilder(target.declared, target.places(), target.codesets).build([values.get(name, "") for name in header], record.line)
    return replace(record, cells=values, row=row) if isinstance(row, Row) else record


_Folded = tuple[tuple[str, ...], ...]


def _rows_by_identity(target: Target, layout: Layout) -> dict[_Folded, list[Line]]:
    """The table's rows by what tells them again where the file has no numbers."""
    found: dict[_Folded, list[Line]] = {}
    if layout.identity != (POINT,):
        places = [target.place(name) for name in layout.identity]
        for line in target.lines:
            found.setdefault(tuple(_folded(line[i]) for i in places), []).append(line)
    return found


def _pointed(
    record: Record, target: Target, layout: Layout, rows: Mapping[_Folded, list[Line]], told: list[Diagnostic],
) -> Record | None:
    """The record with its point number: the file's, that of the table's row with the same identity on its first day, or a new one made
    of the identity."""
    if layout.identity == (POINT,):
        return record
    wanted = tuple(_folded(record.cells[name]) for name in layout.identity)
    point, begin, end = (target.place(name) for name in (POINT, "有效起", "有效止"))
    alike = rows.get(wanted, [])
    day = record.cells["有效起"]
    on_the_day = [line for line in alike if line[begin] <= day and (not line[end] or day < line[end])]
    found = {line[point] for line in on_the_day or alike}
    if len(found) > 1:
        found = {_published(one) for one in found}  # a point that people split into rows
    if len(found) > 1:
        told.append(Problem("MR-K616", {"point": "、".join(sorted(found)[:5])}).at(record.place))
        return None
    made = hashlib.sha256("\x1f".join((target.declared.name, *("|".join(w) for w in wanted))).encode()).hexdigest()[:16]
    return _with(record, target, {POINT: next(iter(found)) if found else f"IMP-{made}"})


def _folded(cell: str) -> tuple[str, ...]:
    """A cell for comparing: a list of codes whatever its order, a text whatever its spaces and whatever forms of a character (⼉, 儿) a print
    file has left in it."""
    return tuple(sorted("".join(normalize("NFKC", fold_text(piece)).split()) for piece in cell.split("|")))


class _Table:
    """The lines of a table while a batch goes in. What was there stays in its place; what is new comes behind."""

    def __init__(self, target: Target, records: Sequence[Record]) -> None:
        self.target, self.header = target, target.header
        self.keys = [k.zh for k in target.declared.keys]
        self.lines: list[Line] = list(target.lines)
        self.owner: dict[int, Record] = {}
        self.at = {name: i for i, name in enumerate(self.header)}
        numbers = dict.fromkeys([r.cells[POINT] for r in records] + [r.supersedes for r in records if r.supersedes])
        self.of: dict[str, list[int]] = {}
        for i, line in enumerate(self.lines):
            self.of.setdefault(base_point(line[self.at[POINT]], numbers), []).append(i)

    def day(self, i: int, name: str, empty: int) -> int:
        found = parse_date(fold_text(self.lines[i][self.at[name]])) if self.lines[i][self.at[name]].strip() else empty
        return found if isinstance(found, int) else empty

    def begins(self, i: int) -> int:
        return self.day(i, "有效起", 0)

    def ends(self, i: int) -> int:
        return self.day(i, "有效止", OPEN_END)

    def end(self, i: int, day: str) -> None:
        line = list(self.lines[i])
        line[self.at["有效止"]] = day
        self.lines[i] = tuple(line)

    def written(self, record: Record, kept: Mapping[str, str]) -> Line:
        """The row; what the batch does not say of where it comes from and when it ends is kept."""
        return tuple(record.cells.get(name, "") or (kept.get(name, "") if name in _KEPT else "") for name in self.header)

    def add(self, record: Record, end: str = "") -> None:
        """A new row. `end`: the day on which the row that it follows was to end, which holds unless the batch says another."""
        self.owner[len(self.lines)] = record
        self.lines.append(self.written(record, {"有效止": end}))

    def named(self, i: int) -> dict[str, str]:
        return dict(zip(self.header, self.lines[i], strict=True))


def reconcile(records: Sequence[Record], target: Target, layout: Layout) -> Reconciled:
    """The table with the batch in it. A row that would contradict another is left out, and everything is reckoned again without it."""
    told: list[Diagnostic] = []
    kept = list(records)
    for last in range(MAX_PASSES, -1, -1):
        table = _Table(target, kept)
        changes, problems, refused = _merged(kept, table, layout)
        clashes = _clashes(table)
        if not clashes:
            return Reconciled(tuple(table.lines), tuple(changes), (*told, *problems))
        told.extend(problem.at(record.place) for record, problem in clashes)
        lines = {record.line for record, _ in clashes} | refused
        if last == 1:  # rows that contradict each other in circles: none of them goes in
            told.extend(Problem("MR-K602", _CIRCLES).at(record.place) for record in kept if record.line not in lines)
            lines = {record.line for record in kept}
        told.extend(d for d in problems if d.place in {r.place for r in kept if r.line in refused})
        kept = [record for record in kept if record.line not in lines]
    raise AssertionError("a table without new rows contradicts itself")


def _clashes(table: _Table) -> list[tuple[Record, Problem]]:
    declared = table.target.declared
    conflicts = Conflicts(unique=declared.unique, ordered_pairs=declared.key_kind == "pair" and not declared.unordered)
    builder = RowBuilder(declared, table.target.places(), table.target.codesets)
    found = []
    for i, line in enumerate(table.lines):
        row = builder.build(list(line), i + 2)
        if isinstance(row, Row) and (problem := conflicts.add(row)) is not None and i in table.owner:
            found.append((table.owner[i], problem))
        elif not isinstance(row, Row) and i in table.owner:
            found.append((table.owner[i], row[0][0]))
    return found


def _merged(records: Sequence[Record], table: _Table, layout: Layout) -> tuple[list[Change], list[Diagnostic], set[int]]:
    changes: list[Change] = []
    told: list[Diagnostic] = []
    refused: set[int] = set()
    in_file = {r.cells[POINT] for r in records}
    superseded = {r.supersedes for r in records if r.supersedes}
    for record in records:
        problem = _take(record, table, layout, changes)
        if problem is not None:
            told.append(problem.at(record.place))
            refused.add(record.line)
    for record in records:
        if record.supersedes and record.line not in refused:
            if record.supersedes not in table.of and record.supersedes not in in_file:
                told.append(Problem("MR-K617", {"point": record.supersedes}).at(record.place))
            elif record.supersedes not in in_file:
                told.extend(problem.at(record.place) for problem in _end_all(record.supersedes, record, table, changes))
    if layout.full:
        day = layout.constants.get("有效起") or max((r.cells["有效起"] for r in records), default="")
        for point, lines in table.of.items():
            if point not in in_file and point not in superseded and day:
                live = [i for i in lines if table.ends(i) > _ordinal(day) and table.begins(i) < _ordinal(day)]
                for i in live:
                    before = table.named(i)
                    table.end(i, day)
                    changes.append(Change("removed", before[POINT], "", {"有效止": (before["有效止"], day)}))
    return changes, told, refused


def _ordinal(day: str) -> int:
    found = parse_date(day)
    return found if isinstance(found, int) else OPEN_END


def _end_all(point: str, record: Record, table: _Table, changes: list[Change]) -> list[Problem]:
    """The rows of a point that another takes the place of end on the first day of it; a problem for each that begins no earlier."""
    day, problems = record.cells["有效起"], []
    for i in table.of[point]:
        if table.ends(i) > record.row.valid_from:
            before = table.named(i)
            if table.begins(i) >= record.row.valid_from:
                problems.append(Problem("MR-K615", {"point": before[POINT], "start": day, "other": before["有效起"]}))
                continue
            table.end(i, day)
            changes.append(Change("superseded", before[POINT], record.place, {"有效止": (before["有效止"], day)}, record.cells[POINT]))
    return problems


def _take(record: Record, table: _Table, layout: Layout, changes: list[Change]) -> Problem | None:
    """Put one record into the table; a problem if that would lose or contradict what is there."""
    point, start = record.cells[POINT], record.row.valid_from
    lines = table.of.get(point, [])
    live = [i for i in lines if table.ends(i) > start]
    if not lines or (not live and start >= max(table.ends(i) for i in lines)):
        table.add(record)
        changes.append(Change("added", point, record.place, {n: ("", c) for n, c in record.cells.items() if c and n != POINT}))
        return None
    candidates = live or lines
    split = len(live) > 1 or any(table.named(i)[POINT] != point for i in candidates)  # by people, into several rows
    same = [i for i in candidates if not _differences(record, table.named(i), layout, table.keys, split)]
    if same:
        _unchanged(record, same, table, changes)
        return None
    latest = max(table.begins(i) for i in candidates)
    if start > latest:
        ends = {table.named(i)["有效止"] for i in live}
        for i in live:
            before = table.named(i)
            table.end(i, record.cells["有效起"])
            changes.append(Change("superseded", before[POINT], record.place, _changed(record, before, layout, table.keys) | {
                "有效止": (before["有效止"], record.cells["有效起"])}, point))
        table.add(record, ends.pop() if len(ends) == 1 else "")
        return None
    if start < latest or not live:
        shown_ = table.named(max(candidates, key=table.begins))["有效起"] or "—"
        return Problem("MR-K615", {"point": shown(point), "start": record.cells["有效起"], "other": shown_})
    if split:
        return Problem("MR-K616", {"point": point})
    i = live[0]
    before = table.named(i)
    table.owner[i] = record
    if "原文" in layout.columns and _folded(before["原文"]) == _folded(record.cells["原文"]):
        # The words are the same: what people made of them in columns that the batch does not fill still holds.
        own = {n: before[n] for n in (*layout.unfilled, OTHER, "编全") if n in before and n not in record.attested}
        record = replace(record, cells={**record.cells, **own})
    table.lines[i] = table.written(record, before)
    after = table.named(i)
    changes.append(Change("changed", point, record.place, {n: (before[n], after[n]) for n in table.header if before[n] != after[n]}))
    return None


def _unchanged(record: Record, same: Sequence[int], table: _Table, changes: list[Change]) -> None:
    """The table's own row stays, with what people have made of it; only an end that the batch states is new."""
    end = record.cells.get("有效止", "")
    ended = False
    for i in same if end else ():
        if table.ends(i) > _ordinal(end) > table.begins(i):
            before = table.named(i)
            table.end(i, end)
            changes.append(Change("superseded", before[POINT], record.place, {"有效止": (before["有效止"], end)}))
            ended = True
    if not ended:
        changes.append(Change("unchanged", record.cells[POINT], record.place))


def _differences(record: Record, line: Mapping[str, str], layout: Layout, keys: Sequence[str], split: bool = False) -> list[str]:
    """Columns that the batch states otherwise than the table. Of a point that people split into rows, only its codes and its words count;
    conditions that the batch gives as text only say nothing against those that people have typed from the same words."""
    stated = [n for n in layout.columns if n not in _NOT_COMPARED and n in record.cells and n not in record.attested]
    if "原文" in layout.columns:
        stated = [n for n in stated if n != OTHER]
    if split:
        stated = [n for n in stated if n in keys or n in ("原文", "名称")]
    return [n for n in dict.fromkeys([*keys, *stated]) if _folded(record.cells[n]) != _folded(line.get(n, ""))]


def _changed(record: Record, before: Mapping[str, str], layout: Layout, keys: Sequence[str]) -> dict[str, tuple[str, str]]:
    return {n: (before.get(n, ""), record.cells[n]) for n in _differences(record, before, layout, keys)}
