"""Laws 7, 8, 10, 12, 16, 20, 21, 22, 23, 25, 28, 29: what may not matter, does not."""
from __future__ import annotations

import json
import re
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from types import MappingProxyType
from typing import Any

from hypothesis import given

from medrules.check import program as ir
from medrules.check.program import Program
from medrules.check.walk import nodes
from medrules.engine.report import RESULTS
from tests.property.judging import judged, reported, unplaced
from tests.property.programs import compile_rules, random_program
from tests.property.requests import request
from tests.property.rules import rule_text
from tests.property.strategies import FEW, SEEDS

CYCLE = 1_461  # four years: the calendar repeats inside 1901-2099


def with_tables(program: Program, change: Any) -> Program:
    """The program with each table's rows changed."""
    tables = {n: replace(t, rows=tuple(change(t.rows))) for n, t in program.tables.items()}
    return replace(program, tables=MappingProxyType(tables))


def encounters(data: Any) -> list[Any]:
    return [*data["就诊"], *data["历次就诊"]]


@FEW
@given(SEEDS)
def test_law_7_order_of_lines_rows_rules_does_not_matter(seed: int) -> None:
    rng, program, data = Random(seed), random_program(seed), request(Random(seed))
    shuffled = deepcopy(data)
    for e in encounters(shuffled):
        for key in ("明细", "诊断", "手术", "治疗记录", "处方"):
            if isinstance(e.get(key), list):
                rng.shuffle(e[key])
        ids = [i["标识"] for i in e.get("明细", ())]
        assert len(ids) == len(set(ids))
    rng.shuffle(shuffled["就诊"])
    rng.shuffle(shuffled.get("历次就诊", []))
    rows = with_tables(program, lambda rows: rng.sample(list(rows), len(rows)))
    rules = replace(rows, rules=tuple(rng.sample(list(rows.rules), len(rows.rules))))
    assert unplaced(reported(rules, shuffled)) == unplaced(reported(program, data))


@FEW
@given(SEEDS)
def test_law_8_names_of_people_and_stays_do_not_matter(seed: int) -> None:
    program, data = random_program(seed), request(Random(seed))
    text = re.sub(r'"E(\d)"', r'"X\1"', json.dumps(data, ensure_ascii=False)).replace('"P1"', '"P77"')
    renamed = json.dumps(unplaced(reported(program, json.loads(text))), ensure_ascii=False)
    assert re.sub(r'"X(\d)"', r'"E\1"', renamed) == json.dumps(unplaced(reported(program, data)), ensure_ascii=False)


@FEW
@given(SEEDS)
def test_law_10_facts_that_no_rule_reads_do_not_matter(seed: int) -> None:
    program, data = random_program(seed), request(Random(seed))
    other = deepcopy(data)
    for e in encounters(other):
        e |= {"病区": "W9", "床位类型": "普通"}
        for line in e.get("明细", ()):
            line |= {"规格": "1g", "剂型": "片", "目录等级": "甲"}
    assert reported(program, other).canonical() == reported(program, data).canonical()


@FEW
@given(SEEDS)
def test_law_12_rules_do_not_see_each_other(seed: int) -> None:
    program, data = random_program(seed), request(Random(seed))

    def said(p: Program) -> Any:
        r = reported(p, data)
        return ({(f.rule, f.result, f.anchor, f.at_fault, f.rows, f.claims) for f in r.findings},
                {(u.rule, u.anchor, u.causes) for u in r.undecided})

    alone = [said(replace(program, rules=(r,))) for r in program.rules]
    together = said(program)
    assert together == (set().union(*(a for a, _ in alone)), set().union(*(b for _, b in alone)))


@FEW
@given(SEEDS)
def test_law_16_a_row_that_is_there_twice_changes_nothing(seed: int) -> None:
    program, data = random_program(seed), request(Random(seed))
    twice = with_tables(program, lambda rows: [x for r in rows for x in (r, replace(r))])
    grouped = {r.code for r in program.rules if isinstance(r.scope, ir.GroupScope)}
    plain = replace(program, rules=tuple(r for r in program.rules if r.code not in grouped))
    twice = replace(twice, rules=plain.rules)
    assert reported(twice, data).canonical() == reported(plain, data).canonical()


@FEW
@given(SEEDS)
def test_law_20_a_row_split_in_time_changes_nothing(seed: int) -> None:
    rng, program, data = Random(seed), random_program(seed), request(Random(seed))
    middle = date(2026, 3, 1).toordinal() + rng.randint(-3, 8)

    def split(rows: Any) -> Any:
        for r in rows:
            if r.valid_from < middle < r.valid_to:
                yield replace(r, valid_to=middle)
                yield replace(r, valid_from=middle)
            else:
                yield r

    assert reported(with_tables(program, split), data).canonical() == reported(program, data).canonical()


def _shifted(text: str) -> str:
    return re.sub(r"(\d{4})-(\d\d)-(\d\d)", lambda m: (
        date(int(m[1]), int(m[2]), int(m[3])) + timedelta(days=CYCLE)).isoformat() if 1901 < int(m[1]) < 2095 else m[0], text)


@FEW
@given(SEEDS)
def test_law_21_four_years_later_everything_is_the_same(seed: int) -> None:
    program, data = random_program(seed), request(Random(seed))
    data["患者"]["出生日期"] = "2016-02-29" if seed % 3 == 0 else data["患者"].get("出生日期", "2000-03-01")
    later = json.loads(_shifted(json.dumps(data, ensure_ascii=False)))

    def moved(x: int) -> int:
        return x if x in (0, 10_000_000) else x + CYCLE

    rules = tuple(replace(r, valid_from=moved(r.valid_from), valid_to=moved(r.valid_to)) for r in program.rules)
    params = {n: replace(p, versions=tuple(
        replace(v, valid_from=moved(v.valid_from), valid_to=moved(v.valid_to)) for v in p.versions)) for n, p in program.params.items()}
    shifted = with_tables(replace(program, rules=rules, params=MappingProxyType(params)), lambda rows: [
        replace(r, valid_from=moved(r.valid_from), valid_to=moved(r.valid_to)) for r in rows])
    assert reported(shifted, later).canonical() == reported(program, data).canonical()


BACKWARD = (
    "针对：明细 属于 知识表「码表」记为 限定\n  令：超出 = 超额 明细.数量 限 1 每 近 7天 按 同一 患者、限定\n  当：超出 大于 0\n  扣减：超出 × 明细.单价",
    "针对：明细 属于 知识表「码表」记为 限定\n  当：次数 同期明细 取 近 30天 按 同一 患者、限定 含本次 超过 1次\n  扣减：全额",
    "针对：明细 属于 知识表「前缀表」记为 限定\n  令：序 = 第几天 取 近 15天 按 同一 患者、限定\n  当：序 超过 1\n  扣减：无",
)


def backward_rules(seed: int) -> Program:
    """Rules that look back only: no bucket that a later line could fill."""
    head = "依据：例\n  结果：可疑\n  环节：事前、事中、事后\n  费用：全部费用\n  有效：2025-01-01 起\n  提醒方式：静默"
    texts = [f"规则 LK-{910 + n}「例」{{\n  {head}\n  {b}\n  说明：「x」\n  建议：「x」\n}}\n" for n, b in enumerate(BACKWARD)]
    program, problems = compile_rules(texts, seed)
    assert len(program.rules) == len(BACKWARD), problems
    return program


def whole(rng: Random) -> Any:
    data = request(rng, drop=0.0)
    data["业务时间"] = "2026-04-30 12:00:00"
    data.pop("有扣减台账", None)
    data["历史"] = {"覆盖起": "2026-01-01", "覆盖范围": "全国"}
    for e in encounters(data):
        e["明细"] = [i for i in e["明细"] if not i["数量"].startswith("-") and i["单位"] not in ("小时", "日") and not i["长期医嘱"]]
        for line in e["明细"]:
            line.pop("已扣减金额", None)
        for line in e["明细"]:  # exact times: which of two lines of one day is later must be known
            line["执行时间"] = line["执行时间"] if len(line["执行时间"]) > 10 else line["执行时间"] + " 08:00:01"
    return data


@FEW
@given(SEEDS)
def test_laws_22_and_23_later_days_do_not_change_an_earlier_lines_answer(seed: int) -> None:
    program, data = backward_rules(seed), whole(Random(seed))
    cut = "2026-03-04 00:00:00"
    early = deepcopy(data)
    for e in encounters(early):
        e["明细"] = [i for i in e["明细"] if i["执行时间"] < cut]
    kept = {i["标识"] for e in encounters(early) for i in e["明细"]}
    full, less = judged(program, data), judged(program, early)
    later = judged(program, {**data, "业务时间": "2026-12-31 12:00:00"})
    for key, answer in less.items():
        assert key[3] in kept and full[key] == answer and later[key] == answer, key


@FEW
@given(SEEDS)
def test_law_25_a_line_and_its_full_refund_are_no_line(seed: int) -> None:
    program, data = random_program(seed), whole(Random(seed))
    program = replace(program, rules=tuple(
        r for r in program.rules if "raw" not in str(getattr(r.scope, "relation", "")) and not any(
            isinstance(n, ir.Members) and "raw_items" in n.path for n in nodes(r.when, getattr(r.scope, "where", None)))))
    with_both, without = deepcopy(data), deepcopy(data)
    held = with_both["就诊"][0]["明细"]
    without["就诊"][0]["明细"] = without["就诊"][0]["明细"][1:]
    if not held:
        return
    gone = held[0]
    held.append({**gone, "标识": "back", "原明细标识": gone["标识"], "数量": f"-{gone['数量']}", "金额": f"-{gone['金额']}",
                 "自费金额": "0", "统筹金额": "0", "账户支付": "0", "执行时间": "2026-03-06 09:00:01"})
    assert unplaced(reported(program, with_both)) == unplaced(reported(program, without))


@FEW
@given(SEEDS)
def test_law_29_the_two_sides_of_a_pair_table_can_change_places(seed: int) -> None:
    rng = Random(seed)
    texts = [t for t in (rule_text(rng, f"LK-{900 + n}") for n in range(12)) if "两项明细" in t and "违规：增、平" in t]
    program, _ = compile_rules(texts, seed)
    if not program.rules:
        return
    data = request(Random(seed))
    names = {"first": "second", "second": "first"}

    def swapped(node: Any) -> Any:
        if isinstance(node, tuple):
            return tuple(swapped(x) for x in node)
        if isinstance(node, str):
            return names.get(node, node)
        if hasattr(node, "__dataclass_fields__") and type(node).__module__ == ir.__name__:
            return replace(node, **{f: swapped(getattr(node, f)) for f in node.__dataclass_fields__ if f not in ("source", "span", "header")})
        return node

    rules = tuple(replace(r, scope=swapped(r.scope), when=swapped(r.when), guard=swapped(r.guard), judged=swapped(r.judged),
                          exempt=swapped(r.exempt), fault=swapped(r.fault), deduct=swapped(r.deduct)) for r in program.rules)
    turned = with_tables(replace(program, rules=rules), lambda rows: [
        replace(r, keys=r.keys[::-1]) if not r.excluded else r for r in rows])
    if any(r.excluded for t in program.tables.values() for r in t.rows):
        return  # 主项排除 speaks of the first key only
    assert {(f.rule, f.at_fault) for f in reported(turned, data).findings} == {
        (f.rule, f.at_fault) for f in reported(program, data).findings}


def test_results_are_ordered_from_the_gravest() -> None:
    assert RESULTS == ("definite", "suspect", "monitor")
