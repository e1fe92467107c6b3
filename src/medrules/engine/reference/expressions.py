"""What every expression of a checked rule means, for one request: values, truths, and exemptions by polarity."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from medrules.check import program as ir
from medrules.check.program import RESERVED, Expr, Members, Program, Window
from medrules.engine.metering import Meter
from medrules.engine.reference import primitives, quotas
from medrules.engine.reference.aggregates import aggregate
from medrules.engine.reference.rows import TableRows, in_force, member_of
from medrules.engine.reference.truth import Truth, Unk, conj, disj, neg
from medrules.engine.reference.values import (
    Age,
    Group,
    Interval,
    add,
    causes_of,
    compare,
    distance,
    herbs_of,
    larger,
    lift,
    minus,
    read,
    smaller,
    times,
)
from medrules.engine.reference.windows import Binding, View, look
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import EMPTY, Row
from medrules.model.facts import Facts
from medrules.model.values import ABSENT, UNKNOWN, AgeLimit, AgeRange, Instant, NumRange, age_in

__all__ = ["Judge"]


class Judge:
    """Evaluates expressions of rules with one 费用 against one request. Every node asked and every member, partner or row looked
    at is a step of `meter` (law 33); without one, steps have no limit."""

    def __init__(
        self, program: Program, facts: Facts, fees: str, tables: dict[str, TableRows], meter: Meter | None = None
    ) -> None:
        self.program, self.facts, self.fees = program, facts, fees
        self._tables = tables
        self.spend = (Meter() if meter is None else meter).spend

    def rows(self, table: str) -> TableRows:
        """The rows of a table, found once for a program."""
        if table not in self._tables:
            self._tables[table] = TableRows(self.program.tables[table])
        return self._tables[table]

    def matching(self, table: str, entity: Any, day: int, column: int = -1) -> Iterator[tuple[Row, Truth]]:
        """Rows of a table in force on `day` that match or may match."""
        rows = self.rows(table)
        self.spend(rows.looked_at(entity, max(column, 0)))
        for found in rows.matching(entity, day, column):
            self.spend(rows.looked_at(entity, 0) if rows.has_prefixes else 1)
            yield found

    # ------------------------------------------------------------ values

    def value(self, e: Expr, b: Binding) -> Any:
        """The value of an expression: a plain value, ABSENT, Unk or an Interval."""
        self.spend()
        if b.excuse:
            b = replace(b, excuse=0)
        match e:
            case ir.Const():
                return lift(e.value, e.type, "param:?")
            case ir.Fact():
                return lift(read(b.roles.get(e.role, UNKNOWN), e.path, e.field, e.links), e.type)
            case ir.Ref():
                return b.roles[e.role]
            case ir.Col():
                assert b.row is not None
                cell = b.row.cells[e.index] if e.index >= 0 else getattr(b.row, RESERVED[e.index]) or ""
                return EMPTY if cell is EMPTY else lift(cell, e.type, f"column:{e.table}.{e.column}")
            case ir.Param():
                return self._param(e, b)
            case ir.Lookup():
                return self._lookup(e, b)
            case ir.AgeAt():
                birth, on = self.value(e.birth, b), self.value(e.on, b)
                if isinstance(birth, Unk) or isinstance(on, Unk):
                    return Unk(causes_of((birth, on)))
                return ABSENT if birth is ABSENT or on is ABSENT else Age(birth, on)
            case ir.Arith():
                x, y = self.value(e.a, b), self.value(e.b, b)
                return add(x, y) if e.op == "+" else minus(x, y) if e.op == "-" else times(x, y)
            case ir.Prim():
                return self._prim(e, b)
            case ir.Choose():
                answer = self.truth(e.condition, b)
                return answer if isinstance(answer, Unk) else self.value(e.then if answer else e.otherwise, b)
            case ir.Ratio():
                return primitives.ratio(self.value(e.num, b), self.value(e.den, b))
            case ir.Agg():
                return aggregate(e, b, self)
            case ir.DayOrdinal():
                return quotas.day_ordinal(e, b, self)
            case ir.Rank():
                return quotas.rank(e, b, self)
            case ir.KindRank():
                return quotas.kind_rank(e, b, self)
            case ir.Excess():
                return quotas.excess(e, b, self)
            case _:
                return self.truth(e, b)

    def _param(self, e: ir.Param, b: Binding) -> Any:
        keys = [self.value(k, b) for k in e.keys]
        if any(isinstance(k, Unk) for k in keys):
            return Unk(causes_of(keys))
        table = self.program.params[e.name]
        for v in table.versions:
            if v.valid_from <= b.day < v.valid_to and (not v.keys or all(
                lift(own, k.type) == key for own, k, key in zip(v.keys, e.keys, keys, strict=True)
            )):
                return lift(v.value, table.type, f"param:{e.name}")
        return Unk(frozenset((f"param:{e.name}",)))

    def _lookup(self, e: ir.Lookup, b: Binding) -> Any:
        rows = self.rows(e.table)
        keys = [self.value(k, b) for k in e.keys]
        if any(isinstance(k, Unk) for k in keys):
            return Unk(causes_of(keys))
        held = rows.with_key(keys[0]) if keys else rows.table.rows
        self.spend(len(held))
        for row in held:
            if in_force(row, b.day) and all(
                rows.column_matches(row, i, k) is True for i, k in enumerate(keys)
            ):
                cell = row.cells[e.index]
                if cell is not EMPTY:
                    return lift(cell, e.type, f"column:{e.table}.{e.column}")
        return Unk(frozenset((f"table:{e.table}",)))

    def _prim(self, e: ir.Prim, b: Binding) -> Any:
        args = [self.value(a, b) for a in e.args]
        match e.op:
            case "judged_on":
                return b.day
            case "distance" | "difference":
                return distance(*args)
            case "min":
                return smaller(*args)
            case "max":
                return larger(*args)
            case "proportion":
                return primitives.proportion(*args)
            case "overlap":
                return primitives.overlap(*args)
            case "in_unit":
                return primitives.in_unit(args[0], args[1], args[2])
            case _:
                raise AssertionError(f"no primitive {e.op}: the checker lets none through")

    # ------------------------------------------------------------ collections

    def view(self, over: Members | Window, b: Binding) -> View | Unk:
        """Members with membership, and why the collection may lack some."""
        if isinstance(over, Window):
            return look(over, b, self)
        plain = replace(b, excuse=0)
        owner = b.roles[over.role if over.path else f"partners:{over.role}"]
        held: list[tuple[Any, Truth]] = []
        open_: frozenset[str] = frozenset()
        found = owner if isinstance(owner, Group) else read(owner, over.path, over.field, over.links)
        if isinstance(found, Group):
            group = herbs_of(found) if over.path[-1:] == ("herbs",) else found
            held = [*((m, True) for m in group.items), *group.unsure]
            open_ = group.open
        elif isinstance(found, Unk):
            open_ = found.causes
        elif found is not ABSENT:
            held = [(m, True) for m in found]
        members = []
        self.spend(len(held))
        for m, truth in held:
            if over.where is not None:
                truth = conj((truth, self.truth(over.where, plain.bind(over.var, m))))
            if truth is not False:
                members.append((m, truth))
        return View(tuple(members), open_)

    # ------------------------------------------------------------ truths

    def truth(self, e: Expr, b: Binding) -> Truth:
        """The truth of a condition. Inside an exemption (`b.excuse` ±1) an atom that is unknown for want of a fact which the
        door cannot carry counts as not declared: the literal it stands in is false."""
        self.spend()
        match e:
            case ir.And():
                return conj(self.truth(a, b) for a in e.args)
            case ir.Or():
                return disj(self.truth(a, b) for a in e.args)
            case ir.Not():
                return neg(self.truth(e.arg, replace(b, excuse=-b.excuse)))
            case ir.Guard():
                assert b.row is not None
                if any(b.row.cells[c.index] is EMPTY for c in e.columns if c.index >= 0):
                    return e.when_empty
                return self.truth(e.atom, b)
            case ir.Quant():
                return self._quantified(e, b)
            case _:
                return self._literal(self._atom(e, replace(b, excuse=0) if b.excuse else b), b.excuse)

    def _literal(self, answer: Truth, excuse: int) -> Truth:
        if excuse and isinstance(answer, Unk) and any(self.cannot_carry(c) for c in answer.causes):
            return excuse < 0
        return answer

    def cannot_carry(self, cause: str) -> bool:
        return ":" not in cause and not self.facts.door.can_carry(cause)

    def _atom(self, e: Expr, b: Binding) -> Truth:
        match e:
            case ir.Cmp():
                return self._compare(e.op, self.value(e.a, b), self.value(e.b, b))
            case ir.CmpRatio():
                return self._compare_ratio(e, b)
            case ir.In():
                return self._membership(e, b)
            case ir.Has():
                x = self.value(e.x, b)
                return x if isinstance(x, Unk) else x is not ABSENT and x is not EMPTY
            case ir.Attested():
                return self._attested(e, b)
            case ir.Declared():
                return self._declared(e, b)
            case ir.Truth():
                x = self.value(e.x, b)
            case _:
                x = self.value(e, b)
        return x if isinstance(x, Unk) else x is True

    def _compare(self, op: str, a: Any, b: Any) -> Truth:
        if isinstance(a, Age) and isinstance(b, AgeLimit):
            return compare(op, age_in(b.unit, a.birth, a.on), b.n)
        if isinstance(b, Age) and isinstance(a, AgeLimit):
            return compare(op, a.n, age_in(a.unit, b.birth, b.on))
        return compare(op, a, b)

    def _compare_ratio(self, e: ir.CmpRatio, b: Binding) -> Truth:
        """den > 0 ∧ num ⋈ r·den, exactly; unknown when den = 0."""
        num, den, r = self.value(e.ratio.num, b), self.value(e.ratio.den, b), self.value(e.r, b)
        values = (num, den, r)
        if any(v is ABSENT for v in values):
            return False
        if any(isinstance(v, (Unk, Interval)) for v in values):
            return Unk(causes_of(values))
        if den == 0:
            return Unk(frozenset(("ratio:0",)))
        return conj((compare("<", Fraction(0), den), compare(e.op, num, r * den)))

    def _membership(self, e: ir.In, b: Binding) -> Truth:
        if e.how == "table":
            assert isinstance(e.container, ir.Const)
            return disj(t for _, t in self.matching(e.container.value, self.value(e.x, b), b.day))
        x = self.value(e.x, b)
        if e.how == "catalogue":
            assert isinstance(e.container, ir.Const)
            listed = self.program.catalogues[e.container.value]
            if isinstance(x, Unk) or x is ABSENT:
                return x if isinstance(x, Unk) else False
            return True if x in listed.codes else Unk(frozenset((f"table:{listed.name}",))) if listed.incomplete else False
        container = self.value(e.container, b)
        if x is ABSENT or container is ABSENT or container is EMPTY:
            return False
        if isinstance(container, Unk) or isinstance(x, Unk):
            return Unk(causes_of((x, container)))
        match container:
            case CodeSet():
                column = e.container
                return member_of(container, x, f"column:{column.table}.{column.column}" if isinstance(column, ir.Col) else "")
            case AgeRange():
                return container.contains(x.birth, x.on)
            case NumRange():
                return self._in_range(x, container, e.container)
            case _:
                of = e.container.type.of or e.x.type
                return disj(compare("=", x, lift(m, of)) for m in container)

    def _in_range(self, x: Any, r: NumRange, container: Expr) -> Truth:
        of = container.type.of or container.type
        low, high = (None if n is None else lift(n, of) for n in (r.low, r.high))
        above = True if low is None else compare("<=" if r.low_closed else "<", low, x)
        below = True if high is None else compare("<=" if r.high_closed else "<", x, high)
        return conj((above, below))

    def _subjects(self, role: str, b: Binding) -> Iterator[str]:
        """The ids a recorded answer may name: the line's, and its encounter's."""
        entity = b.roles[role]
        for x in (entity, getattr(entity, "encounter", UNKNOWN)):
            found: Any = UNKNOWN if x is UNKNOWN else getattr(x, "id", UNKNOWN)
            if found is not UNKNOWN and found is not ABSENT:
                yield found

    def _attested(self, e: ir.Attested, b: Binding) -> Truth:
        text, point = e.text, e.text
        if e.column is not None:
            assert b.row is not None
            cell = b.row.cells[e.column.index]
            if cell is EMPTY or cell is UNKNOWN:
                return True if cell is EMPTY else Unk(frozenset((f"column:{e.column.table}.{e.column.column}",)))
            text, point = cell, b.row.point
        subjects = set(self._subjects(e.role, b))
        self.spend(len(self.facts.attestations))
        found = [a for a in self.facts.attestations if a.point is not UNKNOWN and a.subject is not UNKNOWN
                 and a.point in (point, text) and a.subject in subjects and a.outcome is not UNKNOWN]
        if not found:
            return Unk(frozenset((f"attest:{text}",)))
        latest = max(enumerate(found), key=lambda p: (p[1].at.lo if isinstance(p[1].at, Instant) else 0, p[0]))[1]
        return bool(latest.outcome == "符合")

    def _declared(self, e: ir.Declared, b: Binding) -> Truth:
        if not self.facts.door.can_carry("declarations"):
            return Unk(frozenset(("declarations",)))
        subjects = set(self._subjects(e.role, b))
        self.spend(len(self.facts.declarations))
        return any(d.label is not UNKNOWN and d.label == e.label and d.subject is not UNKNOWN and d.subject in subjects
                   for d in self.facts.declarations)

    def _quantified(self, e: ir.Quant, b: Binding) -> Truth:
        view = self.view(e.over, b)
        if isinstance(view, Unk):
            return self._literal(view, b.excuse)
        open_ = self._literal(Unk(view.open), b.excuse) if view.open else None
        parts: list[Truth] = []
        for m, truth in view.members:
            body = self.truth(e.body, b.bind(e.over.var, m))
            if e.kind == "any":
                parts.append(conj((self._literal(truth, b.excuse), body)))
            else:
                parts.append(disj((neg(self._literal(truth, -b.excuse)), body)))
        if open_ is not None:
            parts.append(open_)
        return disj(parts) if e.kind == "any" else conj(parts)

    def witnesses(self, e: ir.Quant, b: Binding) -> list[Any]:
        """The members that certainly make an existential true."""
        view = self.view(e.over, b)
        if isinstance(view, Unk):
            return []
        return [m for m, t in view.members if t is True and self.truth(e.body, b.bind(e.over.var, m)) is True]
