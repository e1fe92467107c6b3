"""Whole messages in five shapes that differ the way hospital systems differ: each must be read."""

from __future__ import annotations

from nhsa_list_forms import null_form, text_form, typed_form
from nhsa_object_forms import gateway_form, sparse_form
from nhsa_reading import read

from medrules.adapters.nhsa import SiteSettings
from medrules.model.values import ABSENT, UNKNOWN


def test_gateway_form() -> None:
    request = read(gateway_form())
    (visit,) = request.facts.current
    (line,) = visit.items
    assert visit.discharged_at is ABSENT and visit.visit_kind == "住院" and visit.total_amount is UNKNOWN
    assert visit.institution.name is UNKNOWN and visit.settlement is UNKNOWN
    assert line.unit is UNKNOWN and line.charge_kind is UNKNOWN and line.take_home is UNKNOWN
    assert line.end is ABSENT and line.physician is UNKNOWN and (line.quantity, line.amount) == (20_000, 30)
    assert request.facts.business_time.is_exact  # from msgid
    assert visit.main_diagnosis.code == "N18.900"


def test_null_form() -> None:
    request = read(null_form())
    (visit,) = request.facts.current
    assert visit.id == "ZYH800005" and visit.visit_kind is UNKNOWN and visit.main_diagnosis.code == "I63.900"
    assert [(i.id, i.position) for i in visit.items] == [("YZ800001", 0), ("YZ800001", 1)]
    assert all(i.code is UNKNOWN for i in visit.items)  # "0" is a placeholder, not a code
    assert all(i.amount is UNKNOWN and i.is_current is UNKNOWN and i.self_paid == 30 for i in visit.items)
    assert request.lines[0] == ("800005", "ZYH800005", "YZ800001")


def test_text_form() -> None:
    (visit,) = read(text_form()).facts.current
    assert visit.visit_kind == "门诊慢特病" and visit.benefit_kind == "慢特病" and visit.out_of_area is UNKNOWN
    assert visit.discharged_at == visit.admitted_at and visit.total_amount == 60
    assert [(i.group_no, i.amount, i.unit) for i in visit.items] == [("1", 30, "瓶(100)")] * 2
    assert visit.diagnoses[0].code == "I10.X00" and visit.operations is UNKNOWN


def test_sparse_form() -> None:
    (visit,) = read(sparse_form()).facts.current
    assert [i.code for i in visit.items] == ["XA11DAW036A001010104127", ABSENT]
    assert [i.name for i in visit.items] == ["示例片", "院内自编药品"]
    assert all(i.at is UNKNOWN and i.self_paid is UNKNOWN for i in visit.items)
    (dated,) = read(sparse_form(), site=SiteSettings(missing_order_time="request")).facts.current
    assert all(i.at.day == dated.admitted_on for i in dated.items)


def test_typed_form() -> None:
    request = read(typed_form())
    (visit,) = request.facts.current
    assert visit.discharged_at is ABSENT and visit.institution.kind is UNKNOWN and visit.dept_in is UNKNOWN
    assert [i.is_current for i in visit.items] == [True, False] and visit.items[0].amount == 115_300
    assert visit.items[0].list_level is UNKNOWN and visit.items[0].group_no is ABSENT
    assert [d.code for d in visit.diagnoses][1] == "M17.900"
    assert visit.main_diagnosis.code is UNKNOWN  # flagged, but no code: a known flag on an unknown member
    assert sorted(u[5] for u in request.facts.unjudged) == ["XYZD018987", "XYZD019082"]
