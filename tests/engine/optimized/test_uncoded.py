"""Beside a line without a code: what plain pair rules leave open is what the reference says, and is said without asking row by row."""
from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.check.program import Program
from medrules.engine.engine import ENGINE_VERSION, Engine
from medrules.engine.reference import Reference
from medrules.knowledge.table import Row, Table
from medrules.model.facts import Facts
from medrules.model.values import Instant
from tests.plan.small import DAY, line, pair_rule, pairs, program, request

TEXT = "".join((
    pair_rule("U-1", "  费用：列入统筹费用\n  针对：两项明细 甲、乙 属于 知识表「对」记为 对 同在 单日\n  当：一律\n  违规：乙\n  扣减：全额"),
    pair_rule("U-2", "  结果：可疑\n  针对：两项明细 甲、乙 属于 知识表「无序」记为 对 同在 单日\n  当：一律\n  违规：甲、乙\n  扣减：全额"),
))
CODES = ("A", "B", "C", "D", "E", "Z")


def dated(name: str, *both: tuple[str, str, int, int]) -> Table:
    rows = tuple(Row(f"{name}-{n}", ((a,), (b,)), (), valid_from=start, valid_to=end) for n, (a, b, start, end) in enumerate(both))
    return Table(name, name + "_en", "pair", ("code", "code"), (), rows, False)


def small_program() -> Program:
    return program(
        TEXT,
        dated("对", ("A", "B", 0, DAY + 1), ("C", "B", DAY + 1, 10_000_000), ("D", "B", DAY, DAY + 2), ("B", "C", 0, 10_000_000), ("E", "E", 0, DAY)),
        pairs("无序", ("A", "C"), ("D", "A"), ("E", "D"), unordered=True))


PROGRAM = small_program()
ENGINE, REFERENCE = Engine(PROGRAM), Reference(PROGRAM)


def drawn(draw: Random) -> Facts:
    """Some lines, at least one of them without a code; now and then another fact of a line is missing too."""
    lines: list[dict[str, Any]] = []
    for n in range(draw.randint(2, 8)):
        made = line(n, draw.choice(CODES), draw.randint(-1, 2), draw.choice((1, 2)), self_paid=draw.choice((0, 0, 0, 1_000)))
        if n == 0 or draw.random() < 0.15:
            del made["code"]
        roll = draw.random()
        if roll < 0.15:
            made.pop(draw.choice(("line_kind", "performed_at", "amount", "self_paid")))
        elif roll < 0.2:
            made["line_kind"] = "order"
        elif roll < 0.25:
            day = made["performed_at"].lo // 86_400 * 86_400
            made["performed_at"] = Instant(day, day + 86_399)
        elif roll < 0.3:
            made["is_current"] = False
        elif roll < 0.33:
            late = made["performed_at"].lo + 30 * 86_400  # after the time of the request
            made["performed_at"] = Instant(late, late)
        lines.append(made)
    draw.shuffle(lines)
    return request(*lines)


def test_the_rules_are_of_the_kind_meant() -> None:
    evaluator = ENGINE._evaluator
    assert evaluator.plain_pairs and len(evaluator.pair_rules) == 2


@settings(max_examples=600, deadline=None, derandomize=True)
@given(st.integers(0, 10**9))
def test_law_1_beside_a_line_without_code(seed: int) -> None:
    found, wanted = ENGINE.review(drawn(Random(seed))), REFERENCE.evaluate(drawn(Random(seed)))
    assert found == replace(wanted, engine_version=ENGINE_VERSION)  # knowledge points and order too


def test_the_random_requests_leave_open_and_find() -> None:
    reports = [ENGINE.review(drawn(Random(seed))) for seed in range(300)]
    assert {u.rule for r in reports for u in r.undecided} == {"U-1", "U-2"}
    assert {f.rule for r in reports for f in r.findings} == {"U-1", "U-2"}
    assert {len(u.causes) for r in reports for u in r.undecided} >= {1, 2}
    assert {len(u.rows) for r in reports for u in r.undecided} >= {1, 2}


def test_the_knowledge_points_are_those_of_the_day() -> None:
    lines = [line(n, "B", day) for n, day in enumerate((-1, 0, 1, 2))]
    for n, day in enumerate((-1, 0, 1, 2), start=4):
        lines.append({k: v for k, v in line(n, "?", day).items() if k != "code"})
    report = ENGINE.review(request(*lines))
    assert [u.rows for u in report.undecided if u.rule == "U-1"] == [("对-0",), ("对-0", "对-2"), ("对-1", "对-2"), ("对-1",)]
    assert {u.causes for u in report.undecided} == {("item.code",)}


def test_no_pair_is_asked_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(PROGRAM)
    asked: list[Any] = []
    monkeypatch.setattr(engine._evaluator.fallback, "line", lambda number, m, *_: asked.append((number, m)))
    coded = [line(n, code) for n, code in enumerate("ABE")]
    report = engine.review(request(*coded, {k: v for k, v in line(5, "?").items() if k != "code"}))
    assert report.undecided and report.findings and not asked
