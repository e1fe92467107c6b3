"""Coverage through a door: what it promises holds on random requests, and it says of the national pack what is known of it."""
from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given

from medrules.adapters.native import NATIVE, door_limited, read_facts
from medrules.adapters.nhsa import SiteSettings, door_of
from medrules.adapters.nhsa.site import Register
from medrules.api import check_pack
from medrules.check.program import PeriodScope, Program
from medrules.engine.coverage import Coverage, RuleCoverage, coverage
from medrules.engine.reference import Reference
from medrules.engine.reference.truth import Unk
from tests.property.programs import random_program
from tests.property.requests import request
from tests.property.strategies import FEW, SEEDS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def national() -> Program:
    return check_pack(ROOT / "rulepacks" / "national").program


def by_code(found: Coverage) -> dict[str, RuleCoverage]:
    return {r.rule.code: r for r in found.rules}


@FEW
@given(SEEDS)
def test_no_answer_that_coverage_rules_out(seed: int) -> None:
    """A rule that "never warns" never does; one that "decides" leaves nothing open for want of what the door cannot carry."""
    program = random_program(seed)
    data = request(Random(seed), drop=0.0)
    facts = read_facts(data)
    status = by_code(coverage(program, facts.door))
    for rule in program.rules:
        if isinstance(rule.scope, PeriodScope):
            continue
        for _, verdict, _ in Reference(program).judged(facts, rule):
            one = status[rule.code]
            if verdict.answer is True:
                assert one.status in ("full", "part"), (rule.code, one)
                assert verdict.claimable <= set(one.claimable), (rule.code, one)
            elif isinstance(verdict.answer, Unk) and not any(facts.door.can_carry(c) or ":" in c for c in verdict.answer.causes):
                assert one.status != "full", (rule.code, one, verdict.answer)


def test_native_facts_can_decide_everything(national: Program) -> None:
    found = coverage(national, NATIVE)
    assert {r.status for r in found.rules} <= {"full", "part", "screening"}
    assert all(not r.missing and not r.claimable for r in found.rules if r.status == "full")
    assert sum(r.status == "full" for r in found.rules) > 70


def test_what_3101_can_decide(national: Program) -> None:
    found = by_code(coverage(national, door_of("3101", SiteSettings()), ("before",)))
    assert found["GZ10000101001000"].status == "full"  # 险种 and 编码 are in the message
    assert found["GZ10000302004000"].status == "full"  # 性别
    assert found["GZ10000102012000"].status == "full"
    assert set(found["GZ10000102012000"].claimable) == {"两台手术", "不同部位", "先于手术"}  # no operation number, no site
    child = found["GZ10000101007000"]  # some rows have a condition that a person must attest
    assert (child.status, child.missing) == ("part", ("attestation.outcome",))
    assert 0 < child.decided < child.rows
    onset = found["GZ10000101010000-3"]  # time since onset is not in the message, and it decides most rows that ask for it
    assert (onset.status, onset.missing) == ("clears", ("encounter.onset_at",))
    assert onset.open == onset.rows - onset.decided > 0
    course = found["GZ10000101010000-1"]  # 30 days seen are 30 days; fewer prove nothing without history
    assert (course.status, course.missing) == ("part", ("history.items",))


def test_a_site_that_registers_more_decides_more(national: Program) -> None:
    plain = by_code(coverage(national, door_of("3101", SiteSettings())))
    site = SiteSettings(institutions={"H1": Register(level="二级", specialty="综合")})
    more = by_code(coverage(national, door_of("3101", site)))
    assert "institution.level" in plain["GZ10000101012000"].missing
    assert more["GZ10000101012000"].missing == ("attestation.outcome",)
    assert more["GZ10000101012000"].decided > plain["GZ10000101012000"].decided


def test_missing_facts_come_with_the_rules_they_would_enable(national: Program) -> None:
    door = door_limited("native", ["患者.性别", "attestations"])
    found = coverage(national, door)
    gains = {g.fact: g for g in found.gains}
    assert {"GZ10000301004000", "GZ10000302004000"} <= set(gains["patient.sex"].alone)
    assert gains["patient.sex"].rows > 1000
    assert "GZ10000101008000" in gains["patient.sex"].together  # it needs attestations too
    counts = [len(g.alone) for g in found.gains]
    assert counts == sorted(counts, reverse=True)


def test_a_stage_at_which_a_rule_is_silent(national: Program) -> None:
    found = by_code(coverage(national, door_of("3101", SiteSettings()), ("before",)))
    assert found["GZ10000201001000-1"].status == "stage"
    assert found["ZB10000205001000"].status == "screening"
    assert found["GZ10000301011000"].status == "clears"  # keyed by generic name, which 3101 does not carry; its kind of line clears


def test_rows_of_a_day(national: Program) -> None:
    every = by_code(coverage(national, NATIVE))["GZ10000101007000"].rows
    later = by_code(coverage(national, NATIVE, day=741_000))["GZ10000101007000"].rows
    assert 0 < later < every


def test_an_exemption_the_door_cannot_carry_does_not_stop_a_rule(national: Program) -> None:
    door = door_limited("native", ["就诊.抢救标志"])
    found = by_code(coverage(national, door))["GZ10000101008000"]
    assert found.status == "full"
    assert found.claimable == ("急诊抢救",)
