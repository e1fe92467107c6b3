"""The registry of functions: names, and its examples as what the reference evaluator answers."""
from __future__ import annotations

import pytest

from medrules.check.checker import check
from medrules.check.program import Prim, Rule
from medrules.check.walk import nodes
from medrules.diagnostics import Source
from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.windows import Binding
from medrules.functions import FUNCTIONS, PRIMITIVES, find
from medrules.knowledge.codeset import CodeSet
from medrules.language.parser import parse
from medrules.model.facts import Door, Facts
from medrules.model.values import Instant

NOBODY = Facts(Door("test", frozenset()), "after", Instant(0, 0), (), ())
EXAMPLES = [
    (expression, value) for f in FUNCTIONS if f.id != "overlap" for expression, value in f.examples.items()
]


def checked(condition: str) -> tuple[Judge, Rule]:
    text = f"规则 LK-1「例」{{\n  结果：监测\n  针对：明细 属于 编码集「甲」\n  当：{condition}\n}}\n"
    source = Source("example", text)
    file, problems = parse(source)
    assert file is not None and not problems, problems
    program, found = check([(source, file)], {}, {"甲": CodeSet("甲", "item", frozenset({"X"}))}, {})
    assert not found, found
    return Judge(program, NOBODY, "all", {}), program.rules[0]


@pytest.mark.parametrize(("expression", "value"), EXAMPLES)
def test_an_example_is_what_it_says(expression: str, value: str) -> None:
    """`按比例（250.00元，56天，84天）` → 166.67元; a condition gives 是."""
    judge, rule = checked(expression if value in ("是", "否") else f"{expression} = {value}")
    assert rule.when is not None
    answer = judge.truth(rule.when, Binding({}, None, 740_000))
    assert answer is (value != "否"), (expression, answer)


@pytest.mark.parametrize(("expression", "value"), [e for e in EXAMPLES if e[1] not in ("是", "否")])
def test_no_other_value_would_do(expression: str, value: str) -> None:
    judge, rule = checked(f"{expression} 超过 {value}")
    assert rule.when is not None
    assert judge.truth(rule.when, Binding({}, None, 740_000)) is False


def test_both_names_mean_one_function() -> None:
    for f in FUNCTIONS:
        assert find(f.zh) is f and find(f.en) is f
    names = [n for f in FUNCTIONS for n in (f.zh, f.en, *f.synonyms)]
    assert len(names) == len(set(names))
    assert find("已知") is None


def test_every_function_is_documented() -> None:
    for f in FUNCTIONS:
        assert f.doc and f.doc_en and f.examples and f.signature.startswith(f.zh)


def test_primitives_are_what_the_checker_makes() -> None:
    assert set(PRIMITIVES) == {"distance", "difference", "overlap", "proportion", "min", "max", "in_unit", "judged_on"}
    _, rule = checked("较大者（相差（明细.数量，2），1）超过 3")
    assert {n.op for n in nodes(rule.when) if isinstance(n, Prim)} == {"max", "difference"}
