"""The campaign itself: a run that is interrupted goes on where it was, and what it found is told."""
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from medrules.model.reports import Report, Unchecked
from tests.property import agreement
from tests.property.agreement import Disagreement, compare, differences
from tests.property.campaign import Run, State, fingerprint, judge_block, results
from tests.property.drawing import asked, written
from tests.property.tally import Tally
from tests.property.written import compiled

RUN = Run(seed=500, programs=16, requests=2, code="x")


def test_a_run_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    first = State(RUN, path)
    first.add(judge_block(RUN, 0))
    with path.open("a") as f:
        f.write('{"block": 1, "found": [], "tal')  # the machine stopped here
    again = State(RUN, path)
    assert again.done == {0} and again.tally.plain() == first.tally.plain()
    for result in results(RUN, [1], 1):
        again.add(result)
    whole = State(RUN, path)
    assert whole.done == {0, 1} and whole.tally.answers["requests"] == 32 and len(whole.tally.programs) >= 10
    straight = Tally()
    for block in (0, 1):
        straight.add(Tally.of(judge_block(RUN, block)["tally"]))
    assert {**whole.tally.plain(), "seconds": 0} == {**straight.plain(), "seconds": 0}


def test_another_runs_state_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    State(RUN, path)
    with pytest.raises(SystemExit, match="另一次运行"):
        State(replace(RUN, requests=3), path)
    assert len(fingerprint()) == 12


def test_a_seed_means_the_same_each_time() -> None:
    for seed in range(8):
        assert written(seed) == written(seed) and asked(seed, 1) == asked(seed, 1)


def test_what_differs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that forgets a finding, and one that counts an unmatched line more, are both caught, with the request."""
    seed = next(s for s in range(100) if differences(s, tally := Tally(), 1) == [] and tally.answers["findings"])
    program = compiled(written(seed))[0]

    class Forgetful:
        def review(self, facts: object) -> object:
            report = agreement.Engine(program).review(facts)  # type: ignore[arg-type]
            return replace(report, findings=report.findings[1:], unmatched=report.unmatched + 1)

    monkeypatch.setattr(agreement, "paths", lambda _: {"optimized": Forgetful()})
    found = differences(seed, requests=1)
    assert {(d.path, d.part) for d in found} >= {("optimized", "findings"), ("optimized", "unmatched")}
    assert all(isinstance(d, Disagreement) and d.seed == seed and "only reference" in str(d) for d in found)


def test_a_report_that_was_not_checked_is_a_difference() -> None:
    assert [part for part, *_ in compare(Report(), replace(Report(), unchecked=(Unchecked("LK-900", "fault:X"),)))] == ["unchecked"]
