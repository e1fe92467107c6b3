"""Laws 6 and 11: rows only add to positive rules, and a report needs no fact that its rules do not read."""
from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from medrules.check.program import Program
from medrules.diagnostics import Severity
from medrules.model.schema import SCHEMA
from tests.property.judging import reported
from tests.property.programs import compile_rules, random_program
from tests.property.requests import request
from tests.property.strategies import FEW, SEEDS

# What every line and stay is identified, dated, netted, cut, paid and put into prescriptions by, whatever the rules read.
STRUCTURE: Final = frozenset((
    "标识", "行号", "原明细标识", "种类", "编码", "执行时间", "计费时间", "开始时间", "结束时间", "数量", "单位", "单价", "金额", "自费金额",
    "账户支付", "已扣减金额", "长期医嘱", "本次处方标志", "处方号", "手术编号", "医嘱号", "用药天数", "入院时间", "出院时间", "就医方式", "机构",
    "诊断", "手术", "明细", "处方", "治疗记录", "检验", "结算", "目录类别", "医院编码",
))
COUNTS: Final = """
规则 LK-961「次数」{{
  依据：测试
  结果：可疑
  环节：事前、事中、事后
  场景：门急诊、住院、购药
  费用：全部费用
  有效：2020-01-01 起
  提醒方式：静默
  针对：明细 其中 明细.数量 大于 0
  当：（{condition}）
  扣减：无
  说明：「多」
  建议：「少」
}}
"""
POSITIVE: Final = (
    "次数 同期明细 取 近 30天 按 同一 患者 含本次 超过 2次",
    "合计 同期明细.数量 取 单日 按 同一 患者、机构 含本次 超过 3",
    "有 同期明细 取 近 15天 按 同一 患者 不含本次 其中 同期明细.数量 大于 1",
    "种数 同期明细.编码 取 近 30天 按 同一 患者 含本次 达到 2种",
)


def needed(program: Program) -> frozenset[str]:
    """The Chinese names of all facts that some rule reads."""
    return frozenset(SCHEMA.fields[f].zh for r in program.rules for f in r.reads | r.excuse_reads if f in SCHEMA.fields)


@FEW
@given(SEEDS)
def test_law_11_facts_that_are_not_required_can_be_left_out(seed: int) -> None:
    program, data = random_program(seed), request(Random(seed))
    keep = needed(program) | STRUCTURE
    small = deepcopy(data)
    for e in [*small["就诊"], *small["历次就诊"]]:
        for holder in (e, *e.get("明细", ())):
            for name in [n for n in holder if n not in keep]:
                del holder[name]
    assert reported(program, small).canonical() == reported(program, data).canonical()


def line(day: int, n: int, quantity: int, code: str) -> dict[str, Any]:
    return {
        "标识": f"L{n:03d}", "种类": "费用", "编码": code, "名称": "项目", "数量": str(quantity), "单价": "10", "金额": f"{quantity * 10}.00",
        "自费金额": "0", "执行时间": f"2026-03-{day:02d} 09:00:00",
    }


@FEW
@given(
    st.sampled_from(POSITIVE),
    st.lists(st.tuples(st.integers(1, 28), st.integers(1, 3), st.sampled_from(("A1", "A2", "A3"))), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(1, 28), st.integers(1, 3), st.sampled_from(("A1", "A2", "A3"))), min_size=1, max_size=4),
)
def test_law_6_rows_only_add(condition: str, sent: list[tuple[int, int, str]], more: list[tuple[int, int, str]]) -> None:
    """A violation of a positive rule stays one when lines are added to a relation that was open."""
    program, problems = compile_rules([COUNTS.format(condition=condition)], 0)
    assert [p for p in problems if p.severity is Severity.ERROR] == [] and len(program.rules) == 1

    def violations(lines: list[dict[str, Any]]) -> set[str]:
        data = {
            "业务时间": "2026-03-31 10:00:00", "环节": "事后", "患者": {"唯一号": "P1", "性别": "男", "出生日期": "1980-01-01"},
            "就诊": {"标识": "E1", "就医方式": "住院", "入院时间": "2026-03-01 00:00:00", "机构": {"编码": "H1"}, "诊断": [{"编码": "I10"}], "明细": lines},
        }
        return {f.anchor.line for f in reported(program, data).findings}

    first = [line(day, n, quantity, code) for n, (day, quantity, code) in enumerate(sent)]
    added = [line(day, 100 + n, quantity, code) for n, (day, quantity, code) in enumerate(more)]
    assert violations(first) <= violations(first + added)
