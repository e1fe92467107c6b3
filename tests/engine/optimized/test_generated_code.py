"""Generated code can name nothing but the engine's own: no builtins, no name and no text of an author."""
from __future__ import annotations

import dis
from types import CodeType

import pytest

from medrules.check import program as ir
from medrules.engine.engine import Engine
from medrules.engine.optimized.emit import line_fact
from medrules.engine.optimized.inline import compile_test
from medrules.engine.optimized.names import NAMES
from medrules.model.types import BOOL, TEXT
from tests.plan.small import AGES, GROUP, line, program, request, row, rule, table, years

EVIL = '__import__("os").system("true")'


def codes_in(code: CodeType) -> list[CodeType]:
    return [code, *(c for k in code.co_consts if isinstance(k, CodeType) for c in codes_in(k))]


def evil_engine() -> Engine:
    text = rule("T-1", f"  针对：明细 属于 知识表「{EVIL}」记为 限定\n  须：患者.年龄 属于 限定.年龄段 且 明细.名称 = 「{EVIL}」\n  扣减：全额") + rule(
        "T-2", "  针对：明细 属于 知识表「组」记为 限定\n  当：有 同期明细 记为 他 取 单次就诊 按 同一 患者、限定.组号 不含本次 其中 他.编码 ≠ 明细.编码\n  扣减：全额")
    return Engine(program(
        text, table(EVIL, (AGES,), row(EVIL, [EVIL], years(18, None))), table("组", (GROUP,), row("g", [EVIL, "B"], EVIL))))


def test_no_name_or_text_of_the_author_is_in_the_code() -> None:
    engine = evil_engine()
    e = engine._evaluator
    for made in (e.loop, e.common, *e.tables.tests):
        assert made.__globals__["__builtins__"] == {}
        assert not {"eval", "exec", "open", "__import__", "getattr"} & made.__globals__.keys()
        for code in codes_in(made.__code__):
            words = [*code.co_names, *code.co_varnames, *(k for k in code.co_consts if isinstance(k, str))]
            assert not any("import" in w or "系统" in w or EVIL in w for w in words if w != "test.<locals>.<listcomp>")
            literals = [k for k in code.co_consts if not isinstance(k, CodeType)]
            assert all(k is None or isinstance(k, (bool, int)) or k in ("common.<locals>.<listcomp>", "<listcomp>") or isinstance(k, tuple)
                       for k in literals), literals


def test_such_rules_still_mean_what_they_say() -> None:
    report = evil_engine().review(request(line(0, EVIL, name="x"), line(1, "B")))
    assert {f.rule for f in report.findings} == {"T-1", "T-2"}
    assert EVIL in report.findings[0].message


def test_only_facts_of_the_schema_become_attributes() -> None:
    with pytest.raises(ValueError, match="no fact"):
        line_fact(("__class__", "__mro__"))
    assert compile_test(ir.Has(ir.Fact("item", ("__class__",), "item.x", TEXT), BOOL), ("item",)) is None


def test_the_namespace_is_small() -> None:
    assert set(NAMES) == {
        "ABSENT", "UNKNOWN", "MANY", "known", "member", "any_member", "meet", "codes_by_day", "count_unmatched", "strangers", "UNSURE",
        "any", "set", "frozenset", "list", "len", "map", "min", "max", "enumerate"}


def test_code_has_no_hidden_loads() -> None:
    """Every global that generated code loads is in its own small namespace."""
    e = evil_engine()._evaluator
    for made in (e.loop, e.common, *e.tables.tests):
        loaded = {i.argval for c in codes_in(made.__code__) for i in dis.get_instructions(c) if i.opname == "LOAD_GLOBAL"}
        assert loaded <= made.__globals__.keys()
