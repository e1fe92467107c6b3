"""Why a rule judges as it does here: what each layer and the hospital's overlay say of it, in the order in which they were applied."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from medrules.check.program import Param, Rule
from medrules.check.reads import scope_roots
from medrules.check.rows import table_of
from medrules.check.walk import nodes
from medrules.errors import MedRulesError
from medrules.frozen import dataclass
from medrules.hospital.layer import Layer
from medrules.hospital.layers import Joined
from medrules.hospital.levels import LEVEL_WORDS, OPEN_END
from medrules.hospital.overlay import speaks_of
from medrules.hospital.written import TIERS
from medrules.knowledge.table import ParamCell

__all__ = ["Decision", "Say", "why"]

RESULTS = {"definite": "明确违规", "suspect": "可疑", "monitor": "监测"}


@dataclass(frozen=True, slots=True)
class Say:
    """What one layer says. level: national | province | city | hospital | overlay. begin, end: business days, ordinals.

    clause: rule | parameter | rows | interaction | disabled; `value` as it is written
    """

    level: str
    pack: str
    version: str
    sha256: str
    clause: str
    about: str
    value: str
    reason: str
    by: str
    on: str
    begin: int
    end: int

    def as_json(self) -> dict[str, Any]:
        return {"level": self.level, "pack": self.pack, "version": self.version, "sha256": self.sha256, "clause": self.clause, "about": self.about,
                "value": self.value, "reason": self.reason, "by": self.by, "on": self.on, "from": day(self.begin), "to": day(self.end)}


@dataclass(frozen=True, slots=True)
class Decision:
    """How a rule judges, and who said so.

    spans   (begin, end, interaction) of business days on which it judges; a day in none of them: it is silent
    """

    rule: str
    name: str
    result: str
    mandatory: bool
    spans: tuple[tuple[int, int, str], ...]
    says: tuple[Say, ...]

    def at(self, on: int) -> str:
        """The interaction on a business day; "" where the rule does not judge."""
        return next((tier for begin, end, tier in self.spans if begin <= on < end), "")

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule, "name": self.name, "result": self.result, "mandatory": self.mandatory,
            "in_force": [{"from": day(b), "to": day(e), "interaction": t} for b, e, t in self.spans], "says": [s.as_json() for s in self.says]}


def day(ordinal: int) -> str | None:
    """A day as it is written; None = open."""
    return None if not 0 < ordinal < OPEN_END else date.fromordinal(ordinal).isoformat()


def why(joined: Joined, code: str) -> tuple[Decision, ...]:
    """The decisions of a rule: one for each of its parts (`-n`).

    Raises:
        MedRulesError: no layer has the rule.
    """
    rules = [r for r in joined.written.rules if speaks_of(code, r)]
    if not rules:
        raise MedRulesError(f"各层都没有规则 {code} / no layer has a rule {code}")
    return tuple(_decision(joined, rule) for rule in rules)


def _decision(joined: Joined, rule: Rule) -> Decision:
    made = [r for r in joined.program.rules if r.code == rule.code]
    return Decision(
        rule.code, rule.name, rule.header.result, joined.mandatory(rule),
        tuple((r.valid_from, r.valid_to, r.header.interaction) for r in made), tuple(_says(joined, rule)))


def _says(joined: Joined, rule: Rule) -> Iterator[Say]:
    owner = joined.owners[rule.code]
    yield _of(owner, "rule", rule.code, f"{RESULTS[rule.header.result]}，{TIERS[rule.header.interaction]}", "；".join(rule.header.basis),
              rule.valid_from, rule.valid_to)
    names, table = _parameters(joined, rule), table_of(rule.scope)
    for layer in joined.layers:
        for tune in layer.tuning.parameters:
            if tune.name in names:
                yield _of(layer, "parameter", tune.name, tune.value, tune.reason, tune.begin, tune.end)
        for by, count in joined.added.get(table, ()):
            if by is layer:
                yield _of(layer, "rows", table, f"{count} 行", "", 0, OPEN_END)
        for raise_ in layer.tuning.rules:
            if speaks_of(raise_.code, rule):
                yield _of(layer, "interaction", raise_.code, TIERS[raise_.interaction], raise_.reason, 0, OPEN_END)
    for e in joined.overlay.entries:
        if speaks_of(e.code, rule):
            yield Say(
                "overlay", "overlay.toml", "", "", "disabled" if e.disabled else "interaction", e.code, "停用" if e.disabled else TIERS[e.interaction],
                e.reason, e.by, day(e.on) or "", e.begin, e.end)


def _of(layer: Layer, clause: str, about: str, value: str, reason: str, begin: int, end: int) -> Say:
    m = layer.manifest
    return Say(m.level, m.name, str(m.version), layer.digest, clause, about, value, reason, m.people.approved, "", begin, end)


def _parameters(joined: Joined, rule: Rule) -> set[str]:
    """The parameters that a rule reads, itself or in the cells of its table, under both of their names."""
    roots: list[Any] = [
        *scope_roots(rule.scope), rule.guard, rule.when, rule.deduct.expr, *(e for x in rule.exempt for e in (x.when, x.but)), *(e for _, e in rule.lets)]
    names = {n.name for n in nodes(*roots) if isinstance(n, Param)}
    for layer in joined.layers:
        table = layer.sources.tables.get(table_of(rule.scope))
        if table is not None:
            names |= {p for column in table.rows.cells for cell in column.distinct() if isinstance(cell, ParamCell) for p in cell.params}
    return names | {name for p in joined.program.params.values() if names & {p.name, p.en} for name in (p.name, p.en)}


def level_word(level: str) -> str:
    return "本院调整" if level == "overlay" else LEVEL_WORDS[level][0]
