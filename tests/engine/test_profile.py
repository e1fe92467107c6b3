"""What is counted of each rule, that a plan of one rule says what the rule says among others, and that nothing is left behind."""
from __future__ import annotations

import gc
from pathlib import Path

import pytest

from medrules.adapters.nhsa import SiteSettings, read_request
from medrules.api import open_pack
from medrules.engine.engine import Engine
from medrules.engine.profile import Profile, Profiler
from medrules.model.facts import Facts
from tests.plan.small import AGES, line, program, request, row, rule, table, years

ROOT = Path(__file__).parents[2]
TEXT = rule("T-1", "  针对：明细 属于 知识表「年龄」记为 限定\n  须：患者.年龄 属于 限定.年龄段\n  扣减：全额") + rule(
    "T-2", "  针对：明细 属于 知识表「二」记为 限定\n  当：一律\n  扣减：全额") + (
    "规则 T-3「就诊」{\n  针对：每次就诊 记为 次\n  当：次.住院天数 超过 90天\n  扣减：无\n  说明：「住院过长」\n  建议：「核对」\n}\n")
SMALL = program(TEXT, table("年龄", (AGES,), row("a", ["X"], years(None, 18))), table("二", (), row("b", ["X", "Y"])))


def profiled(*chunks: list[Facts]) -> Profile:
    profiler = Profiler(SMALL, rounds=1)
    for some in chunks:
        profiler.add(some)
    return profiler.result()


def counts(p: Profile) -> dict[str, tuple[str, int, int, int, int]]:
    return {r.rule.code: (r.way, r.candidates, r.hits, r.undecided, r.asked) for r in p.rules}


def test_candidates_hits_undecided_and_what_is_asked_of_the_reference() -> None:
    known, unknown = request(line(0, "X"), line(1, "Y"), line(2, "Q"), age=40), request(line(0, "X"), age=-1)
    p = profiled([known, unknown])
    assert (p.requests, p.lines) == (2, 4)
    found = counts(p)
    assert found["T-1"] == ("code", 2, 1, 1, 0)  # an age that is not known is judged by three-valued code, not by the reference
    assert found["T-2"] == ("code", 3, 3, 0, 0)
    assert found["T-3"][:2] == ("whole", 2) and found["T-3"][4] == 0  # every stay is looked at, by three-valued code as well


def test_chunks_add_up() -> None:
    requests = [request(line(0, "X"), line(1, "Y"), age=n) for n in (4, 40, 50)]
    assert counts(profiled(requests)) == counts(profiled(requests[:1], [], requests[1:]))


def test_the_dearest_rule_is_first_and_shares_add_up() -> None:
    p = profiled([request(line(0, "X"), age=40)] * 20)
    assert [r.total for r in p.rules] == sorted((r.total for r in p.rules), reverse=True)
    assert sum(p.share(r) for r in p.rules) == pytest.approx(1)
    assert p.first > 0 and p.again > 0 and p.messages > 0


def test_no_requests_cost_nothing() -> None:
    p = profiled([])
    assert (p.requests, p.first, [p.share(r) for r in p.rules]) == (0, 0, [0, 0, 0])


def test_each_rule_is_heard_once_for_every_chunk() -> None:
    heard: list[None] = []
    profiler = Profiler(SMALL, rounds=1)
    profiler.add([request(line(0, "X"))], lambda: heard.append(None))
    assert len(heard) == profiler.rules == 3


def test_the_collector_of_garbage_is_on_again_even_after_a_fault() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Profiler(SMALL, rounds=1).add([request(line(0, "X"))], stop)
    assert gc.isenabled()


def test_a_rule_alone_says_what_it_says_among_all() -> None:
    """On the national pack: no table that a rule needs is missing from its own plan."""
    engine, site = open_pack(ROOT / "rulepacks" / "national"), SiteSettings.from_toml(ROOT / "examples/3101/site.toml")
    requests = [read_request(p.read_bytes(), site=site).facts for p in sorted((ROOT / "examples/3101").glob("0*.json"))]
    profiler = Profiler(engine.program, rounds=1)
    profiler.add(requests)
    reports = [Engine(engine.program).review(facts) for facts in requests]
    assert not any(report.unchecked for report in reports)
    wanted: dict[str, int] = {}
    for report in reports:
        for f in report.findings:
            for code in f.sub_rules:
                wanted[code] = wanted.get(code, 0) + 1
    assert {r.rule.code: r.hits for r in profiler.result().rules if r.hits} == wanted
    open_ = sum(len(report.undecided) for report in reports)
    assert sum(r.undecided for r in profiler.result().rules) == open_ > 0
