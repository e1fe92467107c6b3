"""Ages: 患者.年龄 on the judged day, 就诊.入院年龄 on the day of admission for a stay (ruling T41)."""
from __future__ import annotations

from medrules.check.names import Bound, Place, step, under
from medrules.check.program import AgeAt, Choose, Cmp, Const, Expr, Fact, Prim
from medrules.model.schema import SCHEMA
from medrules.model.types import AGE, BOOL, DATE

__all__ = ["AGE_FIELDS", "age"]

AGE_FIELDS = frozenset({"patient.age", "encounter.admission_age"})


def judged_day(place: Place) -> Expr:
    """The day whose law applies: the judged line's own, else t(b) of whatever is judged."""
    if place.judged.entity == "item":
        return step(place.judged, SCHEMA.field("item", "on"))
    return Prim("judged_on", (), DATE)


def _fact(bound: Bound, name: str) -> Fact:
    return step(bound, SCHEMA.field(bound.entity, name))


def age(bound: Bound, field_id: str, place: Place) -> Expr:
    """The age that a fact of a patient or an encounter means."""
    if field_id == "patient.age":
        return AgeAt(_fact(bound, "birth_date"), judged_day(place), AGE)
    birth = _fact(under(bound, SCHEMA.field("encounter", "patient")), "birth_date")
    kind = _fact(bound, "visit_kind")
    stay = Cmp("=", kind, Const("住院", kind.type), BOOL)
    return Choose(stay, AgeAt(birth, _fact(bound, "admitted_on"), AGE), AgeAt(birth, judged_day(place), AGE), AGE)
