"""Passes: what they find once, they must find completely; what they drop must be unable to speak."""
from __future__ import annotations

from dataclasses import replace

from medrules.check import program as ir
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import EMPTY
from medrules.model.types import BOOL
from medrules.model.values import UNKNOWN
from medrules.plan.passes import PASSES
from medrules.plan.passes.normal_form import signed
from medrules.plan.planner import plan
from medrules.plan.shapes import CodesProbe, SharedGroup, TotalOver, Touch
from tests.plan.small import AGES, DIAGNOSES, GROUP, MOST, SEX, pair_rule, pairs, program, row, rule, table, years

AGE_RULE = rule("T-1", "  针对：明细 属于 知识表「年龄」记为 限定\n  须：患者.年龄 属于 限定.年龄段\n  扣减：全额")
DAILY = rule(
    "T-2", "  针对：明细 属于 知识表「日量」记为 限定\n  当：合计 同期明细.数量 取 单日 按 同一 患者、机构、限定 超过 限定.上限\n  扣减：全额")


def test_one_row_rules_of_one_shape_fold_together() -> None:
    """Law 14: rules that differ only in constants are one shape with many rows."""
    text = "".join(
        rule(f"F-{n}", f"  针对：明细 属于 知识表「项{n}」记为 限定\n  须：患者.年龄 满 {n}岁 且 患者.性别 = {'男' if n % 2 else '女'}\n  扣减：全额")
        for n in range(1, 60))
    made = plan(program(text, *(table(f"项{n}", (), row(f"p{n}", [f"C{n}"])) for n in range(1, 60))))
    assert len(made.shapes) == 1
    assert len(made.records) == 59
    assert all(len(rs) == 1 and rs[0].dense[0] is not None for rs in made.records.values())


def test_rows_of_one_code_are_one_record_per_time_segment() -> None:
    ages = table("年龄", (AGES,), row("a", ["X"], years(18, None), start=100, end=200), row("b", ["X"], years(None, 60), start=150, end=300))
    early = plan(_valid_from(program(AGE_RULE, ages), 0)).records["X"]
    assert [(r.start, r.end) for r in early] == [(100, 150), (150, 200), (200, 300)]
    assert [next(e.rows for e in (*r.dense, *r.others) if e) for r in early][1] == (ages.rows[0], ages.rows[1])


def test_only_the_longest_key_in_force_counts() -> None:
    prefixes = table("年龄", (AGES,), row("short", ["A*"], years(18, None)), row("long", ["A10*"], years(65, None), end=800_000))
    made = plan(program(AGE_RULE, prefixes))
    points = {code: [[x.point for e in (*r.dense, *r.others) if e for x in e.rows] for r in rs] for code, rs in made.prefix_records.items()}
    assert points["A"] == [["short"]]
    assert points["A10"] == [["long"], ["short"]]  # from day 800,000 on, only the short one is in force


def test_a_code_with_a_key_elsewhere_still_matches_by_prefix() -> None:
    prefixes, other = table("年龄", (AGES,), row("p", ["A*"], years(18, None))), pairs("对", ("A100", "B"))
    two = AGE_RULE + pair_rule("T-9", "  针对：两项明细 甲、乙 属于 知识表「对」记为 对 同在 单日\n  当：一律\n  违规：乙\n  扣减：全额")
    made = plan(program(two, prefixes, other))
    assert "A100" in made.records and "A100" in made.known_codes


def test_a_row_that_restricts_nothing_is_not_asked() -> None:
    made = plan(program(AGE_RULE, table("年龄", (AGES,), row("a", ["X"], EMPTY), row("b", ["Y"], UNKNOWN))))
    assert not any(e for r in made.records["X"] for e in (*r.dense, *r.others))
    (entry,) = [e for r in made.records["Y"] for e in (*r.dense, *r.others) if e]
    assert not made.shapes[entry.tests[0][0]].exact  # 待编: the exact evaluation has to look


def test_windows_become_bounds_only_where_bounds_prove_silence() -> None:
    (shape,) = plan(program(DAILY, table("日量", (MOST,), row("q", ["X"], 20_000)))).shapes
    assert isinstance(shape.test, TotalOver) and shape.test.per_day and not shape.exact
    least = DAILY.replace("超过 限定.上限", "不超过 限定.上限")
    (other,) = plan(program(least, table("日量", (MOST,), row("q", ["X"], 20_000)))).shapes
    assert other.test == Touch()  # "at most" is proven by no upper bound


def test_groups_with_a_cell_that_is_not_coded_are_left_to_the_exact_evaluation() -> None:
    text = rule("T-3", "  针对：明细 属于 知识表「组」记为 限定\n  当：有 同期明细 记为 他 取 单次就诊 按 同一 患者、限定.组号 不含本次 其中 他.编码 ≠ 明细.编码\n  扣减：全额")
    (known,) = plan(program(text, table("组", (GROUP,), row("a", ["X"], "G"), row("b", ["Y"], "G")))).shapes
    assert isinstance(known.test, SharedGroup) and known.test.other_code
    made = plan(program(text, table("组", (GROUP,), row("a", ["X"], "G"), row("b", ["Y"], UNKNOWN))))
    assert all(isinstance(s.test, Touch) for s in made.shapes)


def test_diagnosis_sets_are_probed_by_the_lengths_that_occur() -> None:
    text = rule("T-4", "  针对：明细 属于 知识表「症」记为 限定\n  须：任一 就诊.诊断 属于 限定.诊断\n  扣减：全额")
    made = plan(program(text, table("症", (DIAGNOSES,), row("a", ["X"], CodeSet("", "icd10", prefixes=("I63", "I10.9"))))))
    (shape,) = made.shapes
    assert isinstance(shape.test, ir.Not) and isinstance(shape.test.arg, CodesProbe)
    assert made.usage.prefix_lengths == (3, 5)


def test_each_pair_is_kept_once_at_its_rarer_end() -> None:
    hub = [("HUB", f"S{n}") for n in range(30)]
    text = pair_rule("T-5", "  针对：两项明细 甲、乙 属于 知识表「对」记为 对 同在 单日\n  当：一律\n  违规：乙\n  扣减：全额")
    made = plan(program(text, pairs("对", *hub, ("S0", "S1"))))
    kept = [(a, b) for a, others in made.pairs.partners.items() for b in others]
    assert {frozenset(p) for p in kept} == {frozenset(p) for p in (*hub, ("S0", "S1"))}
    assert len(kept) == 31 == made.pairs.n_pairs
    assert made.pairs.largest_before == 30 and made.pairs.largest <= 2


def test_negations_are_brought_to_the_atoms() -> None:
    a, b = (ir.Truth(ir.Fact("item", (n,), f"item.{n}", BOOL), BOOL) for n in ("long_term", "take_home"))
    folded = signed(ir.Not(ir.And((a, ir.Or((b, ir.Const(False, BOOL)), BOOL)), BOOL), BOOL), True)
    assert folded == ir.Or((ir.Not(a, BOOL), ir.Not(b, BOOL)), BOOL)
    assert signed(Touch(), False) == Touch()


def test_planning_is_pure_and_printable() -> None:
    made = program(AGE_RULE + DAILY, table("年龄", (AGES, SEX), row("a", ["X"], years(18, 60), "男")), table("日量", (MOST,), row("q", ["X"], 20_000)))
    assert plan(made) == plan(made)
    text = plan(made).explain()
    assert "2 rules" in text and "T-1: code" in text and "index: 1 codes" in text
    assert len({p.__name__ for p in PASSES}) == len(PASSES)


def _valid_from(p: ir.Program, day: int) -> ir.Program:
    return replace(p, rules=tuple(replace(r, valid_from=day) for r in p.rules))
