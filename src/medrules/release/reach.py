"""What a rule relies on, directly and through others: tables, code sets, parameters, definitions, catalogues.

Of the rule that another one follows (同) and of its file's defaults (默认) count the clauses that the rule takes from them, and no others.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final

from medrules.api import CheckedPack
from medrules.check.expanded import written_out
from medrules.check.names import PARAMETER_WORDS
from medrules.diagnostics import Source
from medrules.language import nodes as n

__all__ = ["Reach", "Thing", "reach_of", "whole_of"]

_IN_CELLS: Final = re.compile(r"(编码集|知识表|code_set|codeset|table)[「\"]([^」\"\n]+)[」\"]|(?:参数|parameter|param)\.([^\s,，、|「」\"（）()]+)")


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    """Something that a change can begin at: kind is rule | table | codeset | parameter | definition | catalogue | default."""

    kind: str
    name: str


def reach_of(pack: CheckedPack) -> Mapping[str, frozenset[Thing]]:
    """Everything that each rule relies on, by the rule's code."""
    named = _names(pack)
    direct: dict[Thing, set[Thing]] = {}
    for _, file in pack.files:
        for declared in file.declarations:
            match declared:
                case n.RuleDecl():
                    direct.setdefault(Thing("rule", declared.code), set()).update(_mentioned(whole_of(pack.files, declared), named))
                case n.ParamDecl():
                    direct.setdefault(Thing("parameter", declared.name), set()).update(_mentioned((declared.by, declared.value), named))
                case n.DefinitionDecl():
                    direct.setdefault(Thing("definition", declared.name), set()).update(_mentioned(declared.value, named))
    for table in {id(t): t for t in pack.sources.tables.values()}.values():
        text = pack.sources.files[table.file].decode("utf-8-sig", "replace")
        direct[Thing("table", table.name)] = set(_in_text(text, named))
    for origin in {id(o): o for o in pack.sources.origins.values()}.values():
        text = pack.sources.files[origin.file].decode("utf-8-sig", "replace")
        own = Thing("codeset", origin.set.name)
        direct[own] = set(_in_text(text, named)) - {own}
    return {thing.name: frozenset(_closed(thing, direct)) for thing in direct if thing.kind == "rule"}


def whole_of(files: Sequence[tuple[Source, n.File]], rule: n.RuleDecl) -> tuple[n.Clause, ...]:
    """Every clause that holds for a rule, as `medrules explain` shows it."""
    written = written_out(files, rule.code)
    if written is None:
        return rule.clauses
    (whole,) = written.file.declarations
    return whole.clauses if isinstance(whole, n.RuleDecl) else rule.clauses


class _Named:
    """The things that have names, by both names of each."""

    def __init__(self) -> None:
        self.by_kind: dict[str, dict[str, str]] = {k: {} for k in ("table", "codeset", "parameter", "definition", "catalogue")}

    def add(self, kind: str, name: str, *words: str) -> None:
        for word in (name, *words):
            if word:
                self.by_kind[kind].setdefault(word, name)

    def find(self, kind: str, word: str) -> Iterator[Thing]:
        name = self.by_kind[kind].get(word)
        if name is not None:
            yield Thing(kind, name)


def _names(pack: CheckedPack) -> _Named:
    named = _Named()
    for table in pack.sources.tables.values():
        named.add("table", table.name, table.en)
    for origin in pack.sources.origins.values():
        named.add("codeset", origin.set.name, origin.en)
    for catalogue in pack.sources.catalogues.values():
        named.add("catalogue", catalogue.name, catalogue.en)
    for _, file in pack.files:
        for declared in file.declarations:
            if isinstance(declared, (n.ParamDecl, n.DefinitionDecl)):
                named.add("parameter" if isinstance(declared, n.ParamDecl) else "definition", declared.name, declared.twin)
    return named


def _mentioned(tree: Any, named: _Named) -> Iterator[Thing]:
    """The things that nodes name."""
    for node in _nodes(tree):
        match node:
            case n.SetRef(kind=kind, name=name):
                yield from named.find(kind, name)
            case n.LookupExpr(table=table):
                yield from named.find("table", table)
            case n.InCatalogue(catalogue=catalogue):
                yield from named.find("catalogue", catalogue)
            case n.Name(parts=(first, second, *_)) if first in PARAMETER_WORDS:
                yield from named.find("parameter", second)
            case n.Name(parts=(first, *_)):
                yield from named.find("definition", first)


def _nodes(tree: Any) -> Iterator[Any]:
    if isinstance(tree, tuple):
        for part in tree:
            yield from _nodes(part)
    elif is_dataclass(tree):
        yield tree
        for field in fields(tree):
            if field.name not in ("span", "name_span"):
                yield from _nodes(getattr(tree, field.name))


def _in_text(text: str, named: _Named) -> Iterator[Thing]:
    """The things that cells name: `编码集「…」`, `参数.…`."""
    for found in _IN_CELLS.finditer(text):
        if found[3]:
            yield from named.find("parameter", found[3])
        else:
            yield from named.find("table" if found[1] in ("知识表", "table") else "codeset", found[2])


def _closed(start: Thing, direct: Mapping[Thing, Iterable[Thing]]) -> set[Thing]:
    found: set[Thing] = set()
    waiting = list(direct.get(start, ()))
    while waiting:
        thing = waiting.pop()
        if thing not in found:
            found.add(thing)
            waiting.extend(direct.get(thing, ()))
    return found - {start}


Reach = Mapping[str, frozenset[Thing]]
