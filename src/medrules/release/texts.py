"""The texts of a pack one by one, each as the formatter writes it: what two versions are compared by, free of layout and comments."""
from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from medrules.api import CheckedPack
from medrules.language import nodes as n
from medrules.language.formatter import format_clause, format_declaration
from medrules.release.reach import Thing, whole_of

__all__ = ["RuleText", "Texts", "texts_of"]

TUNE: Final = "tune.toml"
# Files whose content is compared as what it says; of all others (README, lists of terms) only that they changed.
_TOLD: Final = re.compile(r"pack\.toml|tune\.toml|rows/.*|.*\.medrule|.*/cases\.(?:yaml|json)|.*/tables/.*|shared/codesets/.*|shared/catalogues/.*")


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule: its clauses by what tells them apart (head, and label or name where a rule may have several).

    clauses  those that it writes itself
    whole    all that hold, with those of the file's 默认 and of the rule named by 同
    follows  code of the rule named by 同, "" = none
    file     where it stands
    """

    code: str
    name: str
    clauses: Mapping[tuple[str, str], str]
    whole: Mapping[tuple[str, str], str]
    follows: str
    file: str


@dataclass(frozen=True, slots=True)
class Texts:
    """Rules by code; parameters, definitions, code sets, catalogues and defaults as lines of text."""

    rules: Mapping[str, RuleText]
    named: Mapping[Thing, tuple[str, ...]]


def texts_of(pack: CheckedPack) -> Texts:
    rules: dict[str, RuleText] = {}
    named: dict[Thing, list[str]] = {}
    for source, file in pack.files:
        for declared in file.declarations:
            match declared:
                case n.RuleDecl():
                    rules[declared.code] = RuleText(
                        declared.code, declared.name, _clauses(declared.clauses, file), _clauses(whole_of(pack.files, declared), file),
                        next((c.body.code for c in declared.clauses if isinstance(c.body, n.SameAs)), ""), source.name)
                case n.DefaultDecl():
                    named.setdefault(Thing("default", source.name), []).extend(_clauses(declared.clauses, file).values())
                case n.ParamDecl():
                    named.setdefault(Thing("parameter", declared.name), []).append(format_declaration(declared, file))
                case n.DefinitionDecl():
                    named.setdefault(Thing("definition", declared.name), []).append(format_declaration(declared, file))
    for origin in pack.sources.origins.values():
        named[Thing("codeset", origin.set.name)] = _codeset(pack.sources.files[origin.file])
    for catalogue in pack.sources.catalogues.values():
        named[Thing("catalogue", catalogue.name)] = [*sorted(catalogue.codes), *(["不全 incomplete"] if catalogue.incomplete else [])]
    if TUNE in pack.sources.files:
        for thing, lines in _tunings(pack.sources.files[TUNE]):
            named.setdefault(thing, []).extend(lines)
    for name, content in pack.sources.files.items():
        if not _TOLD.fullmatch(name):
            named[Thing("file", name)] = [sha256(content).hexdigest()[:12]]
    return Texts(rules, {thing: tuple(lines) for thing, lines in named.items()})


def _clauses(clauses: tuple[n.Clause, ...], file: n.File) -> dict[tuple[str, str], str]:
    out: dict[tuple[str, str], str] = {}
    for clause in clauses:
        match clause.body:
            case n.Exemption(label=label):
                name = label
            case n.Let(name=let):
                name = let
            case _:
                name = ""
        key, again = (clause.key, name), 1
        while key in out:
            again += 1
            key = (clause.key, f"{name}#{again}")
        out[key] = format_clause(clause, file)
    return out


def _tunings(content: bytes) -> Iterator[tuple[Thing, list[str]]]:
    """What a lower layer says of parameters and rules of those above: one thing for each."""
    for kind, entries in tomllib.loads(content.decode("utf-8-sig")).items():
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                name = entry.get("name", entry.get("code", ""))
                yield Thing("tuning", f"{kind} {name}"), [f"{k} = {v}" for k, v in entry.items() if k not in ("name", "code")]


def _codeset(content: bytes) -> list[str]:
    """Members, exceptions and the other entries of a code set, each as a line."""
    data: dict[str, Any] = tomllib.loads(content.decode("utf-8-sig"))
    members, excepted = data.pop("members", []), data.pop("except", [])
    return [*(f"{k} = {data[k]}" for k in sorted(data)), *members, *(f"除 {x}" for x in excepted)]
