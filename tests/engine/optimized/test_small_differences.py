"""Small things that only the quick way of judging can get wrong: said of complete requests, against the reference as well."""
from __future__ import annotations

from typing import Any

import pytest

from medrules.adapters.native import read_facts
from medrules.engine.engine import Engine
from medrules.engine.optimized.fallback import Answers
from tests.engine.reference.judged import DAY, line, report, rule, rules, stay
from tests.property.tables import KINDS
from tests.property.written import TableText


def at(name: str, code: str, hour: int = 10, day: str = DAY, **more: Any) -> dict[str, Any]:
    return line(name, code, f"{day} {hour:02}:00:00", **more)


def found(text: str, *lines: dict[str, Any], tables: tuple[TableText, ...] = ()) -> tuple[str, ...]:
    """The lines at fault; nothing may be left out or open."""
    said = report(rules(text, tables=tables), stay(*lines))
    assert not said.undecided and not said.unchecked
    return tuple(sorted(f.anchor.line for f in said.findings))


@pytest.mark.parametrize(("day", "quantity", "answer"), [
    ("2026-03-03", "1", False), ("2026-03-03", "2", True), ("2026-03-04", "2", False), ("2026-03-04", "3", True)])
@pytest.mark.parametrize("condition", [
    "明细.数量 超过 参数.用量", "（合计 同期明细.数量 取 单日 按 同一 患者 含本次）超过 参数.用量", "有 同期明细 取 单日 按 同一 患者 含本次 其中 同期明细.数量 超过 参数.用量"])
def test_a_parameter_is_that_of_the_lines_day(condition: str, day: str, quantity: str, answer: bool) -> None:
    """参数 用量 = 1, from 2026-03-04 on 2."""
    assert bool(found(rule(f"当：{condition}", "扣减：无"), at("L1", "A200", day=day, 数量=quantity))) is answer
    excused = rule("当：一律", f"除外「少量」：非（{condition}）", "扣减：无")
    assert bool(found(excused, at("L1", "A200", day=day, 数量=quantity))) is answer


@pytest.mark.parametrize(("days", "quantity", "answer"), [(3, "1", False), (8, "1", True), (3, "2", True), (8, "2", True)])
def test_an_exemption_holds_unless_what_follows_但_does(days: int, quantity: str, answer: bool) -> None:
    text = rule("当：一律", "除外「单次」：明细.数量 = 1，但 明细.用药天数 超过 7天", "扣减：无")
    assert bool(found(text, at("L1", "A200", 数量=quantity, 用药天数=days))) is answer


def coded(rows: tuple[tuple[str, ...], ...], column: str, kind: str) -> TableText:
    _, zh, en, fields, _ = KINDS["码表"]
    toml = ('name = "码表"\nen = "t"\nkey = "code"\nsource = "例"\n'
            + f"key_columns = {list(zh)}\nkey_names = {list(en)}\nkey_fields = {list(fields)}\n".replace("'", '"')
            + f'[[column]]\nzh = "{column}"\nen = "held"\ntype = "{kind}"\n')
    return TableText(toml, ("知识点号", *zh, column), rows)


@pytest.mark.parametrize(("cell", "quantity", "inside"), [
    ("不少于2", "1", False), ("不少于2", "2", True), ("不少于2", "9", True), ("不超过2", "2", True), ("不超过2", "3", False),
    ("满1 不满3", "2", True), ("满1 不满3", "3", False), ("满1 不满3", "0.5", False)])
def test_a_number_in_a_range_of_the_table_where_another_part_is_open(cell: str, quantity: str, inside: bool) -> None:
    """The site was not sent: a quantity in the range needs none, one outside leaves the answer open."""
    table = coded((("K1", "A200", cell),), "数量段", "number_range")
    made = rules(rule("须：明细.数量 属于 限定.数量段 或 明细.部位 = 「左」", "扣减：无", about="明细 属于 知识表「码表」记为 限定"), tables=(table,))
    own = at("L1", "A200", 数量=quantity)
    del own["部位"]
    said = report(made, stay(own))
    assert not said.findings
    assert [u.causes for u in said.undecided] == ([] if inside else [("item.site",)])


def test_codes_that_only_rules_name_are_not_lines_without_a_table() -> None:
    """B100 stands in a rule, A200 in a table, Z999 nowhere: one line is unmatched."""
    table = coded((("K1", "A200", "1"),), "上限", "number")
    made = rules(
        rule("当：明细.数量 超过 限定.上限", "扣减：无", about="明细 属于 知识表「码表」记为 限定"),
        rule("当：一律", "扣减：无", about="明细 其中 明细.编码 = 「B100」", code="LK-901"), tables=(table,))
    said = report(made, stay(at("L1", "A200"), at("L2", "B100"), at("L3", "Z999")))
    assert [f.anchor.line for f in said.findings] == ["L2"] and not said.unchecked
    assert report(made, stay(at("L1", "A200"), at("L3", "Z999"))).unmatched == said.unmatched - 1


@pytest.mark.parametrize("window", ["单日", "单次就诊"])
def test_a_quota_by_code_of_lines_alone_and_together(window: str) -> None:
    table = coded((("K1", "A200", "2"), ("K2", "B100", "2")), "上限", "number")
    text = rule(f"令：超出 = 超额 明细.数量 限 限定.上限 每 {window} 按 同一 患者、限定", "当：超出 大于 0", "扣减：无", about="明细 属于 知识表「码表」记为 限定")
    assert found(text, at("L1", "A200", 数量="3"), at("L2", "B100", 数量="2"), tables=(table,)) == ("L1",)
    assert found(text, at("L1", "A200", 数量="2"), at("L2", "A200", 11, 数量="1"), tables=(table,)) == ("L2",)
    assert found(text, at("L1", "A200", 数量="2"), at("L2", "B100", 11, 数量="1"), tables=(table,)) == ()


def test_answers_forget_what_was_said_since_a_mark() -> None:
    """Each list from its own mark on."""
    answers = Answers()
    answers.hits += ["h1", "h2"]  # type: ignore[list-item]
    answers.found += ["f1"]  # type: ignore[list-item]
    answers.undecided += ["u1", "u2", "u3"]  # type: ignore[list-item]
    marks = answers.marks()
    for held in (answers.hits, answers.found, answers.undecided, answers.unjudged):
        held += ["later", "later"]  # type: ignore[list-item]
    answers.cut(marks)
    assert (answers.hits, answers.found, answers.undecided, answers.unjudged) == (["h1", "h2"], ["f1"], ["u1", "u2", "u3"], [])


@pytest.mark.parametrize(("site", "quantity", "answer"), [("左", "1", False), ("左", "1.5", True), ("右", "2", False), ("右", "2.5", True)])
def test_numbers_of_a_choice_are_compared_on_one_scale(site: str, quantity: str, answer: bool) -> None:
    """A whole number against a quantity with four places."""
    text = rule("当：明细.数量 超过（若 明细.部位 = 「左」 则 1 否则 2）", "扣减：无")
    assert bool(found(text, at("L1", "A200", 数量=quantity, 部位=site))) is answer
    open_ = at("L1", "A200", 数量="1.5")
    del open_["部位"]
    assert report(rules(text), stay(open_)).undecided[0].causes == ("item.site",)


@pytest.mark.parametrize("asked", ["当：明细.部位 = 「左」", "当：有 同期明细 取 单日 按 同一 患者、限定.上限 不含本次", "须：明细.数量 不超过 限定.上限"])
def test_a_table_still_to_be_filled_means_no_line(asked: str) -> None:
    """Not even where codes and other facts were not sent."""
    table = coded((), "上限", "number")
    made = rules(rule(asked, "扣减：无", about="明细 属于 知识表「码表」记为 限定"), tables=(table,))
    lines = [at("L1", "A200"), at("L2", "A200")]
    del lines[0]["编码"], lines[1]["部位"]
    said = report(made, stay(*lines))
    assert not said.findings and not said.undecided and not said.unchecked


@pytest.mark.parametrize(("days", "said"), [(1, "0天"), (2, "0.5天"), (3, "1.5天")])
def test_words_that_only_the_reference_can_say(days: int, said: str) -> None:
    """A quota whose limit is finer than what it limits has no quick code: the finding is judged quickly and worded by the reference."""
    text = rule("令：数 = 超额 明细.用药天数 限 1.5天 每 单日 按 同一 患者", "当：明细.数量 = 1", "扣减：无", "说明：「{数}」")
    (finding,) = report(rules(text), stay(at("L1", "A200", 用药天数=days))).findings
    assert finding.message == said


def loop(text: str, *lines: dict[str, Any], tables: tuple[TableText, ...] = ()) -> Any:
    """What the generated loop says of a complete request of one stay, before anything careful looks at it: a fault in it would be
    caught, and only make the answer slow."""
    data = {"业务时间": "2026-12-31 12:00:00", "环节": "事后", "患者": {"唯一号": "P1"}, "历次就诊": [], "就诊": [stay(*lines)],
            "历史": {"覆盖起": "2020-01-01", "覆盖范围": "全国"}}
    return Engine(rules(text, tables=tables))._evaluator.common(read_facts(data), False)


def test_the_loop_finds_lines_of_other_codes_clean() -> None:
    text = rule("当：明细.数量 超过 5", "扣减：无", about="明细 其中 明细.编码 = 「B100」") + rule(
        "当：明细.数量 超过 限定.上限", "扣减：无", about="明细 属于 知识表「码表」记为 限定", code="LK-901")
    tables = (coded((("K1", "A200", "1"),), "上限", "number"),)
    assert loop(text, at("L1", "A200"), at("L2", "B100"), at("L3", "Z999"), tables=tables) == 2
    assert loop(text, at("L1", "A200"), at("L3", "Z999"), tables=tables) == 1


@pytest.mark.parametrize("key", ["机构、明细.编码", "机构、限定", "明细.编码", "限定"])
def test_the_loop_sees_a_quota_kept_and_broken(key: str) -> None:
    tables = (coded((("K1", "A200", "2"), ("K2", "B100", "2")), "上限", "number"),)
    text = rule(f"令：超出 = 超额 明细.数量 限 限定.上限 每 单日 按 同一 患者、{key}", "当：超出 大于 0", "扣减：无", about="明细 属于 知识表「码表」记为 限定")
    assert loop(text, at("L1", "A200", 数量="2"), at("L2", "B100", 数量="1"), tables=tables) == 0
    assert loop(text, at("L1", "A200", 数量="1"), at("L2", "A200", 11, 数量="1"), tables=tables) == 0
    for lines in ((at("L1", "A200", 数量="3"),), (at("L1", "A200", 数量="2"), at("L2", "A200", 11, 数量="1"))):
        unmatched, out, near, _ = loop(text, *lines, tables=tables)
        assert unmatched == 0 and out and not near


@pytest.mark.parametrize(("kind", "cell", "condition"), [
    ("codes:icd10", "I10", "任一 就诊.诊断 属于 限定.所列"), ("codes:icd10", "I10-I15 除 I11", "任一 就诊.诊断 属于 限定.所列"),
    ("codes:item", "B100", "任一 就诊.明细 属于 限定.所列"), ("codes:icd10", "I10", "任一 就诊.诊断 属于 编码集「慢病」")])
def test_the_loop_finds_what_a_list_holds(kind: str, cell: str, condition: str) -> None:
    tables = (coded((("K1", "A200", cell),), "所列", kind),)
    text = rule(f"须：{condition}", "扣减：无", about="明细 属于 知识表「码表」记为 限定")
    held = at("L1", "A200"), at("L2", "B100")
    assert loop(text, *held, tables=tables) == 1


@pytest.mark.parametrize(("mode", "cells", "quantity", "answer"), [
    # 当: a row that excuses is not counted, another one still is.
    ("当：明细.数量 超过 1", ("是", "否"), "2", ("K2",)), ("当：明细.数量 超过 1", ("是", "是"), "2", ()),
    ("当：明细.数量 超过 1", ("否", "否"), "2", ("K1", "K2")), ("当：明细.数量 超过 1", ("是", "否"), "9", ("K1", "K2")),
    # 须: a row that excuses is as good as one that is met.
    ("须：明细.数量 不超过 1", ("是", "否"), "2", ()), ("须：明细.数量 不超过 1", ("否", "否"), "2", ("K1", "K2")),
    ("须：明细.数量 不超过 1", ("是", "否"), "9", ("K1", "K2")), ("须：明细.数量 不超过 1", ("否", "否"), "1", ()),
    ("当：一律", ("是", "否"), "2", ("K2",)), ("当：一律", ("是", "是"), "2", ()),
])
def test_an_exemption_that_asks_the_row_excuses_row_by_row(mode: str, cells: tuple[str, str], quantity: str, answer: tuple[str, ...]) -> None:
    table = coded((("K1", "A200", cells[0]), ("K2", "A200", cells[1])), "少量除外", "bool")
    text = rule(mode, "除外「少量」：限定.少量除外 且 明细.数量 不超过 5", "扣减：无", about="明细 属于 知识表「码表」记为 限定")
    said = report(rules(text, tables=(table,)), stay(at("L1", "A200", 数量=quantity)))
    assert not said.undecided and not said.unchecked
    assert tuple(point for f in said.findings for point in f.rows) == answer
