"""Under which rows, and with which partners, a line is looked at by a rule: each option with how sure it is that the scope holds."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from medrules.check import program as ir
from medrules.check.walk import nodes
from medrules.engine.optimized.kleene.alike_rows import Segment
from medrules.engine.optimized.kleene.ground import Env, Ground, Partners, day_of, reader, same
from medrules.engine.optimized.kleene.held_rows import HeldRows
from medrules.engine.optimized.kleene.keys import Keys, in_force, is_member
from medrules.engine.optimized.kleene.together import together
from medrules.engine.optimized.kleene.truths import Truth, Unsure, conj, disj
from medrules.engine.optimized.kleene.windows import Code, Compiles, counts, frame_code
from medrules.knowledge.table import EMPTY, Row
from medrules.model.values import ABSENT, UNKNOWN
from medrules.plan.rows import unrestricted

__all__ = ["LineOptions", "Option", "PairOptions", "reads_row"]

_visit_kind = reader(("visit_kind",), "encounter.visit_kind")
_out_of_area = reader(("out_of_area",), "encounter.out_of_area")
_area = reader(("institution", "area"), "institution.area")
_code = reader(("code",), "item.code")
_site = reader(("site",), "item.site")
_institution = reader(("encounter", "institution", "id"), "institution.id")
HARMLESS = frozenset(("valid_from", "valid_to", "text", "source", "batch", "coded", "line"))  # of a row: nothing is judged by them
KEPT = 10  # steps that a partner costs because it is kept
NOBODY = Partners((), (), UNKNOWN)
ONE_PLACE = frozenset(("day", "hours", "hour_bucket"))  # spans that also need one institution (T16)


@dataclass(slots=True)
class Option:
    """One way of looking at a line."""

    row: Row | None
    env: Env
    holds: Truth
    partner: Any = None
    others: tuple[str, ...] = ()  # knowledge points of rows that say the same of a line whose code is not known
    kind: int = -1  # of rows that say the same of a line whose key is not known


def allowed(row: Row, encounter: Any, ground: Ground) -> Truth:
    """The row's own restrictions: 环节, 场景, 地区."""
    if row.stages is not None and ground.facts.stage not in row.stages:
        return False
    parts: list[Truth] = []
    if row.scenes is not None:
        kind = _visit_kind(encounter)
        away: Any = _out_of_area(encounter) if "out_of_area" in row.scenes else False
        parts.append(disj((
            kind if kind.__class__ is Unsure else kind in row.scenes, away if away.__class__ is Unsure else away is True)))
    if row.area is not None:
        area = _area(encounter)
        parts.append(area if area.__class__ is Unsure else area is not ABSENT and area.startswith(row.area))
    return conj(parts)


def reads_row(*parts: ir.Expr | None) -> bool:
    """Whether the answer hangs on the row that is looked at."""
    return any(
        isinstance(n, (ir.Col, ir.Guard)) or (isinstance(n, ir.Attested) and n.column is not None)
        or (isinstance(n, ir.Window) and any(k.kind in ("row", "column") for k in n.same)) for n in nodes(*parts))


class LineOptions:
    """Rows of a table (or none) for one line."""

    def __init__(self, scope: ir.ItemScope, compiler: Compiles) -> None:
        self._role, self._codes = scope.role, scope.codes
        self._where: Code | None = None if scope.where is None else compiler.truth(scope.where)
        self.where_reads_row = reads_row(scope.where)
        self.keys: Keys | None = compiler.keys(scope.table) if scope.table else None
        self.is_plain = self._where is None and self.keys is not None and self.keys.plain  # a known code says which rows
        self._of_codes = None
        if scope.codes is not None:
            name = scope.codes.system if scope.codes.system in ("generic", "product", "device") else "code"
            self._of_codes = reader((name,), f"{'item' if scope.relation == 'raw_item' else scope.relation}.{name}")

    def env(self, line: Any, day: int) -> Env:
        return {self._role: line, "@day": day}

    def meant(self, ground: Ground) -> Iterable[Any]:
        """The lines under review that the scope may bind."""
        lines, keys = ground.reviewed(), self.keys
        ground.meter.spend(1 + len(lines))
        if keys is None:
            if self._codes is None or self._of_codes is None:
                return lines
            values, unknown = ground.by_key(self._codes.system, self._of_codes)
            wanted = {id(m) for v, held in values.items() if is_member(self._codes, v, "") is not False for m in held}
            wanted.update(id(m) for m in unknown)
            return [m for m in lines if id(m) in wanted]
        if not lines:
            return lines
        values, unknown = ground.by_key(keys.table.key_fields[0], lambda m: keys.fact(m, 0))
        return keys.meant(lines, values, unknown)

    def with_point(self, line: Any, point: str) -> list[Row]:
        """The rows with a knowledge point that a line's code means."""
        if self.keys is None or not self.keys.plain:
            return []
        return [row for row, _ in self.keys.of_code(line.code, line.on) if row.point == point]

    def stands(self, line: Any, ground: Ground) -> Truth:
        """What 其中 says of a line, where it asks for no row."""
        day = day_of(line)
        return True if self._where is None else self._where(self.env(line, 0 if day.__class__ is Unsure else day), None, ground)

    def unknown(self, line: Any, env: Env, ground: Ground) -> Unsure | Literal[False]:
        """How sure it is that some row speaks of a line whose key is not known, where 其中 asks for no row."""
        assert self.keys is not None
        held = conj((self.keys.fact(line, 0), True if self._where is None else self._where(env, None, ground)))
        assert held is not True
        return held

    def of(self, line: Any, day: int, env: Env, ground: Ground, segment: Segment | None = None) -> list[Option]:
        """segment: where the line's key is not known and all rows of a table may speak of it, one of each kind of them."""
        held: Iterable[tuple[Row | None, Truth]]
        where, out = self._where, []
        if segment is not None:
            assert self.keys is not None
            unknown = self.keys.fact(line, 0)
            if where is not None and not self.where_reads_row:  # one answer for all rows
                stands: Truth = where(env, None, ground)
                if stands is False:
                    return []
                unknown, where = conj((unknown, stands)), None
            held = [(row, unknown) for row in segment.rows]
        elif self.keys is None:
            held = ((None, True if self._codes is None or self._of_codes is None else is_member(self._codes, self._of_codes(line), "")),)
        elif self.keys.plain and line.code is not UNKNOWN:
            held = self.keys.of_code(line.code, day)
        else:
            ground.meter.spend(self.keys.looked_at(line, 0))
            held = self.keys.matching(line, day)
        for kind, (row, holds) in enumerate(held):
            if row is not None and not unrestricted(row):
                holds = conj((holds, allowed(row, line.encounter, ground)))
            if holds is not False and where is not None:
                holds = conj((holds, where(env, row, ground)))
            if holds is not False:
                out.append(Option(row, env, holds, kind=kind))
        return out


class PairOptions:
    """Rows of a pair table and the partners that they name, for one line at fault."""

    def __init__(self, rule: ir.Rule, scope: ir.PairScope, compiler: Compiles) -> None:
        self.keys = compiler.keys(scope.table)
        self._is_plain = tuple(self.keys.is_plain_in(c) and not self.keys.has_prefixes for c in (0, 1))
        self._fees = compiler.fees
        self._roles = tuple(f.role for f in rule.fault if isinstance(f, ir.RoleFault))
        self._where: Code | None = None if scope.where is None else compiler.truth(scope.where)
        asked = (rule.when, rule.deduct.expr, *(x for e in rule.exempt for x in (e.when, e.but)),
                 *(p for t in (rule.message, rule.suggestion) for p in t.parts if not isinstance(p, str)))
        fields = self.keys.table.rows.rest.keys() - HARMLESS
        self.is_blind = all(self._is_plain) and isinstance(scope.frame, ir.Const) and not fields and not any(
            isinstance(n, (ir.Col, ir.Guard)) or (isinstance(n, ir.Attested) and n.column is not None)
            or (isinstance(n, ir.Window) and n.table) for n in nodes(scope.where, rule.guard, rule.when, *(
                x for e in rule.exempt for x in (e.when, e.but))))
        self.held = HeldRows(self.keys.table.rows)
        is_unordered = self.keys.table.unordered
        self._columns = tuple(sorted({c for role in self._roles for c in ((0, 1) if is_unordered else (0 if role == "first" else 1,))}))
        self._asks_for_group = any(isinstance(n, ir.Members) and not n.path for n in nodes(*asked))
        self._is_one_span = isinstance(scope.frame, ir.Const)
        # 其中 that asks neither a row nor the group of partners: one answer per pair of lines, whatever the row.
        self._asks_lines_only = self._where is not None and not any(
            isinstance(n, (ir.Col, ir.Guard, ir.Members, ir.Window)) or (isinstance(n, ir.Attested) and n.column is not None)
            for n in nodes(scope.where))
        self._frame = compiler.value(scope.frame) if scope.frame.type.kind != "num" else frame_code(scope.frame, compiler)

    def of(self, line: Any, day: int, ground: Ground, segment: Segment | None = None) -> list[Option]:
        """segment: as for a single line."""
        options: list[Option] = []
        met: dict[int, Truth] = {}
        for role in self._roles:
            if self._asks_lines_only and not self._may_join(line, day, role, ground):
                continue
            columns = (0, 1) if self.keys.table.unordered else ((0,) if role == "first" else (1,))
            for column in columns:
                if segment is not None:
                    options += self._openly(line, day, role, column, segment, ground, met)
                    continue
                if self.is_blind and ground.by_code(line)[1]:
                    options += self._blindly(line, day, role, column, ground, met)
                    continue
                for row, matched in self._rows(line, day, column, ground):
                    holds = matched if unrestricted(row) else conj((matched, allowed(row, line.encounter, ground)))
                    if holds is not False:
                        options += self._partners(line, day, role, column, row, holds, ground, met)
        return options

    def _openly(
        self, line: Any, day: int, role: str, column: int, segment: Segment, ground: Ground, met: dict[int, Truth]
    ) -> Iterator[Option]:
        """The same for a line that every row may mean."""
        unknown = self.keys.fact(line, column)
        for kind, row in enumerate(segment.rows):
            holds = unknown if unrestricted(row) else conj((unknown, allowed(row, line.encounter, ground)))
            if holds is not False:
                for option in self._partners(line, day, role, column, row, holds, ground, met):
                    option.kind = kind
                    yield option

    def _may_join(self, line: Any, day: int, role: str, ground: Ground) -> bool:
        """Whether some other line passes 其中 with this one: asked once, before the rows of a large table are."""
        lines = ground.lines(line)
        ground.meter.spend(1 + len(lines))
        return any(
            self._passes(line, a, day, role, ground) for a in lines if a.position != line.position or a.encounter is not line.encounter)

    def passes(self, line: Any, a: Any, ground: Ground) -> bool:
        """The same of one other line, whatever role it is in; 其中 is to ask for the two lines alone."""
        day = day_of(line)
        return self._where is None or any(self._passes(line, a, 0 if day.__class__ is Unsure else day, role, ground) for role in self._roles)

    def _passes(self, line: Any, a: Any, day: int, role: str, ground: Ground) -> bool:
        assert self._where is not None
        other = "first" if role == "second" else "second"
        return self._where({role: line, other: a, "@day": day}, None, ground) is not False

    def _blindly(self, line: Any, day: int, role: str, column: int, ground: Ground, met: dict[int, Truth]) -> list[Option]:
        """The same where nothing but a row's codes is asked: of all rows with no partner among the known lines one is asked."""
        rows = self.keys.table.rows
        held = self.held.of(line.code, column)
        by_code, _ = ground.by_code(line)
        known = held.beside(by_code)
        ground.meter.spend(1 + len(by_code) + len(known))
        options: list[Option] = []
        for n in sorted(known):
            if in_force(rows[n], day):
                options += self._partners(line, day, role, column, rows[n], True, ground, met)
        left = held.on(day, known)
        if left:
            alike = self._partners(line, day, role, column, rows[left[0][0]], True, ground, met)
            points = tuple([point for _, point in left])
            for option in alike:
                option.others = points
            options += alike
        return options

    def points(self, code: str, day: int) -> tuple[str, ...]:
        """The knowledge points of all rows in force by which a line of this code may be at fault, sorted."""
        return self.held.points(code, self._columns, day)

    def _partners(
        self, line: Any, day: int, role: str, column: int, row: Row, holds: Truth, ground: Ground, met: dict[int, Truth]
    ) -> list[Option]:
        """One option per partner. met: whether lines stand with this one and count, as far as it does not depend on the row."""
        near = self._near(line, 1 - column, row, day, ground)
        if not near:
            return []
        ground.meter.spend(len(near))
        other = "first" if role == "second" else "second"
        found: list[tuple[Any, Truth]] = []
        for a, matched in near:
            if matched is False or (a.position == line.position and a.encounter is line.encounter):
                continue  # (the line itself, or another day piece of it)
            truth = self._joined(line, a, matched, day, role, other, column, row, holds, ground, met)
            if truth is not False:
                found.append((a, truth))
        if not found:
            return []
        ground.meter.spend(KEPT * len(found))
        if self._where is not None:
            before = NOBODY if self._asks_lines_only else self._group(found, line)
            kept: list[tuple[Any, Truth]] = []
            for a, truth in found:
                answer = conj((truth, self._where(self._env(line, a, role, other, before, day), row, ground)))
                if answer is not False:
                    kept.append((a, answer))
            found = kept
        own = ground.is_reviewed(line)
        if not self._asks_for_group:
            return [
                Option(row, {role: line, other: a, "@day": day}, truth, a) for a, truth in found if own or ground.is_reviewed(a)]
        group = self._group(found, line)
        return [
            Option(row, self._env(line, a, role, other, group, day), truth, a)
            for a, truth in found if own or ground.is_reviewed(a)]

    @staticmethod
    def _group(found: list[tuple[Any, Truth]], line: Any) -> Partners:
        return Partners(
            tuple(a for a, t in found if t is True), tuple((a, t) for a, t in found if t is not True), line.encounter)

    @staticmethod
    def _env(line: Any, a: Any, role: str, other: str, group: Partners, day: int) -> Env:
        return {role: line, other: a, f"partners:{other}": group, f"partners:{role}": Partners((line,), (), line.encounter), "@day": day}

    def _rows(self, line: Any, day: int, column: int, ground: Ground) -> Iterable[tuple[Row, Truth]]:
        """Rows in force that may mean a line by one of their keys."""
        keys = self.keys
        if self._is_plain[column]:
            found = keys.of_code(line.code, day, column)
            ground.meter.spend(1 + len(found))
            return found
        ground.meter.spend(keys.looked_at(line, column))
        return keys.matching(line, day, column)

    def _near(self, line: Any, column: int, row: Row, day: int, ground: Ground) -> Sequence[tuple[Any, Truth]]:
        """Lines that the other key means, or may mean."""
        if not self._is_plain[column]:
            return [(m, self.keys.match(row, m, day, column)) for m in ground.lines(line)]
        by_code, open_ = ground.by_code(line)
        found: list[tuple[Any, Truth]] = [(m, True) for code in dict.fromkeys(row.keys[column]) for m in by_code.get(code, ())]
        if open_:
            found += [(m, _code(m)) for m in open_]
        return found

    def _joined(
        self, line: Any, a: Any, matched: Truth, day: int, role: str, other: str, column: int, row: Row, holds: Truth, ground: Ground,
        met: dict[int, Truth],
    ) -> Truth:
        near = met.get(id(a))
        if near is None:
            near = self._span(line, a, day, role, other, row, ground)
            if near is not False:
                near = conj((near, counts(a, line, self._fees, ground)))
            if self._is_one_span:
                met[id(a)] = near
        if near is False:
            return False
        if holds is True and matched is True and not row.excluded and not row.same_site:
            return near
        main, included = (line, a) if column == 0 else (a, line)
        parts: list[Truth] = [holds, matched, near]
        if row.excluded:
            code = _code(main)
            if code.__class__ is Unsure:
                parts.append(code)
            elif code in row.excluded:
                return False
        if row.same_site:
            parts.append(same(_site, main, included))
        return conj(parts)

    def _span(self, line: Any, a: Any, day: int, role: str, other: str, row: Row, ground: Ground) -> Truth:
        frame = self._frame({role: line, other: a, "@day": day}, row, ground)
        if frame.__class__ is Unsure:
            return frame
        if frame is EMPTY or frame is ABSENT:
            return True
        near = together(frame, a, line)
        if near is False or frame.kind not in ONE_PLACE or a.encounter is line.encounter:
            return near
        return conj((near, same(_institution, a, line)))
