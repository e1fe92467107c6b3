"""What changed between two versions of a pack, as data: rules, tables, parameters, code sets; what follows from it; who must act."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any, Final

from medrules.api import CheckedPack
from medrules.cases.yaml_reader import parse_cases
from medrules.check.program import Rule
from medrules.model.levels import SCALES
from medrules.packs.manifest import Manifest
from medrules.release.advice import Advice, advise
from medrules.release.compare import NamedChange, RuleChange, WordChange, judges_alike, named_changes, rule_changes
from medrules.release.reach import Thing, reach_of
from medrules.release.rows import TableChange, table_changes
from medrules.release.tasks import Task, tasks_of
from medrules.release.texts import RuleText, Texts, texts_of

__all__ = ["ChangeReport", "Touched", "changes_between"]

FACTS: Final = ("title_zh", "authority", "level", "roots", "effective", "minimum_engine", "extends", "supersedes", "mandatory", "people")


@dataclass(frozen=True, slots=True)
class Touched:
    """A rule whose own text is as it was, and that may answer otherwise `through` what it relies on."""

    code: str
    name: str
    through: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """The whole report. `before` None = the first version."""

    before: Manifest | None
    after: Manifest
    facts: tuple[tuple[str, str, str], ...]  # (entry of the manifest, old, new)
    rules: tuple[RuleChange, ...]
    since: Mapping[str, str]  # ISO day from which each new, changed or touched rule judges, by code
    named: tuple[NamedChange, ...]
    tables: tuple[TableChange, ...]
    touched: tuple[Touched, ...]
    areas: tuple[str, ...]  # 地区 codes that all changes are limited to; () = the whole area of the pack
    levels: tuple[str, ...]  # words of the levels of institutions that are touched; () = all
    tasks: tuple[Task, ...]
    cases: tuple[int, int]  # how many before and after
    totals: Mapping[str, int]  # rules, tables, rows, parameters of the new version
    advice: Advice

    @property
    def is_empty(self) -> bool:
        """Whether it judges as before: at most README and other files that no rule reads differ."""
        return not (self.facts or self.rules or self.tables or any(n.thing.kind != "file" for n in self.named))

    def as_json(self) -> dict[str, Any]:
        def word(w: WordChange) -> dict[str, str]:
            return {"old": w.old, "new": w.new}

        return {
            "pack": self.after.identity, "from": None if self.before is None else str(self.before.version), "to": str(self.after.version),
            "effective": self.after.effective.as_json(), "advice": self.advice.as_json(), "totals": dict(self.totals),
            "manifest": [{"entry": k, "old": a, "new": b} for k, a, b in self.facts],
            "rules": [{"change": r.kind, "code": r.code, "name": r.name, "since": self.since.get(r.code, ""), "clauses": [word(w) for w in r.clauses]}
                      for r in self.rules],
            "named": [{"change": n.kind, "what": n.thing.kind, "name": n.thing.name, "words": [word(w) for w in n.words]} for n in self.named],
            "tables": [t.as_json() for t in self.tables],
            "touched": [
                {"code": t.code, "name": t.name, "since": self.since.get(t.code, ""), "through": [{"what": x.kind, "name": x.name} for x in t.through]}
                for t in self.touched],
            "areas": list(self.areas), "levels": list(self.levels), "tasks": [t.as_json() for t in self.tasks],
            "cases": {"before": self.cases[0], "after": self.cases[1]},
        }


def changes_between(
    old: CheckedPack | None, new: CheckedPack, before: Manifest | None, after: Manifest, cases: int | None = None,
) -> ChangeReport:
    """The changes from one version to the next; of the first version, everything is new and only counted.

    Args:
        cases: how many the new version has, if that is known already.
    """
    counted = (0 if old is None else _cases(old), _cases(new) if cases is None else cases)
    if old is None or before is None:
        return ChangeReport(
            None, after, (), (), {}, (), (), (), (), (), tasks_of(None, new, None, after, (), ()), counted, _totals(new),
            advise(None, after, (), (), (), ()))
    had, has = texts_of(old), texts_of(new)
    rules, named = tuple(rule_changes(had, has)), tuple(named_changes(had.named, has.named))
    tables = table_changes(old.sources.files, new.sources.files)
    facts = tuple(_facts(before, after))
    judging = {n.thing for n in named} | {Thing("table", t.name) for t in tables if not t.words_only} | {Thing("rule", r.code) for r in rules}
    touched = tuple(_touched(new, had, has, judging, {r.code for r in rules}))
    judged = {r.code for r in rules} | {t.code for t in touched}
    return ChangeReport(
        before, after, facts, rules, _since(new.program.rules, judged, after), named, tables, touched, _areas(rules, named, tables),
        _levels([r for r in new.program.rules if r.code in judged]), tasks_of(old, new, before, after, rules, named), counted,
        _totals(new), advise(before, after, rules, named, tables, facts))


def _facts(before: Manifest, after: Manifest) -> Iterator[tuple[str, str, str]]:
    for name in FACTS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield name, _shown(old), _shown(new)


def _shown(value: Any) -> str:
    """A value of a manifest on one line."""
    if isinstance(value, tuple):
        return "、".join(map(_shown, value)) or "—"
    if is_dataclass(value) and not isinstance(value, type) and hasattr(value, "__slots__") and type(value).__str__ is object.__str__:
        return "，".join(f"{f.name} {_shown(getattr(value, f.name))}" for f in fields(value))
    match value:
        case None | "":
            return "—"
        case bool():
            return "是" if value else "否"
    return str(value)


def _touched(pack: CheckedPack, old: Texts, new: Texts, changed: set[Thing], written: set[str]) -> Iterator[Touched]:
    """Rules that are not written otherwise themselves, and rely on something that changed or take a clause from where one changed."""
    for code, things in sorted(reach_of(pack).items()):
        if code in written or code not in old.rules:
            continue
        through = {x for x in things if x in changed}
        rule = new.rules[code]
        if not judges_alike(old.rules[code], rule):
            through |= {x for x in _above(rule, new) if x in changed}
        if through:
            yield Touched(code, rule.name, tuple(sorted(through)))


def _above(rule: RuleText, texts: Texts) -> Iterator[Thing]:
    """The rules that a rule follows, one after the other, and the defaults of their files."""
    met: set[str] = set()
    while True:
        yield Thing("default", rule.file)
        if not rule.follows or rule.follows in met or rule.follows not in texts.rules:
            return
        met.add(rule.follows)
        rule = texts.rules[rule.follows]
        yield Thing("rule", rule.code)


def _since(rules: Sequence[Rule], codes: set[str], after: Manifest) -> dict[str, str]:
    """From when each of these rules judges: the later of the pack's day and its own."""
    begin = after.effective.begin.toordinal()
    return {r.code: date.fromordinal(max(begin, r.valid_from)).isoformat() for r in rules if r.code in codes}


def _areas(rules: Sequence[RuleChange], named: Sequence[NamedChange], tables: Sequence[TableChange]) -> tuple[str, ...]:
    """The 地区 that every changed row is limited to; () if anything changes for the whole area of the pack."""
    if rules or named or any(t.declared or t.kind != "changed" for t in tables):
        return ()
    found: set[str] = set()
    for table in tables:
        for row in (*table.added, *table.removed):
            found.add(row.get("地区", ""))
        if table.changed:
            return ()
    return () if "" in found else tuple(sorted(found))


def _levels(rules: Sequence[Rule]) -> tuple[str, ...]:
    """The levels of institutions that these rules are limited to, as words; () = all."""
    if not rules or any(not r.header.levels for r in rules):
        return ()
    scale = SCALES["hospital"]
    return tuple(scale.word(rank) for rank in sorted({x for r in rules for x in r.header.levels}))


def _cases(pack: CheckedPack) -> int:
    return sum(len(parse_cases(pack.sources.files[name], name)) for name in pack.sources.cases)


def _totals(pack: CheckedPack) -> dict[str, int]:
    tables = {id(t): t for t in pack.sources.tables.values()}.values()
    return {
        "rules": len({r.parent for r in pack.program.rules}), "tables": len(tables), "rows": sum(len(t.rows) for t in tables),
        "parameters": len(pack.program.params), "codesets": len({o.set.name for o in pack.sources.origins.values()})}
