"""Laws 13, 14, 17, 18, 19, 24, 27, 28, 30: truth, quantifiers, exemptions, windows, quotas, ages."""
from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrules.adapters.native import read_facts
from medrules.check.program import Program
from medrules.engine.reference import Reference
from medrules.engine.reference.truth import Truth, Unk, conj, disj, neg
from medrules.engine.reference.values import compare
from medrules.model.values import age_in
from tests.property.judging import reported
from tests.property.programs import compile_rules
from tests.property.requests import request
from tests.property.strategies import FEW, SEEDS
from tests.property.test_order import whole, with_tables

HEAD = "依据：例\n  结果：明确违规\n  环节：事前、事中、事后\n  费用：全部费用\n  有效：2025-01-01 起\n  提醒方式：静默"
ATOMS = ("就诊.抢救标志", "患者.性别 = 女", "任一 就诊.诊断 属于 编码集「慢病」", "明细.数量 超过 1", "明细.部位 = 「左」", "机构.级别 不低于 二级")
QUOTA = (
    "针对：明细 属于 编码集「项目」\n  令：超出 = 超额 明细.数量 限 {} 每 单日 按 同一 患者、明细.编码\n  当：超出 大于 0\n  扣减：{}")
VALUES: tuple[Truth, ...] = (True, False, Unk(frozenset("a")), Unk(frozenset("b")))


def rules(seed: int, *bodies: str) -> list[Program]:
    """One program a body, over the same tables."""
    out = []
    for body in bodies:
        text = f"规则 LK-900「例」{{\n  {HEAD}\n  {body}\n  说明：「x」\n  建议：「x」\n}}\n"
        program, problems = compile_rules([text], seed)
        assert program.rules, [p.message for p in problems]
        out.append(program)
    return out


def lines(program: Program, data: Any) -> set[Any]:
    return {f.anchor for f in reported(program, data).findings}


def said(program: Program, data: Any) -> Any:
    r = reported(program, data)
    return {f.anchor for f in r.findings}, {(u.anchor, u.causes) for u in r.undecided}


# ---------------------------------------------------------------- truth


@pytest.mark.parametrize(("a", "b", "c"), list(product(VALUES, repeat=3)))
def test_law_17_kleene_algebra(a: Truth, b: Truth, c: Truth) -> None:
    assert neg(neg(a)) == a
    assert conj((a, b)) == conj((b, a)) and disj((a, b)) == disj((b, a))
    assert conj((a, conj((b, c)))) == conj((a, b, c)) and disj((a, disj((b, c)))) == disj((a, b, c))
    assert neg(conj((a, b))) == disj((neg(a), neg(b)))
    for x, y in ((conj((a, disj((b, c)))), disj((conj((a, b)), conj((a, c))))), (conj((a, disj((a, b)))), a), (disj((a, conj((a, b)))), a)):
        assert isinstance(x, Unk) == isinstance(y, Unk) and (isinstance(x, Unk) or x is y)
    if isinstance(a, Unk):
        assert isinstance(disj((a, neg(a))), Unk) and isinstance(conj((a, neg(a))), Unk)


@given(st.integers(-3, 3), st.integers(-3, 3))
def test_law_17_not_less_is_at_least(a: int, b: int) -> None:
    assert neg(compare("<", a, b)) is compare("<=", b, a)


@FEW
@given(SEEDS, st.sampled_from(ATOMS[4:] + ATOMS[:2]))
def test_law_18_quantifiers_are_each_others_negation(seed: int, _: str) -> None:
    body = "针对：明细 属于 知识表「码表」记为 限定\n  当：{}\n  扣减：无"
    inner = "属于 编码集「待定病」"
    none, some, all_, not_any = rules(
        seed, body.format(f"无一 就诊.诊断 {inner}"), body.format(f"非（任一 就诊.诊断 {inner}）"), body.format(f"全部 就诊.诊断 {inner}"),
        body.format("非（任一 就诊.诊断 不属于 编码集「待定病」）"))
    data = request(Random(seed))
    assert said(none, data) == said(some, data)
    assert said(all_, data) == said(not_any, data)


@FEW
@given(SEEDS, st.sampled_from(ATOMS), st.sampled_from(ATOMS), st.sampled_from(ATOMS))
def test_law_19_exemptions_only_excuse(seed: int, when: str, exempt: str, but: str) -> None:
    body = "针对：明细 属于 知识表「码表」记为 限定\n  当：{}{}\n  扣减：无"
    plain, excused, butted, never = rules(
        seed, body.format(when, ""), body.format(when, f"\n  除外「甲」：{exempt}"), body.format(when, f"\n  除外「甲」：{exempt}，但 {but}"),
        body.format(when, "\n  除外「甲」：就诊.住院天数 小于 0天"))
    data = request(Random(seed))
    assert lines(excused, data) <= lines(plain, data)
    assert lines(excused, data) <= lines(butted, data)
    if not any(e.get("出院时间") is None and "出院时间" not in e for e in data["就诊"]):
        full = request(Random(seed), drop=0.0)
        assert lines(never, full) == lines(plain, full)


# ---------------------------------------------------------------- rows


@FEW
@given(SEEDS, st.sampled_from(("患者.年龄 属于 限定.年龄段", "患者.性别 属于 限定.性别", "明细.数量 超过 限定.上限", "任一 就诊.诊断 属于 限定.诊断")))
def test_laws_13_and_14_rows_under_when_add_and_under_must_remove(seed: int, atom: str) -> None:
    body = "针对：明细 属于 知识表「码表」记为 限定\n  {}：{}\n  扣减：全额"
    when, must = rules(seed, body.format("当", atom), body.format("须", atom))
    data = request(Random(seed))
    table = when.tables["码表"]
    points = sorted({r.point for r in table.rows})

    def only(program: Program, keep: set[str]) -> Program:
        return with_tables(program, lambda rows: [r for r in rows if r.point in keep])

    singles = [lines(only(when, {p}), data) for p in points]
    assert lines(when, data) == set().union(*singles) if singles else True
    fewer = set(points[:-1])
    assert lines(only(when, fewer), data) <= lines(when, data)
    bound = {c.subject for _, c in _candidates(only(must, fewer), data)}
    bound_ids = {(s.encounter.id, s.id) for s in bound}
    grown = {(a.encounter, a.line) for a in lines(must, data)} & bound_ids
    assert grown <= {(a.encounter, a.line) for a in lines(only(must, fewer), data)}


def _candidates(program: Program, data: Any) -> list[Any]:
    facts = read_facts(data)
    return [(r, c) for r in program.rules for c, _, _ in Reference(program).judged(facts, r)]


# ---------------------------------------------------------------- windows and quotas


@FEW
@given(SEEDS, st.sampled_from(("单日", "近 7天", "单次就诊", "自然月")))
def test_law_24_with_this_line_is_without_it_and_it(seed: int, window: str) -> None:
    body = ("针对：明细 属于 知识表「码表」记为 限定\n  令：共 = 合计 同期明细.数量 取 " + window + " 按 同一 患者 {}\n  当：共 不少于 0\n  扣减：无")
    with_own, without = rules(seed, body.format("含本次"), body.format("不含本次"))
    data = whole(Random(seed))
    for (r1, c1), (r2, c2) in zip(_candidates(with_own, data), _candidates(without, data), strict=True):
        judge1, judge2 = (Reference(p).judge(read_facts(data), r) for p, r in ((with_own, r1), (without, r2)))
        total, others = judge1.value(_value(r1), c1.options[0].binding), judge2.value(_value(r2), c2.options[0].binding)
        if isinstance(total, Fraction) and isinstance(others, Fraction):
            assert total == others + Fraction(c1.subject.quantity, 10_000)


def _value(rule: Any) -> Any:
    return dict(rule.lets)["共" if "共" in dict(rule.lets) else "超出"]


@FEW
@given(SEEDS, st.integers(1, 6))
def test_laws_27_and_28_a_bucket_pays_its_first_units(seed: int, limit: int) -> None:
    (program,) = rules(seed, QUOTA.format(limit, "无"))
    data = whole(Random(seed))
    data["环节"] = "事后"
    data.pop("有扣减台账", None)
    excess: dict[Any, Fraction] = {}
    total: dict[Any, Fraction] = {}
    for rule, candidate in _candidates(program, data):
        item = candidate.subject
        if item.line_kind != "charge" or item.encounter.patient is None:
            continue
        value = Reference(program).judge(read_facts(data), rule).value(_value(rule), candidate.options[0].binding)
        if not isinstance(value, Fraction):
            return
        quantity = Fraction(item.quantity, 10_000)
        assert 0 <= value <= quantity
        key = item.on, item.code
        excess[key] = excess.get(key, Fraction(0)) + value
    facts = read_facts(data)
    for e in facts.patients[0].encounters:
        for i in e.items:
            if isinstance(i.code, str) and i.code in ("A100", "B101"):
                total[i.on, i.code] = total.get((i.on, i.code), Fraction(0)) + Fraction(i.quantity, 10_000)
    reviewed = all(i.is_current is True for e in facts.patients[0].encounters for i in e.items)
    if reviewed and len(facts.current) == len(facts.patients[0].encounters):
        for key, found in excess.items():
            assert found == max(Fraction(0), total[key] - limit)


@FEW
@given(SEEDS, st.integers(1, 4))
def test_law_28_a_line_split_in_two_claims_the_same(seed: int, limit: int) -> None:
    (program,) = rules(seed, QUOTA.format(limit, "超出 × 明细.单价"))
    data = whole(Random(seed))
    data.pop("有扣减台账", None)
    held = data["就诊"][0]["明细"]
    for n, line in enumerate(held):
        line |= {"行号": f"{10 * n + 100}", "本次处方标志": True}
    big = next((i for i in held if i["数量"] in ("2", "10")), None)
    if big is None:
        return
    big["自费金额"] = "0"
    half = int(big["数量"]) // 2
    price = Fraction(big["单价"])
    parts = [
        {**big, "标识": f"{big['标识']}半{k}", "行号": str(int(big["行号"]) + k), "数量": str(n), "金额": str(float(price * n)), "自费金额": "0"}
        for k, n in enumerate((half, int(big["数量"]) - half))
    ]
    split = {**data, "就诊": [{**data["就诊"][0], "明细": [p for i in held for p in (parts if i is big else [i])]}, *data["就诊"][1:]]}

    def claimed(report: Any, names: tuple[str, ...]) -> int:
        return sum(f.amount or 0 for f in report.findings if f.anchor.line in names)

    before, after = reported(program, data), reported(program, split)
    assert claimed(before, (big["标识"],)) == claimed(after, tuple(p["标识"] for p in parts))
    assert before.definite_total == after.definite_total


# ---------------------------------------------------------------- ages


@given(st.integers(0, 40_000), st.integers(0, 40_000))
def test_law_30_ages_step_by_one_and_agree(start: int, later: int) -> None:
    birth = date(1930, 1, 1).toordinal() + start
    day = birth + later
    years, months = age_in("岁", birth, day), age_in("月", birth, day)
    assert years == months // 12
    for unit in ("岁", "月", "天"):
        assert 0 <= age_in(unit, birth, day + 1) - age_in(unit, birth, day) <= 1


def test_law_30_by_hand() -> None:
    born = date(2008, 2, 29).toordinal()
    assert age_in("岁", born, date(2026, 2, 28).toordinal()) == 17
    assert age_in("岁", born, date(2026, 3, 1).toordinal()) == 18
    assert age_in("岁", born, date(2028, 2, 29).toordinal()) == 20
    end_of_month = date(2026, 1, 31).toordinal()
    assert age_in("月", end_of_month, date(2026, 2, 28).toordinal()) == 0
    assert age_in("月", end_of_month, date(2026, 3, 1).toordinal()) == 1
    assert age_in("天", born, (date(2008, 2, 29) + timedelta(days=28)).toordinal()) == 28
