"""Facts are taken apart after the answer where the engine's own class says that it keeps none, and nowhere else."""
from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from weakref import ref

import pytest
from tests.adapters.nhsa.nhsa_messages import as_bytes, message
from tests.engine.reference.judged import rule, rules

from medrules import Engine, review_message
from medrules.model.facts import Facts
from medrules.model.reports import Report


class Watching:
    """Hands on to an engine, and sees whether the lines are gone afterwards; asks for prescriptions first, if told to."""

    keeps_facts = False

    def __init__(self, engine: Engine, of_prescriptions: bool) -> None:
        self.engine, self.of_prescriptions = engine, of_prescriptions

    def review(self, facts: Facts, *, deadline: float | None = None) -> Report:
        self.line, self.patient = ref(facts.current[0].items[0]), ref(facts.patients[0])
        assert not self.of_prescriptions or facts.current[0].prescriptions
        return self.engine.review(facts, deadline=deadline)


class Keeping(Engine):
    """Keeps the facts, as a subclass may: what its base says does not count."""

    __slots__ = ("facts",)

    def review(self, facts: Facts, *, deadline: float | None = None) -> Report:  # type: ignore[override]
        self.facts = facts
        return super().review(facts, deadline=deadline)


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("of_prescriptions", [False, True])
def test_nothing_is_left_for_the_garbage_collector(of_prescriptions: bool, no_collector: None) -> None:
    watching = Watching(Engine(rules(rule("当：一律", "扣减：全额", about="明细 其中 明细.数量 超过 0"))), of_prescriptions)
    answer = json.loads(review_message(watching, as_bytes(message())))
    assert answer["output"]["result"]
    assert watching.line() is None and watching.patient() is None


def test_an_engine_that_says_nothing_keeps_its_facts(engine: Engine) -> None:
    keeping = Keeping(engine.plan)
    review_message(keeping, as_bytes(message()))
    (encounter,) = keeping.facts.current
    assert encounter.items and encounter.items[0].encounter is encounter and encounter.patient.encounters == (encounter,)


def test_the_answers_are_the_same(engine: Engine) -> None:
    def body(answer: bytes) -> bytes:
        return answer[answer.index(b'"err_msg"'):]  # behind the times

    sent = as_bytes(message())
    assert body(review_message(engine, sent)) == body(review_message(Keeping(engine.plan), sent))
