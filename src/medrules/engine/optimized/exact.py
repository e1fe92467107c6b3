"""Exact two-valued evaluation of a rule's own expressions, as closures: for the few bindings that silence was not proven for.

Every closure takes (env, row, scene): the entities by role, the current row, the encounter. It answers exactly or raises
UnknownTouched, and then the reference judges that binding. `NoCode` at compile time: the reference judges all of them.
Numbers are scaled ints on the scale of their node's type; scales are aligned when compiling.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from medrules.check import program as ir
from medrules.engine.optimized.inline import Among, compile_among, compile_test
from medrules.engine.optimized.lines import NoCode, counts, window
from medrules.engine.optimized.scene import Scene
from medrules.engine.optimized.values import earlier, filled, known, member, not_later, same_moment
from medrules.frozen import dataclass, replace
from medrules.knowledge.table import EMPTY, Row
from medrules.model.values import ABSENT, UNKNOWN, AgeLimit, AgeRange, UnknownTouched, age_in

__all__ = ["Closures", "Code", "NoCode"]

Env = dict[str, Any]
Code = Callable[[Env, Row | None, Scene], Any]
AGE_KINDS = (AgeLimit, AgeRange)


@dataclass(frozen=True, slots=True)
class Closures:
    """Compiles expressions of one rule (its 费用 decides which lines windows hold)."""

    program: ir.Program
    fees: str

    # ------------------------------------------------------------ truths

    def truth(self, e: ir.Expr) -> Code:
        match e:
            case ir.And(args=args):
                return _every([self.truth(a) for a in args])
            case ir.Or(args=args):
                return _some([self.truth(a) for a in args])
            case ir.Not(arg=arg):
                inner = self.truth(arg)
                return lambda env, row, scene: not inner(env, row, scene)
            case ir.Const(value=bool() as value):
                return lambda env, row, scene: value
            case ir.Guard(columns=columns, when_empty=when_empty, atom=atom):
                return _guard(tuple(c.index for c in columns if c.index >= 0), when_empty, self.truth(atom))
            case ir.Cmp():
                return self.comparison(e)
            case ir.In():
                return self.membership(e)
            case ir.Has(x=x):
                held = self.value(x)
                return lambda env, row, scene: (v := known(held(env, row, scene))) is not ABSENT and v is not EMPTY
            case ir.Truth(x=x):
                held = self.value(x)
                return lambda env, row, scene: known(held(env, row, scene)) is True
            case ir.Attested(column=ir.Col(index=index)):
                return lambda env, row, scene: _is_empty(row, index)
            case ir.Quant(kind=kind, over=over, body=body):
                return self.quantified(kind, over, body)
            case _:
                raise NoCode(type(e).__name__)

    def comparison(self, e: ir.Cmp) -> Code:
        if isinstance(e.a, ir.AgeAt) or isinstance(e.b, ir.AgeAt):
            return self.age_comparison(e)
        kinds = {e.a.type.kind, e.b.type.kind}
        if kinds == {"instant"}:
            x, y, before = self.value(e.a), self.value(e.b), _INSTANTS[e.op]
            return lambda env, row, scene: before(known(x(env, row, scene)), known(y(env, row, scene)))
        if not (kinds <= {"num"} or kinds <= {"code", "text", "bool", "date", "level"}):
            raise NoCode("comparison of " + "、".join(sorted(kinds)))
        scale = max(e.a.type.scale, e.b.type.scale) if kinds == {"num"} else None
        a, b = self.number(e.a, scale), self.number(e.b, scale)
        match e.op:
            case "<":
                return lambda env, row, scene: a(env, row, scene) < b(env, row, scene)
            case "<=":
                return lambda env, row, scene: a(env, row, scene) <= b(env, row, scene)
            case _:
                return lambda env, row, scene: a(env, row, scene) == b(env, row, scene)

    def age_comparison(self, e: ir.Cmp) -> Code:
        age, limit = (e.a, e.b) if isinstance(e.a, ir.AgeAt) else (e.b, e.a)
        if not isinstance(age, ir.AgeAt):
            raise NoCode("age")
        op = e.op if age is e.a else {"<": ">", "<=": ">=", "=": "="}[e.op]
        birth, on, other = self.value(age.birth), self.value(age.on), self.value(limit)

        def compare(env: Env, row: Row | None, scene: Scene) -> bool:
            born, day, bound = known(birth(env, row, scene)), known(on(env, row, scene)), known(other(env, row, scene))
            years = age_in(bound.unit, born, day)
            return _ORDER[op](years, bound.n)

        return compare

    def membership(self, e: ir.In) -> Code:
        match e:
            case ir.In(how="codes", x=x, container=container):
                item, codes = self.value(x), self.value(container)
                return lambda env, row, scene: (
                    (code := known(item(env, row, scene))) is not ABSENT and member(known(codes(env, row, scene)), code))
            case ir.In(how="list", x=x, container=container):
                item, held = self.value(x), self.value(container)
                return lambda env, row, scene: known(item(env, row, scene)) in known(held(env, row, scene))
            case ir.In(how="range", x=ir.AgeAt(birth=birth, on=on), container=container):
                born, day, limits = self.value(birth), self.value(on), self.value(container)
                return lambda env, row, scene: known(limits(env, row, scene)).contains(
                    known(born(env, row, scene)), known(day(env, row, scene)))
            case ir.In(how="range", x=ir.Choose(condition=condition, then=then, otherwise=otherwise)):
                asked, one, other = self.truth(condition), self.membership(replace(e, x=then)), self.membership(replace(e, x=otherwise))
                return lambda env, row, scene: (one if asked(env, row, scene) else other)(env, row, scene)
            case _:
                raise NoCode(f"In {e.how}")

    def witnesses(self, over: ir.Window, body: ir.Expr) -> Code:
        """The members of a window of lines that make an existential true."""
        code, test = window(over, self.program, self.fees), compile_test(_wanted(over, body), (over.anchor, over.var))
        if test is None:
            members, slow, var = self.members(over), self.truth(body), over.var
            return lambda env, row, scene: [m for m in members(env, row, scene) if slow({**env, var: m}, row, scene)]
        candidates, belongs, region, own, role = code.candidates, code.belongs, code.region, code.own, code.anchor

        def found(env: Env, row: Row | None, scene: Scene) -> list[Any]:
            anchor = env[role]
            region(anchor, scene)
            cells = () if row is None else row.cells
            held = candidates(env, row, scene)
            scene.steps += len(held)
            return [
                m for m in held
                if (own or m is not anchor) and test(anchor, m, cells) and (m is anchor or belongs(m, anchor, scene))
            ]

        return found

    def among(self, over: ir.Window, body: ir.Expr) -> Among | None:
        """The same for a line whose group is at hand, if nothing else than the encounter bounds the window."""
        is_bounded = isinstance(over.frame, ir.Const) and getattr(over.frame.value, "kind", "") == "encounter"
        if over.entity != "item" or over.own is not False or not is_bounded or not {k.kind for k in over.same} <= {"patient", "institution", "column"}:
            return None
        return compile_among(_wanted(over, body), (over.anchor, over.var), counts(self.fees))

    def quantified(self, kind: str, over: ir.Collection, body: ir.Expr) -> Code:
        if kind == "any" and isinstance(over, ir.Window):
            witnesses = self.witnesses(over, body)
            return lambda env, row, scene: bool(witnesses(env, row, scene))
        members, test = self.members(over), self.truth(body)
        var = over.var
        if kind == "any":
            def some(env: Env, row: Row | None, scene: Scene) -> bool:
                inner = dict(env)
                for m in members(env, row, scene):
                    inner[var] = m
                    if test(inner, row, scene):
                        return True
                return False
            return some

        def every(env: Env, row: Row | None, scene: Scene) -> bool:
            inner = dict(env)
            for m in members(env, row, scene):
                inner[var] = m
                if not test(inner, row, scene):
                    return False
            return True
        return every

    # ------------------------------------------------------------ values

    def number(self, e: ir.Expr, scale: int | None) -> Code:
        """A value, numbers brought to `scale`."""
        code = self.value(e)
        if scale is None or e.type.scale == scale:
            return code
        factor = 10 ** (scale - e.type.scale)
        return lambda env, row, scene: code(env, row, scene) * factor

    def value(self, e: ir.Expr) -> Code:
        match e:
            case ir.Const(value=value):
                return lambda env, row, scene: value
            case ir.Fact(role=role, path=path):
                return _fact(role, path)
            case ir.Col(index=index) if index >= 0:
                return lambda env, row, scene: _cell(row, index)
            case ir.Param(name=name, keys=()):
                return self.parameter(name)
            case ir.Arith(op=op, a=a, b=b) if a.type.kind == b.type.kind == "num":
                return self.arithmetic(op, a, b)
            case ir.Agg(fn="sum" | "count" as fn, over=over, value=value):
                return self.aggregate(fn, over, value)
            case ir.Cmp() | ir.In() | ir.And() | ir.Or() | ir.Not() | ir.Quant():
                return self.truth(e)
            case _:
                raise NoCode(type(e).__name__)

    def arithmetic(self, op: str, a: ir.Expr, b: ir.Expr) -> Code:
        scale = None if op == "*" else max(a.type.scale, b.type.scale)
        x, y = self.number(a, scale), self.number(b, scale)
        match op:
            case "+":
                return lambda env, row, scene: x(env, row, scene) + y(env, row, scene)
            case "-":
                return lambda env, row, scene: x(env, row, scene) - y(env, row, scene)
            case _:
                return lambda env, row, scene: x(env, row, scene) * y(env, row, scene)

    def parameter(self, name: str) -> Code:
        versions = tuple(v for v in self.program.params[name].versions if not v.keys)

        def at(env: Env, row: Row | None, scene: Scene) -> Any:
            day = known(env["item"].on)
            for v in versions:
                if v.valid_from <= day < v.valid_to:
                    return v.value
            return UNKNOWN

        return at

    def aggregate(self, fn: str, over: ir.Collection, value: ir.Expr | None) -> Code:
        members, var = self.members(over), over.var
        if fn == "count" or value is None:
            return lambda env, row, scene: len(members(env, row, scene))
        term = self.value(value)

        def total(env: Env, row: Row | None, scene: Scene) -> Any:
            inner, found = dict(env), 0
            for m in members(env, row, scene):
                inner[var] = m
                found = term(inner, row, scene) + found
            return found

        return total

    def members(self, over: ir.Collection) -> Code:
        """The members of a collection, after its filter."""
        where = None if over.where is None else self.truth(over.where)
        if isinstance(over, ir.Window):
            held = window(over, self.program, self.fees).members
        else:
            path, role = over.path, over.role
            listed = _fact(role, path)

            def held(env: Env, row: Row | None, scene: Scene) -> Any:
                found = known(listed(env, row, scene))
                if found is ABSENT:
                    return ()
                scene.steps += len(found)
                return found

        if where is None:
            return held
        test, var = where, over.var

        def kept(env: Env, row: Row | None, scene: Scene) -> Any:
            inner, out = dict(env), []
            for m in held(env, row, scene):
                inner[var] = m
                if test(inner, row, scene):
                    out.append(m)
            return out

        return kept


def _wanted(over: ir.Window, body: ir.Expr) -> ir.Expr:
    """What is asked of the members of a window: its filter, and what stands behind it."""
    if over.where is None:
        return body
    return over.where if isinstance(body, ir.Const) and body.value is True else ir.And((over.where, body), body.type)


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, "=": lambda a, b: a == b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


_INSTANTS: dict[str, Callable[[Any, Any], bool]] = {"<": earlier, "<=": not_later, "=": same_moment}


def _every(parts: list[Code]) -> Code:
    def every(env: Env, row: Row | None, scene: Scene) -> bool:
        for part in parts:  # noqa: SIM110 - a generator expression costs more than the parts
            if not part(env, row, scene):
                return False
        return True
    return every


def _some(parts: list[Code]) -> Code:
    def some(env: Env, row: Row | None, scene: Scene) -> bool:
        for part in parts:  # noqa: SIM110
            if part(env, row, scene):
                return True
        return False
    return some


def _guard(places: tuple[int, ...], when_empty: bool, atom: Code) -> Code:
    def guarded(env: Env, row: Row | None, scene: Scene) -> bool:
        assert row is not None
        for place in places:
            if row.cells[place] is EMPTY:
                return when_empty
        return bool(atom(env, row, scene))
    return guarded


def _is_empty(row: Row | None, index: int) -> bool:
    assert row is not None
    if row.cells[index] is EMPTY:
        return True
    raise UnknownTouched


def _cell(row: Row | None, index: int) -> Any:
    assert row is not None
    return filled(row.cells[index])


def _fact(role: str, path: tuple[str, ...]) -> Code:
    if not path:
        raise NoCode("partners")
    if len(path) == 1:
        (only,) = path
        return lambda env, row, scene: getattr(env[role], only)

    def walk(env: Env, row: Row | None, scene: Scene) -> Any:
        at = env[role]
        for step in path:
            at = getattr(at, step, UNKNOWN)
            if at is UNKNOWN or at is ABSENT:
                break
        return at

    return walk
