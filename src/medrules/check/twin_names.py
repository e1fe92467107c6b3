"""Names in the other language: what the formatter asks when it translates a rule text.

Facts, entities and enumerated words have their twin in the schema; tables, columns and code sets where they are declared;
parameters and definitions where they are declared (`参数 名「twin」`). Roles, rows and 令 names belong to the author and stay.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal

from medrules.knowledge.table import Table
from medrules.language import nodes as ast
from medrules.model.schema import SCHEMA

__all__ = ["Language", "twin_names"]

Language = Literal["zh", "en"]

# Words that name no fact: pairs of (zh, en) that the checker reads alike.
_WORDS: Final = (
    ("参数", "parameter"), ("同期明细", "same_period_item"), ("原文", "source_text"), ("知识点号", "point"), ("来源", "source"),
    ("批次", "batch"), ("地区", "area"),
)
_SETS: Final = frozenset({"知识表", "table", "编码集", "codeset", "code set"})
_LIKELY: Final = ("item", "encounter", "diagnosis", "operation", "prescription", "patient", "period")


class _Twins:
    def __init__(self, to: Language, tables: Mapping[str, Table], sets: Iterable[tuple[str, str]], files: Iterable[ast.File]) -> None:
        self._to: Language = to
        pairs = list(_WORDS)
        for enumeration in SCHEMA.enumerations.values():
            pairs += [(w.zh, w.en) for w in enumeration.words]
        for scale in SCHEMA.scales.values():
            pairs += [(s.zh, s.en) for s in scale.steps]
        for file in files:
            pairs += [
                (d.name, d.twin) for d in file.declarations if isinstance(d, ast.ParamDecl | ast.DefinitionDecl) and d.twin
            ]
        self._words = self._directed(pairs)
        self._sets = self._directed([*((t.name, t.en) for t in tables.values()), *sets])
        self._columns = self._directed([(c.zh, c.en) for t in tables.values() for c in t.columns])
        self._entities = self._directed([(e.zh, k) for k, e in SCHEMA.entities.items()])

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
        if word in SCHEMA.names:
            return self._entities.get(word, word), SCHEMA.names[word]
        for known in (self._words, *((self._columns,) if alone else ())):
            if word in known:
                return known[word], "item" if word in ("同期明细", "same_period_item") else ""
        return word, ""

    def _step(self, entity: str, word: str) -> tuple[str, str]:
        """The twin of a field of `entity` ("" = unknown: a row's column, or a field of a role), and the entity it leads to."""
        field = SCHEMA.find_field(entity, word) if entity else None
        if field is None and not entity:
            if word in self._columns:
                return self._columns[word], ""
            if word in self._words:
                return self._words[word], ""
            field = next((f for e in _LIKELY if (f := SCHEMA.find_field(e, word)) is not None), None)
        if field is None:
            return self._words.get(word, word), ""
        inner = field.type.of if field.type.kind == "list" and field.type.of is not None else field.type
        return (field.en if self._to == "en" else field.zh), inner.name if inner.kind == "entity" else ""


def twin_names(
    to: Language, tables: Mapping[str, Table], codesets: Iterable[tuple[str, str]], files: Iterable[ast.File]
) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """A translator of names for `language.formatter.format`.

    Args:
        to: the language wanted.
        tables: the pack's tables (their names and columns).
        codesets: (zh, en) names of the pack's code sets.
        files: the pack's parsed files, for parameters and definitions.
    """
    return _Twins(to, tables, codesets, files)
