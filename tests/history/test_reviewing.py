"""A review with history: what is found through it, and that a provider can do no harm by failing, lying or being slow."""
from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from medrules.adapters.native import read_facts
from medrules.engine.engine import Engine
from medrules.history import Earlier, HistoryLimits, Need, WithHistory, earlier_of
from medrules.history.files import FileHistory
from medrules.history.records import Coverage
from medrules.history.reviewing import FAILED
from medrules.model.facts import Facts
from medrules.model.reports import Report
from medrules.model.values import Instant
from tests.history.people import ONE_LINE, SAME_DAY, SUM_30, earlier, engine, line, of, request, today, visit

SINCE = date(2026, 1, 1).toordinal()
WIDE = Coverage(SINCE, 0, "统筹区")
VISITS = [visit("E-1", "2026-03-01", line("K1", "2026-03-01", quantity="3")), visit("E-2", "2026-03-10", line("K2", "2026-03-10", quantity="2"))]


def rules_of(report: Report) -> tuple[list[str], list[tuple[str, tuple[str, ...]]]]:
    assert not report.unchecked
    return [f.rule for f in report.findings], [(u.rule, u.causes) for u in report.undecided]


def reviewed(provider: Any, facts: Facts | None = None, **limits: Any) -> Report:
    return WithHistory(engine(SUM_30), provider, HistoryLimits(**limits)).review(facts or today())


def test_without_history_the_rule_is_undecided_and_names_it() -> None:
    assert rules_of(engine(SUM_30).review(today())) == ([], [("LK-1", ("history.items",))])


def test_history_decides_either_way() -> None:
    held = FileHistory(earlier(*VISITS), [WIDE])
    assert rules_of(reviewed(held)) == (["LK-1"], [])  # 3 + 2 + 1 > 5
    assert rules_of(reviewed(FileHistory(earlier(VISITS[0]), [WIDE]))) == ([], [])
    assert rules_of(reviewed(FileHistory([], [WIDE]))) == ([], [])


def test_what_is_found_counts_without_coverage_and_what_is_not_proves_nothing() -> None:
    assert rules_of(reviewed(FileHistory(earlier(*VISITS)))) == (["LK-1"], [])
    assert rules_of(reviewed(FileHistory(earlier(VISITS[0])))) == ([], [("LK-1", ("history.items",))])


def test_coverage_that_ends_before_the_request_is_not_claimed() -> None:
    """A copy of last night knows nothing of other hospitals today."""
    for until, open_ in ((date(2026, 3, 19), True), (date(2026, 3, 20), False)):
        held = FileHistory(earlier(VISITS[0]), [Coverage(SINCE, until.toordinal(), "统筹区")])
        assert bool(rules_of(reviewed(held))[1]) == open_


def test_an_encounter_that_the_request_holds_counts_once() -> None:
    """The database has the visit under review as well, under the same id."""
    mine = visit("E-now", "2026-03-20", line("L1", "2026-03-20", quantity="3"))
    held = FileHistory(earlier(VISITS[0], mine, at="2026-03-20 09:30:00"), [WIDE])
    assert rules_of(reviewed(held, today("2"))) == ([], [])  # 3 + 2, not 3 + 3 + 2


class Counting:
    """Answers nothing, completely, and counts the questions."""

    def __init__(self) -> None:
        self.asked: list[Need] = []

    def earlier(self, need: Need) -> Earlier:
        self.asked.append(need)
        return Earlier(need.patient, (), SINCE, 0, "全国")


def test_no_question_where_no_rule_needs_one_and_one_where_some_do() -> None:
    provider = Counting()
    WithHistory(engine(ONE_LINE), provider).review(today())
    WithHistory(engine(SUM_30), provider).review(today(code="X9"))
    assert provider.asked == []
    WithHistory(engine(SUM_30, SUM_30.replace("LK-1", "LK-9").replace("规则LK-1", "规则LK-9")), provider).review(today())
    assert len(provider.asked) == 1


def test_answers_are_kept_for_a_while_and_only_for_the_same_question() -> None:
    provider, now = Counting(), [0.0]
    asked = WithHistory(engine(SUM_30), provider, HistoryLimits(kept=2, kept_for=30), clock=lambda: now[0])
    for _ in range(3):
        asked.review(today())
    assert len(provider.asked) == 1
    asked.review(today(patient="P2"))
    assert len(provider.asked) == 2
    now[0] = 31.0
    asked.review(today())
    assert len(provider.asked) == 3
    asked.review(today(patient="P3"))
    asked.review(today(patient="P4"))  # only two are kept
    asked.review(today())
    assert len(provider.asked) == 6
    none = WithHistory(engine(SUM_30), provider, HistoryLimits(kept=0))
    none.review(today())
    none.review(today())
    assert len(provider.asked) == 8


def test_a_kept_answer_is_not_changed_by_reviews() -> None:
    asked = WithHistory(engine(SUM_30), FileHistory(earlier(*VISITS), [WIDE]))
    first, second = asked.review(today()), asked.review(today())
    assert first == second and first.findings


def later_line(e: Earlier) -> Earlier:
    (one,) = earlier_of(today(patient="P1")).encounters
    items = [{**one["items"][0], "performed_at": Instant(10**11, 10**11)}]
    return replace(e, encounters=({**one, "id": "E-9", "items": items},))


def same_line_elsewhere(e: Earlier) -> Earlier:
    (one,) = earlier_of(today()).encounters
    return replace(e, encounters=({**one, "id": "E-9"},))


LIES: dict[str, Callable[[Earlier], Any]] = {
    "another patient": lambda e: replace(e, patient="P2"),
    "nothing at all": lambda e: None,
    "something else": lambda e: {"encounters": []},
    "encounters that are no dicts": lambda e: replace(e, encounters=("E-1",)),
    "an encounter without an id": lambda e: replace(e, encounters=({"items": []},)),
    "an encounter twice": lambda e: replace(e, encounters=(*e.encounters, e.encounters[0])),
    "a text for a number": lambda e: replace(e, encounters=({**e.encounters[0], "items": [{**e.encounters[0]["items"][0], "quantity": "三"}]},)),
    "a float": lambda e: replace(e, encounters=({**e.encounters[0], "items": [{**e.encounters[0]["items"][0], "quantity": 3.0}]},)),
    "an unknown fact": lambda e: replace(e, encounters=({**e.encounters[0], "nickname": "x"},)),
    "a derived fact": lambda e: replace(e, encounters=({**e.encounters[0], "stay_days": 3},)),
    "lines that are no list": lambda e: replace(e, encounters=({**e.encounters[0], "items": {}},)),
    "a line later than asked": later_line,
    "a line of the request under another name": same_line_elsewhere,
    "a coverage that is none": lambda e: replace(e, coverage="全省"),
    "a day that is none": lambda e: replace(e, covered_from=10**9),
    "a time that ends before it begins": lambda e: replace(e, encounters=({**e.encounters[0], "admitted_at": Instant(5, 1)},)),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_provider_that_lies_is_not_believed(lie: str, caplog: pytest.LogCaptureFixture) -> None:
    class Lies:
        def earlier(self, need: Need) -> Any:
            return LIES[lie](FileHistory(earlier(*VISITS), [WIDE]).earlier(need))

    with caplog.at_level(logging.WARNING, "medrules.history"):
        report = reviewed(Lies())
    assert rules_of(report) == ([], [("LK-1", ("history.items",))])
    assert report.notes and report.notes[0].startswith(FAILED)
    assert caplog.records and not [w for w in ("P1", "E-1", "K1", "三") if w in caplog.text]


@pytest.mark.parametrize("fault", [ValueError("张三 330102196001010001"), SystemExit(1), KeyboardInterrupt(), MemoryError()])
def test_a_provider_that_breaks_is_told_without_its_words(fault: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    class Breaks:
        def earlier(self, need: Need) -> Earlier:
            raise fault

    report = reviewed(Breaks())
    assert rules_of(report) == ([], [("LK-1", ("history.items",))]) and "张三" not in caplog.text + str(report.notes)
    assert type(fault).__name__ in caplog.text


STAYS = ("规则 LK-6「分解」{\n  环节：事后\n  场景：住院\n  针对：相邻两次就诊 前次、本次 其中 就诊.就医方式 = 住院 按 同一 患者、机构 相隔 不超过 15天\n"
         "  违规：本次\n  扣减：无\n  说明：「x」\n}\n")


def test_a_rule_about_two_stays_is_not_silent_when_the_other_cannot_be_had() -> None:
    def stay(ident: str, on: str) -> Any:
        return visit(ident, on, line(f"{ident}L", on), kind="住院")

    now = read_facts(request(stay("E-now", "2026-03-20")))
    before = FileHistory(earlier(stay("E-1", "2026-03-10")), [WIDE])
    rules = engine(STAYS)
    assert rules_of(rules.review(now)) == ([], [])
    assert rules_of(WithHistory(rules, before).review(now)) == (["LK-6"], [])
    assert rules_of(WithHistory(rules, FileHistory([], [WIDE])).review(now)) == ([], [])

    class Breaks:
        def earlier(self, need: Need) -> Earlier:
            raise OSError

    assert rules_of(WithHistory(rules, Breaks()).review(now)) == ([], [("LK-6", ("history.items",))])
    assert rules_of(WithHistory(rules, Breaks()).review(read_facts(request(visit("E", "2026-03-20"))))) == ([], [])


class Hangs:
    """Answers when it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.done = threading.Semaphore(0)

    def earlier(self, need: Need) -> Earlier:
        self.go.wait(30)
        try:
            return FileHistory(earlier(*VISITS), [WIDE]).earlier(need)
        finally:
            self.done.release()


def alive() -> int:
    return sum(t.name == "medrules-history" for t in threading.enumerate())


def test_a_provider_that_is_slow_is_not_waited_for_and_holds_few_threads() -> None:
    provider = Hangs()
    asked = WithHistory(engine(SUM_30), provider, HistoryLimits(seconds=0.05, threads=2))
    before = alive()
    reports = [asked.review(today(patient=f"P{n}")) for n in range(6)]
    assert all(rules_of(r) == ([], [("LK-1", ("history.items",))]) for r in reports)
    assert {r.notes[0] for r in reports} == {f"{FAILED}（超时），需要它的规则待核", f"{FAILED}（繁忙），需要它的规则待核"}
    assert alive() - before <= 2
    provider.go.set()
    for _ in range(2):
        assert provider.done.acquire(timeout=10)
    for _ in range(200):
        if alive() == before:
            break
        time.sleep(0.02)
    assert alive() == before


def test_an_answer_that_comes_late_serves_the_next_question() -> None:
    provider = Hangs()
    asked = WithHistory(engine(SUM_30), provider, HistoryLimits(seconds=0.05))
    assert rules_of(asked.review(today()))[0] == []
    provider.go.set()
    assert provider.done.acquire(timeout=10)
    for _ in range(200):
        if alive() == 0:
            break
        time.sleep(0.02)
    provider.go.clear()  # whoever asks again would wait
    assert rules_of(asked.review(today())) == (["LK-1"], [])


def test_the_deadline_of_the_review_is_the_providers_too() -> None:
    provider = Hangs()
    asked = WithHistory(engine(SUM_30), provider, HistoryLimits(seconds=30))
    report = asked.review(today(), deadline=time.monotonic() + 0.05)
    provider.go.set()
    assert report.notes and report.notes[0].startswith(FAILED)


def test_another_plan_asks_for_what_it_needs() -> None:
    held = Engine(of(ONE_LINE))
    provider = Counting()
    asked = WithHistory(held, provider)
    asked.review(today())
    held.swap(of(SUM_30))
    asked.review(today())
    assert len(provider.asked) == 1


@pytest.mark.parametrize("times", [1, 9])
def test_rules_swapped_while_history_is_asked_for_see_no_history_of_other_rules(times: int) -> None:
    """The old rules ask for one day here; the new ones look back thirty days, and must not take the answer for all there is."""
    held, left = Engine(of(SAME_DAY)), [times]
    plans = [of(SUM_30), of(SAME_DAY)]

    class Swaps:
        def earlier(self, need: Need) -> Earlier:
            if left[0]:
                left[0] -= 1
                held.swap(plans[left[0] % 2 if times > 1 else 0])
            return FileHistory(earlier(*VISITS), [WIDE]).earlier(need)

    report = WithHistory(held, Swaps(), HistoryLimits(kept=0, seconds=20)).review(today())
    if times == 1:
        assert rules_of(report) == (["LK-1"], [])
    else:
        assert not report.unchecked and (rules_of(report) in (([], []), ([], [("LK-1", ("history.items",))])))


def test_threads_share_one() -> None:
    asked = WithHistory(engine(SUM_30), FileHistory(earlier(*VISITS), [WIDE]), HistoryLimits(seconds=20, threads=2, kept=0))
    reports: list[Report] = []

    def many() -> None:
        for _ in range(20):
            reports.append(asked.review(today()))

    threads = [threading.Thread(target=many) for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(reports) == 120 and len({r.canonical()[0] for r in reports}) == 1 and reports[0].findings
