"""Closures for truths: True, False or `Unsure`, minimal causes included.

Inside exemptions (`excuse` +1, under a negation −1) a literal that is unknown for want of a fact which the door cannot carry counts as
not declared: it is false there. The polarity is known when compiling.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from medrules.check import program as ir
from medrules.check.walk import nodes
from medrules.engine.optimized.kleene.ground import Env, Ground
from medrules.engine.optimized.kleene.keys import Keys, is_member
from medrules.engine.optimized.kleene.lists import any_code, said
from medrules.engine.optimized.kleene.records import attested, declared
from medrules.engine.optimized.kleene.truths import Age, Span, Truth, Unsure, causes_of, compare, conj, disj, multiplied, neg, scaled
from medrules.engine.optimized.kleene.values import compile_value, number
from medrules.engine.optimized.kleene.windows import Code, collection
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import EMPTY, Row
from medrules.model.values import ABSENT, UNKNOWN, AgeLimit, AgeRange, NumRange, age_in

__all__ = ["Compiler"]

_AGES: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, "=": lambda a, b: a == b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}


class Compiler:
    """Compiles the expressions of rules with one 费用. empty: per column whether the row's cell is empty, where that is known."""

    def __init__(
        self, program: ir.Program, fees: str, keys: Callable[[str], Keys], empty: Mapping[int, bool] | None = None
    ) -> None:
        self.program, self.fees, self.keys, self.empty = program, fees, keys, empty or {}

    def knowing(self, empty: Mapping[int, bool]) -> Compiler:
        """A compiler for rows whose cells are empty in the same places."""
        return Compiler(self.program, self.fees, self.keys, empty)

    def value(self, e: ir.Expr) -> Code:
        return compile_value(e, self)

    def number(self, e: ir.Expr, scale: int) -> Code:
        return number(e, scale, self)

    def truth(self, e: ir.Expr, excuse: int = 0) -> Code:
        match e:
            case ir.And(args=args):
                return _joined(True, [self.truth(a, excuse) for a in args])
            case ir.Or(args=args):
                return _joined(False, [self.truth(a, excuse) for a in args])
            case ir.Not(arg=arg):
                inner = self.truth(arg, -excuse)

                def negated(env: Env, row: Row | None, ground: Ground) -> Truth:
                    answer = inner(env, row, ground)
                    return answer if answer.__class__ is Unsure else not answer

                return negated
            case ir.Guard():
                places = [c.index for c in e.columns if c.index >= 0]
                if all(p in self.empty for p in places):
                    if any(self.empty[p] for p in places):
                        return YES if e.when_empty else NO
                    return self.truth(e.atom, excuse)
                return _guarded(tuple(c.index for c in e.columns if c.index >= 0), e.when_empty, self.truth(e.atom, excuse))
            case ir.Quant():
                general = self._quantified(e, excuse)
                return any_code(e, self, excuse, general) or general
            case _:
                return _literal(self._atom(e), excuse)

    # ------------------------------------------------------------ atoms

    def _atom(self, e: ir.Expr) -> Code:
        match e:
            case ir.Cmp():
                return self._comparison(e)
            case ir.CmpRatio():
                return self._ratio(e)
            case ir.In():
                return self._membership(e)
            case ir.Has():
                held = self.value(e.x)

                def has(env: Env, row: Row | None, ground: Ground) -> Truth:
                    v = held(env, row, ground)
                    return v if v.__class__ is Unsure else v is not ABSENT and v is not EMPTY

                return has
            case ir.Attested(column=ir.Col(index=index)) if self.empty.get(index):
                return YES
            case ir.Attested():
                return attested(e)
            case ir.Declared():
                return declared(e)
            case ir.Const(value=bool() as value):
                return lambda env, row, ground: value
            case ir.Truth():
                held = self.value(e.x)
            case _:
                held = self.value(e)

        def truth(env: Env, row: Row | None, ground: Ground) -> Truth:
            v = held(env, row, ground)
            return v if v.__class__ is Unsure else v is True

        return truth

    def _comparison(self, e: ir.Cmp) -> Code:
        op, kinds = e.op, (e.a.type.kind, e.b.type.kind)
        if "age" in kinds or isinstance(e.a, (ir.AgeAt, ir.Choose)) or isinstance(e.b, (ir.AgeAt, ir.Choose)):
            x, y = self.value(e.a), self.value(e.b)
            if kinds == ("num", "num"):
                scale = max(e.a.type.scale, e.b.type.scale)
                x, y = self.number(e.a, scale), self.number(e.b, scale)
            return lambda env, row, ground: _of_ages(op, x(env, row, ground), y(env, row, ground))
        scale = max(t.scale if t.kind == "num" else 0 for t in (e.a.type, e.b.type))
        a = self.number(e.a, scale) if kinds[0] == "num" else self.value(e.a)
        b = self.number(e.b, scale) if kinds[1] == "num" else self.value(e.b)
        if op == "=":
            def equal(env: Env, row: Row | None, ground: Ground) -> Truth:
                v, w = a(env, row, ground), b(env, row, ground)
                kind = v.__class__
                if kind is w.__class__ and (kind is int or kind is str):
                    return bool(v == w)
                return compare("=", v, w)
            return equal

        def ordered(env: Env, row: Row | None, ground: Ground) -> Truth:
            v, w = a(env, row, ground), b(env, row, ground)
            if v.__class__ is int and w.__class__ is int:
                return v < w if op == "<" else v <= w
            return compare(op, v, w)

        return ordered

    def _ratio(self, e: ir.CmpRatio) -> Code:
        """den > 0 ∧ num ⋈ r·den, without dividing; unknown where den = 0."""
        num, den, r = self.value(e.ratio.num), self.value(e.ratio.den), self.value(e.r)
        left, right, op = 10 ** (e.ratio.den.type.scale + e.r.type.scale), 10**e.ratio.num.type.scale, e.op

        def ratio(env: Env, row: Row | None, ground: Ground) -> Truth:
            values = num(env, row, ground), den(env, row, ground), r(env, row, ground)
            if any(v is ABSENT for v in values):
                return False
            if any(v.__class__ is Unsure or v.__class__ is Span for v in values):
                return Unsure(causes_of(*values))
            part, whole, share = values
            if whole == 0:
                return Unsure(frozenset(("ratio:0",)))
            return whole > 0 and compare(op, scaled(part, left), scaled(multiplied(share, whole), right))

        return ratio

    def _membership(self, e: ir.In) -> Code:
        match e.how:
            case "table":
                assert isinstance(e.container, ir.Const)
                keys, entity = self.keys(e.container.value), self.value(e.x)
                return lambda env, row, ground: _in_table(keys, entity(env, row, ground), env["@day"], ground)
            case "catalogue":
                return self._listed(e)
        x, container = self.value(e.x), self.value(e.container)
        inside = self._inside(e)

        def member(env: Env, row: Row | None, ground: Ground) -> Truth:
            v, held = x(env, row, ground), container(env, row, ground)
            if v is ABSENT or held is ABSENT or held is EMPTY:
                return False
            if held.__class__ is Unsure or v.__class__ is Unsure:
                return Unsure(causes_of(v, held))
            return inside(v, held)

        return member

    def _inside(self, e: ir.In) -> Callable[[Any, Any], Truth]:
        """Whether a known value is in a known container."""
        cause = f"column:{e.container.table}.{e.container.column}" if isinstance(e.container, ir.Col) else ""
        of = e.container.type.of
        of_range, of_list = of or e.container.type, of or e.x.type
        own = e.x.type.scale if e.x.type.kind == "num" else 0
        ends, members = (t.scale if t.kind == "num" else 0 for t in (of_range, of_list))

        def inside(v: Any, held: Any) -> Truth:
            kind = held.__class__
            if kind is CodeSet:
                return is_member(held, v, cause)
            if kind is AgeRange:
                return bool(held.contains(v.birth, v.on))
            if kind is NumRange:
                return _in_range(v, own, held, ends)
            if v.__class__ is str:
                unsure = False
                for m in held:
                    if m is UNKNOWN:
                        unsure = True
                    elif m == v:
                        return True
                return Unsure(frozenset(("",))) if unsure else False
            return disj([compare("=", scaled(v, 10**members), scaled(_member(m), 10**own)) for m in held])

        return inside

    def _listed(self, e: ir.In) -> Code:
        assert isinstance(e.container, ir.Const)
        listed, x = self.program.catalogues[e.container.value], self.value(e.x)
        beyond: Truth = Unsure(frozenset((f"table:{listed.name}",))) if listed.incomplete else False

        def member(env: Env, row: Row | None, ground: Ground) -> Truth:
            v = x(env, row, ground)
            if v.__class__ is Unsure or v is ABSENT:
                return v if v.__class__ is Unsure else False
            return True if v in listed.codes else beyond

        return member

    # ------------------------------------------------------------ quantifiers

    def _quantified(self, e: ir.Quant, excuse: int) -> Code:
        look, body, var, existential = collection(e.over, self, excuse), self.truth(e.body, excuse), e.over.var, e.kind == "any"
        weight = sum(1 for _ in nodes(e.body))

        def quantified(env: Env, row: Row | None, ground: Ground) -> Truth:
            view = look(env, row, ground)
            if isinstance(view, Unsure):
                return said(view, excuse, ground)
            ground.meter.spend(len(view.members) * weight)
            parts: list[Truth] = []
            for m, truth in view.members:
                env[var] = m
                answer: Truth = body(env, row, ground)
                if truth is not True:
                    truth = said(truth, excuse if existential else -excuse, ground)
                    answer = conj((truth, answer)) if existential else disj((neg(truth), answer))
                if answer is existential:
                    return existential
                if answer.__class__ is Unsure:
                    parts.append(answer)
            if view.open:
                parts.append(said(Unsure(view.open), excuse, ground))
            return disj(parts) if existential else conj(parts)

        return quantified

    def witnesses(self, e: ir.Quant) -> Code:
        """The members that make an existential true with certainty."""
        look, body, var = collection(e.over, self, 0), self.truth(e.body), e.over.var

        def found(env: Env, row: Row | None, ground: Ground) -> list[Any]:
            view = look(env, row, ground)
            if isinstance(view, Unsure):
                return []
            held = []
            for m, truth in view.members:
                if truth is True:
                    env[var] = m
                    if body(env, row, ground) is True:
                        held.append(m)
            return held

        return found


def _in_table(keys: Keys, entity: Any, day: int, ground: Ground) -> Truth:
    ground.meter.spend(keys.looked_at(entity, 0))
    return disj([t for _, t in keys.matching(entity, day)])


def _member(raw: Any) -> Any:
    return Unsure(frozenset(("",))) if raw is UNKNOWN else raw


def _of_ages(op: str, a: Any, b: Any) -> Truth:
    if a.__class__ is Age and b.__class__ is AgeLimit:
        return _AGES[op](age_in(b.unit, a.birth, a.on), b.n)
    if b.__class__ is Age and a.__class__ is AgeLimit:
        return _AGES[op](a.n, age_in(a.unit, b.birth, b.on))
    return compare(op, a, b)


def _in_range(v: Any, scale: int, r: NumRange, ends: int) -> Truth:
    """Within the ends of a range, whose numbers are on scale `ends`."""
    x = scaled(v, 10**ends)
    low, high = (None if n is None else scaled(n, 10**scale) for n in (r.low, r.high))
    return conj((
        True if low is None else compare("<=" if r.low_closed else "<", low, x),
        True if high is None else compare("<=" if r.high_closed else "<", x, high)))


def _literal(atom: Code, excuse: int) -> Code:
    if not excuse:
        return atom
    return lambda env, row, ground: said(atom(env, row, ground), excuse, ground)


def YES(env: Env, row: Row | None, ground: Ground) -> Truth:
    return True


def NO(env: Env, row: Row | None, ground: Ground) -> Truth:
    return False


def _joined(every: bool, parts: list[Code]) -> Code:
    """A conjunction (or disjunction) without its constants."""
    neutral, decisive = (YES, NO) if every else (NO, YES)
    if decisive in parts:
        return decisive
    left = [p for p in parts if p is not neutral]
    if len(left) < 2:
        return left[0] if left else neutral
    return _every(left) if every else _some(left)


def _every(parts: list[Code]) -> Code:
    def every(env: Env, row: Row | None, ground: Ground) -> Truth:
        causes: frozenset[str] | None = None
        for part in parts:
            answer = part(env, row, ground)
            if answer is False:
                return False
            if answer is not True:
                causes = answer.causes if causes is None else causes | answer.causes
        return True if causes is None else Unsure(causes)
    return every


def _some(parts: list[Code]) -> Code:
    def some(env: Env, row: Row | None, ground: Ground) -> Truth:
        causes: frozenset[str] | None = None
        for part in parts:
            answer = part(env, row, ground)
            if answer is True:
                return True
            if answer is not False:
                causes = answer.causes if causes is None else causes | answer.causes
        return False if causes is None else Unsure(causes)
    return some


def _guarded(places: tuple[int, ...], when_empty: bool, atom: Code) -> Code:
    def guarded(env: Env, row: Row | None, ground: Ground) -> Truth:
        assert row is not None
        cells = row.cells
        for place in places:
            if cells[place] is EMPTY:
                return when_empty
        return atom(env, row, ground)  # type: ignore[no-any-return]
    return guarded
