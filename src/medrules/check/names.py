"""Scopes of names: which entity, fact, column, let, parameter or definition a word of the author means at a place.

Order: the member that a quantifier's body repeats, members and roles, lets, the row, `参数`, definitions, entities that the
judged one reaches (患者, 就诊, 机构 …). Words of enumerations (住院, 三级) are no names: `expressions.words` gives them a value
where the other side says which enumeration is meant.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal

from medrules.check.program import RESERVED, Col, Fact, Ref
from medrules.diagnostics.nearest import nearest
from medrules.knowledge.table import Table
from medrules.model.entity import Field
from medrules.model.schema import SCHEMA
from medrules.model.types import TEXT, Type, entity

__all__ = [
    "PARAMETER_WORDS", "WINDOW_NOUNS", "Bound", "Clause", "Place", "bare", "column_of", "reach", "singular", "step", "suggestion", "under",
]

PARAMETER_WORDS: Final = frozenset({"参数", "parameter", "param"})
# The lines around the judged one, as a collection of a window.
WINDOW_NOUNS: Final = frozenset({"同期明细", "same_period_item", "same_period_items", "peer", "peers"})

# Reserved columns of every table that a rule may print, by word.
_RESERVED_WORDS: Final[Mapping[str, int]] = MappingProxyType({
    "原文": -1, "source_text": -1, "text": -1, "知识点号": -2, "point": -2, "来源": -3, "source": -3, "批次": -4, "batch": -4,
    "地区": -5, "area": -5,
})

_RESERVED_ZH: Final[Mapping[int, str]] = MappingProxyType({-1: "原文", -2: "知识点号", -3: "来源", -4: "批次", -5: "地区"})

Clause = Literal["scope", "must", "when", "unless", "but", "let", "deduct", "message", "fault", "header"]


@dataclass(frozen=True, slots=True)
class Bound:
    """An entity that a name stands for: `env[role]` and the steps from there. `entity` "" = a plain value (a member of a list
    of codes) of type `type`."""

    role: str
    entity: str
    path: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    optional: bool = False
    type: Type = TEXT

    @property
    def value_type(self) -> Type:
        return entity(self.entity) if self.entity else self.type


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: what its names mean, whose facts bare names are, and how empty cells count.

    nouns: collections whose name inside this body means the member. scope_words: words that the scope itself binds, which a
    member may not take over. when_empty / guarding: see `guards`; guarding is off inside a quantifier, whose whole is guarded.
    depth: how many quantifiers and windows stand around; level: the same for the numbering of their variables.
    """

    roles: Mapping[str, Bound]
    judged: Bound
    clause: Clause
    when_empty: bool = False
    guarding: bool = True
    recording: bool = False
    nouns: tuple[tuple[tuple[str, ...], Bound], ...] = ()
    scope_words: frozenset[str] = frozenset()
    depth: int = 0
    level: int = 0

    def flipped(self) -> Place:
        """Under a negation."""
        return replace(self, when_empty=not self.when_empty)

    def binding(self, names: Iterable[str], bound: Bound) -> Place:
        return replace(self, roles=MappingProxyType({**self.roles, **dict.fromkeys(names, bound)}))

    def inside(self) -> Place:
        """Within a quantifier or window: the cells are guarded around its whole."""
        return replace(self, guarding=False, depth=self.depth + 1, level=self.level + 1)


def under(bound: Bound, field: Field) -> Bound:
    """The entity that a field of an entity leads to."""
    # A line always has its encounter and an encounter its patient: nothing is ever missing there.
    structural = field.derived and field.name in ("encounter", "patient")
    return Bound(
        bound.role, field.type.name, (*bound.path, field.name), (*bound.links, "" if structural else field.id),
        bound.optional or field.type.optional,
    )


def step(bound: Bound, field: Field) -> Fact:
    """A fact of a bound entity. Optional when any step on the way is."""
    t = field.type.as_optional() if bound.optional else field.type
    return Fact(bound.role, (*bound.path, field.name), field.id, t, bound.links)


def reach(judged: Bound, name: str) -> Bound | None:
    """The entity that a bare word (患者, 机构 …) means for a judged entity; None if it is no entity or cannot be reached."""
    key = SCHEMA.names.get(name)
    if key is None:
        return None
    start = judged
    if judged.entity == "group" and key != "group":
        start = Bound(judged.role, "encounter", ("encounter",), ("",))
    path = SCHEMA.path(start.entity, key)
    if path is None:
        return None
    for name_ in path:
        start = under(start, SCHEMA.field(start.entity, name_))
    return start


def column_of(table: Table, name: str) -> Col | None:
    """A column of the row, or one of the reserved columns; None if there is none."""
    try:
        i = table.index_of(name)
    except KeyError:
        reserved = _RESERVED_WORDS.get(name)
        if reserved is None or reserved not in RESERVED:
            return None
        return Col(table.name, _RESERVED_ZH[reserved], reserved, TEXT)
    column = table.columns[i]
    return Col(table.name, column.zh, i, column.type)


def bare(bound: Bound) -> Ref:
    """The entity or plain value itself."""
    return Ref(bound.role, bound.value_type)


def singular(word: str) -> str:
    """What a member of a collection is called: an English list name without its plural; a Chinese one is the same word."""
    if not word.isascii():
        return word
    if word.endswith("diagnoses"):
        return word[:-2] + "is"
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word.removesuffix("s")


def suggestion(word: str, known: Iterable[str]) -> str:
    """The nearest known word, "" when none is near. Short Chinese words need a lower bar than English ones."""
    return nearest(word, known, 0.45 if len(word) < 6 else 0.6)
