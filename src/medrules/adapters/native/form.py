"""What native facts may hold, by entity: the one definition that the models (`models`), the quick reader (`quick`) and whoever
walks a request read. Everything comes from the schema; only the request itself is spelled out here.

Not made of pydantic, so that a process that reads facts without errors never loads it.
"""
from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from medrules.model.entity import Field
from medrules.model.schema import SCHEMA

__all__ = ["ENTITIES", "REQUEST", "Kind", "Written", "entity_below", "form_of"]

# value: one JSON value read by the fact's type; one, many: an object or a list of objects of `entity`; flag: yes or no;
# names: names of facts
Kind = Literal["value", "one", "many", "flag", "names"]

# Entities that are nested come before those that nest them.
ENTITIES: Final = (
    "institution", "settlement", "physician", "history", "diagnosis", "operation", "session", "result", "prescription",
    "item", "attestation", "declaration", "stock", "patient", "encounter",
)
REQUEST: Final = "request"  # the key of the request's own form

# Facts that the model derives, but that a sender may state.
_ALSO_SENT: Final = frozenset({"encounter.main_diagnosis", "encounter.prescriptions", "session.hours"})
_MAX_ITEMS: Final = 20_000
_MAX_BELOW: Final = 2_000
# Without these a record says nothing.
_REQUIRED: Final = frozenset({
    "attestation.point", "attestation.subject", "attestation.outcome", "declaration.label", "declaration.subject",
})


class Written(NamedTuple):
    """One field: how it is called and what may stand in it. `doc` is for people; `fact` is None where it carries none."""

    name: str
    zh: str
    en: str
    kind: Kind
    doc: str
    fact: Field | None = None
    entity: str = ""
    required: bool = False
    may_be_empty: bool = False  # an object: null and "" mean that there is none
    least: int = 0
    most: int = _MAX_BELOW


@lru_cache(maxsize=32)
def form_of(key: str) -> tuple[Written, ...]:
    """The fields of an entity, or of the request, in the order in which they are read."""
    if key == REQUEST:
        return _request()
    found = []
    for fact in SCHEMA.entities[key].fields.values():
        if fact.derived and fact.id not in _ALSO_SENT:
            continue
        written = _written(fact, ENTITIES[: ENTITIES.index(key)])
        if written is not None:
            found.append(written)
    return tuple(found)


@lru_cache(maxsize=32)
def entity_below(key: str) -> Mapping[str, str]:
    """Field name → entity, for the fields of an entity that hold objects."""
    return {written.name: written.entity for written in form_of(key) if written.entity}


def _written(fact: Field, nested: tuple[str, ...]) -> Written | None:
    """None for an entity that native facts do not nest here."""
    type_, required = fact.type, fact.id in _REQUIRED
    if type_.kind == "list" and type_.of is not None and type_.of.kind == "entity":
        below = type_.of.name
        most = _MAX_ITEMS if below == "item" else _MAX_BELOW
        return Written(fact.name, fact.zh, fact.en, "many", "", fact, below, required, most=most) if below in nested else None
    if type_.kind == "entity":
        below = type_.name
        if below not in nested:
            return None
        return Written(fact.name, fact.zh, fact.en, "one", "", fact, below, required, type_.optional or below == "physician")
    return Written(fact.name, fact.zh, fact.en, "value", "", fact, required=required)


def _request() -> tuple[Written, ...]:
    time, stage = SCHEMA.field("other", "business_time"), SCHEMA.field("other", "stage")
    return (
        Written("business_time", "业务时间", "business_time", "value", "业务发生时间；没有时为数据之末", time),
        Written("stage", "环节", "stage", "value", "事前、事中、事后；没有时为事后", stage),
        Written("patient", "患者", "patient", "one", "患者", entity="patient", required=True),
        Written(
            "encounter", "就诊", "encounter", "many", "本次就诊：一个对象，或多个的列表", entity="encounter", required=True, least=1),
        Written("earlier", "历次就诊", "encounters", "many", "以前的就诊（含其明细）", entity="encounter"),
        Written("history", "历史", "history", "one", "历史记录的覆盖起和覆盖范围", entity="history"),
        Written("attestations", "已核记录", "attestations", "many", "人工核对的结论", entity="attestation", most=_MAX_ITEMS),
        Written("declarations", "申报记录", "declarations", "many", "医院申报的除外", entity="declaration", most=_MAX_ITEMS),
        Written("stock", "进销存", "stock", "many", "进销存记录（筛查用）", entity="stock", most=_MAX_ITEMS),
        Written(
            "cannot_carry", "不能提供", "cannot_carry", "names",
            "来源系统没有的事实，如 就诊.抢救标志；写明后除外条款按「可申辩」处理"),
        Written("ledger", "有扣减台账", "ledger", "flag", "是＝已扣减金额来自台账，未写即为未知；否（默认）＝未写即为0"),
        Written("midnight_is_time", "零点是时刻", "midnight_is_time", "flag", "是＝00:00:00 是时刻；否（默认）＝只知道日期"),
    )
