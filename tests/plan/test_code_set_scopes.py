"""Rules about a code set that takes codes out again: a line is judged by membership, not by the set's prefixes alone."""
from __future__ import annotations

import pytest

from medrules.check.checker import check
from medrules.check.program import Program
from medrules.compiled.plans import read_plan, write_plan
from medrules.diagnostics import Severity, Source
from medrules.engine.engine import Engine
from medrules.engine.reference import Reference
from medrules.knowledge.codeset import CodeSet
from medrules.language.parser import parse
from medrules.plan.planner import plan
from tests.plan.small import AGES, HEAD, line, request, row, rule, table, years

SETS = {
    "prefix without a code": CodeSet("集", "item", prefixes=("A",), except_exact=frozenset({"A1"})),
    "prefix without a prefix": CodeSet("集", "item", prefixes=("A",), except_prefixes=("A1",)),
    "codes without one": CodeSet("集", "item", exact=frozenset({"A1", "A2"}), except_exact=frozenset({"A1"})),
    "codes without a prefix": CodeSet("集", "item", exact=frozenset({"A10", "A2", "A1"}), except_prefixes=("A1",)),
}


def program(codes: CodeSet, condition: str) -> Program:
    text = HEAD + rule("X-1", f"  针对：明细 属于 编码集「集」\n  {condition}\n  扣减：全额")
    source = Source("t.medrule", text)
    tree, _ = parse(source)
    assert tree is not None
    held = table("年龄", (AGES,), row("p", ["A1", "A2"], years(18, None)))  # so that the codes are known to a table
    made, found = check([(source, tree)], {held.name: held}, {"集": codes}, {}, pack="test", version="1", hash="h")
    assert not [d for d in found if d.severity is Severity.ERROR]
    return made


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("condition", ["当：一律", "当：患者.性别 = 男", "须：患者.年龄 满 60岁"])
def test_what_a_set_takes_out_again_is_not_found(name: str, condition: str) -> None:
    made = program(SETS[name], condition)
    engine, opened, reference = Engine(made), Engine(read_plan(write_plan(plan(made)))), Reference(made)
    for codes in (("A1",), ("A2",), ("A10",), ("B1",), ("A1", "A2", "A10", "B1", "A3")):
        facts = request(*(line(n, code) for n, code in enumerate(codes)))
        expected = reference.evaluate(facts)
        assert engine.review(facts).canonical() == opened.review(facts).canonical() == expected.canonical()
        assert {f.anchor.position for f in expected.findings} == {n for n, code in enumerate(codes) if SETS[name].member(code) is True}
