"""The plan's index in the form that the fast path reads: flat tuples, frozensets, functions."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, pairwise
from typing import Any, Final
from zlib import crc32

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

N_BITS: Final = 512  # of the sieve that most requests' codes fall through before partners are looked at
MAX_REMEMBERED: Final = 100_000

Flat = tuple[Any, ...]
Test = Callable[..., bool]
Bits = tuple[int, int]  # of a code, and of the partners that are kept with it
NO_BITS: Final[Bits] = (0, 0)  # of a code that is in no pair: no mask asks for it


class Tables:
    """Made once per plan. `index` maps an item code to its newest record: (start, end, constants…, others if any record of the plan has
    them, bit of the code and bits of its partners if there are pairs). What only candidates ask for (entries, partners) is made when
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
        self.partners = Partners(pairs)
        self.whole = Whole(plan, codes)
        self._nothing = (FIRST_DAY, END_OF_DAYS, *(None,) * sum(max(1, plan.shapes[n].width) for n in plan.dense))
        self._segments: dict[str, tuple[Flat, ...]] = {}
        self.index: dict[str, Flat] = {}
        bits = _bits(pairs) if self.has_pairs else {}
        self._fill(records, bits)
        nothing = (*self._nothing, *((None,) if self.has_others else ()))
        for code in bits.keys() - self.index.keys():
            self.index[code] = (*nothing, *bits[code])
        silent = (*nothing, *(NO_BITS if self.has_pairs else ()))
        self.index.update(dict.fromkeys(plan.silent_codes, silent))
        self.prefixes = {
            prefix: tuple(self._flats(prefix, under.of_kind[kind], NO_BITS)) for prefix, kind in zip(under.codes, under.kinds, strict=True)}
        self.lengths = tuple(sorted({len(p) for p in self.prefixes}, reverse=True))
        self._groups = {g: self._grouped(g) for g in plan.groups}
        self.scans = {entry.rule: entry for entry in plan.scans}
        self.unmatched_by_reference = not plan.counts_codes
        self._remembered: dict[str, tuple[Flat, ...]] = {}

    def _fill(self, records: Records, bits: dict[str, Bits]) -> None:
        """The index of all codes that have records. Codes of one kind share one tuple, if nothing in it is their own."""
        index, of_kind, has_others, own = self.index, records.of_kind, self.has_others, self.has_pairs
        newest = [(*kind.heads[-1], None) if has_others else kind.heads[-1] for kind in of_kind]
        shared = [(*flat, *NO_BITS) for flat in newest] if own else newest
        last = [len(kind.heads) - 1 if any(kind.others[-1:]) else -1 for kind in of_kind]
        for code, kind in zip(records.codes, records.kinds, strict=True):
            flat = shared[kind]
            if last[kind] >= 0:
                flat = (*of_kind[kind].heads[-1], Others(self, code, last[kind]), *(bits.get(code, NO_BITS) if own else ()))
            elif own and code in bits:
                flat = (*newest[kind], *bits[code])
            index[code] = flat

    def _gaps(self, flats: tuple[Flat, ...], bits: Bits) -> Iterator[Flat]:
        """Days on which only partners are to be looked for."""
        cuts = sorted({FIRST_DAY, END_OF_DAYS, *(d for f in flats for d in f[:2])})
        taken = {f[0] for f in flats}
        for start, end in pairwise(cuts):
            if start not in taken:
                yield (start, end, *self._nothing[2:], *((None,) if self.has_others else ()), *bits)

    def _flats(self, code: str, kind: Kind, bits: Bits) -> Iterator[Flat]:
        """The records of a code or prefix, newest first."""
        for n in reversed(range(len(kind.heads))):
            yield (
                *kind.heads[n], *((Others(self, code, n) if kind.others[n] else None,) if self.has_others else ()),
                *(bits if self.has_pairs else ()))

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

    def segments(self, code: str) -> tuple[Flat, ...]:
        """All records of a code, newest first, and the days between them on which it has partners only."""
        found = self._segments.get(code)
        if found is None:
            newest = self.index.get(code)
            if newest is None:
                return self.by_prefix(code)
            kind = self.plan.records.kind(code)
            if kind is None:
                return (newest,)
            bits: Bits = newest[-2:] if self.has_pairs else NO_BITS
            found = (newest, *islice(self._flats(code, kind, bits), 1, None))
            if bits[1]:
                found = (*found, *self._gaps(found, bits))
            self._segments[code] = found
        return found

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
        return code is UNKNOWN or code is ABSENT or code in self.index or self.knows_prefix(code)

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


class Partners(dict[str, frozenset[str]]):
    """Code → the codes whose pairs with it are kept at it; made when first asked for."""

    def __init__(self, pairs: PairPlan) -> None:
        super().__init__()
        self._pairs = pairs

    def __missing__(self, code: str) -> frozenset[str]:
        found = self._pairs.kept_with(code)
        if not found:
            raise KeyError(code)
        return self.setdefault(code, found)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and (super().__contains__(code) or bool(self._pairs.kept_with(code)))


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


def _bits(pairs: PairPlan) -> dict[str, Bits]:
    """Per code of a pair its bit, and the bits of the partners that are kept with it (0 = none)."""
    bits = tuple(1 << n for n in range(N_BITS))
    own = [bits[crc32(code.encode()) % N_BITS] for code in pairs.codes]
    others, firsts = pairs.others, pairs.firsts
    found = {}
    for k, code in enumerate(pairs.codes):
        mask = 0
        for other in others[firsts[k]:firsts[k + 1]]:
            mask |= own[other]
        found[code] = own[k], mask
    return found
