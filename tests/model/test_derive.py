"""Derived facts, operations, prescriptions, units: each answer and the cause it names when it is UNKNOWN."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from medrules.adapters.native import NATIVE, door_limited
from medrules.knowledge.codeset import CodeSet
from medrules.model.builder import build_facts
from medrules.model.derive import UsePeriod
from medrules.model.facts import Door
from medrules.model.operations import same_operation
from medrules.model.rounding import rescale, round_div, share
from medrules.model.units import canonical_unit, same_unit, unit_seconds
from medrules.model.values import ABSENT, UNKNOWN, Instant
from medrules.model.why import cause_of

DAY0 = date(2026, 3, 1).toordinal()


def at(day: int, hour: int = 0) -> Instant:
    second = (DAY0 + day) * 86_400 + hour * 3_600
    return Instant(second, second)


def facts(*encounters: dict[str, Any], door: Door = NATIVE, **patient: Any) -> Any:
    return build_facts(
        door=door,
        stage="after",
        business_time=at(400),
        patients=[{"id": "P", "encounters": [{"is_current": True, **e} for e in encounters], **patient}],
    )


def stay(door: Door = NATIVE, **values: Any) -> Any:
    return facts({"id": "E", **values}, door=door).current[0]


class TestItem:
    def item(self, **values: Any) -> Any:
        return stay(items=[{"id": "L1", **values}]).items[0]

    def test_time_is_performed_else_charged_else_begin(self) -> None:
        times = {"performed_at": at(1), "charged_at": at(2), "begin": at(3)}
        for name, expected in (("performed_at", 1), ("charged_at", 2), ("begin", 3)):
            item = self.item(**times)
            assert item.at == at(expected) and item.on == DAY0 + expected
            del times[name]
        item = self.item()
        assert item.at is UNKNOWN and item.on is UNKNOWN
        assert cause_of(item, "at") == cause_of(item, "on") == "item.performed_at"

    def test_absent_time_falls_through(self) -> None:
        assert self.item(performed_at=ABSENT, begin=at(3)).on == DAY0 + 3

    def test_use_period(self) -> None:
        assert self.item(begin=at(1), days=7).use_period == UsePeriod(DAY0 + 1, DAY0 + 7, True)
        assert self.item(begin=at(1), end=at(4)).use_period == UsePeriod(DAY0 + 1, DAY0 + 4, True)
        assert self.item(performed_at=at(2)).use_period == UsePeriod(DAY0 + 2, DAY0 + 2, False)
        assert self.item(days=7).use_period is UNKNOWN
        assert self.item(begin=at(1), days=10**17).use_period.last == date.max.toordinal()

    def test_hours(self) -> None:
        item = self.item(begin=at(0, 8), end=at(1, 4), quantity=15_000, unit="h", line_kind="charge")
        assert item.run_hours == 16 * 10_000  # a day piece's own hours
        assert self.item(begin=at(0, 1), end=at(0, 3)).run_hours == 20_000
        assert self.item(begin=at(0, 1), end=ABSENT).run_hours is ABSENT
        day = Instant(DAY0 * 86_400, DAY0 * 86_400 + 86_399)
        open_end = self.item(begin=at(0, 1), end=day)
        assert open_end.run_hours is UNKNOWN and cause_of(open_end, "run_hours") == "item.end"
        assert self.item(quantity=20_000, unit="2小时").billed_hours == 40_000
        times = self.item(quantity=20_000, unit="次")
        assert times.billed_hours is UNKNOWN and cause_of(times, "billed_hours") == "item.unit"

    def test_rank_is_the_place_among_the_patients_lines(self) -> None:
        found = facts(
            {
                "id": "B",
                "items": [{"id": "L2", "performed_at": at(1)}, {"id": "L10", "performed_at": at(0, 9)}, {"id": "L0"}],
            },
            {"id": "A", "items": [{"id": "L9", "performed_at": at(0, 9)}, {"id": "L1", "performed_at": at(0, 9)}]},
        )
        ranks = {i.id: i.rank for e in found.current for i in e.items}
        assert ranks.pop("L0") is UNKNOWN and ranks == {"L1": 1, "L9": 2, "L10": 3, "L2": 4}

    def test_line_number_decides_between_lines_of_one_time(self) -> None:
        e = stay(items=[{"id": "a", "line_no": "10", "begin": at(0)}, {"id": "b", "line_no": "9", "begin": at(0)}])
        assert [i.rank for i in e.items] == [2, 1]

    def test_ledger(self) -> None:
        assert self.item().already_deducted is UNKNOWN
        without = stay(door=door_limited("x", ["ledger"]), items=[{"id": "L"}])
        assert without.items[0].already_deducted == 0


class TestEncounter:
    def test_days(self) -> None:
        e = stay(admitted_at=at(0, 8), discharged_at=at(3, 7))
        assert (e.admitted_on, e.discharged_on, e.stay_days) == (DAY0, DAY0 + 3, 3)
        assert stay(admitted_at=at(0, 8), discharged_at=at(0, 9)).stay_days == 1
        inside = stay(admitted_at=at(0), discharged_at=ABSENT)
        assert inside.discharged_on is ABSENT and inside.stay_days is ABSENT
        backwards = stay(admitted_at=at(3), discharged_at=at(0))
        assert backwards.stay_days is UNKNOWN and cause_of(backwards, "stay_days") == "encounter.discharged_at"
        unsaid = stay(admitted_at=at(0))
        assert unsaid.stay_days is UNKNOWN and cause_of(unsaid, "stay_days") == "encounter.discharged_at"

    def test_main_diagnosis(self) -> None:
        two = [{"code": "I10", "is_main": False}, {"code": "I63.9", "is_main": True}]
        assert stay(diagnoses=[dict(d) for d in two]).main_diagnosis.code == "I63.9"
        assert stay(diagnoses=[{"code": "I10", "is_main": False}]).main_diagnosis is ABSENT
        unflagged = stay(diagnoses=[{"code": "I10"}])
        assert unflagged.main_diagnosis is UNKNOWN and cause_of(unflagged, "main_diagnosis") == "diagnosis.is_main"
        unsent = stay()
        assert unsent.main_diagnosis is UNKNOWN and cause_of(unsent, "main_diagnosis") == "encounter.diagnoses"

    def test_main_diagnosis_named_apart_gives_way_to_a_flag(self) -> None:
        named = {"code": "M10.9"}
        assert stay(diagnoses=[{"code": "I10"}], main_diagnosis=dict(named)).main_diagnosis.code == "M10.9"
        flagged = stay(diagnoses=[{"code": "I10", "is_main": True}], main_diagnosis=dict(named))
        assert flagged.main_diagnosis.code == "I10"
        same = stay(diagnoses=[{"code": "M10.9", "name": "痛风"}], main_diagnosis=dict(named))
        assert same.main_diagnosis is same.diagnoses[0]
        assert stay(main_diagnosis=ABSENT).main_diagnosis is ABSENT

    def test_confirmed_diagnoses(self) -> None:
        e = stay(diagnoses=[{"code": "A01", "suspected": False}, {"code": "A02", "suspected": True}, {"code": "A03"}])
        sure, unsure = e.confirmed_diagnoses
        assert sure.code == "A01" and unsure.code is UNKNOWN and cause_of(unsure, "code") == "diagnosis.suspected"
        blind = stay(door=door_limited("x", ["诊断.疑似标志"]), diagnoses=[{"code": "A03"}])
        assert blind.confirmed_diagnoses[0].code == "A03" and blind.diagnoses[0].suspected is False

    def test_discharge_diagnoses_replace_those_of_admission(self) -> None:
        both = [{"code": "A01", "kind": "入院"}, {"code": "B02", "kind": "出院"}, {"code": "C03"}]
        assert [d.code for d in stay(diagnoses=both).diagnoses] == ["B02", "C03"]
        assert [d.code for d in stay(diagnoses=[{"code": "A01", "kind": "入院"}]).diagnoses] == ["A01"]

    def test_ill_formed_codes_are_unknown_members_reported_once(self) -> None:
        found = facts(
            {
                "id": "E",
                "diagnoses": [{"code": "XYZD018987"}, {"code": "M10.9"}],
                "operations": [{"id": "S1", "code": "胆囊"}, {"code": "81.65"}],
            }
        )
        e = found.current[0]
        assert [d.code for d in e.diagnoses[1:]] == ["M10.9"] and e.diagnoses[0].code is UNKNOWN
        assert e.operations[0].code is UNKNOWN and e.operations[1].code == "81.65"
        assert found.unjudged == (
            ("diagnosis", "E", "", 0, "ill_formed", "XYZD018987"),
            ("operation", "E", "S1", 0, "ill_formed", "胆囊"),
        )

    def test_codes_without_a_dot_get_it_and_join_the_set(self) -> None:
        found = facts(
            {
                "id": "E",
                "diagnoses": [{"code": "I639"}, {"code": "J06900"}],
                "operations": [{"code": "8165"}, {"code": "816"}],
                "main_diagnosis": {"code": "J06.900"},
            }
        )
        e = found.current[0]
        assert [d.code for d in e.diagnoses] == ["I63.9", "J06.900"] and e.main_diagnosis is e.diagnoses[1]
        assert e.operations[0].code == "81.65" and e.operations[1].code is UNKNOWN
        assert CodeSet("x", "icd10", prefixes=("I63.9",)).member(e.diagnoses[0].code) is True

    def test_a_chinese_medicine_or_morphology_code_is_in_no_icd_set(self) -> None:
        e = stay(diagnoses=[{"code": "A01.03.01"}, {"code": "M81400/3"}])
        wide = CodeSet("x", "icd10", prefixes=("A01", "M81"))
        assert [wide.member(d.code) for d in e.diagnoses] == [False, False]

    def test_an_ill_formed_code_is_named_by_its_place_as_sent(self) -> None:
        both = [{"code": "A01", "kind": "入院"}, {"code": "坏", "kind": "出院"}]
        assert facts({"id": "E", "diagnoses": both}).unjudged == (("diagnosis", "E", "", 1, "ill_formed", "坏"),)


class TestNextStay:
    def stays(self, history: Any = None, **last: Any) -> Any:
        first = {
            "id": "E1",
            "visit_kind": "住院",
            "institution": {"id": "H"},
            "admitted_at": at(0),
            "discharged_at": at(5),
        }
        second = {"id": "E2", "visit_kind": "住院", "institution": {"id": "H"}, "admitted_at": at(9), **last}
        return facts(first, second, **({"history": history} if history else {})).current[0]

    def test_found_inside_the_coverage(self) -> None:
        assert self.stays({"covered_from": DAY0 - 30, "coverage": "本院"}).next_stay.id == "E2"

    def test_none_is_absent_only_when_history_is_complete(self) -> None:
        assert self.stays({"covered_from": DAY0, "coverage": "本院"}, institution={"id": "X"}).next_stay is ABSENT
        open_ = self.stays(institution={"id": "X"})
        assert open_.next_stay is UNKNOWN and cause_of(open_, "next_stay") == "history.encounters"

    def test_the_earlier_of_two_stays_of_one_day_does_not_follow_the_later(self) -> None:
        def day_stay(ident: str, hour: int) -> dict[str, Any]:
            there = {"id": ident, "visit_kind": "住院", "institution": {"id": "H"}}
            return {**there, "admitted_at": at(0, hour), "discharged_at": at(0, hour + 2)}

        history = {"covered_from": DAY0 - 30, "coverage": "本院"}
        first, second = facts(day_stay("B", 8), day_stay("A", 12), history=history).patients[0].encounters
        assert first.next_stay is second and second.next_stay is ABSENT

    def test_a_doubt_about_a_later_stay_decides_nothing(self) -> None:
        def a_stay(ident: str, day: int, **more: Any) -> dict[str, Any]:
            there = {"id": ident, "institution": {"id": "H"}, "admitted_at": at(day), "discharged_at": at(day + 1)}
            return {**there, "visit_kind": "住院", **more}

        doubtful = a_stay("E3", 20)
        del doubtful["visit_kind"]
        history = {"covered_from": DAY0 - 30, "coverage": "本院"}
        found = facts(a_stay("E1", 0), a_stay("E2", 9), doubtful, history=history)
        assert found.patients[0].encounters[0].next_stay.id == "E2"
        assert found.patients[0].encounters[1].next_stay is UNKNOWN

    def test_not_covered_or_not_known(self) -> None:
        assert self.stays({"covered_from": DAY0 + 8, "coverage": "本院"}).next_stay is UNKNOWN
        unsure = (
            facts(
                {"id": "E1", "institution": {"id": "H"}, "discharged_at": at(5)},
                {"id": "E2", "institution": {"id": "H"}, "admitted_at": at(9)},
                history={"covered_from": DAY0, "coverage": "全国"},
            )
            .patients[0]
            .encounters[0]
        )
        assert unsure.next_stay is UNKNOWN and cause_of(unsure, "next_stay") == "encounter.visit_kind"


class TestOperations:
    def two(self, operations: Any, a: dict[str, Any], b: dict[str, Any]) -> Any:
        more = {} if operations is UNKNOWN else {"operations": operations}
        e = stay(
            items=[{"id": "1", "performed_at": at(1, 9), **a}, {"id": "2", "performed_at": at(1, 15), **b}], **more
        )
        return same_operation(*e.items)

    def test_stated_numbers_decide(self) -> None:
        assert self.two(UNKNOWN, {"operation_no": "S1"}, {"operation_no": "S1"}) is True
        assert self.two(UNKNOWN, {"operation_no": "S1"}, {"operation_no": "S2"}) is False

    def test_one_operation_in_the_stay_takes_its_day_and_the_next(self) -> None:
        one = [{"date": DAY0 + 1}]
        assert self.two([dict(o) for o in one], {}, {"operation_no": ABSENT}) is True
        assert self.two([{"id": "S1", "date": DAY0 + 1}], {}, {"operation_no": "S1", "performed_at": at(2)}) is True
        assert self.two([dict(o) for o in one], {}, {"performed_at": at(3)}) is False
        assert self.two([{"name": "x"}], {}, {}) == {"operation.date"}
        assert self.two([{"id": "S1", "begin": at(1, 8)}], {}, {"operation_no": "S1"}) is True  # the day of 开始时间

    def test_two_stated_numbers_decide_whatever_the_list_says(self) -> None:
        one = [{"date": DAY0 + 1}]  # the operation has no number itself
        assert self.two(one, {"operation_no": "S1"}, {"operation_no": "S2"}) is False

    def test_several_or_unknown_operations_are_unknown_without_numbers(self) -> None:
        several = [{"id": "S1", "date": DAY0}, {"id": "S2", "date": DAY0 + 1}]
        assert self.two(several, {}, {}) == {"item.operation_no"}
        assert self.two(UNKNOWN, {}, {"operation_no": "S1"}) == {"item.operation_no", "encounter.operations"}
        assert self.two(UNKNOWN, {"operation_no": ABSENT}, {"operation_no": "S1"}) == {"encounter.operations"}
        assert self.two([], {}, {}) is False


class TestPrescriptions:
    def test_grouped_by_number(self) -> None:
        e = stay(
            items=[
                {"id": "1", "rx_no": "R1", "list_kind": "中药饮片", "performed_at": at(2)},
                {"id": "2", "rx_no": "R2", "list_kind": "西药中成药", "performed_at": at(1)},
                {"id": "3", "rx_no": "R1", "list_kind": "西药中成药", "performed_at": at(1)},
                {"id": "4", "list_kind": "医疗服务项目"},
                {"id": "5", "rx_no": ABSENT, "list_kind": "西药中成药"},
            ],
            prescriptions=[{"no": "R1", "packets": 7}, {"no": "R9", "date": DAY0}],
        )
        found = {p.no: p for p in e.prescriptions}
        assert {n: [i.id for i in p.items] for n, p in found.items()} == {"R1": ["1", "3"], "R2": ["2"], "R9": []}
        assert [i.id for i in found["R1"].herbs] == ["1"] and found["R1"].packets == 7
        assert (found["R1"].date, found["R9"].date) == (DAY0 + 1, DAY0)
        assert e.items[0].prescription is found["R1"] and e.items[4].prescription is ABSENT
        assert e.items[3].prescription is UNKNOWN and cause_of(e.items[3], "prescription") == "item.rx_no"

    def test_a_drug_without_number_opens_every_prescription(self) -> None:
        e = stay(items=[{"id": "1", "rx_no": "R1", "list_kind": "中药饮片"}, {"id": "2", "list_kind": "西药中成药"}])
        (only,) = e.prescriptions
        assert only.items is UNKNOWN and cause_of(only, "items") == "item.rx_no"
        assert [i.id for i in only.herbs] == ["1"]  # what is no herb cannot be missing from the herbs
        herb = stay(items=[{"id": "1", "rx_no": "R1", "list_kind": "中药饮片"}, {"id": "2", "list_kind": "中药饮片"}])
        assert herb.prescriptions[0].herbs is UNKNOWN

    def test_date_is_unknown_when_a_line_without_a_day_may_be_the_first(self) -> None:
        (only,) = stay(items=[{"id": "1", "rx_no": "R1", "performed_at": at(4)}, {"id": "2", "rx_no": "R1"}]).prescriptions
        assert only.date is UNKNOWN and cause_of(only, "date") == "item.performed_at"

    def test_date_is_unknown_when_an_earlier_drug_may_belong_to_it(self) -> None:
        def dated(day: int) -> Any:
            lines = [{"id": "1", "rx_no": "R1", "performed_at": at(4)}, {"id": "2", "performed_at": at(day)}]
            return stay(items=lines).prescriptions[0]

        assert dated(5).date == DAY0 + 4
        assert dated(3).date is UNKNOWN and cause_of(dated(3), "date") == "item.rx_no"

    def test_kind_not_sent_opens_the_herbs(self) -> None:
        (only,) = stay(items=[{"id": "1", "rx_no": "R1"}]).prescriptions
        assert only.herbs is UNKNOWN and cause_of(only, "herbs") == "item.list_kind" and len(only.items) == 1

    def test_items_not_sent(self) -> None:
        assert stay().prescriptions is UNKNOWN
        (only,) = stay(prescriptions=[{"no": "R1"}]).prescriptions
        assert only.items is UNKNOWN and cause_of(only, "items") == "encounter.items"


def test_history_holds_what_is_not_under_review() -> None:
    built = build_facts(
        door=NATIVE,
        stage="after",
        business_time=at(9),
        patients=[
            {
                "id": "P",
                "history": {"covered_from": DAY0 - 9, "coverage": "本院"},
                "encounters": [
                    {
                        "id": "E2",
                        "is_current": True,
                        "admitted_at": at(5),
                        "items": [{"id": "a", "is_current": False}, {"id": "b"}],
                    },
                    {"id": "E1", "admitted_at": at(0), "items": [{"id": "c"}]},
                    {"id": "E0", "admitted_at": at(-9)},
                ],
            }
        ],
    )
    (patient,) = built.patients
    assert [e.id for e in patient.encounters] == ["E0", "E1", "E2"] and [e.id for e in built.current] == ["E2"]
    assert [e.id for e in patient.history.encounters] == ["E0", "E1"]
    assert [i.id for i in patient.history.items] == ["c", "a"]
    assert all(e.patient is patient for e in patient.encounters) and patient.encounters[0].items is UNKNOWN


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("小时", "h", True),
        ("日", "天", True),
        ("日", "小时", False),
        ("盒", "盒", True),
        ("盒", "瓶", False),
        (ABSENT, "盒", False),
        (UNKNOWN, "盒", UNKNOWN),
        ("Ｈ", "时", True),
        ("g", "G", True),
        ("克", "g", True),
    ],
)
def test_units(a: Any, b: Any, expected: Any) -> None:
    assert same_unit(a, b) is expected


def test_unit_seconds() -> None:
    assert [
        unit_seconds(u) for u in ("小时", "每小时", "日", "2小时", "半小时", "30分钟", "次", "盒", "12", "0小时")
    ] == [3_600, 3_600, 86_400, 7_200, 1_800, 1_800, None, None, None, 0]
    assert canonical_unit(" 每日 ") == "天"


def test_rounding_is_half_away_from_zero() -> None:
    assert [round_div(n, 2) for n in (1, -1, 3, -3, 4)] == [1, -1, 2, -2, 2]
    assert rescale(25_000 * 56, 2, 2) == 1_400_000 and rescale(12_345, 4, 2) == 123 and rescale(1, 0, 2) == 100
    assert share(100, (1, 1, 1)) == (33, 34, 33) and sum(share(-7, (3, 2, 9))) == -7
