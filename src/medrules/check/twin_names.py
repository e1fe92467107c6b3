"""Names in the other language: what the formatter asks when it translates a rule text.

Facts, entities and enumerated words have their twin in the schema; tables, columns and code sets where they are declared;
parameters and definitions where they are declared (`参数 名「twin」`). Roles, rows and 令 names belong to the author and stay;
what they stand for is read from the files, so that the words after them can be translated.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final, Literal

from medrules.check.names import WINDOW_NOUNS, singular
from medrules.functions import FUNCTIONS
from medrules.knowledge.table import Table
from medrules.language import nodes as ast
from medrules.model.entity import Field
from medrules.model.schema import SCHEMA

__all__ = ["Language", "twin_names"]

Language = Literal["zh", "en"]

# Words that name no fact: pairs of (zh, en) that the checker reads alike.
_WORDS: Final = (
    ("参数", "parameter"), ("同期明细", "same_period_item"), ("原文", "source_text"), ("知识点号", "point"), ("来源", "source"),
    ("批次", "batch"), ("地区", "area"), ("单日", "day"), ("月", "month"), ("年", "year"), ("药品", "drug"), ("耗材", "consumable"),
)
_SETS: Final = frozenset({"知识表", "table", "编码集", "codeset", "code set"})
_LIKELY: Final = ("item", "encounter", "diagnosis", "operation", "prescription", "patient", "period")
_ROW: Final = "row"


def _nodes(node: Any) -> Iterator[Any]:
    """Every node of a tree."""
    stack = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, tuple):
            stack.extend(one)
        elif is_dataclass(one) and not isinstance(one, type):
            yield one
            stack.extend(getattr(one, f.name) for f in fields(one))


def _led_to(field: Field | None) -> str:
    """The entity a field leads to, through a list or not; "" when it holds a plain value."""
    if field is None:
        return ""
    inner = field.type.of if field.type.kind == "list" and field.type.of is not None else field.type
    return inner.name if inner.kind == "entity" else ""


def _likely(word: str, entities: Iterable[str] = _LIKELY) -> Field | None:
    return next((f for e in entities if (f := SCHEMA.find_field(e, word)) is not None), None)


def _roles(files: Iterable[ast.File]) -> dict[str, str]:
    """What the author's own names stand for: an entity, or the row of a table."""
    out: dict[str, str] = {}
    for node in (n for file in files for d in file.declarations for n in _nodes(d)):
        match node:
            case ast.ItemScope():
                out[node.row] = _ROW
            case ast.PairScope():
                out.update({node.row: _ROW, node.first: "item", node.second: "item"})
            case ast.GroupScope():
                out.update({node.row: _ROW, node.var: "group"})
            case ast.EachScope():
                out[node.var] = node.subject
            case ast.StayPairScope():
                out.update({node.first: "encounter", node.second: "encounter"})
            case ast.PeriodScope():
                out[node.var] = "period"
            case ast.Phrase(noun=ast.Name(parts=parts), var=str(var)) if var:
                out[var] = "item" if parts[0] in WINDOW_NOUNS else _led_to(_likely(parts[-1]))
            case _:
                pass
    out.pop("", None)
    return out


class _Twins:
    def __init__(
        self, to: Language, tables: Mapping[str, Table], sets: Iterable[tuple[str, str]], files: Iterable[ast.File]
    ) -> None:
        self._to: Language = to
        kept = tuple(files)
        pairs = [*_WORDS, *((f.zh, f.en) for f in FUNCTIONS)]
        for enumeration in SCHEMA.enumerations.values():
            pairs += [(w.zh, w.en) for w in enumeration.words]
        for scale in SCHEMA.scales.values():
            pairs += [(s.zh, s.en) for s in scale.steps]
        for file in kept:
            pairs += [
                (d.name, d.twin) for d in file.declarations if isinstance(d, ast.ParamDecl | ast.DefinitionDecl) and d.twin
            ]
        self._words = self._directed(pairs)
        self._sets = self._directed([*((t.name, t.en) for t in tables.values()), *sets])
        self._columns = self._directed([(c.zh, c.en) for t in tables.values() for c in t.columns])
        self._entities = self._directed([(e.zh, k) for k, e in SCHEMA.entities.items()])
        members = [f for f in SCHEMA if f.type.kind == "list" and _led_to(f)]
        self._members = self._directed([(f.zh, singular(f.en)) for f in members])
        self._member_of = {w: _led_to(f) for f in members for w in (f.zh, singular(f.en))}
        self._roles = _roles(kept)

    def _directed(self, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Word → twin in the wanted language. A word that is already in that language maps to itself."""
        made: dict[str, str] = {}
        for zh, en in pairs:
            if zh and en:
                source, target = (zh, en) if self._to == "en" else (en, zh)
                made.setdefault(source, target)
        return made

    def __call__(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        if parts[0] in _SETS and len(parts) > 1:
            names = [self._sets.get(parts[1], parts[1])]
            names += [self._columns.get(c, c) for c in parts[2:]]
            return (parts[0], *names)
        head, entity = self._head(parts[0], alone=len(parts) == 1)
        out = [head]
        for part in parts[1:]:
            word, entity = self._step(entity, part)
            out.append(word)
        return tuple(out)

    def _head(self, word: str, alone: bool) -> tuple[str, str]:
        if word in self._roles and (not alone or word not in SCHEMA.names):
            return word, self._roles[word]
        if word in SCHEMA.names:
            return self._entities.get(word, word), SCHEMA.names[word]
        if not alone and word in self._members:
            return self._members[word], self._member_of[word]
        for known in (self._words, *((self._columns,) if alone else ())):
            if word in known:
                return known[word], "item" if word in WINDOW_NOUNS else ""
        return word, ""

    def _step(self, entity: str, word: str) -> tuple[str, str]:
        """The twin of a field of `entity` ("" = unknown, or a row's column), and the entity it leads to."""
        if entity == _ROW:
            return self._columns.get(word, self._words.get(word, word)), ""
        field = SCHEMA.find_field(entity, word) if entity else None
        if field is None and not entity:
            if word in self._words:
                return self._words[word], ""
            field = _likely(word)
        if field is None:
            return self._words.get(word, self._columns.get(word, word)), ""
        return (field.en if self._to == "en" else field.zh), _led_to(field)


def twin_names(
    to: Language, tables: Mapping[str, Table], codesets: Iterable[tuple[str, str]], files: Iterable[ast.File]
) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """A translator of names for `language.formatter.format`.

    Args:
        to: the language wanted.
        tables: the pack's tables (their names and columns).
        codesets: (zh, en) names of the pack's code sets.
        files: the pack's parsed files, for parameters, definitions and what the author's own names stand for.
    """
    return _Twins(to, tables, codesets, files)
