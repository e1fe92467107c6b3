"""The engine over a store's states: business time, gaps, modes, swaps; the laws that tie it to `Engine`."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from threading import enumerate as enumerate_threads
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.engine.engine import Engine
from medrules.engine.report import RESULTS
from medrules.errors import InvalidLayers, MedRulesError
from medrules.hospital.opening import joined_packs
from medrules.hospital.store_engine import AGAIN, StoreEngine
from medrules.model.reports import Report
from tests.hospital.held_samples import Memory, version
from tests.hospital.samples import NATIONAL, RULE, facts, pack

TODAY = date(2026, 8, 15)
DEAR = {"单价": "300", "出生": "2020-01-01"}


def engine(states: Memory, **more: Any) -> StoreEngine:
    return StoreEngine(states, **{"check_seconds": 0.0, "today": lambda: TODAY, **more})


def said(report: Report, rule: str = "N1002") -> list[str]:
    return sorted(f.message for f in report.findings if f.rule == rule)


def test_one_version_is_an_engine_on_that_pack() -> None:
    one = version(1)
    plain, stored = Engine(joined_packs([one], None).program), engine(Memory(one))
    for request in (facts("2026-03-01", **DEAR), facts("2019-05-01", **DEAR), facts("2026-03-01", more=(("2025-01-01", "XA02", "500"),))):
        a, b = plain.review(request), stored.review(request)
        if min(i.on for i in request.current[0].items) >= date(2020, 1, 1).toordinal():
            assert a == b
        else:
            assert [(u.rule, u.reason) for u in b.unchecked] == [("", "no_pack")]
    assert stored.program.rules == plain.program.rules


def test_each_order_is_judged_by_the_version_of_its_day() -> None:
    states = Memory(version(1, end="2026-07-01"), version(2, "2026-07-01", limit="200"))
    stored = engine(states)
    assert said(stored.review(facts("2026-06-30", 单价="150"))) == ["第1版"]
    assert said(stored.review(facts("2026-07-01", 单价="150"))) == [] and said(stored.review(facts("2026-07-01", **DEAR))) == ["第2版"]
    november = stored.review(facts("2025-11-20", 单价="150"))
    assert said(november) == ["第1版"] and november.pack_version == "1.1.0"


def test_lines_of_one_request_meet_the_law_of_their_own_days() -> None:
    stored = engine(Memory(version(1, end="2026-07-01"), version(2, "2026-07-01", limit="200")))
    report = stored.review(facts("2026-06-30", 单价="150", 出生="2020-01-01", more=(("2026-07-01", "XA01", "150"), ("2026-07-02", "XA01", "300"))))
    assert {(f.anchor.line, f.message, f.pack_version) for f in report.findings if f.rule == "N1002"} == {
        ("L1", "第1版", "1.1.0"), ("L3", "第2版", "1.2.0")}
    assert report.pack_version == "1.1.0|1.2.0" and report.pack_hash.count("|") == 1 and not report.unchecked
    assert [(j.identity, j.version) for j in stored.judged_by(report.pack_hash)] == [("100000/national", "1.1.0"), ("100000/national", "1.2.0")]
    assert [(d.line.line, d.definite) for d in report.deductions] == [("L1", 15000), ("L3", 30000)] and report.definite_total == 45000


def test_a_gap_is_told_and_the_other_days_are_judged() -> None:
    stored = engine(Memory(version(1, end="2026-05-01"), version(2, "2026-07-01")))
    report = stored.review(facts("2026-06-01", **DEAR))
    assert not report.findings and [(u.rule, u.reason) for u in report.unchecked] == [("", "no_pack")]
    report = stored.review(facts("2026-06-30", **DEAR, more=(("2026-07-01", "XA01", "300"),)))
    assert [f.anchor.line for f in report.findings if f.rule == "N1002"] == ["L2"]
    assert {(u.rule, u.reason) for u in report.unchecked} == {("N1001", "no_pack"), ("N1002", "no_pack")}


def test_observed_findings_are_shown_passively() -> None:
    loud = version(2, "2026-07-01", tier="拦截")
    for mode, seen in (("enforce", "hard"), ("observe", "passive")):
        stored = engine(Memory(version(1, end="2026-07-01"), loud, modes={2: mode}))
        assert [f.interaction for f in stored.review(facts("2026-07-01", **DEAR)).findings if f.rule == "N1002"] == [seen]
        both = stored.review(facts("2026-06-30", **DEAR, more=(("2026-07-01", "XA01", "300"),)))
        assert sorted(f.interaction for f in both.findings if f.rule == "N1002") == sorted(["passive", seen])


def test_trials_are_handed_over_and_not_shown() -> None:
    handed: list[tuple[list[str], list[str]]] = []
    states = Memory(version(1), version(2, "2026-07-01", limit="200"), modes={2: "shadow"})
    stored = engine(states, trial=lambda request, report, trial: handed.append((said(report), said(trial))))
    assert said(stored.review(facts("2026-07-05", 单价="150"))) == ["第1版"] and handed == [(["第1版"], [])]
    assert said(stored.review(facts("2026-06-05", 单价="150"))) == ["第1版"] and len(handed) == 1  # not a day of the version in trial
    broken = engine(states, trial=lambda request, report, trial: 1 // 0)
    assert said(broken.review(facts("2026-07-05", 单价="150"))) == ["第1版"] and broken.trial_faults == 1


def test_an_activation_is_followed_and_a_bad_one_is_told() -> None:
    states = Memory(version(1))
    stored = engine(states)
    assert said(stored.review(facts("2026-08-01", **DEAR))) == ["第1版"]
    states.put(version(1), version(2, "2026-07-01"))
    assert stored.refresh() and stored.sequence == 2 and said(stored.review(facts("2026-08-01", **DEAR))) == ["第2版"]
    states.fail(InvalidLayers("不能用 / unusable", "MR-P401"))
    assert not stored.refresh() and stored.problem is not None and stored.problem.code == "MR-P401"
    assert said(stored.review(facts("2026-08-01", **DEAR))) == ["第2版"] and stored.sequence == 2
    states.put(version(1))
    assert stored.refresh() and stored.problem is None and said(stored.review(facts("2026-08-01", **DEAR))) == ["第1版"]


def test_a_state_that_could_not_be_opened_for_a_while_is_tried_again() -> None:
    now = [0.0]
    states = Memory(version(1))
    stored = engine(states, ticks=lambda: now[0])
    states.put(version(2))
    states.error = OSError("too many open files")

    def at(seconds: float) -> list[str]:
        now[0] = seconds
        stored.review(facts("2026-08-01", **DEAR))
        for thread in enumerate_threads():
            if thread.name == "medrules-activation":
                thread.join(20)
        return said(stored.review(facts("2026-08-01", **DEAR)))

    assert at(1) == ["第1版"] and stored.problem is not None
    states.error = None
    assert at(AGAIN) == ["第1版"]
    assert at(1 + AGAIN) == ["第2版"] and stored.problem is None


def test_a_store_that_cannot_be_used_is_not_opened() -> None:
    states = Memory(version(1))
    states.fail(MedRulesError("x"))
    with pytest.raises(MedRulesError):
        engine(states)


def test_no_request_waits_for_a_new_activation() -> None:
    class Slow(Memory):
        def snapshot(self, engines: Any) -> Any:
            if self.sequence > 1:
                assert go_on.wait(20)
            return super().snapshot(engines)

    go_on = Event()
    states = Slow(version(1))
    stored = engine(states)
    states.put(version(2))
    assert said(stored.review(facts("2026-08-01", **DEAR))) == ["第1版"]
    assert said(stored.review(facts("2026-08-01", **DEAR))) == ["第1版"]
    go_on.set()
    assert stored.refresh() and said(stored.review(facts("2026-08-01", **DEAR))) == ["第2版"]


def test_law_every_report_belongs_wholly_to_one_state_while_states_change() -> None:
    states = Memory(version(1))
    stored = engine(states)
    request = facts("2026-08-01", **DEAR, more=tuple((f"2026-08-{d:02d}", "XA01", "300") for d in range(2, 12)))
    done = Event()

    def work() -> list[tuple[str, frozenset[str], int]]:
        out = []
        while not done.is_set():
            r = stored.review(request)
            out.append((r.pack_version, frozenset(f.message for f in r.findings if f.rule == "N1002"), len(r.findings)))
        return out

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(work) for _ in range(4)]
        for n in range(2, 8):
            states.put(version(n))
            assert stored.refresh()
        done.set()
        seen = [one for r in running for one in r.result()]
    assert len({v for v, *_ in seen}) >= 2 and len(seen) > 20
    assert {(v, m, n) for v, m, n in seen} <= {(f"1.{n}.0", frozenset((f"第{n}版",)), 11) for n in range(1, 8)}


DAYS = st.integers(0, 40).map(lambda n: date.fromordinal(date(2026, 6, 10).toordinal() + n).isoformat())


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(DAYS, st.sampled_from(["XA01", "XA02", "XA09"]), st.sampled_from(["50", "150", "300"])), min_size=1, max_size=6),
       st.integers(0, 30))
def test_law_many_versions_say_of_each_line_what_its_own_version_says(lines: list[tuple[str, str, str]], age: int) -> None:
    packs = [version(1, end="2026-06-20"), version(2, "2026-06-20", "2026-07-05", limit="200"), version(3, "2026-07-05", limit="40")]
    stored = engine(Memory(*packs))
    (on, code, price), *more = lines
    request = facts(on, 编码=code, 单价=price, 出生=f"{2026 - age}-01-01", more=tuple(more))
    report = stored.review(request)
    alone = [Engine(joined_packs([p], None).program).review(request) for p in packs]
    days = {i.id: date.fromordinal(i.on).isoformat() for i in request.current[0].items}

    def own(line: str) -> Report:
        return alone[0 if days[line] < "2026-06-20" else 1 if days[line] < "2026-07-05" else 2]

    assert not report.unchecked
    for line in days:
        assert {(f.rule, f.message, f.rows, f.claims) for f in report.findings if f.anchor.line == line} == {
            (f.rule, f.message, f.rows, f.claims) for f in own(line).findings if f.anchor.line == line}
        assert {d for d in report.deductions if d.line.line == line} == {d for d in own(line).deductions if d.line.line == line}
    keys = [(RESULTS.index(f.result), -(f.amount or 0), f.rule) for f in report.findings]
    assert keys == sorted(keys)


def test_lines_without_a_day_are_unjudged_once_and_the_others_judged() -> None:
    lines = [{"标识": f"L{n}", "种类": "费用", "编码": "XA01", "名称": "示例", "数量": "1", "单价": "300", "金额": "300.00", "自费金额": "0", **at}
             for n, at in enumerate(({"执行时间": "2026-06-30 09:00:00"}, {}, {"执行时间": "2026-07-01 09:00:00"}))]
    packs = [version(1, end="2026-07-01"), version(2, "2026-07-01")]
    for held in ([version(1)], packs):
        report = engine(Memory(*held)).review(facts("2026-07-01", 出生="2020-01-01", 明细=lines))
        assert sorted(f.anchor.line for f in report.findings if f.rule == "N1002") == ["L0", "L2"]
        assert [(u.anchor.line, u.reason) for u in report.unjudged] == [("L1", "date")] and not report.unchecked


def test_what_was_not_sent_is_undecided_although_the_request_reaches_into_two_versions() -> None:
    """Prescriptions that no line names count on the day of the request, whichever version that is."""
    each = RULE.format(code="N1006", name="每张处方", tier="静默", scope="每张处方 记为 方", condition="令：  种 = 种数 方.明细.编码\n  当：  种 超过 1种").replace("全额", "无")
    files = {**NATIONAL, "families/N6_each/rule.medrule": each}
    one, two = (pack(files=files, version=v.manifest.version, effective=v.manifest.effective) for v in (version(1, end="2026-07-01"), version(2, "2026-07-01")))
    lines = [{"标识": f"L{n}", "种类": "费用", "编码": "XA09", "名称": "示例", "数量": "1", "单价": "3", "金额": "3.00", "自费金额": "0",
              "执行时间": f"2026-0{n}-30 09:00:00"} for n in (6, 7)]
    request = facts("2026-06-30", 出生="2020-01-01", 明细=lines)
    whole = Engine(joined_packs([pack(files=files)], None).program).review(request)
    split = engine(Memory(one, two)).review(request)
    assert whole.undecided
    assert [(u.rule, u.anchor) for u in split.undecided] == [(u.rule, u.anchor) for u in whole.undecided] and split.pack_version == "1.1.0|1.2.0"


def test_a_version_of_last_week_that_cannot_be_used_does_not_keep_today_from_being_judged() -> None:
    broken = pack(files={**NATIONAL, "families/N2_dear/rule.medrule": "规则"}, version=version(1).manifest.version,
                  effective=version(1, end="2026-08-10").manifest.effective)
    stored = engine(Memory(broken, version(2, "2026-08-10")))
    assert said(stored.review(facts("2026-08-12", **DEAR))) == ["第2版"] and stored.problem is not None and stored.problem.code == "MR-P409"
    report = stored.review(facts("2026-08-05", **DEAR))
    assert not report.findings and [(u.rule, u.reason) for u in report.unchecked] == [("", "fault:InvalidLayers")]
    with pytest.raises(InvalidLayers):
        engine(Memory(broken), today=lambda: date(2026, 8, 5))
