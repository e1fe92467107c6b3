"""What one rule is checked in: the pack's tables, sets and parameters around it, its own lets and row, and what was met on the way."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType

from medrules.check.names import Bound, Place
from medrules.check.program import Col, Expr, ParamTable
from medrules.check.reporting import Refused, Sink
from medrules.diagnostics import Span
from medrules.knowledge.catalogue import Catalogue
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import Table
from medrules.language import nodes as ast
from medrules.model.types import Type

_NAMED_FROM = 100  # variables of named members are numbered from here

__all__ = ["Let", "NamedDefinition", "RuleContext", "World"]


@dataclass(frozen=True, slots=True)
class NamedDefinition:
    """A 定义 and the file it stands in."""

    declaration: ast.DefinitionDecl
    sink: Sink


@dataclass(frozen=True, slots=True)
class World:
    """Everything of the pack that rules may name. Each mapping knows both twins of a name."""

    tables: Mapping[str, Table]
    codesets: Mapping[str, CodeSet]
    catalogues: Mapping[str, Catalogue]
    params: Mapping[str, ParamTable]
    definitions: Mapping[str, NamedDefinition]
    broken: frozenset[str] = frozenset()  # parameters and definitions that are told to be wrong elsewhere
    failed_tables: frozenset[str] = frozenset()  # tables that are told to be unreadable elsewhere


@dataclass(frozen=True, slots=True)
class Let:
    """A 令 as written, and the file it stands in (a rule named by 同 may stand in another)."""

    node: ast.Let
    sink: Sink


@dataclass(slots=True)
class RuleContext:
    """The state of checking one rule. `value_of` and `truth_of` are the two ways to check an expression; they are handed in so
    that each kind of expression lives in its own file."""

    world: World
    sink: Sink
    value_of: Callable[[RuleContext, ast.Expr, Place, Type | None], Expr]
    truth_of: Callable[[RuleContext, ast.Expr, Place], Expr]
    lets: Mapping[str, Let] = field(default_factory=lambda: MappingProxyType({}))
    row: str = ""  # the name of the row, "" when the scope has none
    table: Table | None = None
    witnesses: dict[str, Bound] = field(default_factory=dict)  # 记为 names of existentials in the condition
    unread_lets: frozenset[str] = frozenset()
    told: set[str] = field(default_factory=set)  # first words of names that are told to be unknown
    used_lets: set[str] = field(default_factory=set)
    used_definitions: dict[str, None] = field(default_factory=dict)
    polarity: dict[Col, dict[bool, tuple[Sink, Span | None]]] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)  # lets and definitions being expanded
    _known: dict[tuple[object, ...], Expr | None] = field(default_factory=dict)
    _roles: dict[int, Mapping[str, Bound]] = field(default_factory=dict)
    here: Span | None = None  # the condition being checked
    _vars: int = 0

    def value(self, node: ast.Expr, place: Place, expected: Type | None = None) -> Expr:
        return self.value_of(self, node, place, expected)

    def truth(self, node: ast.Expr, place: Place) -> Expr:
        return self.truth_of(self, node, place)

    def variable(self, place: Place, named: bool = False) -> str:
        """The variable of a quantifier or window: by nesting, so that equal expressions are equal wherever they stand; one of
        its own for a member that the author named in the condition, because 违规 and 说明 may speak of it."""
        if not named or place.clause != "when" or place.level:
            return f"v{place.level + 1}"
        self._vars += 1
        return f"v{_NAMED_FROM + self._vars}"

    def table_named(self, name: str) -> Table:
        return self.world.tables[name]

    @contextmanager
    def reporting_in(self, sink: Sink) -> Iterator[None]:
        """Report in another file while an expression that stands there is expanded."""
        before, self.sink = self.sink, sink
        try:
            yield
        finally:
            self.sink = before

    @contextmanager
    def expanding(self, name: str) -> Iterator[bool]:
        """Mark a let or definition as being expanded; gives False when it already is (it names itself)."""
        fresh = name not in self._open
        self._open.append(name)
        try:
            yield fresh
        finally:
            self._open.pop()

    def remembered(self, name: tuple[object, ...], place: Place, make: Callable[[], Expr]) -> Expr:
        """The value of a let or definition for one way of reading it: shared, so that chains of them do not grow with every
        use. The roles of a place are told apart by identity, and kept so that none is mistaken for another."""
        self._roles[id(place.roles)] = place.roles
        key = (*name, id(place.roles), place.judged, place.clause, place.when_empty, place.guarding, place.recording,
               place.nouns, place.depth, place.level)
        if key not in self._known:
            try:
                self._known[key] = make()
            except Refused:
                self._known[key] = None  # told once; asked again for every use it would be told as often
                raise
        found = self._known[key]
        if found is None:
            raise Refused
        return found

    def record(self, columns: tuple[Col, ...], when_empty: bool) -> None:
        for column in columns:
            self.polarity.setdefault(column, {}).setdefault(when_empty, (self.sink, self.here))
