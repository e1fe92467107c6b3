"""V = H ∧ W ∧ ¬X for one line of a rule, three-valued: a hit, what cannot be decided, or nothing."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from medrules.check import program as ir
from medrules.check.walk import nodes
from medrules.engine.optimized.kleene.alike import Alike, alike
from medrules.engine.optimized.kleene.alike_rows import Segment
from medrules.engine.optimized.kleene.conditions import YES, Compiler
from medrules.engine.optimized.kleene.excuses import excuse, is_shared, may_be_claimed, once
from medrules.engine.optimized.kleene.ground import Env, Ground, Partners
from medrules.engine.optimized.kleene.open_rows import OpenRows
from medrules.engine.optimized.kleene.options import LineOptions, Option, PairOptions, reads_row
from medrules.engine.optimized.kleene.subjects import day_judged, name_of, stay_of, subjects
from medrules.engine.optimized.kleene.truths import Span, Truth, Unsure, conj, disj, missing, neg
from medrules.engine.optimized.kleene.windows import Code, Views, collection
from medrules.engine.optimized.lines import NoCode, base
from medrules.engine.optimized.making import make_undecided, ref_of_line
from medrules.engine.refs import ref
from medrules.engine.report import RESULTS
from medrules.knowledge.table import EMPTY, Row
from medrules.model.reports import Undecided, Unjudged
from medrules.model.rounding import round_div
from medrules.model.values import UNKNOWN

__all__ = ["LineRule", "Verdict"]

MAX_ROWS = 100_000  # rows whose condition is remembered
NO_KIND = Unsure(frozenset(("encounter.visit_kind",)))


@dataclass(slots=True)
class Verdict:
    """What is said of one line. `options`: those that decided a violation, or all, if it is open."""

    line: Any
    answer: Truth
    header: Truth
    options: list[Option]
    claimable: tuple[str, ...] = ()
    segment: Segment | None = None  # whose kinds of rows the options are about


class LineRule:
    """One rule about lines or pairs of lines, compiled. Raises NoCode where the reference has to judge."""

    def __init__(self, rule: ir.Rule, compiler: Compiler) -> None:
        self.rule = rule
        scope = rule.scope
        faults = rule.fault or (ir.RoleFault(rule.judged),)
        self._line: LineOptions | None = None
        self.pair: PairOptions | None = None
        self.relation, self.roles = "item", frozenset((rule.judged,))
        self._members: Views | None = None  # who is at fault, if it is not the subject itself
        self._only: Code | None = None
        match scope:
            case ir.ItemScope(relation=relation):
                if faults != (ir.RoleFault(scope.role),) or rule.judged != scope.role:
                    raise NoCode("lines at fault")
                self.relation = relation
                self._line = LineOptions(scope, compiler)
            case ir.EachScope(relation=relation):
                if rule.judged != scope.role or len(faults) != 1:
                    raise NoCode("lines at fault")
                match faults[0]:
                    case ir.RoleFault(role=role) if role == scope.role:
                        pass
                    case ir.MembersFault(over=over):
                        self._members = collection(over, compiler, 0)
                    case _:
                        raise NoCode("lines at fault")
                self.relation = relation
                self._only = YES if scope.where is None else compiler.truth(scope.where)
            case ir.PairScope():
                if not all(isinstance(f, ir.RoleFault) for f in faults):
                    raise NoCode("lines at fault")
                self.pair = PairOptions(rule, scope, compiler)
                self.roles = frozenset(("first", "second"))
            case _:
                raise NoCode("scope")
        if rule.deduct.per_group:
            raise NoCode("deduction of a group")
        of_rows = self._line or self.pair
        # What lines are told apart by where their key is not known.
        self.alike: Alike | None = None if of_rows is None or self.relation != "item" or of_rows.keys is None else alike(rule, of_rows.keys)
        self._guard = None if rule.guard is None else compiler.truth(rule.guard)
        self._guard_is_shared = self.pair is None and is_shared(rule.guard)
        self._compiler = compiler
        self._asked = None if rule.when is None or rule.mode == "always" else rule.when
        self._empties = () if self._asked is None else tuple(sorted(set(_columns(self._asked))))
        self._by_pattern: dict[tuple[bool, ...], Code] = {}
        self._by_row: dict[int, Code] = {}
        self._rows = None if self.alike is None or self.alike.is_pair else OpenRows(rule, self._asked, compiler, self._when)
        inner = [self.pair is not None or reads_row(e.when, e.but) for e in rule.exempt]
        self._inner = tuple(excuse(e, compiler) for e, own in zip(rule.exempt, inner, strict=True) if own)
        self._outer = tuple(excuse(e, compiler) for e, own in zip(rule.exempt, inner, strict=True) if not own)
        # Whether nothing but the condition is asked of a line whose code is known.
        self.is_bare = self.relation == "item" and self._line is not None and self._line.is_plain and rule.guard is None and not rule.exempt
        self.amount: Code | None = None
        self._scale = 0
        if rule.deduct.kind == "formula" and rule.deduct.expr is not None:
            self.amount, self._scale = compiler.value(rule.deduct.expr), rule.deduct.expr.type.scale
        self._witnesses = tuple(_witnesses(rule, compiler))
        self._steps = sum(1 for _ in nodes(rule.when, rule.guard, *(x for e in rule.exempt for x in (e.when, e.but))))

    def lines(self, ground: Ground) -> Iterator[Any]:
        """All that the rule may speak of: what is under review, of pairs all lines of the patients."""
        if self.relation != "item":
            yield from subjects(self.relation, ground)
        elif self._line is not None:
            yield from self._line.meant(ground)
        else:
            for encounter in {id(e if e.patient is UNKNOWN else e.patient): e for e in ground.facts.current}.values():
                yield from ground.lines_of(encounter)

    # ------------------------------------------------------------ the verdict

    def judge(self, line: Any, ground: Ground, segment: Segment | None = None) -> Verdict | None:
        """The verdict on one line; None where the rule says nothing of it. segment: rows by kind, for a line that any of them may mean."""
        rule = self.rule
        if self._only is None and line.code is UNKNOWN and self.relation != "raw_item":
            return None  # one Unjudged entry says so
        day = day_judged(line, ground)
        if day is None or not rule.valid_from <= day < rule.valid_to:
            return None
        if self.relation == "item":
            worth = base(line, rule.header.fees, ground.facts.door)
            if worth is not UNKNOWN and worth <= 0:
                return None
        header: Truth = True
        if self._only is not None:
            return self._of_one(line, day, self._only, ground)
        if self._line is None:
            assert self.pair is not None
            options = self.pair.of(line, day, ground, segment)
            if not options:
                return None
            if self._guard is not None:
                header = self._guard({**options[0].env, self.rule.judged: line}, options[0].row, ground)
            return None if header is False else self._verdict(line, header, options, ground, segment)
        env = self._line.env(line, day)
        if self._guard is not None:
            header = once(self._guard, self._guard_is_shared, env, None, line, ground)
            if header is False:
                return None
        if segment is not None and segment.is_plain and self._rows is not None and not self._inner and not self._line.where_reads_row:
            return self._by_kinds(line, header, env, segment, ground)
        options = self._line.of(line, day, env, ground, segment)
        return self._verdict(line, header, options, ground, segment) if options else None

    def triggers(self, line: Any, rows: Iterable[Row], ground: Ground) -> Truth:
        """The answer for a line with code and day, given the rows of its code in force, if the rule is bare and no row restricts it."""
        env = self._line.env(line, line.on) if self._line is not None else {}
        options = [Option(row, env, True) for row in rows]
        ground.meter.spend(len(options) * self._steps)
        return self._condition(options, ground)[1]

    def _by_kinds(self, line: Any, header: Truth, env: Env, segment: Segment, ground: Ground) -> Verdict | None:
        """The verdict on a line that any row of a table may mean, the rows asked together."""
        assert self._line is not None and self._rows is not None
        if not segment.rows:
            return None
        ground.meter.spend(len(segment.rows) + self._steps)
        unknown = self._line.unknown(line, env, ground)
        if unknown is False:
            return None
        w = self._rows.triggers(segment, unknown, env, ground)
        if w is False:
            return None
        x = False if not self._outer else disj([once(e.holds, e.is_shared, env, None, line, ground) for e in self._outer])
        return None if x is True else Verdict(line, conj((header, w, neg(x))), header, [], segment=segment)

    def stands(self, line: Any, ground: Ground) -> Truth:
        """Whether a single line passes 其中 that asks for the line alone."""
        assert self._line is not None
        return self._line.stands(line, ground)

    def may_join(self, line: Any, other: Any, ground: Ground) -> bool:
        """Whether another line passes 其中 with this one, where that asks for the two lines alone."""
        assert self.pair is not None
        return self.pair.passes(line, other, ground)

    def _of_one(self, subject: Any, day: int, where: Code, ground: Ground) -> Verdict | None:
        """The verdict on a prescription or an encounter."""
        env: Env = {self.rule.judged: subject, "@day": day}
        header = True if self._guard is None else self._guard(env, None, ground)
        if header is False:
            return None
        holds = where(env, None, ground)
        return None if holds is False else self._verdict(subject, header, [Option(None, env, holds)], ground)

    def at_fault(self, v: Verdict, ground: Ground) -> list[Any]:
        """The subject, or the members of it that the rule names, as far as something is left to judge of them."""
        if self._members is None:
            return [] if v.line.__class__ is Partners else [v.line]
        view = self._members(v.options[0].env, None, ground)
        if isinstance(view, Unsure):
            return []
        return [m for m, t in view.members if t is True and (
            type(m).key != "item" or (worth := base(m, self.rule.header.fees, ground.facts.door)) is UNKNOWN or worth > 0)]

    def option(self, line: Any, points: tuple[str, ...]) -> Option | None:
        """The option by which a finding with these knowledge points speaks; None if that is not plain to see."""
        if self._line is None:
            return None
        held = self._line.with_point(line, points[0]) if points else [None]
        return Option(held[0], self._line.env(line, line.on), True) if len(held) == 1 else None

    def _verdict(
        self, line: Any, header: Truth, options: list[Option], ground: Ground, segment: Segment | None = None
    ) -> Verdict | None:
        ground.meter.spend(len(options) * self._steps)
        first = options[0]
        terms, w = self._condition(options, ground)
        if w is False:
            return None
        x = False if not self._outer else disj([once(e.holds, e.is_shared, first.env, first.row, line, ground) for e in self._outer])
        if x is True:
            return None
        answer = conj((header, w, neg(x)))
        if answer is not True:
            return Verdict(line, answer, header, options, segment=segment)
        decided = [o for o, t in zip(options, terms, strict=True) if t is True]
        return Verdict(line, True, header, decided, self._claimable(first, decided, ground))

    def _condition(self, options: list[Option], ground: Ground) -> tuple[list[Truth], Truth]:
        """Per option whether it triggers, and W."""
        terms: list[Truth] = []
        if self.rule.mode != "must":
            for o in options:
                when = self._when(o.row)
                t: Truth = when(o.env, o.row, ground) if o.holds is True else conj((o.holds, when(o.env, o.row, ground)))
                if self._inner and t is not False:
                    t = conj((t, neg(self._excused(o, ground))))
                terms.append(t)
            return terms, terms[0] if len(terms) == 1 else disj(terms)
        met: list[Truth] = []
        held: Truth
        if not self._inner and all(o.holds is True for o in options):  # the common case: one row that is met silences all
            for o in options:
                held = self._when(o.row)(o.env, o.row, ground)
                if held is True:
                    return terms, False
                met.append(held)
            return [t if t.__class__ is Unsure else True for t in met], neg(disj(met))
        for o in options:
            held = self._when(o.row)(o.env, o.row, ground)
            if self._inner and held is not True:
                held = disj((held, self._excused(o, ground)))
            met.append(held if o.holds is True else conj((o.holds, held)))
            terms.append(conj((o.holds, neg(held))))
        return terms, conj((disj(terms), neg(disj(met))))

    def _when(self, row: Row | None) -> Code:
        """The condition, for rows whose cells are empty in the same places."""
        if self._asked is None:
            return YES
        found = self._by_row.get(id(row))  # a table keeps the rows it has made
        if found is None:
            pattern = () if row is None else tuple([row.cells[p] is EMPTY for p in self._empties])
            found = self._by_pattern.get(pattern)
            if found is None:
                empty = dict(zip(self._empties, pattern, strict=False))
                found = self._by_pattern[pattern] = self._compiler.knowing(empty).truth(self._asked)
            if len(self._by_row) < MAX_ROWS:
                self._by_row[id(row)] = found
        return found

    def _excused(self, o: Option, ground: Ground) -> Truth:
        return disj([e.holds(o.env, o.row, ground) for e in self._inner])

    def _claimable(self, first: Option, decided: list[Option], ground: Ground) -> tuple[str, ...]:
        """Exemptions that were not declared only because the door cannot carry what they ask for."""
        if not self._inner and not self._outer:
            return ()
        line = first.env.get(self.rule.judged)
        found = {
            e.label for e in self._outer
            if once(e.open, e.is_shared, first.env, first.row, line, ground).__class__ is Unsure
            and once(e.holds, e.is_shared, first.env, first.row, line, ground) is False}
        found.update(e.label for e in self._inner if any(may_be_claimed(e, o, ground) for o in decided))
        return tuple(sorted(found))

    # ------------------------------------------------------------ what it says

    def open_entry(self, v: Verdict) -> Undecided | Unjudged | None:
        """What is said of a line that cannot be decided: an entry of its own, or its encounter's one."""
        encounter, header = stay_of(v.line), v.header
        if encounter is not UNKNOWN and header.__class__ is Unsure and encounter.visit_kind is UNKNOWN and (
            missing(encounter, "visit_kind", "encounter.visit_kind", NO_KIND).causes <= header.causes
        ):
            return Unjudged(ref(encounter), "scene")
        if self.relation == "raw_item" and v.line.code is UNKNOWN:
            return None  # the line itself is reported as unjudged
        assert isinstance(v.answer, Unsure)
        points: Collection[str]
        if v.segment is None:
            points = {p for o in v.options if o.row is not None for p in (o.row.point, *o.others)}
        else:
            points = v.segment.points(sorted({o.kind for o in v.options})) if v.options else v.segment.all_points()
        return self.undecided(
            v.line, v.answer.causes, points if isinstance(points, tuple) else tuple(points) if len(points) == 1 else tuple(sorted(points)))

    def undecided(self, line: Any, causes: frozenset[str], points: tuple[str, ...]) -> Undecided:
        """The entry of a line or subject that stays open by these knowledge points (sorted)."""
        rule = self.rule
        return make_undecided(
            rule.parent, rule.code, rule.name, ref_of_line(line) if self.relation == "item" else name_of(line),
            tuple(causes) if len(causes) == 1 else tuple(sorted(causes)), points)

    def speaking(self, v: Verdict) -> list[Option]:
        """The options with the gravest result."""
        own = self.rule.header.result
        if all(o.row is None or o.row.result is None for o in v.options):
            return v.options
        results = [weaker(own, o.row) for o in v.options]
        gravest = min(results, key=RESULTS.index)
        return [o for o, r in zip(v.options, results, strict=True) if r == gravest]

    def claim(self, line: Any, options: list[Option], ground: Ground) -> int | None:
        """Fen that some options claim on a line; None if one of them does not know."""
        worth: Any = base(line, self.rule.header.fees, ground.facts.door)
        if worth is UNKNOWN:
            return None
        if self.amount is None:
            return int(max(worth, 0))
        best = 0
        for o in options:
            found = fen(self.amount(o.env, o.row, ground), self._scale)
            if found is None:
                return None
            best = max(best, min(found, max(worth, 0)))
        return best

    def involved(self, v: Verdict, ground: Ground) -> tuple[Any, ...]:
        """Partners, and witnesses of 有 同期明细."""
        found: dict[int, Any] = {}
        for o in v.options:
            if o.partner is not None:
                found[id(o.partner)] = o.partner
            for places, witnesses in self._witnesses:
                if o.row is None or all(o.row.cells[p] is not EMPTY for p in places):
                    for m in witnesses(o.env, o.row, ground):
                        found[id(m)] = m
        found.pop(id(v.line), None)
        return tuple(found.values())


def weaker(own: Any, row: Row | None) -> Any:
    """The weaker of the rule's result and the row's."""
    return own if row is None or row.result is None else max(own, row.result, key=RESULTS.index)


def fen(value: Any, scale: int) -> int | None:
    """A formula's value in fen, half up; of a span what is certain."""
    if value.__class__ is Span:
        value = value.lo
    if value.__class__ is not int:
        return None
    return value if scale == 2 else round_div(value * 100, 10**scale)


def _columns(e: ir.Expr) -> Iterator[int]:
    """Columns whose being empty the condition asks for."""
    for n in nodes(e):
        if isinstance(n, ir.Guard):
            yield from (c.index for c in n.columns if c.index >= 0)
        elif isinstance(n, ir.Attested) and n.column is not None:
            yield n.column.index


def _witnesses(rule: ir.Rule, compiler: Compiler) -> Iterator[tuple[tuple[int, ...], Code]]:
    """有 同期明细 where it stands unnegated, with the cells that take its place when empty."""
    if rule.mode == "when" and rule.when is not None:
        for places, quant in _positive(rule.when, ()):
            if isinstance(quant.over, ir.Window) and quant.over.entity == "item":
                yield places, compiler.witnesses(quant)


def witnesses_by_name(rule: ir.Rule, compiler: Compiler) -> Iterator[tuple[str, tuple[int, ...], Code]]:
    """Every existential that stands unnegated: its variable, the cells that take its place, its witnesses."""
    if rule.mode == "when" and rule.when is not None:
        for places, quant in _positive(rule.when, ()):
            yield quant.over.var, places, compiler.witnesses(quant)


def _positive(e: ir.Expr, places: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], ir.Quant]]:
    match e:
        case ir.And() | ir.Or():
            for a in e.args:
                yield from _positive(a, places)
        case ir.Guard():
            yield from _positive(e.atom, (*places, *(c.index for c in e.columns if c.index >= 0)))
        case ir.Quant(kind="any"):
            yield places, e
