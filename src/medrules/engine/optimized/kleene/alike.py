"""What one rule can tell lines apart by, found when the rule is compiled.

Used where a line's key is not known, so that every row of a table may speak of it, and of every line of the request the same. Two lines
that agree in all that the rule reads of them, and stand among lines that agree in all that it reads of those, get the same answer
(`sharing`). A rule that asks for more than is looked into here has no `Alike`, and each line is judged for itself.
"""
from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from medrules.check import program as ir
from medrules.check.walk import Node, nodes, parts
from medrules.engine.optimized.kleene.alike_rows import AlikeRows
from medrules.engine.optimized.kleene.ground import Ground, at_of, day_of, reader
from medrules.engine.optimized.kleene.keys import Keys
from medrules.engine.optimized.kleene.truths import Span, Unsure
from medrules.engine.optimized.lines import base
from medrules.model.values import UNKNOWN, Frame, Instant

__all__ = ["Alike", "Reads", "alike"]

Read = Callable[[Any], Any]
PLAIN: Final = (ir.Const, ir.AgeAt, ir.Arith, ir.Choose, ir.Ratio, ir.Cmp, ir.CmpRatio, ir.And, ir.Or, ir.Not, ir.Has, ir.Truth, ir.Guard,
                ir.Param, ir.Attested, ir.Declared, ir.Quant)
PRIMITIVES: Final = frozenset(("judged_on", "distance", "difference", "min", "max", "proportion", "in_unit"))
CONTAINERS: Final = frozenset(("codes", "list", "range", "catalogue"))
BY_DAY: Final = frozenset(("day", "month", "quarter", "year", "encounter"))  # spans that ask for the day or the stay alone
SAME: Final = frozenset(("patient", "institution", "encounter", "day", "month", "quarter", "year"))


class _Unlike(Exception):
    """The rule asks for something that is not looked into here."""


class Reads:
    """Facts that are read of a line. form: equal for equal facts. base: what every rule asks; None if this is that."""

    __slots__ = ("_fees", "_reads", "base", "form")

    def __init__(self, reads: dict[tuple[str, ...], Read], fees: str, is_base: bool = False, keyed: tuple[str, ...] = ()) -> None:
        """keyed: the facts by which a table may speak of a line; whether they are known (`Alike.is_open`) is remembered with the sort."""
        self._fees = fees
        self._reads = tuple([reads[path] for path in sorted(reads)])
        self.form = fees, is_base, keyed, tuple(sorted(reads))
        self.base = None if is_base else Reads(_BASE, fees, True)

    def of(self, line: Any, ground: Ground) -> tuple[Any, ...]:
        """All that is read of a line (for the base: its stay, its day, whether it counts)."""
        found = [_said(read(line)) for read in self._reads]
        if self.base is not None:
            return tuple(found)
        facts = ground.facts
        worth = base(line, self._fees, facts.door)
        at = at_of(line)
        return (
            id(line.encounter), ground.is_reviewed(line), _said(day_of(line)), worth.__class__ is int and worth <= 0,
            _said(at) if at.__class__ is Unsure else at.lo > facts.business_time.hi, *found)


class Alike:
    """What one rule reads of lines, and of the rows of its table.

    where: of a line by 其中, where that asks for nothing else. own: of the line that is judged, besides. others: of those around it.
    is_ordered: whether it asks which of two lines comes first.
    """

    def __init__(self, rule: ir.Rule, keys: Keys, columns: tuple[int, ...]) -> None:
        self.keys, self.columns = keys, columns
        scope = rule.scope
        assert isinstance(scope, (ir.ItemScope, ir.PairScope))
        self._rule, self.is_pair = rule, isinstance(scope, ir.PairScope)
        self._judged = frozenset(("first", "second")) if self.is_pair else frozenset((rule.judged,))
        self._cells: set[int] = set()
        self._joining: set[int] = set()
        asked = [x for x in (rule.guard, rule.when, *(part for e in rule.exempt for part in (e.when, e.but))) if x is not None]
        where = [] if scope.where is None else [scope.where]
        windows = [n for n in nodes(*asked, *where) if isinstance(n, ir.Window)]
        self._around = self._judged if self.is_pair else frozenset(w.var for w in windows)
        self.looks_around = self.is_pair or bool(windows)
        of_where: dict[tuple[str, ...], Read] = {}
        keyed: dict[tuple[str, ...], Read] = {
            (field,): partial(keys.fact, column=c) for c, field in enumerate(keys.table.key_fields)}
        self._own, self._others = dict(keyed), dict(keyed)
        self._asks_first(*asked, *where)
        # 其中 that asks for the line (or the two lines) alone.
        is_plain = bool(where) and not any(isinstance(n, (ir.Col, ir.Guard, ir.Window, ir.Members, ir.Quant)) or (
            isinstance(n, ir.Attested) and n.column is not None) for n in nodes(*where)) and not self.is_ordered
        for node in nodes(*where):
            if is_plain:
                self._ask(node, of_where, None)
            if not is_plain or self.is_pair:
                self._ask(node, self._own, self._others)
        for node in nodes(*asked):
            self._ask(node, self._own, self._others)
        if isinstance(scope, ir.PairScope):
            self._look_in(scope.frame)
        fees = rule.header.fees
        self.where = Reads(_unsaid(of_where), fees) if is_plain else None
        self.own = Reads(_unsaid(self._own), fees, keyed=tuple([keys.table.key_fields[c] for c in columns]))
        self.others = Reads(_unsaid(self._others), fees)
        self.rows = AlikeRows(keys.table, self._cells, self._joining)

    def is_open(self, line: Any) -> bool:
        """Whether the table may speak of a line by any of its rows."""
        return all(self.keys.fact(line, c).__class__ is Unsure for c in self.columns)

    # ------------------------------------------------------------ what the rule asks for

    def _asks_first(self, *roots: Node) -> None:
        """Whether it is asked which of two lines comes first; their places are to be read for nothing else."""
        def is_rank(e: Any) -> bool:
            return isinstance(e, ir.Fact) and e.path == ("rank",) and e.role in self._judged | self._around

        self.is_ordered = False
        self._ranks: set[int] = set()
        for n in nodes(*roots):
            ranks = [p for p in parts(n) if is_rank(p)]
            if len(ranks) == 2 and isinstance(n, ir.Cmp) and n.op == "<":
                self.is_ordered = True
                self._ranks.update(map(id, ranks))
            elif ranks:
                raise _Unlike

    def _ask(self, node: Node, own: dict[tuple[str, ...], Read], others: dict[tuple[str, ...], Read] | None) -> None:
        match node:
            case ir.Fact(role=role, path=path):
                if not path:
                    raise _Unlike
                if id(node) in self._ranks or (path[0] == "encounter" and len(path) > 1):
                    return
                if role in self._judged:
                    own.setdefault(path, reader(path, node.field, node.links))
                if others is not None and role in self._around:
                    others.setdefault(path, reader(path, node.field, node.links))
            case ir.Col(index=index) if index >= 0:
                self._cells.add(index)
            case ir.Prim(op=op) if op in PRIMITIVES:
                pass
            case ir.In(how=how) if how in CONTAINERS:
                pass
            case ir.Members(path=path, entity=entity) if path[:1] == ("encounter",) and entity not in ("item", "raw_item"):
                pass
            case ir.Agg(over=ir.Members()):
                pass
            case ir.Window():
                self._look_through(node)
            case _ if isinstance(node, PLAIN):
                pass
            case _:
                raise _Unlike

    def _look_through(self, over: ir.Window) -> None:
        if over.entity != "item" or over.course_gap is not None or over.anchor != self._rule.judged or self.is_pair:
            raise _Unlike
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
                for name in ("use_period", "days"):
                    self._compare((name,), f"item.{name}")
                if not self.is_pair:  # how far back the window reaches
                    self._own["begin",] = self._others["begin",] = _begins
            case _:
                raise _Unlike

    def _compare(self, path: tuple[str, ...], field: str) -> None:
        """A fact of the line is compared with the same fact of others."""
        for reads in (self._own, self._others):
            reads.setdefault(path, reader(path, field))


_BASE: Final[dict[tuple[str, ...], Read]] = {(name,): reader((name,), f"item.{name}") for name in ("line_kind", "on", "generic", "product")}


def _unsaid(reads: dict[tuple[str, ...], Read]) -> dict[tuple[str, ...], Read]:
    """What the base does not read already."""
    return {path: read for path, read in reads.items() if path not in _BASE}


def _begins(line: Any) -> Any:
    """The day on which the use of a line begins, if that is known."""
    begin = getattr(line, "begin", UNKNOWN)
    return begin.day if begin.__class__ is Instant else None


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
