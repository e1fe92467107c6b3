"""Which part of the version a change calls for, and why.

major  what lower layers and hospitals may build on is gone or narrower: a rule, table, column, parameter, code set; what is mandatory
minor  judgements may differ: rules, rows, parameters, definitions, code sets, dates
patch  only words: basis, message, suggestion, sources of rows, cases, what the manifest says of people
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from medrules.packs.manifest import Manifest
from medrules.packs.versions import Version
from medrules.release.compare import NamedChange, RuleChange
from medrules.release.rows import TableChange

__all__ = ["Advice", "advise"]

STEPS: Final = ("patch", "minor", "major")


@dataclass(frozen=True, slots=True)
class Advice:
    """step: patch | minor | major | first. least: the lowest version that fits. why: Chinese and English. enough: the version fits."""

    step: str
    least: str
    why: tuple[tuple[str, str], ...]
    enough: bool

    def as_json(self) -> dict[str, Any]:
        return {"step": self.step, "least": self.least, "enough": self.enough, "why": [{"zh": zh, "en": en} for zh, en in self.why]}


def advise(
    before: Manifest | None, after: Manifest, rules: Sequence[RuleChange], named: Sequence[NamedChange], tables: Sequence[TableChange],
    facts: Sequence[tuple[str, str, str]],
) -> Advice:
    """What the changes call for. `facts`: entries of the manifest that differ."""
    if before is None:
        return Advice("first", str(after.version), (), True)
    found = list(_reasons(rules, named, tables, facts))
    step = max((s for s, _, _ in found), key=STEPS.index, default="patch")
    least = _raised(before.version, step)
    return Advice(step, str(least), tuple((zh, en) for s, zh, en in found if s == step)[:20], not after.version < least)


def _raised(version: Version, step: str) -> Version:
    match step:
        case "major":
            return Version(version.major + 1, 0, 0)
        case "minor":
            return Version(version.major, version.minor + 1, 0)
    return Version(version.major, version.minor, version.patch + (not version.pre))


def _reasons(
    rules: Sequence[RuleChange], named: Sequence[NamedChange], tables: Sequence[TableChange], facts: Sequence[tuple[str, str, str]],
) -> Iterator[tuple[str, str, str]]:
    for rule in rules:
        if rule.kind == "removed":
            yield "major", f"规则 {rule.code} 没有了", f"rule {rule.code} is gone"
        elif rule.words_only:
            yield "patch", f"规则 {rule.code} 只改了文字", f"rule {rule.code}: words only"
        else:
            yield "minor", f"规则 {rule.code} {'新增' if rule.kind == 'added' else '有改动'}", f"rule {rule.code} is {rule.kind}"
    for one in named:
        name = f"{one.thing.kind} {one.thing.name}"
        if one.thing.kind == "file":
            yield "patch", f"文件 {one.thing.name} 有改动", f"{name} is {one.kind}"
        elif one.kind == "removed" and one.thing.kind != "tuning":
            yield "major", f"{one.thing.name} 没有了", f"{name} is gone"
        elif one.thing.kind == "parameter" and one.kind == "changed" and any(_tunable(w.old) != _tunable(w.new) for w in one.words if w.old):
            yield "major", f"参数 {one.thing.name} 的可调范围变了", f"{name}: the range in which it may be tuned differs"
        else:
            yield "minor", f"{one.thing.name} 有改动", f"{name} is {one.kind}"
    for table in tables:
        if table.kind == "removed":
            yield "major", f"知识表「{table.name}」没有了", f"table {table.name} is gone"
        elif any(k in ("column", "key", "key_columns", "key_fields", "name", "en") for k, _, _ in table.declared):
            yield "major", f"知识表「{table.name}」的列变了", f"table {table.name}: its columns differ"
        elif table.words_only:
            yield "patch", f"知识表「{table.name}」只改了来源等文字", f"table {table.name}: words only"
        else:
            yield "minor", f"知识表「{table.name}」的行有改动", f"table {table.name}: rows differ"
    for entry, _, _ in facts:
        if entry in ("roots", "mandatory", "minimum_engine", "extends"):
            yield "major", f"清单的 {entry} 变了", f"{entry} of the manifest differs"
        elif entry in ("effective", "supersedes"):
            yield "minor", f"清单的 {entry} 变了", f"{entry} of the manifest differs"


def _tunable(line: str) -> str:
    """The part of a parameter's text that says in which bounds lower layers may tune it."""
    for word in ("可调", "tunable"):
        if word in line:
            return line[line.index(word):]
    return ""
