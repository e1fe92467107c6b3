"""须 that asks for a 已核 of the row last: what two values say of it alone is what the reference says, causes and knowledge points too."""
from __future__ import annotations

from typing import Any

import pytest

from tests.engine.reference.judged import DAY, line, report, rule, rules, stay
from tests.property.written import TableText

TOML = """name = "码表"
en = "t"
key = "code"
source = "例"
key_columns = ["编码"]
key_names = ["code"]
key_fields = ["code"]
[[column]]
zh = "上限"
en = "limit"
type = "number"
[[column]]
zh = "其他条件"
en = "other"
type = "text"
[[column]]
zh = "例外"
en = "excepted"
type = "text"
"""
Row = tuple[str, ...]  # 上限, 其他条件, 例外


def said(rows: tuple[Row, ...], quantity: str, *more: str, asked: str = "须：明细.数量 不超过 限定.上限 且 已核 限定.其他条件", **of_stay: Any) -> Any:
    """The causes and knowledge points of what stays open, else whether there is a finding."""
    table = TableText(TOML, ("知识点号", "编码", "上限", "其他条件", "例外"), tuple((f"K{n}", "A200", *row, *("",) * (3 - len(row))) for n, row in enumerate(rows)))
    made = rules(rule(asked, *more, "扣减：无", about="明细 属于 知识表「码表」记为 限定"), tables=(table,))
    found = report(made, stay(line("L1", "A200", f"{DAY} 10:00:00", 数量=quantity), **of_stay))
    return [(u.causes, u.rows) for u in found.undecided] or bool(found.findings)


@pytest.mark.parametrize(("rows", "quantity", "answer"), [
    ((("2", "甲"),), "3", True),
    ((("2", "甲"),), "1", [(("attest:甲",), ("K0",))]),
    ((("2", ""),), "1", False),
    ((("2", ""),), "3", True),
    ((("2", "甲"), ("9", "")), "1", False),
    ((("2", ""), ("9", "甲")), "1", False),
    ((("2", ""), ("9", "甲")), "5", [(("attest:甲",), ("K0", "K1"))]),
    ((("9", "乙"), ("2", "丙"), ("8", "甲")), "5", [(("attest:乙", "attest:甲"), ("K0", "K1", "K2"))]),
    ((("9", "乙"), ("2", "丙"), ("8", "甲")), "10", True),
    ((("", "甲"),), "5", [(("attest:甲",), ("K0",))]),
])
def test_rows_that_fail_are_open_or_are_met(rows: tuple[Row, ...], quantity: str, answer: Any) -> None:
    assert said(rows, quantity) == answer


@pytest.mark.parametrize(("rescue", "answer"), [
    (True, False), (False, [(("attest:甲",), ("K0",))]), (None, [(("attest:甲", "encounter.rescue"), ("K0",))])])
def test_an_exemption_silences_what_would_stay_open(rescue: bool | None, answer: Any) -> None:
    sent = {} if rescue is None else {"抢救标志": rescue}
    assert said((("2", "甲"),), "1", "除外「抢救」：就诊.抢救标志", **sent) == answer


@pytest.mark.parametrize(("quantity", "answer"), [("1", [(("attest:甲",), ("K0",))]), ("3", True)])
def test_an_exemption_that_asks_the_row(quantity: str, answer: Any) -> None:
    excused = "除外「例」：限定.例外 = 「是」"
    assert said((("2", "甲"),), quantity, excused) == answer
    assert said((("2", "甲"), ("2", "乙", "是")), quantity, excused) is False


def test_two_of_them_and_one_by_itself() -> None:
    assert said((("2", "甲"),), "1", asked="须：已核 限定.其他条件") == [(("attest:甲",), ("K0",))]
    assert said((("2", ""),), "1", asked="须：已核 限定.其他条件") is False
    assert said((("2", "甲"),), "1", asked="须：已核 「乙」 且 已核 限定.其他条件") == [(("attest:乙", "attest:甲"), ("K0",))]
