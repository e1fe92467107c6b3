"""Under which rows, and with which partners, a line is looked at by a rule: each option with how sure it is that the scope holds."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from medrules.check import program as ir
from medrules.engine.optimized.kleene.ground import Env, Ground, Partners, reader, same
from medrules.engine.optimized.kleene.keys import Keys, is_member
from medrules.engine.optimized.kleene.together import together
from medrules.engine.optimized.kleene.truths import Truth, Unsure, conj, disj
from medrules.engine.optimized.kleene.windows import Code, Compiles, counts, frame_code
from medrules.engine.optimized.lines import NoCode
from medrules.knowledge.table import EMPTY, Row
from medrules.model.values import ABSENT
from medrules.plan.rows import unrestricted

__all__ = ["LineOptions", "Option", "PairOptions"]

_visit_kind = reader(("visit_kind",), "encounter.visit_kind")
_out_of_area = reader(("out_of_area",), "encounter.out_of_area")
_area = reader(("institution", "area"), "institution.area")
_code = reader(("code",), "item.code")
_site = reader(("site",), "item.site")
_institution = reader(("encounter", "institution", "id"), "institution.id")
KEPT = 10  # steps that a partner costs because it is kept
ONE_PLACE = frozenset(("day", "hours", "hour_bucket"))  # spans that also need one institution (T16)


@dataclass(slots=True)
class Option:
    """One way of looking at a line."""

    row: Row | None
    env: Env
    holds: Truth
    partner: Any = None


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


class LineOptions:
    """Rows of a table (or none) for one line."""

    def __init__(self, scope: ir.ItemScope, compiler: Compiles) -> None:
        if scope.relation != "item":
            raise NoCode("scope")
        self._role, self._codes = scope.role, scope.codes
        self._where: Code | None = None if scope.where is None else compiler.truth(scope.where)
        self._keys: Keys | None = compiler.keys(scope.table) if scope.table else None
        self._of_codes = None
        if scope.codes is not None:
            name = scope.codes.system if scope.codes.system in ("generic", "product", "device") else "code"
            self._of_codes = reader((name,), f"item.{name}")

    def env(self, line: Any, day: int) -> Env:
        return {self._role: line, "@day": day}

    def with_point(self, line: Any, point: str) -> list[Row]:
        """The rows with a knowledge point that a line's code means."""
        if self._keys is None or not self._keys.plain:
            return []
        return [row for row, _ in self._keys.of_code(line.code, line.on) if row.point == point]

    def of(self, line: Any, day: int, env: Env, ground: Ground) -> list[Option]:
        held: Iterable[tuple[Row | None, Truth]]
        if self._keys is None:
            held = ((None, True if self._codes is None or self._of_codes is None else is_member(self._codes, self._of_codes(line), "")),)
        elif self._keys.plain:
            held = self._keys.of_code(line.code, day)
        else:
            ground.meter.spend(self._keys.looked_at(line, 0))
            held = self._keys.matching(line, day)
        where, out = self._where, []
        for row, holds in held:
            if row is not None and not unrestricted(row):
                holds = conj((holds, allowed(row, line.encounter, ground)))
            if holds is not False and where is not None:
                holds = conj((holds, where(env, row, ground)))
            if holds is not False:
                out.append(Option(row, env, holds))
        return out


class PairOptions:
    """Rows of a pair table and the partners that they name, for one line at fault."""

    def __init__(self, rule: ir.Rule, scope: ir.PairScope, compiler: Compiles) -> None:
        self._keys = compiler.keys(scope.table)
        self._fees = compiler.fees
        self._roles = tuple(f.role for f in rule.fault if isinstance(f, ir.RoleFault))
        self._where: Code | None = None if scope.where is None else compiler.truth(scope.where)
        self._frame = compiler.value(scope.frame) if scope.frame.type.kind != "num" else frame_code(scope.frame, compiler)

    def of(self, line: Any, day: int, ground: Ground) -> list[Option]:
        options: list[Option] = []
        for role in self._roles:
            columns = (0, 1) if self._keys.table.unordered else ((0,) if role == "first" else (1,))
            for column in columns:
                ground.meter.spend(self._keys.looked_at(line, column))
                for row, matched in self._keys.matching(line, day, column):
                    holds = matched if unrestricted(row) else conj((matched, allowed(row, line.encounter, ground)))
                    if holds is not False:
                        options += self._partners(line, day, role, column, row, holds, ground)
        return options

    def _partners(
        self, line: Any, day: int, role: str, column: int, row: Row, holds: Truth, ground: Ground
    ) -> Iterator[Option]:
        other = "first" if role == "second" else "second"
        found: list[tuple[Any, Truth]] = []
        near = self._near(line, 1 - column, row, ground)
        ground.meter.spend(len(near))
        for a in near:
            if a.position == line.position and a.encounter is line.encounter:
                continue  # the line itself, or another day piece of it
            truth = self._joined(line, a, day, role, other, column, row, holds, ground)
            if truth is not False:
                found.append((a, truth))
        ground.meter.spend(KEPT * len(found))
        if self._where is not None:
            before = self._group(found, line)
            kept: list[tuple[Any, Truth]] = []
            for a, truth in found:
                answer = conj((truth, self._where(self._env(line, a, role, other, before, day), row, ground)))
                if answer is not False:
                    kept.append((a, answer))
            found = kept
        group = self._group(found, line)
        for a, truth in found:
            if ground.is_reviewed(a) or ground.is_reviewed(line):
                yield Option(row, self._env(line, a, role, other, group, day), truth, a)

    @staticmethod
    def _group(found: list[tuple[Any, Truth]], line: Any) -> Partners:
        return Partners(
            tuple(a for a, t in found if t is True), tuple((a, t) for a, t in found if t is not True), line.encounter)

    @staticmethod
    def _env(line: Any, a: Any, role: str, other: str, group: Partners, day: int) -> Env:
        return {role: line, other: a, f"partners:{other}": group, f"partners:{role}": Partners((line,), (), line.encounter), "@day": day}

    def _near(self, line: Any, column: int, row: Row, ground: Ground) -> Sequence[Any]:
        """Lines that the other key may mean."""
        if not self._keys.is_plain_in(column):
            return ground.lines(line)
        by_code, open_ = ground.by_code(line)
        return [*(m for code in dict.fromkeys(row.keys[column]) for m in by_code.get(code, ())), *open_]

    def _joined(
        self, line: Any, a: Any, day: int, role: str, other: str, column: int, row: Row, holds: Truth, ground: Ground
    ) -> Truth:
        near = self._span(line, a, day, role, other, row, ground)
        if near is False:
            return False
        counted = counts(a, line, self._fees, ground)
        if counted is False:
            return False
        main, included = (line, a) if column == 0 else (a, line)
        parts: list[Truth] = [holds, self._keys.match(row, a, day, 1 - column), counted, near]
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
