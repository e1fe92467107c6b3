"""What a person wants to know about one rule, as plain data: its full text, what it costs and reads, its tables and parameters."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from medrules.adapters.native_report import Language, cause_word
from medrules.api import CheckedPack
from medrules.check import program as ir
from medrules.check.contents import roots_of, tables_of
from medrules.check.expanded import written_out
from medrules.check.program import Rule
from medrules.check.readable import readable
from medrules.check.twin_names import twin_names
from medrules.check.walk import nodes
from medrules.engine.messages import frame_text, printed
from medrules.knowledge.table import ParamCell, Table
from medrules.language import nodes as ast
from medrules.language.formatter import format
from medrules.language.vocabulary import vocabulary
from medrules.model.facts import Door
from medrules.model.schema import SCHEMA
from medrules.model.types import Type
from medrules.model.values import UNKNOWN, Frame
from medrules.plan.plan import Plan

__all__ = ["COST", "RuleSheet", "horizon_words", "rule_sheet", "rules_named"]

COST: Final[Mapping[str, tuple[str, str]]] = {
    "item": ("逐条", "item"), "group": ("成组", "group"), "history": ("历史", "history"), "period": ("期间", "period"),
}
_VISITS: Final = frozenset({"门诊", "急诊", "住院", "购药", "互联网诊疗", "门诊慢特病"})


@dataclass(frozen=True, slots=True)
class RuleSheet:
    """A rule and its sheet, ready to print or to write as JSON."""

    rule: Rule
    text: str
    sheet: dict[str, Any]


def rules_named(checked: CheckedPack, name: str) -> list[Rule]:
    """The rules with this code, reported under this code, or whose name holds it."""
    rules = checked.program.rules
    for found in (
        [r for r in rules if r.code == name], [r for r in rules if r.parent == name], [r for r in rules if r.name == name],
        [r for r in rules if name in r.name],
    ):
        if found:
            return found
    return []


def horizon_words(horizon: str, lang: Language) -> str:
    """How far back a rule looks, in words."""
    kind, _, n = horizon.partition(":")
    zh, en = {
        "": ("只看被判的对象自己", "only what is judged"), "encounter": ("看本次就诊之内", "within the stay"),
        "days": ("看同一天" if n == "1" else f"往前看 {n} 天", "the same day" if n == "1" else f"{n} days back"),
        "year": ("往前看一年", "one year back"),
        "open": ("往前看多远由知识表的行、疗程或期间决定", "how far back is for rows, courses or periods to say"),
    }[kind]
    return zh if lang == "zh" else en


def rule_sheet(checked: CheckedPack, plan: Plan, rule: Rule, door: Door, day: date, lang: Language) -> RuleSheet:
    """The sheet of one rule. `door` says which facts are marked as carried; `day` which rows and values are in force."""
    files = checked.files
    full = written_out(files, rule.code)
    assert full is not None  # the rule was checked from these files
    names = twin_names(
        lang, checked.sources.tables, [(o.set.name, o.en) for o in checked.sources.origins.values()],
        [*(f for _, f in files), full.file],
    )
    text = format(full.file, lang, names).rstrip("\n")
    words = vocabulary(lang)
    header = rule.header
    followers = [r.code for r in checked.program.rules if r.follows == rule.code]
    sheet: dict[str, Any] = {
        "code": rule.code, "reported_as": rule.parent, "name": rule.name, "version": rule.version,
        "result": words.word("value.result", header.result), "interaction": words.word("value.interaction", header.interaction),
        "stages": [words.word("value.stage", s) for s in ("before", "during", "after") if s in header.stages],
        "visit_kinds": _scenes(header.scenes, lang), "insurance": _enumerated("insurance", header.insurance, lang),
        "fees": words.word("value.fees", header.fees), "subject": words.word("value.subject", header.subject),
        "valid_from": _day(rule.valid_from), "valid_to": _day(rule.valid_to),
        "basis": list(header.basis), "notes": list(full.comments),
        "same_as": rule.follows, "taken": [_taken(t, lang) for t in full.taken], "followers": followers,
        "text": text, "mode": rule.mode, "condition": readable(rule.when),
        "exemptions": {x.label: readable(x.when) + (f"，但 {readable(x.but)}" if x.but is not None else "") for x in rule.exempt},
        "cost": rule.cost, "cost_words": COST[rule.cost][lang == "en"], "horizon": rule.horizon,
        "horizon_words": horizon_words(rule.horizon, lang),
        "reads": [_fact(f, rule, door, lang) for f in sorted(rule.reads, key=lambda f: (f in rule.excuse_reads, f))],
        "tables": [_table(checked.program.tables[t], day, lang) for t in tables_of(rule)],
        "parameters": list(_parameters(checked, rule, day)),
        "definitions": _definitions(checked, full.file, lang, names),
        "plan": _plan(plan, rule),
    }
    return RuleSheet(rule, text, sheet)


def _day(ordinal: int) -> str | None:
    return date.fromordinal(ordinal).isoformat() if 1 < ordinal <= date.max.toordinal() else None


def _taken(head: str, lang: Language) -> str:
    return vocabulary(lang).word("clause", head)


def _enumerated(name: str, values: frozenset[str], lang: Language) -> list[str]:
    if lang == "zh":
        return sorted(values)
    words = {w.zh: w.en for w in SCHEMA.enumerations[name].words}
    return sorted(words.get(v, v) for v in values)


def _scenes(values: frozenset[str], lang: Language) -> list[str]:
    """Kinds of visit a rule speaks of; [] = any."""
    plain = _enumerated("visit_kind", values & _VISITS, lang)
    away = {"zh": "异地就医", "en": "out of area"}[lang]
    return [*plain, away] if "out_of_area" in values else plain


def _fact(field: str, rule: Rule, door: Door, lang: Language) -> dict[str, Any]:
    return {
        "field": field, "name": cause_word(field, lang), "only_excuses": field in rule.excuse_reads,
        "carried": door.can_carry(field),
    }


def _table(table: Table, day: date, lang: Language) -> dict[str, Any]:
    today = day.toordinal()
    return {
        "name": table.name if lang == "zh" else table.en or table.name, "key": table.key_kind, "rows": len(table.rows),
        "in_force": sum(r.valid_from <= today < r.valid_to for r in table.rows),
        "columns": [c.zh if lang == "zh" else c.en or c.zh for c in table.columns],
    }


def _parameters(checked: CheckedPack, rule: Rule, day: date) -> Iterator[dict[str, Any]]:
    """Parameters that the rule or the cells of its tables name, with the value of `day`."""
    used = {n.name for n in nodes(*roots_of(rule)) if isinstance(n, ir.Param)}
    for name in tables_of(rule):
        used |= {
            p for column in checked.sources.tables[name].rows.cells for cell in column.distinct() if isinstance(cell, ParamCell)
            for p in cell.params
        }
    today = day.toordinal()
    for name in sorted(used):
        table = checked.program.params.get(name)
        if table is None:
            continue
        for v in table.versions:
            if v.valid_from <= today < v.valid_to:
                yield {
                    "name": name, "for": [str(k) for k in v.keys], "value": _printed(v.value, table.type),
                    "tunable": None if v.low is None or v.high is None
                    else [_printed(v.low, table.type), _printed(v.high, table.type)],
                }


def _printed(value: Any, type: Type) -> str:
    if value is UNKNOWN:
        return "未定"
    return frame_text(value) if isinstance(value, Frame) else printed(value, type)


def _definitions(checked: CheckedPack, file: ast.File, lang: Language, names: Any) -> list[str]:
    """Texts of the definitions that the rule names, and of those that these name."""
    known = {
        word: (f, d) for _, f in checked.files for d in f.declarations if isinstance(d, ast.DefinitionDecl)
        for word in (d.name, d.twin) if word
    }
    used: dict[str, str] = {}
    ahead: list[Any] = [file]
    while ahead:
        for word in _words(ahead.pop()):
            if word in known and known[word][1].name not in used:
                home, declaration = known[word]
                one = ast.File((declaration,), home.language, home.span)
                used[declaration.name] = format(one, lang, names).strip()
                ahead.append(declaration.value)
    return list(used.values())


def _words(node: Any) -> Iterator[str]:
    stack = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, tuple):
            stack.extend(one)
        elif isinstance(one, ast.Name):
            yield one.parts[0]
        elif hasattr(one, "__dataclass_fields__"):
            stack.extend(getattr(one, name) for name in one.__dataclass_fields__)


def _plan(plan: Plan, rule: Rule) -> dict[str, Any]:
    """How the rule is found and judged: its route, and the shapes that its rows fall into."""
    number = next(i for i, r in enumerate(plan.rules) if r is rule or r.code == rule.code)
    route = next(r for r in plan.routes if r.rule == number)
    codes: set[str] = set()
    shapes: dict[int, int] = {}
    for index in (plan.records, plan.prefix_records):
        for code, records in index.items():
            for record in records:
                for entry in (*record.dense, *record.others):
                    if entry is not None and entry.rule == number:
                        codes.add(code)
                        for shape, _ in entry.tests:
                            shapes[shape] = shapes.get(shape, 0) + 1
    return {
        "route": route.kind, "reason": route.reason, "codes": len(codes),
        "shapes": [
            {"number": s, "rows": n, "exact": plan.shapes[s].exact, "constants": list(plan.shapes[s].holes)}
            for s, n in sorted(shapes.items())
        ],
    }
