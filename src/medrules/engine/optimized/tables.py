"""The plan's index in the form that the fast path reads: flat tuples, frozensets, functions."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, pairwise
from typing import Any, Final

from medrules.engine.optimized.names import UNSURE
from medrules.engine.optimized.numbers import Numbers
from medrules.engine.optimized.rulecode import RuleCode, Said, said
from medrules.engine.optimized.standalone import compile_shape
from medrules.model.values import ABSENT, UNKNOWN
from medrules.plan.constants import END_OF_DAYS, FIRST_DAY
from medrules.plan.entries import Entry, Record
from medrules.plan.partners import PairPlan
from medrules.plan.plan import Plan
from medrules.plan.records import Kind, Records
from medrules.plan.shapes import Grouping

__all__ = ["Tables"]

MAX_REMEMBERED: Final = 100_000

Flat = tuple[Any, ...]
Test = Callable[..., bool]
Kept = frozenset[str] | None  # the codes of the pairs that are kept with a code


class Tables:
    """Made once per plan. `index` maps an item code to its newest record: (start, end, constants…, others if any record of the plan has
    them, the codes of the pairs that are kept with it if there are pairs). What only candidates ask for (entries, rows) is made when
    first asked for: a probe touches little memory, and opening a plan makes little."""

    def __init__(self, plan: Plan, codes: tuple[RuleCode, ...]) -> None:
        self.plan = plan
        records, under, pairs = plan.records, plan.prefix_records, plan.pairs
        self.has_others = any(any(kind.others) for kind in (*records.of_kind, *under.of_kind))
        self.has_pairs = bool(pairs.n_pairs)
        paired = [codes[r.rule] for r in plan.routes if r.kind == "pair"]
        self.pairs_by_day = all(c.frame == "day" for c in paired)
        self.numbers = Numbers(plan)
        self.tests: tuple[Test, ...] = tuple(compile_shape(shape, self.numbers) for shape in plan.shapes)
        self.partners = _partners(pairs)
        self.whole = Whole(plan, codes)
        self._nothing = (FIRST_DAY, END_OF_DAYS, *(None,) * sum(max(1, plan.shapes[n].width) for n in plan.dense))
        self._segments: dict[str, tuple[Flat, ...]] = {}
        self.index: dict[str, Flat] = {}
        self._fill(records)
        nothing = (*self._nothing, *((None,) if self.has_others else ()))
        for code in pairs.codes:
            if code not in self.index:
                self.index[code] = (*nothing, self.partners.get(code))
        self._silent = (*nothing, *((None,) if self.has_pairs else ()))
        self.index.update(dict.fromkeys(plan.silent_codes, self._silent))
        self.prefixes = {
            prefix: tuple(self._flats(prefix, under.of_kind[kind], None)) for prefix, kind in zip(under.codes, under.kinds, strict=True)}
        self.lengths = tuple(sorted({len(p) for p in self.prefixes}, reverse=True))
        self._groups = {g: self._grouped(g) for g in plan.groups}
        self.scans = {entry.rule: entry for entry in plan.scans}
        self.unmatched_by_reference = not plan.counts_codes
        self._remembered: dict[str, tuple[Flat, ...]] = {}
        # Days on which the newest record of every code is in force.
        newest = [kind.heads[-1] for kind in records.of_kind]
        self.calm = max((r[0] for r in newest), default=FIRST_DAY), min((r[1] for r in newest), default=END_OF_DAYS)

    def _fill(self, records: Records) -> None:
        """The index of all codes that have records. Codes of one kind share one tuple, if nothing in it is their own."""
        index, of_kind, kept, own = self.index, records.of_kind, self.partners, self.has_pairs
        newest = [(*kind.heads[-1], None) if self.has_others else kind.heads[-1] for kind in of_kind]
        shared = [(*flat, None) for flat in newest] if own else newest
        last = [len(kind.heads) - 1 if any(kind.others[-1:]) else -1 for kind in of_kind]
        index.update(zip(records.codes, map(shared.__getitem__, records.kinds), strict=True))
        with_others = {n for n, place in enumerate(last) if place >= 0}
        if not with_others and not own:
            return
        for code, kind in zip(records.codes, records.kinds, strict=True):
            if kind in with_others:
                index[code] = (*of_kind[kind].heads[-1], Others(self, code, last[kind]), *((kept.get(code),) if own else ()))
            elif own and code in kept:
                index[code] = (*newest[kind], kept[code])

    def _gaps(self, flats: tuple[Flat, ...], kept: Kept) -> Iterator[Flat]:
        """Days on which only partners are to be looked for."""
        cuts = sorted({FIRST_DAY, END_OF_DAYS, *(d for f in flats for d in f[:2])})
        taken = {f[0] for f in flats}
        for start, end in pairwise(cuts):
            if start not in taken:
                yield (start, end, *self._nothing[2:], *((None,) if self.has_others else ()), kept)

    def _flats(self, code: str, kind: Kind, kept: Kept) -> Iterator[Flat]:
        """The records of a code or prefix, newest first."""
        for n in reversed(range(len(kind.heads))):
            yield (
                *kind.heads[n], *((Others(self, code, n) if kind.others[n] else None,) if self.has_others else ()),
                *((kept,) if self.has_pairs else ()))

    def record(self, code: str, n: int) -> Record:
        """The n-th record of a code or prefix, oldest first."""
        return (self.plan.records if code in self.plan.records else self.plan.prefix_records)[code][n]

    def said(self, code: str, on: int, place: int) -> Said:
        """What the record of a code says on a day at one of its dense places."""
        found = self.whole[code]
        if found is not None:
            return found[place]  # type: ignore[no-any-return]
        records = self.plan.records.get(code)
        if records is None:
            records = self.plan.prefix_records[next(code[:n] for n in self.lengths if code[:n] in self.prefixes)]
        for record in records:
            if record.start <= on < record.end:
                entry = record.dense[place]
                assert entry is not None
                return said(self.whole.codes[entry.rule], entry)
        raise KeyError(place)

    def test_of(self, entry: Entry) -> Test:
        """(m, on, scene) → may the line be at fault by this entry."""
        if not entry.looks:
            return _always
        tests = tuple((self.tests[n], constants) for n, constants in entry.tests)
        if len(tests) == 1:
            ((test, constants),) = tests
            return lambda m, on, scene: test(m, on, scene, *constants)
        if entry.every:
            return lambda m, on, scene: all(test(m, on, scene, *constants) for test, constants in tests)
        return lambda m, on, scene: any(test(m, on, scene, *constants) for test, constants in tests)

    def in_force(self, codes: Iterable[str], days: Iterable[int]) -> list[Flat | None]:
        """Per line the record of its own code that is in force on its day; None if the code has no record of its own."""
        get = self.index.get
        out = []
        for code, on in zip(codes, days, strict=True):
            r = get(code)
            if r is not None and not r[0] <= on < r[1]:
                r = next((x for x in self.segments(code, r) if x[0] <= on < x[1]), self._silent)
            out.append(r)
        return out

    def segments(self, code: str, newest: Flat) -> tuple[Flat, ...]:
        """All records of a code, newest first, and the days between them on which it has partners only."""
        found = self._segments.get(code)
        if found is None:
            kind = self.plan.records.kind(code)
            if kind is None:
                return (newest,)
            kept: Kept = newest[-1] if self.has_pairs else None
            found = (newest, *islice(self._flats(code, kind, kept), 1, None))
            if kept:
                found = (*found, *self._gaps(found, kept))
            self._segments[code] = found
        return found

    def record_by_prefix(self, code: Any, on: int) -> Any:
        """The record of a code that has no key of its own; False if it is known but nothing is in force; None if not known."""
        if code is ABSENT:
            return None
        for record in self.by_prefix(code):
            if record[0] <= on < record[1]:
                return record
        return False if self.knows_prefix(code) else None

    def by_prefix(self, code: str) -> tuple[Flat, ...]:
        """The records of the longest prefix of a code that has no key of its own."""
        if not self.lengths:
            return ()
        found = self._remembered.get(code)
        if found is None:
            found = next((self.prefixes[code[:n]] for n in self.lengths if code[:n] in self.prefixes), ())
            if len(self._remembered) < MAX_REMEMBERED:
                self._remembered[code] = found
        return found

    def knows(self, code: Any) -> bool:
        """Whether some table names the code, or it is no code at all."""
        return code is UNKNOWN or code is ABSENT or (code in self.index and code not in self.plan.strangers) or self.knows_prefix(code)

    def knows_prefix(self, code: str) -> bool:
        """Whether a table of the pack, used or not, names a prefix of the code."""
        prefixes = self.plan.known_prefixes
        return any(code[:n] in prefixes for n in range(1, len(code) + 1)) if prefixes else False

    def scan(self, number: int, items: Iterable[Any], scene: Any) -> Iterator[tuple[Any, Entry, bool]]:
        """Candidates of a rule that has no key and looks at every line."""
        entry = self.scans.get(number)
        if entry is None:
            return
        rule, test = self.plan.rules[number], self.test_of(entry)
        for m in items:
            if rule.valid_from <= m.on < rule.valid_to:
                try:
                    may_be = test(m, m.on, scene)
                except UNSURE:
                    may_be = True
                if may_be:
                    yield m, entry, False

    def _grouped(self, grouping: Grouping) -> Callable[[str], tuple[Any, ...]]:
        """Code → its groups."""
        members = self.plan.groups[grouping]
        lengths = sorted({len(c) for c in members if c.endswith("*")})
        if not lengths:
            return lambda code: members.get(code, ())
        return lambda code: members.get(code, ()) + tuple(
            g for n in lengths for g in members.get(f"{code[:n - 1]}*", ()))

    def groups_of(self, grouping: Grouping) -> Callable[[str], tuple[Any, ...]]:
        return _itself if grouping.kind == "code" else self._groups[grouping]


def _itself(code: str) -> tuple[str, ...]:
    return (code,)


def _always(m: Any, on: int, scene: Any) -> bool:
    return True


class Others(Iterable[tuple[Test, Entry]]):
    """The entries of one record that have no dense place, with their tests: made when the loop first comes to them."""

    __slots__ = ("_code", "_made", "_record", "_tables")

    def __init__(self, tables: Tables, code: str, record: int) -> None:
        self._tables, self._code, self._record = tables, code, record
        self._made: tuple[tuple[Test, Entry], ...] | None = None

    def __iter__(self) -> Iterator[tuple[Test, Entry]]:
        made = self._made
        if made is None:
            tables = self._tables
            made = self._made = tuple((tables.test_of(e), e) for e in tables.record(self._code, self._record).others)
        return iter(made)


class Whole(dict[str, Any]):
    """Codes with one record → what it says, by dense place; made when first asked for with `[…]`, which gives
    None for other codes."""

    def __init__(self, plan: Plan, codes: tuple[RuleCode, ...]) -> None:
        super().__init__()
        self._records, self.codes = plan.records, codes

    def __missing__(self, code: str) -> Any:
        kind = self._records.kind(code)
        if kind is None or len(kind.heads) != 1:
            return None
        (record,) = self._records[code]
        return self.setdefault(code, tuple(None if e is None else said(self.codes[e.rule], e) for e in record.dense))


def _partners(pairs: PairPlan) -> dict[str, frozenset[str]]:
    """Code → the codes whose pairs with it are kept at it."""
    codes, others, firsts = pairs.codes, pairs.others, pairs.firsts
    return {
        code: frozenset([codes[other] for other in others[firsts[k]:firsts[k + 1]]])
        for k, code in enumerate(codes) if firsts[k] < firsts[k + 1]}
