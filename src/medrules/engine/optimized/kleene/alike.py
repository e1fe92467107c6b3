"""Lines that look alike to a rule are answered alike: where nothing tells them apart, one is judged for all.

Used where a line's key is not known, so that every row of a table may speak of it, and of every line of the request the same: then the
answer hangs on few facts. What a rule reads of a line is known when it is compiled; two lines that agree in all of it, and stand among
lines that agree in all of it, get the same answer. Of those other lines one of each kind stands for its kind (where the rule asks which
line came first: one before and one behind), and of the table's rows one of each kind (`alike_rows`).

Only answers that stay open are shared: they name causes and knowledge points, which sets of like lines and rows do not change.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from medrules.check import program as ir
from medrules.check.walk import Node, nodes
from medrules.engine.optimized.kleene.alike_rows import AlikeRows
from medrules.engine.optimized.kleene.ground import Ground, at_of, day_of, reader
from medrules.engine.optimized.kleene.keys import Keys
from medrules.engine.optimized.kleene.truths import Span, Unsure
from medrules.engine.optimized.lines import base
from medrules.model.values import Frame

__all__ = ["Alike", "Kin", "alike"]

Read = Callable[[Any], Any]
PLAIN: Final = (ir.Const, ir.AgeAt, ir.Arith, ir.Choose, ir.Ratio, ir.CmpRatio, ir.And, ir.Or, ir.Not, ir.Has, ir.Truth, ir.Guard, ir.Param,
                ir.Attested, ir.Declared, ir.Quant)
PRIMITIVES: Final = frozenset(("judged_on", "distance", "difference", "min", "max", "proportion", "in_unit"))
CONTAINERS: Final = frozenset(("codes", "list", "range", "catalogue"))
BY_DAY: Final = frozenset(("day", "month", "quarter", "year", "encounter"))  # spans that ask for the day or the stay alone
SAME: Final = frozenset(("patient", "institution", "encounter", "day", "month", "quarter", "year"))
OF_USE: Final = ("use_period", "days", "begin")
MAX_KINDS: Final = 200  # kinds of lines in one request beyond which nothing is gained


class _Unlike(Exception):
    """The rule asks for something that tells lines apart, or that is not looked into here."""


class Alike:
    """What one rule reads of lines, and of the rows of its table."""

    def __init__(self, rule: ir.Rule, keys: Keys, columns: tuple[int, ...]) -> None:
        self.keys, self.columns = keys, columns
        self._fees = rule.header.fees
        kind: dict[tuple[str, ...], Read] = {("line_kind",): reader(("line_kind",), "item.line_kind")}
        # What is read of the line itself, and of those around it.
        self._own: dict[tuple[str, ...], Read] = dict(kind)
        self._others: dict[tuple[str, ...], Read] = dict(kind)
        self._cells: set[int] = set()
        self._joining: set[int] = set()
        self.looks_around = isinstance(rule.scope, ir.PairScope)
        self.is_ordered = False
        scope = rule.scope
        assert isinstance(scope, (ir.ItemScope, ir.PairScope))
        self._judged = frozenset((rule.judged,)) if isinstance(scope, ir.ItemScope) else frozenset(("first", "second"))
        if isinstance(scope, ir.PairScope):
            self._look_in(scope.frame)
        asked = [x for x in (
            scope.where, rule.guard, rule.when, *(part for e in rule.exempt for part in (e.when, e.but))) if x is not None]
        windows = [n for n in nodes(*asked) if isinstance(n, ir.Window)]
        self._around = self._judged if isinstance(scope, ir.PairScope) else frozenset(w.var for w in windows)
        ranks = {id(x) for n in nodes(*asked) if isinstance(n, ir.Cmp) and n.op == "<" and self._is_rank(n.a) and self._is_rank(n.b) for x in (n.a, n.b)}
        for node in nodes(*asked):
            if id(node) in ranks:
                self.is_ordered = True
            else:
                self._ask(node, rule)
        self.rows = AlikeRows(keys.table, self._cells, self._joining)

    # ------------------------------------------------------------ what the rule asks for

    def _is_rank(self, e: ir.Expr) -> bool:
        return isinstance(e, ir.Fact) and e.path == ("rank",) and e.role in self._judged | self._around

    def _ask(self, node: Node, rule: ir.Rule) -> None:
        match node:
            case ir.Fact(role=role, path=path):
                if not path:
                    raise _Unlike
                for roles, reads in ((self._judged, self._own), (self._around, self._others)):
                    if role in roles and (path[0] != "encounter" or len(path) == 1):
                        reads.setdefault(path, reader(path, node.field, node.links))
            case ir.Col(index=index) if index >= 0:
                self._cells.add(index)
            case ir.Prim(op=op) if op in PRIMITIVES:
                pass
            case ir.Cmp():
                pass
            case ir.In(how=how) if how in CONTAINERS:
                pass
            case ir.Members(path=path, entity=entity) if path[:1] == ("encounter",) and entity not in ("item", "raw_item"):
                pass
            case ir.Agg(over=ir.Members()):
                pass
            case ir.Window():
                self._look_through(node, rule)
            case _ if isinstance(node, PLAIN):
                pass
            case _:
                raise _Unlike

    def _look_through(self, over: ir.Window, rule: ir.Rule) -> None:
        if over.entity != "item" or over.course_gap is not None or over.anchor != rule.judged or not isinstance(rule.scope, ir.ItemScope):
            raise _Unlike
        self.looks_around = True
        self._look_in(over.frame)
        for key in over.same:
            match key.kind:
                case "column":
                    self._joining.add(key.column)
                case "prescription":
                    self._compare(("rx_no",), "item.rx_no")
                case "field":
                    self._compare(key.path, key.field)
                case kind if kind in SAME:
                    pass
                case _:
                    raise _Unlike

    def _look_in(self, frame: ir.Expr) -> None:
        """What the span asks for in which lines have to stand together."""
        match frame:
            case ir.Const(value=Frame(kind=kind)) if kind in BY_DAY:
                pass
            case ir.Const(value=Frame(kind="prescription")):
                self._compare(("rx_no",), "item.rx_no")
            case ir.Const(value=Frame(kind="use_overlap")):
                for name in OF_USE:
                    self._compare((name,), f"item.{name}")
            case _:
                raise _Unlike

    def _compare(self, path: tuple[str, ...], field: str) -> None:
        """A fact of the line is compared with the same fact of others."""
        for reads in (self._own, self._others):
            reads.setdefault(path, reader(path, field))

    # ------------------------------------------------------------ what a line is

    def is_open(self, line: Any) -> bool:
        """Whether the table may speak of a line by any of its rows."""
        return all(self.keys.fact(line, c).__class__ is Unsure for c in self.columns)

    def look(self, line: Any, ground: Ground) -> Any:
        """All that the rule reads of a line that it judges."""
        return self._look(line, self._own, ground)

    def _look(self, line: Any, reads: dict[tuple[str, ...], Read], ground: Ground) -> Any:
        facts = ground.facts
        worth = base(line, self._fees, facts.door)
        at = at_of(line)
        return (
            id(line.encounter), ground.is_reviewed(line), _said(day_of(line)), worth.__class__ is int and worth <= 0,
            _said(at) if at.__class__ is Unsure else at.lo > facts.business_time.hi,
            *[_said(self.keys.fact(line, c)) for c in self.columns], *[_said(read(line)) for read in reads.values()])

    def kin(self, line: Any, ground: Ground) -> Kin | None:
        """The lines of one patient by what they are; None where they cannot be told apart by it, or are not all open."""
        lines = ground.lines(line)
        if len({(id(m.encounter), m.position) for m in lines}) < len(lines) or not all(map(self.is_open, lines)):
            return None
        kinds: dict[Any, list[Any]] = {}
        for m in lines:
            kinds.setdefault(self._look(m, self._others, ground), []).append(m)
            if len(kinds) > MAX_KINDS:
                return None
        if self.is_ordered:
            ranks = [m.rank for m in lines]
            if not all(rank.__class__ is int for rank in ranks) or len(set(ranks)) < len(ranks):
                return None
            for held in kinds.values():
                held.sort(key=_rank)
        return Kin(self, tuple(kinds.values()))


class Kin:
    """The lines of one patient, by what a rule reads of them when it looks around another one."""

    __slots__ = ("_alike", "_kinds", "_place")

    def __init__(self, alike: Alike, kinds: tuple[list[Any], ...]) -> None:
        self._alike, self._kinds = alike, kinds
        self._place = {id(m): n for n, held in enumerate(kinds) for m in held}

    def standing(self, line: Any, ground: Ground) -> tuple[Any, ...]:
        """What the line is, and which kinds are around it (before it, behind it)."""
        own = self._place[id(line)]
        if not self._alike.is_ordered:
            return self._alike.look(line, ground), own, len(self._kinds[own]) > 1
        rank = line.rank
        return self._alike.look(line, ground), own, *[(held[0].rank < rank, held[-1].rank > rank) for held in self._kinds]

    def around(self, line: Any) -> tuple[Any, ...]:
        """The line, and of each kind one line (one before it and one behind it)."""
        return (line, *{id(m): m for m in self._ends(line)}.values())

    def _ends(self, line: Any) -> Iterator[Any]:
        for held in self._kinds:
            others = (held[0], held[-1]) if self._alike.is_ordered else [m for m in held[:2] if m is not line][:1]
            yield from (m for m in others if m is not line)


def _rank(line: Any) -> int:
    return line.rank  # type: ignore[no-any-return]


def _said(v: Any) -> Any:
    """A value that equals another one only if rules cannot tell them apart."""
    if v.__class__ is Unsure:
        return Unsure, v.causes
    if v.__class__ is Span:
        return Span, v.lo, v.hi, v.causes
    return v


def alike(rule: ir.Rule, keys: Keys) -> Alike | None:
    """What a rule reads of lines whose keys are not known; None where that cannot be said."""
    rows, columns = keys.table.rows, tuple(range(len(keys.table.key_fields)))
    if not len(rows) or keys.has_prefixes or any(keys.is_loose(c) for c in columns) or (
        isinstance(rule.scope, ir.ItemScope) and len(columns) > 1) or rows.where("excluded", bool) or rows.where("same_site", bool):
        return None
    try:
        return Alike(rule, keys, columns)
    except _Unlike:
        return None
