"""Lines whose key is not known: what stays open is found once for lines that look alike, and is what the reference says of each.

Tables keyed by 通用名 and requests that do not carry it, in all the ways in which lines can be told apart: kind, day, prescription, days of
use, which came first, stays before this one.
"""
from __future__ import annotations

from random import Random
from typing import Any

import pytest

from medrules.check.program import Program
from medrules.engine.engine import Engine
from medrules.engine.optimized.kleene.native import Native
from medrules.engine.reference import Reference
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import EMPTY, Row, Table
from medrules.model.builder import build_facts
from medrules.model.facts import Facts
from medrules.model.values import DAY_SECONDS, UNKNOWN, Instant
from medrules.plan.planner import plan
from tests.plan.small import AGES, DAY, DIAGNOSES, DOOR, GROUP, line, pair_rule, program, rule, years

OTHER_THAN_DRUGS = "（非 明细.目录类别 属于（医疗服务项目、医用耗材））"
TEXT = "".join((
    rule("O-1", f"  针对：明细 属于 知识表「症」记为 限定 其中{OTHER_THAN_DRUGS}\n  须：任一 就诊.诊断 属于 限定.诊断 且 患者.年龄 属于 限定.年龄段\n  扣减：无"),
    rule("O-2", "  针对：明细 属于 知识表「龄」记为 限定\n  当：患者.年龄 属于 限定.年龄段\n  除外「抢救」：就诊.抢救标志\n  扣减：全额"),
    rule("O-3", f"  针对：明细 属于 知识表「组」记为 限定 其中{OTHER_THAN_DRUGS}\n  当：有 同期明细 记为 他 取 用药期重叠 按 同一 患者、限定.组号 不含本次"
         " 其中（他.次序 小于 明细.次序 且 他.通用名 ≠ 明细.通用名）\n  扣减：无"),
    rule("O-4", "  针对：明细 属于 知识表「组」记为 限定\n  当：有 同期明细 记为 他 取 单日 按 同一 患者、机构、限定.组号 其中 他.数量 超过 1\n  扣减：无"),
    pair_rule("O-5", "  针对：两项明细 甲、乙 属于 知识表「对」记为 对 同在 用药期重叠\n    其中（非 甲.目录类别 属于（医疗服务项目）且 非 乙.目录类别 属于"
              "（医疗服务项目））\n  当：一律\n  违规：甲、乙\n  扣减：无"),
    pair_rule("O-6", "  针对：两项明细 甲、乙 属于 知识表「对」记为 对 同在 同一处方\n  当：甲.数量 超过 1\n  违规：乙\n  扣减：无"),
    rule("O-7", "  针对：明细 属于 知识表「症」记为 限定\n  当：明细.用药天数 超过 7天 且 任一 就诊.诊断 属于 限定.诊断\n  扣减：无"),
))
GENERICS = ("甲药", "乙药", "丙药", "丁药")


def keyed(name: str, columns: tuple[Any, ...], *rows: Row) -> Table:
    return Table(name, name + "_en", "generic", ("generic",), columns, rows)


def said(point: str, generic: str, *cells: Any, **more: Any) -> Row:
    return Row(point, ((generic,),), cells, more.pop("start", 0), more.pop("end", 10_000_000), (), **more)


@pytest.fixture(scope="module")
def made() -> Program:
    icd = [CodeSet("", "icd10", prefixes=("I",), except_prefixes=("I10",)), CodeSet("", "icd10", prefixes=("I10",)), EMPTY, UNKNOWN]
    ages = [years(18, None), years(None, 6), EMPTY, UNKNOWN]
    return program(
        TEXT,
        keyed("症", (DIAGNOSES, AGES), *(said(f"s{n}", GENERICS[n % 4], icd[n % 3], ages[n % 3]) for n in range(9)),
              said("s9", "戊药", icd[0], ages[3], end=DAY), said("s10", "戊药", icd[1], ages[0], start=DAY)),
        keyed("龄", (AGES,), *(said(f"a{n}", GENERICS[n % 4], ages[n % 4]) for n in range(6)), said("a9", "己药", ages[0], stages=frozenset({"after"})),
              said("a8", "庚药", ages[0], scenes=frozenset({"住院"}))),
        keyed("组", (GROUP,), *(said(f"g{n}", GENERICS[n], ("G1", "G1", "G2", EMPTY)[n]) for n in range(4)), said("g5", "戊药", UNKNOWN)),
        Table("对", "对_en", "pair", ("generic", "generic"), (), tuple(
            Row(f"p{n}", ((a,), (b,)), (), 0, DAY if n == 2 else 10_000_000, ()) for n, (a, b) in enumerate((("甲药", "乙药"), ("乙药", "丙药"), ("丙药", "丁药"))))),
    )


def at(day: int) -> Instant:
    return Instant((DAY + day) * DAY_SECONDS, (DAY + day) * DAY_SECONDS)


def drawn_lines(draw: Random, share_known: float, name: str) -> list[dict[str, Any]]:
    lines = []
    for n in range(draw.randint(1, 8)):
        day = draw.choice((0, 0, 1, 3, 8))
        more: dict[str, Any] = {
            "list_kind": draw.choice(("西药中成药", "西药中成药", "医疗服务项目")), "days": draw.choice((3, 3, 10)), "rx_no": draw.choice(("R1", "R1", "R2")),
            "amount": draw.choice((1_000, 1_000, 1_000, 0)), "is_current": draw.random() < 0.9, "begin": at(day - draw.choice((0, 0, 2))), "id": f"{name}{n}"}
        if draw.random() < share_known:
            more["generic"] = draw.choice(GENERICS)
        for lost in ("list_kind", "days", "days", "rx_no", "begin"):
            if draw.random() < 0.15:
                more.pop(lost, None)
        item = line(n, f"X{n}", day, draw.choice((1, 2)), **more)
        if draw.random() < 0.05:
            del item[draw.choice(("code", "performed_at", "line_kind", "amount"))]
        lines.append(item)
    return lines


def drawn(draw: Random, share_known: float) -> Facts:
    encounters: list[dict[str, Any]] = []
    for name in ("E1", "E2")[:draw.choice((1, 1, 2))]:
        stay: dict[str, Any] = {
            "id": name, "is_current": name == "E1" or draw.random() < 0.5, "visit_kind": draw.choice(("住院", "门诊")), "insurance": "基本医疗",
            "admitted_at": at(-1), "rescue": draw.random() < 0.3, "institution": {"id": draw.choice(("H1", "H2")), "level": 3},
            "items": drawn_lines(draw, share_known, name),
            "diagnoses": [{"code": c, "is_main": n == 0, "suspected": False} for n, c in enumerate(draw.choice((("I63",), ("I10", "J18"), ("Q1",))))]}
        for lost in ("diagnoses", "rescue", "visit_kind"):
            if draw.random() < 0.1:
                del stay[lost]
        encounters.append(stay)
    patient = {"id": "P1", "sex": "男", "birth_date": DAY - 365 * draw.choice((5, 30)), "encounters": encounters}
    if draw.random() < 0.7:
        patient["history"] = {"covered_from": DAY + draw.choice((-400, -1, 0)), "coverage": "全国"}
    return build_facts(door=DOOR, stage="during", business_time=at(draw.choice((2, 9))), patients=[patient])


@pytest.mark.parametrize("share_known", [0.0, 0.3])
def test_open_answers_are_those_of_the_reference(made: Program, share_known: float) -> None:
    engine, reference = Engine(made), Reference(made)
    n_open = 0
    for seed in range(150):
        facts = drawn(Random(seed), share_known)
        report, expected = engine.review(facts), reference.evaluate(drawn(Random(seed), share_known))
        assert report.canonical() == expected.canonical(), seed
        assert not report.unchecked
        n_open += len(report.undecided)
    assert n_open > 500


def test_all_of_these_rules_can_be_asked_once_for_like_lines(made: Program) -> None:
    native = Native(plan(made))
    rules = [native.rule(n) for n in range(len(made.rules))]
    assert all(rule is not None and rule.alike is not None for rule in rules)
