"""Which answers a rule can give at all through a door, without any request: true, false, unknown (None), and what would be missing.

An abstract run of the semantics: a fact that the door carries may be anything, one that it cannot carry is unknown; a row's
empty cells are empty. Sets are combined as if parts were independent, so the result may hold more than what can happen,
never less.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any, Final, Literal

from medrules.check import program as ir
from medrules.check.program import Program, Rule
from medrules.check.reads import key_fields, reads_of
from medrules.knowledge.table import EMPTY, Row
from medrules.model.facts import Door
from medrules.model.values import UNKNOWN, Frame

__all__ = ["HISTORY", "Answers", "Possible"]

Answers = frozenset[bool | None]
Known = Literal["known", "low", "high", "unknown"]  # low / high: only a lower / an upper bound can be known

YES: Final[Answers] = frozenset((True,))
NO: Final[Answers] = frozenset((False,))
EITHER: Final[Answers] = frozenset((True, False))
OPEN: Final[Answers] = frozenset((None,))
HISTORY: Final = "history.items"  # lines of other stays, with their completeness
_STATED: Final = ("history.covered_from", "history.coverage")
_CAPABILITIES: Final = {"attestation.outcome": "attestations", "declaration.label": "declarations"}
_NEAR: Final = frozenset({"encounter", "prescription", "operation", "specimen", "site", "tooth"})
_FRAME_FACTS: Final = {
    "specimen": "item.specimen", "site": "item.site", "tooth": "item.tooth", "prescription": "item.rx_no",
    "operation": "encounter.operations", "hours": "item.at", "hour_bucket": "item.at",
}
_WITHIN_DAY: Final = frozenset({"day", "hours", "hour_bucket", "time_overlap"})


def _and(a: bool | None, b: bool | None) -> bool | None:
    return False if a is False or b is False else None if a is None or b is None else True


def _or(a: bool | None, b: bool | None) -> bool | None:
    return True if a is True or b is True else None if a is None or b is None else False


def _all(parts: Iterable[Answers], join: Callable[[bool | None, bool | None], bool | None], start: Answers) -> Answers:
    out = start
    for part in parts:
        out = frozenset(join(a, b) for a, b in product(out, part))
    return out


def both(*parts: Answers) -> Answers:
    return _all(parts, _and, YES)


def either(*parts: Answers) -> Answers:
    return _all(parts, _or, NO)


def negated(answers: Answers) -> Answers:
    return frozenset(None if a is None else not a for a in answers)


class Possible:
    """One rule through one door. `missing` gathers the causes of every unknown that was met."""

    def __init__(self, program: Program, door: Door, rule: Rule) -> None:
        self._program, self._door, self._rule = program, door, rule
        self._tables = dict(program.tables)
        self.missing: set[str] = set()

    # ------------------------------------------------------------ the rule

    def verdict(self, row: Row | None) -> Answers:
        """V = H ∧ W ∧ ¬X for bindings by `row` to which the header applies (or may apply)."""
        rule = self._rule
        header = YES if rule.guard is None else (self.truth(rule.guard, row) - NO) or YES
        condition = YES if rule.when is None or rule.mode == "always" else self.truth(rule.when, row)
        if rule.mode == "must":
            condition = negated(condition)
        excused = either(*(self._exempted(x, row, 1) for x in rule.exempt))
        return both(header, self._scope(row), condition, negated(excused))

    def claimable(self, exempt: ir.Exempt, row: Row | None) -> bool:
        """Whether findings may name this exemption as one that could not be declared."""
        held = set(self.missing)
        found = None in self._exempted(exempt, row, 0) and False in self._exempted(exempt, row, 1)
        self.missing = held
        return found

    def _exempted(self, exempt: ir.Exempt, row: Row | None, excuse: int) -> Answers:
        answers = self.truth(exempt.when, row, excuse)
        if exempt.but is not None:
            answers = both(answers, negated(self.truth(exempt.but, row, -excuse)))
        return answers

    def _scope(self, row: Row | None) -> Answers:
        scope = self._rule.scope
        match scope:
            case ir.ItemScope():
                held = self._keys(row, scope.table, scope.role)
                if scope.codes is not None:
                    system = scope.codes.system
                    field = f"item.{system}" if system in ("generic", "product", "device") else f"{scope.role}.code"
                    held = self._carried(field)
            case ir.PairScope():
                held = both(self._keys(row, scope.table, "item"), self._frame(scope.frame, row, ()))
            case ir.GroupScope():
                held = both(self._carried("item.code"), *(self._key(k) for k in scope.same))
            case ir.EachScope():
                held = self._carried("item.rx_no") if scope.relation == "prescription" else YES
            case ir.StayPairScope():
                held = both(self.truth(scope.gap, row), self._history())
            case ir.PeriodScope():
                held = YES
        return held if scope.where is None else both(held, self.truth(scope.where, row))

    def _keys(self, row: Row | None, table: str, entity: str) -> Answers:
        """A key fact that is not sent leaves it open which rows match; a key cell that is empty matches all."""
        if not table:
            return YES
        fields = list(key_fields(self._tables.get(table), entity))
        return both(*(
            YES if row is not None and i < len(row.keys) and not row.keys[i] else self._carried(field)
            for i, field in enumerate(fields)
        ))

    # ------------------------------------------------------------ facts

    def _carries(self, field: str) -> bool:
        return self._door.can_carry(_CAPABILITIES.get(field, field)) or (field not in _CAPABILITIES and ":" in field)

    def _carried(self, field: str) -> Answers:
        """True where the fact is there to decide; unknown where it cannot be."""
        if not field or self._carries(field):
            return YES
        self.missing.add(field)
        return OPEN

    def _history(self) -> Answers:
        """Whether the door can say that its history is complete."""
        if all(self._door.can_carry(f) for f in _STATED):
            return YES
        self.missing.add(HISTORY)
        return frozenset((True, None))

    def _reads(self, *nodes: Any) -> bool:
        """Whether all facts below are carried; what is not is noted."""
        fields = reads_of(self._tables, *nodes)
        lacking = {f for f in fields if not self._carries(f)}
        self.missing |= lacking
        return not lacking

    # ------------------------------------------------------------ truths

    def truth(self, e: ir.Expr, row: Row | None, excuse: int = 0) -> Answers:
        match e:
            case ir.And():
                return both(*(self.truth(a, row, excuse) for a in e.args))
            case ir.Or():
                return either(*(self.truth(a, row, excuse) for a in e.args))
            case ir.Not():
                return negated(self.truth(e.arg, row, -excuse))
            case ir.Guard():
                if row is not None and any(row.cells[c.index] is EMPTY for c in e.columns if c.index >= 0):
                    return YES if e.when_empty else NO
                return self.truth(e.atom, row, excuse)
            case ir.Quant():
                return self._quantified(e, row, excuse)
            case _:
                held, self.missing = self.missing, set()
                answers = self._excused(self._atom(e, row), excuse)
                self.missing |= held
                return answers

    def _excused(self, answers: Answers, excuse: int) -> Answers:
        """Inside an exemption a literal that is unknown for want of what the door cannot carry counts as not declared."""
        lacking = {c for c in self.missing if not self._carries(c)}
        if not excuse or None not in answers or not lacking:
            return answers
        self.missing -= lacking
        return (answers - OPEN) | {excuse < 0}

    def _atom(self, e: ir.Expr, row: Row | None) -> Answers:
        match e:
            case ir.Cmp():
                return self._compare(e.op, self._value(e.a, row), self._value(e.b, row))
            case ir.CmpRatio():
                parts = {self._value(x, row) for x in (e.ratio.num, e.ratio.den, e.r)}
                return EITHER if parts == {"known"} else OPEN
            case ir.Has():
                return EITHER if self._value(e.x, row) == "known" else OPEN
            case ir.Attested():
                cell = row.cells[e.column.index] if e.column is not None and row is not None else None
                if cell is EMPTY:
                    return YES
                return EITHER if self._carried("attestation.outcome") == YES else OPEN
            case ir.Declared():
                return EITHER if self._carried("declaration.label") == YES else OPEN
            case ir.In(how="table", x=x, container=ir.Const(value=str(name))):
                fields = list(key_fields(self._tables.get(name), x.type.name))
                return EITHER if both(*(self._carried(f) for f in fields)) == YES else OPEN
            case ir.In():
                return EITHER if self._value(e.x, row) == "known" and self._value(e.container, row) == "known" else OPEN
            case ir.Truth():
                return EITHER if self._value(e.x, row) == "known" else OPEN
            case ir.Const(value=bool() as value):
                return frozenset((value,))
            case _:
                return EITHER if self._value(e, row) == "known" else OPEN

    @staticmethod
    def _compare(op: str, a: Known, b: Known) -> Answers:
        """A lower bound can only prove that the limit is passed, an upper bound that it is not."""
        if a == b == "known":
            return EITHER
        if "unknown" in (a, b) or "known" not in (a, b):
            return OPEN
        if op == "=":
            return frozenset((False, None))
        proves = (a == "high") if b == "known" else (b == "low")
        return frozenset((proves, None))

    def _quantified(self, e: ir.Quant, row: Row | None, excuse: int) -> Answers:
        held, self.missing = self.missing, set()
        members = self._members(e.over, row)
        answers = self._excused(OPEN, excuse) if members != "known" else EITHER
        self.missing |= held
        if members == "unknown":
            return answers
        where = YES if e.over.where is None else self.truth(e.over.where, row, excuse if e.kind == "any" else -excuse)
        body = self.truth(e.body, row, excuse)
        one = both(where, body) if e.kind == "any" else either(negated(where), body)
        nothing = NO if e.kind == "any" else YES
        return one | nothing if members == "known" else (one - nothing) | answers

    # ------------------------------------------------------------ values

    def _value(self, e: ir.Expr, row: Row | None) -> Known:
        match e:
            case ir.Agg():
                return self._aggregate(e.over, e.value, row, "high" if e.fn == "min" else "low")
            case ir.DayOrdinal():
                return self._aggregate(e.over, None, row, "low")
            case ir.Excess():
                found = self._aggregate(e.over, e.value, row, "low")
                return found if self._value(e.limit, row) == "known" else "unknown"
            case ir.Rank():
                return "known" if self._aggregate(e.over, e.by, row, "unknown") == "known" else "unknown"
            case ir.KindRank():
                return self._aggregate(e.over, e.value, row, "low")
            case ir.Param():
                versions = self._program.params[e.name].versions
                if versions and all(v.value is UNKNOWN for v in versions):
                    self.missing.add(f"param:{e.name}")
                    return "unknown"
                return "known" if self._reads(*e.keys) else "unknown"
            case ir.Arith():
                return self._combined((self._value(e.a, row), self._value(e.b, row)), e.op)
            case ir.Prim():
                parts = {self._value(a, row) for a in e.args}
                if e.op in ("min", "max") and parts <= {"known", "low"}:
                    return "low" if "low" in parts and e.op == "max" else "known" if parts == {"known"} else "unknown"
                if not self._reads(ir.Prim(e.op, (), e.type)):
                    return "unknown"
                return "known" if parts <= {"known"} else "unknown"
            case ir.Col() if row is not None and e.index >= 0 and row.cells[e.index] is UNKNOWN:
                self.missing.add(f"column:{e.table}.{e.column}")
                return "unknown"
            case ir.Choose():
                if None in self.truth(e.condition, row):
                    return "unknown"
                kinds = {self._value(e.then, row), self._value(e.otherwise, row)}
                return kinds.pop() if len(kinds) == 1 else "unknown"
            case _:
                return "known" if self._reads(e) else "unknown"

    @staticmethod
    def _combined(parts: tuple[Known, Known], op: str) -> Known:
        a, b = parts
        if a == b == "known":
            return "known"
        if "unknown" in parts:
            return "unknown"
        if op == "-":
            b = {"low": "high", "high": "low", "known": "known"}[b]  # type: ignore[assignment]
        bounds = {p for p in (a, b) if p != "known"}
        return bounds.pop() if len(bounds) == 1 else "unknown"

    def _aggregate(self, over: ir.Collection, value: ir.Expr | None, row: Row | None, bound: Known) -> Known:
        members = self._members(over, row)
        where = YES if over.where is None else self.truth(over.where, row)
        if members == "unknown" or (value is not None and self._value(value, row) != "known"):
            return "unknown"
        if where == OPEN:
            return "unknown"
        return bound if members == "low" or None in where else "known"

    # ------------------------------------------------------------ collections

    def _members(self, over: ir.Collection, row: Row | None) -> Known:
        """known: complete · low: some members may be missing · unknown: not sent at all."""
        if isinstance(over, ir.Members):
            field = "encounter.items" if over.field == "group.items" else over.field
            return "known" if both(*(self._carried(f) for f in (*over.links, field))) == YES else "unknown"
        source = "encounter.sessions" if over.entity == "session" else "encounter.items"
        if self._carried(source) != YES:
            return "unknown"
        held = both(self._frame(over.frame, row, over.same), *(self._key(k) for k in over.same))
        return "known" if held == YES else "unknown" if held == OPEN else "low"

    def _key(self, key: ir.SameKey) -> Answers:
        match key.kind:
            case "prescription":
                return self._carried("item.rx_no")
            case "institution":
                return self._carried("institution.id")
            case "field":
                return self._carried(key.field)
            case _:
                return YES

    def _frame(self, frame: ir.Expr, row: Row | None, same: tuple[ir.SameKey, ...]) -> Answers:
        """Whether the region of a window (or the span of a pair: no keys) is known, and what its frame asks of a line."""
        kinds = self._kinds(frame, row)
        facts = both(*(self._carried(_FRAME_FACTS.get(kind, "")) for kind in kinds))
        keys = {k.kind for k in same}
        if not same or keys & {"encounter", "prescription"} or kinds <= _NEAR:
            return facts
        if "institution" in keys and kinds <= _WITHIN_DAY:
            return facts
        return both(facts, self._history())

    def _kinds(self, frame: ir.Expr, row: Row | None) -> frozenset[str]:
        match frame:
            case ir.Const(value=Frame() as f):
                return frozenset((f.kind,))
            case ir.Col() if row is not None and frame.index >= 0:
                cell = row.cells[frame.index]
                return frozenset((cell.kind,)) if isinstance(cell, Frame) else frozenset(("days",))
            case _:
                return frozenset(("days",))
