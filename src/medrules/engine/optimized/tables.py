"""The plan's index in the form that the fast path reads: flat tuples, frozensets, functions."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final
from zlib import crc32

from medrules.engine.optimized.names import UNSURE
from medrules.engine.optimized.numbers import Numbers
from medrules.engine.optimized.rulecode import RuleCode, Said, said
from medrules.engine.optimized.standalone import compile_shape
from medrules.model.values import ABSENT, UNKNOWN
from medrules.plan.constants import END_OF_DAYS, FIRST_DAY
from medrules.plan.plan import Entry, Plan, Record
from medrules.plan.shapes import Grouping

__all__ = ["Tables"]

N_BITS: Final = 512  # of the sieve that most requests' codes fall through before partners are looked at
MAX_REMEMBERED: Final = 100_000

Flat = tuple[Any, ...]
Test = Callable[..., bool]


class Tables:
    """Made once per plan. `index` maps an item code to its newest record: (start, end, constants…, others if any record of the plan has
    them, bit of the code and bits of its partners if there are pairs). What only candidates ask for (entries, partners) stands
    elsewhere: a probe touches little memory."""

    def __init__(self, plan: Plan, codes: tuple[RuleCode, ...]) -> None:
        self.plan = plan
        self._codes = codes
        self.has_others = any(r.others for rs in (*plan.records.values(), *plan.prefix_records.values()) for r in rs)
        self.has_pairs = bool(plan.pairs.n_pairs)
        paired = [codes[r.rule] for r in plan.routes if r.kind == "pair"]
        self.pairs_by_day = all(c.frame == "day" for c in paired)
        self._bits = tuple(1 << n for n in range(N_BITS))
        self._shared: dict[Any, Any] = {}
        self.numbers = Numbers(plan)
        self.widths = tuple(max(1, plan.shapes[n].width) for n in plan.dense)
        self.tests: tuple[Test, ...] = tuple(compile_shape(shape, self.numbers) for shape in plan.shapes)
        self.index: dict[str, Flat] = {}
        self._segments: dict[str, tuple[Flat, ...]] = {}
        partners = self.partners = {code: frozenset(others) for code, others in plan.pairs.partners.items()}
        for code, records in plan.records.items():
            self._add(code, tuple(self._flat(code, r, partners.get(code)) for r in reversed(records)))
        whole = (FIRST_DAY, END_OF_DAYS)
        nothing = (None,) * sum(self.widths)
        for code in partners.keys() - plan.records.keys():
            self._add(code, (self._record(code, *whole, nothing, None, partners[code]),))
        for code in plan.known_codes - self.index.keys():
            self._add(code, (self._record(code, *whole, nothing, None, None),))
        self.prefixes = {code: tuple(self._flat(code, r, None) for r in reversed(rs)) for code, rs in plan.prefix_records.items()}
        self.lengths = tuple(sorted({len(p) for p in self.prefixes}, reverse=True))
        self._groups = {g: self._grouped(g) for g in plan.groups}
        self.scans = {entry.rule: entry for entry in plan.scans}
        self.unmatched_by_reference = not plan.counts_codes
        self.whole: dict[str, Any] = dict(self._whole())
        self._remembered: dict[str, tuple[Flat, ...]] = {}

    def _add(self, code: str, flats: tuple[Flat, ...]) -> None:
        if code in self.partners:
            flats = (*flats, *self._gaps(code, flats))
        self.index[code] = flats[0]
        if len(flats) > 1:
            self._segments[code] = flats

    def _gaps(self, code: str, flats: tuple[Flat, ...]) -> Iterator[Flat]:
        """Days on which only partners are to be looked for."""
        cuts = sorted({FIRST_DAY, END_OF_DAYS, *(d for f in flats for d in f[:2])})
        taken = {f[0] for f in flats}
        nothing = (None,) * sum(self.widths)
        for start, end in pairwise(cuts):
            if start not in taken:
                yield self._record(code, start, end, nothing, None, self.partners[code])

    def _flat(self, code: str, record: Record, partners: frozenset[str] | None) -> Flat:
        """Constants side by side in one tuple."""
        constants: list[Any] = []
        for entry, width in zip(record.dense, self.widths, strict=True):
            if entry is None:
                constants.extend((None,) * width)
            else:
                constants.extend(map(self._one, entry.tests[0][1] or (True,)))
        others = tuple((self._test(e), e) for e in record.others) or None
        return self._record(code, record.start, record.end, constants, others, partners)

    def _record(
        self, code: str, start: int, end: int, constants: Sequence[Any], others: Any, partners: frozenset[str] | None
    ) -> Flat:
        return (
            start, end, *constants, *((others,) if self.has_others else ()),
            *(self._meets(code, partners) if self.has_pairs else ()))

    def _meets(self, code: str, partners: frozenset[str] | None) -> tuple[int, int]:
        """The code's bit, and the bits of the partners that are kept with it (0 = none)."""
        mask = 0
        for other in partners or ():
            mask |= self._bits[crc32(other.encode()) % N_BITS]
        return self._bits[crc32(code.encode()) % N_BITS], mask

    def said(self, code: str, on: int, place: int) -> Said:
        """What the record of a code says on a day at one of its dense places."""
        found = self.whole.get(code)
        if found is not None:
            return found[place]  # type: ignore[no-any-return]
        records = self.plan.records.get(code)
        if records is None:
            records = self.plan.prefix_records[next(code[:n] for n in self.lengths if code[:n] in self.prefixes)]
        for record in records:
            if record.start <= on < record.end:
                entry = record.dense[place]
                assert entry is not None
                return said(self._codes[entry.rule], entry)
        raise KeyError(place)

    def _whole(self) -> Iterator[tuple[str, tuple[Said | None, ...]]]:
        """Codes with one record: what it says, by place."""
        for code, records in self.plan.records.items():
            if len(records) == 1:
                yield code, tuple(None if e is None else said(self._codes[e.rule], e) for e in records[0].dense)

    def _one(self, constant: Any) -> Any:
        """One object per small constant: the same few limits stand in thousands of rows."""
        return self._shared.setdefault((type(constant), constant), constant) if isinstance(constant, (int, str)) else constant

    def _test(self, entry: Entry) -> Test:
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
        """All records of a code, newest first."""
        found = self._segments.get(code)
        if found is not None:
            return found
        flat = self.index.get(code)
        return (flat,) if flat is not None else self.by_prefix(code)

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
        rule, test = self.plan.rules[number], self._test(entry)
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
