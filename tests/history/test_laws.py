"""The laws of history: a provider is as good as the request itself, strangers do not matter, and a provider that fails is not there."""
from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings

from medrules.adapters.native import read_facts
from medrules.engine.engine import Engine
from medrules.history import Earlier, Need, WithHistory
from medrules.history.files import FileHistory
from medrules.history.reviewing import FAILED
from tests.history.split import Json, alone, coverage, long_history, provider, records, said, through, told, whole
from tests.property.drawing import asked, written
from tests.property.strategies import SEEDS
from tests.property.written import compiled

LAWS = settings(max_examples=150, deadline=None, derandomize=True)


def drawn(seed: int) -> tuple[Engine, Json] | None:
    """Random rules, and a request about someone with earlier encounters: those of the request generator, or many over months."""
    program, _ = compiled(written(seed))
    requests = (one.data for n in range(12) if (one := asked(seed, n)).door == "native")
    found = next((d for d in requests if d.get("历次就诊") and d.get("患者", {}).get("唯一号") and "业务时间" in d and d.get("就诊")), None)
    if not program.rules or found is None:
        return None
    data = told(long_history(Random(seed), found) if seed % 3 else found)
    return (Engine(program, budget=None), data) if data["历次就诊"] else None


def assumed(seed: int) -> tuple[Engine, Json]:
    made = drawn(seed)
    assume(made is not None)
    assert made is not None
    return made


@LAWS
@given(SEEDS)
def test_history_from_a_provider_is_as_good_as_in_the_request(seed: int) -> None:
    engine, data = assumed(seed)
    report, facts = through(engine, data)
    assert not [n for n in facts.notes if n.startswith(FAILED)]
    assert said(report, data) == said(whole(engine, data), data)


# What longer runs of the law found: a partner whose code is not known, scenes and spans of the earlier line, encounters as such, keys by
# name, encounters whose lines were not sent.
@pytest.mark.parametrize("seed", [17768, 1132, 1374, 1545, 3429, 5708, 10394])
def test_what_was_found_stays_found(seed: int) -> None:
    made = drawn(seed)
    assert made is not None
    engine, data = made
    report, _ = through(engine, data)
    assert said(report, data) == said(whole(engine, data), data)


@LAWS
@given(SEEDS)
def test_what_happened_to_another_patient_changes_nothing(seed: int) -> None:
    engine, data = assumed(seed)
    strangers = [type(r)("P-other", r.institution, r.encounter, r.told, r.values) for r in records({**data, "历次就诊": data["历次就诊"] + data["就诊"]})]
    with_strangers, _ = through(engine, data, FileHistory([*records(data), *strangers], coverage(data)))
    without, _ = through(engine, data)
    assert said(with_strangers, data) == said(without, data)


class Fails:
    def earlier(self, need: Need) -> Earlier:
        raise ConnectionError("the text of an error may hold a name")


@LAWS
@given(SEEDS)
def test_a_provider_that_fails_is_a_request_without_history(seed: int) -> None:
    engine, data = assumed(seed)
    report, facts = through(engine, data, Fails())
    assert said(report, data) == said(engine.review(read_facts(alone(data))), data)
    answered = WithHistory(engine, Fails()).review(read_facts(alone(data)))  # and rules about stays, which have nothing to judge, say so
    assert set(report.undecided) <= set(answered.undecided) and answered.findings == report.findings
    assert all(u.causes == ("history.items",) for u in set(answered.undecided) - set(report.undecided))
    noted = [n for n in facts.notes if n.startswith(FAILED)]
    assert len(noted) == (WithHistory(engine, Fails()).need(read_facts(alone(data))) is not None) and "name" not in str(noted)


def needs_met(engine: Engine, data: Json) -> tuple[Need | None, Any]:
    need = WithHistory(engine, Fails()).need(read_facts(alone(data)))
    return need, None if need is None else provider(data).earlier(need)


def test_the_laws_are_about_something() -> None:
    """Of the requests drawn, many need history, and many are judged otherwise with it than without."""
    needed = narrowed = otherwise = 0
    for seed in range(60):
        made = drawn(seed)
        if made is None:
            continue
        engine, data = made
        need, found = needs_met(engine, data)
        if need is None:
            continue
        needed += 1
        narrowed += sum(len(e.get("items", ())) for e in found.encounters) < sum(len(r.values.get("items", ())) for r in records(data))
        otherwise += said(through(engine, data)[0], data) != said(engine.review(read_facts(alone(data))), data)
    assert needed >= 20 and narrowed >= 5 and otherwise >= 15, (needed, narrowed, otherwise)


@LAWS
@given(SEEDS)
def test_more_than_was_asked_for_does_no_harm(seed: int) -> None:
    engine, data = assumed(seed)

    class Everything:
        def earlier(self, need: Need) -> Earlier:
            exact = provider(data).earlier(need)
            return Earlier(exact.patient, tuple(r.values for r in records(data)), exact.covered_from, 0, exact.coverage, exact.carries)

    assert said(through(engine, data, Everything())[0], data) == said(whole(engine, data), data)
