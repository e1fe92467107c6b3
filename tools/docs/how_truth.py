"""A condition judged on one line, a line of a table for each of its parts: what stands there, what was seen, true or not."""
from __future__ import annotations

from typing import Any

from medrules.check.program import And, Attested, Col, Expr, Fact, Guard, Not, Or, Program, Rule
from medrules.check.readable import readable
from medrules.check.walk import nodes
from medrules.engine.messages import label, printed
from medrules.engine.reference import Reference
from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.truth import Unk
from medrules.engine.reference.windows import Binding
from medrules.knowledge.table import Row
from medrules.model.facts import Facts

__all__ = ["judged"]


def judged(program: Program, rule: Rule, facts: Facts, line: Any, row: Row) -> list[tuple[str, ...]]:
    """Rows (condition, values, truth), indented by their place in the condition, the verdict last."""
    judge = Reference(program).judge(facts, rule)
    binding = Binding({"item": line}, row, line.on)
    out: list[tuple[str, ...]] = []
    assert rule.guard is not None and rule.when is not None
    out.append((f"适用：{readable(rule.guard)}", _seen(rule.guard, judge, binding), _truth(judge.truth(rule.guard, binding))))
    _walk(rule.when, judge, binding, 0, out, "须：")
    met = judge.truth(rule.when, binding)
    verdict = "违规" if met is False else "待核" if isinstance(met, Unk) else "不违规"
    out.append(("**适用 ∧ ¬须 ∧ ¬除外**", "没有一行满足 须；没有除外", f"**{verdict}**"))
    return out


def _walk(e: Expr, judge: Judge, b: Binding, depth: int, out: list[tuple[str, ...]], head: str = "") -> None:
    indent = "　" * depth
    answer = _truth(judge.truth(e, b))
    match e:
        case And() | Or():
            out.append((f"{indent}{head}{'且' if isinstance(e, And) else '或'}", "", answer))
            for part in e.args:
                _walk(part, judge, b, depth + 1, out)
        case Not():
            out.append((f"{indent}{head}非", "", answer))
            _walk(e.arg, judge, b, depth + 1, out)
        case Guard():
            out.append((f"{indent}{head}{readable(e.atom)}", _seen(e.atom, judge, b), answer))
        case _:
            out.append((f"{indent}{head}{readable(e)}", _seen(e, judge, b), answer))


def _seen(e: Expr, judge: Judge, b: Binding) -> str:
    """Facts and cells that the part reads, with their values."""
    found: dict[str, str] = {}
    for node in nodes(e):
        if isinstance(node, Fact):
            found[label(node)] = printed(judge.value(node, b), node.type)
        elif isinstance(node, Col) or (isinstance(node, Attested) and node.column is not None):
            column = node if isinstance(node, Col) else node.column
            assert isinstance(column, Col)
            found[f"〔{column.column}〕"] = printed(judge.value(column, b), column.type)
    return "；".join(f"{name} {value}" for name, value in found.items())


def _truth(answer: Any) -> str:
    return "未知" if isinstance(answer, Unk) else "是" if answer else "否"
