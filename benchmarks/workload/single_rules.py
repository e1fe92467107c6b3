"""Rules written one per item, as a hospital writes them that keeps no tables; and two hand-written indexes over the same limits.

A draw of rows of the five families that judge one line by itself (age, sex, hospital level, quantity a day, days of supply).
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final

from benchmarks.workload.knowledge import NO_AGE_LIMIT, Knowledge
from benchmarks.workload.program import SEXES
from medrules.check.checker import check
from medrules.check.program import Program
from medrules.diagnostics import Severity, Source
from medrules.language.parser import parse

__all__ = ["Limit", "answers_of", "draw_limits", "facts_index", "hand_index", "program_from", "sources_of"]

Limit = tuple[str, str, Any]  # family, item, what is allowed
Answer = tuple[str, int]

RULES_PER_FILE: Final = 500
LEVELS: Final = {1: "一级", 2: "二级", 3: "三级"}


def draw_limits(draw: Random, k: Knowledge, n: int) -> tuple[Limit, ...]:
    """`n` limits of different (family, item), families mixed as in the knowledge."""
    every: list[Limit] = [("age", item, (low, high)) for item, low, high in k.age]
    every += [("sex", item, sex) for item, sex in k.sex]
    every += [("level", item, least) for item, least in k.level]
    every += [("quantity", item, most) for item, most in k.quantity]
    every += [("supply", item, days) for item, days in k.supply]
    return tuple(draw.sample(every, n))


def sources_of(limits: tuple[Limit, ...]) -> tuple[Source, ...]:
    """The rules as text, about ten lines each, some hundred to a file."""
    written = [_rule(n, limit) for n, limit in enumerate(limits)]
    return tuple(
        Source(f"rules_{at // RULES_PER_FILE}.medrule", "\n".join(written[at:at + RULES_PER_FILE])) for at in range(0, len(written), RULES_PER_FILE))


def _rule(number: int, limit: Limit) -> str:
    family, item, allowed = limit
    return f"""规则 {family.upper()}-{number:05d}「{item} 的限制」{{
  结果：明确违规
  针对：明细 其中 明细.编码 = 「{item}」
  {_condition(family, allowed)}
  环节：事前、事中、事后
  费用：全部费用
  有效：2025-01-01 起
  扣减：全额
  说明：「{{明细.编码}}不符合限制」
  建议：「核对医嘱」
}}
"""


def _condition(family: str, allowed: Any) -> str:
    match family:
        case "age":
            low, high = allowed
            parts = [f"患者.年龄 满 {low}岁"] if low > 0 else []
            parts += [f"患者.年龄 不超过 {high}岁"] if high < NO_AGE_LIMIT else []
            return f"须：  {' 且 '.join(parts)}"
        case "sex":
            return f"须：  患者.性别 = {SEXES[allowed]}"
        case "level":
            return f"须：  机构.级别 不低于 {LEVELS[allowed]}"
        case "quantity":
            return f"当：  合计 同期明细.数量 取 单日 按 同一 患者、机构、明细.编码 超过 {allowed}"
        case _:
            return f"须：  明细.用药天数 不超过 {allowed}天"


def program_from(sources: tuple[Source, ...], expected: int) -> Program:
    """Parsed and checked.

    Raises:
        ValueError: a rule is missing.
    """
    parsed = [(source, *parse(source)) for source in sources]
    program, found = check([(source, tree) for source, tree, _ in parsed if tree is not None], {}, {}, {}, pack="one per row", version="1")
    errors = [d for d in (*(d for _, _, problems in parsed for d in problems), *found) if d.severity is Severity.ERROR]
    if errors or len(program.rules) != expected:
        raise ValueError("; ".join(d.message for d in errors[:3]) or "not all rules were checked")
    return program


def hand_index(limits: tuple[Limit, ...]) -> Callable[[dict[str, Any]], list[Answer]]:
    """What one would write by hand for the same: a dict from the item to the list of its conditions."""
    of_item: dict[str, list[tuple[str, Any]]] = {}
    for family, item, allowed in limits:
        of_item.setdefault(item, []).append((family, allowed))
    get = of_item.get

    def review(request: dict[str, Any]) -> list[Answer]:
        patient, level, lines = request["patient"], request["level"], request["lines"]
        age, sex = patient["age"], patient["sex"]
        totals: dict[Any, int] | None = None
        out: list[Answer] = []
        for n, line in enumerate(lines):
            for family, allowed in get(line["item"], ()):
                if family == "age":
                    bad = age < allowed[0] or age > allowed[1]
                elif family == "sex":
                    bad = sex != allowed
                elif family == "level":
                    bad = level < allowed
                elif family == "supply":
                    bad = line["supply"] > allowed
                else:
                    if totals is None:
                        totals = {}
                        for m in lines:
                            key = m["item"], m["day"]
                            totals[key] = totals.get(key, 0) + m["qty"]
                    bad = totals[line["item"], line["day"]] > allowed
                if bad:
                    out.append((family, n))
        return out

    return review


def facts_index(limits: tuple[Limit, ...]) -> Callable[[dict[str, Any]], list[Answer]]:
    """What one would write by hand without counting what each request needs: line facts first (the day's totals among them), then the
    item's conditions, each a test of these facts."""
    of_item: dict[str, list[Limit]] = {}
    for limit in limits:
        of_item.setdefault(limit[1], []).append(limit)

    def review(request: dict[str, Any]) -> list[Answer]:
        return [
            (limit[0], n) for n, facts in enumerate(_line_facts(request))
            for limit in of_item.get(facts["item"], ()) if _breaks(facts, limit)]

    return review


def _line_facts(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything that a condition may ask of each line, side by side."""
    patient, totals = request["patient"], {}
    for line in request["lines"]:
        key = line["item"], line["day"]
        totals[key] = totals.get(key, 0) + line["qty"]
    return [
        {"item": line["item"], "age": patient["age"], "sex": patient["sex"], "level": request["level"],
         "of_day": totals[line["item"], line["day"]], "supply": line["supply"]} for line in request["lines"]]


def _breaks(facts: dict[str, Any], limit: Limit) -> bool:
    family, _, allowed = limit
    match family:
        case "age":
            return bool(facts["age"] < allowed[0] or facts["age"] > allowed[1])
        case "sex":
            return bool(facts["sex"] != allowed)
        case "level":
            return bool(facts["level"] < allowed)
        case "quantity":
            return bool(facts["of_day"] > allowed)
        case _:
            return bool(facts["supply"] > allowed)


def answers_of(report: Any) -> Iterator[Answer]:
    """A report as the hand-written index answers."""
    if report.undecided or report.unchecked or report.unjudged:
        raise AssertionError("the workload leaves nothing open")
    for f in report.findings:
        yield f.rule.partition("-")[0].lower(), f.anchor.position
