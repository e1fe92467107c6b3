"""Whatever is sent, the door answers with facts or with one InvalidFacts, never with anything else."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.adapters.native import read_facts
from medrules.errors import FACT_ERRORS, InvalidFacts
from medrules.model.facts import Facts
from medrules.model.schema import SCHEMA
from medrules.model.values import UNKNOWN

_STRINGS = (
    "",
    "男",
    "住院",
    "三级",
    "2026-03-01",
    "2026-02-30 08:00",
    "9999-12-31 23:59:59",
    "0001-01-01T00:00:00Z",
    "1e5",
    "-0",
    "-3.50",
    "NaN",
    "½",
    "٣",
    "小时",
    "天",
    "1_0",
    "是",
    "未知",
    "I63.9",
    "XYZD018987",
    "\u0000",
    "\ud800",
    "é" * 30,
    "0x1f",
)
_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.sampled_from(_STRINGS),
    st.text(max_size=5),
)


def _names(entity: str) -> list[str]:
    return [*sorted({word for f in SCHEMA if f.entity == entity for word in (f.zh, f.en)}), "无此"]


def _entity(entity: str, **below: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    plain = st.dictionaries(
        st.sampled_from(_names(entity)), st.one_of(_LEAVES, st.lists(_LEAVES, max_size=2)), max_size=6
    )
    return st.builds(lambda a, b: {**a, **b}, plain, st.fixed_dictionaries({}, optional=dict(below)))


_ITEM = _entity(
    "item",
    数量=st.integers(-50, 500),
    单位=st.sampled_from(("小时", "天", "次")),
    金额=st.integers(-99, 99),
    开始时间=st.sampled_from(("2026-03-01", "2026-03-01 08:00:00")),
    结束时间=st.sampled_from(("2026-03-02", "2026-03-04 09:30:00", "2026-02-01", "2926-01-01")),
)
_ENCOUNTER = _entity(
    "encounter",
    明细=st.lists(_ITEM, max_size=4),
    诊断=st.lists(_entity("diagnosis"), max_size=2),
    手术=st.lists(_entity("operation"), max_size=2),
    处方=st.lists(_entity("prescription"), max_size=2),
    治疗记录=st.lists(_entity("session"), max_size=1),
    机构=_entity("institution"),
    结算=_entity("settlement"),
)
_REQUEST = st.fixed_dictionaries(
    {"患者": _entity("patient"), "就诊": st.one_of(_ENCOUNTER, st.lists(_ENCOUNTER, max_size=2))},
    optional={
        "历史": _entity("history"),
        "历次就诊": st.lists(_ENCOUNTER, max_size=2),
        "业务时间": _LEAVES,
        "环节": _LEAVES,
        "不能提供": st.lists(st.sampled_from(("就诊.抢救标志", "a.b", "x")), max_size=1),
        "有扣减台账": st.booleans(),
    },
)


def _valid(kind: Any) -> st.SearchStrategy[Any]:
    """Values that fit a fact's type."""
    match kind.kind:
        case "bool":
            return st.sampled_from((True, "否", "未知"))
        case "num":
            return st.sampled_from((0, 1, "2.5", 30, 400, "1.00005"))
        case "date" | "instant":
            return st.sampled_from(
                ("2026-03-01", "2026-03-02 08:00:00", "2026-03-04T09:30", "2026-02-30", "9999-12-31")
            )
        case "level":
            return st.sampled_from([step.zh for step in SCHEMA.scales[kind.name].steps])
        case "list":
            return st.lists(_valid(kind.of), max_size=2)
        case "code" if kind.name in SCHEMA.enumerations and SCHEMA.enumerations[kind.name].words:
            return st.sampled_from([w.en for w in SCHEMA.enumerations[kind.name].words])
        case _:
            return st.sampled_from(("A", "I63.9", "小时", "天", "L1", "XYZD018987"))


def _fitting(entity: str, **below: Any) -> st.SearchStrategy[dict[str, Any]]:
    facts = [f for f in SCHEMA if f.entity == entity and not f.derived and "entity" not in (f.type.kind, _member(f))]
    return st.fixed_dictionaries({}, optional={**{f.zh: _valid(f.type) for f in facts}, **below})


def _member(fact: Any) -> str:
    return fact.type.of.kind if fact.type.of is not None else ""


_FITTING_STAY = _fitting(
    "encounter",
    明细=st.lists(_fitting("item", 单位=st.sampled_from(("小时", "天", "次")), 数量=st.integers(-50, 99)), max_size=4),
    诊断=st.lists(_fitting("diagnosis"), max_size=2),
    手术=st.lists(_fitting("operation"), max_size=2),
    治疗记录=st.lists(_fitting("session"), max_size=1),
    机构=_fitting("institution"),
    处方=st.lists(_fitting("prescription"), max_size=2),
)
_FITTING = st.fixed_dictionaries(
    {"患者": _fitting("patient"), "就诊": st.lists(_FITTING_STAY, min_size=1, max_size=2)},
    optional={"历史": _fitting("history"), "历次就诊": st.lists(_FITTING_STAY, max_size=2)},
)


@given(_FITTING)
@settings(max_examples=120, deadline=None)
def test_whatever_fits_is_read_and_every_fact_answers(data: dict[str, Any]) -> None:
    assert answers(data)


def read_all(facts: Facts) -> None:
    """Read every fact of every entity, derived ones included."""
    for patient in facts.patients:
        for encounter in patient.encounters:
            held = [encounter]
            for name in (
                "items",
                "raw_items",
                "diagnoses",
                "operations",
                "sessions",
                "prescriptions",
                "confirmed_diagnoses",
            ):
                found = getattr(encounter, name)
                held += [] if found is UNKNOWN else list(found)
            for entity in held:
                for name in entity.fields:
                    getattr(entity, name)


def answers(data: Any) -> bool:
    try:
        facts = read_facts(data)
    except InvalidFacts as error:
        assert error.errors and all(e.message and e.code in FACT_ERRORS for e in error.errors)
        (str(error) + str(error.errors)).encode()
        return False
    read_all(facts)
    return True


@given(_REQUEST)
@settings(max_examples=150, deadline=None)
def test_mappings(data: dict[str, Any]) -> None:
    answers(data)


@given(_REQUEST)
@settings(max_examples=60, deadline=None)
def test_text(data: dict[str, Any]) -> None:
    answers(json.dumps(data))


@given(_entity("item", 数量=st.integers(1, 500), 单位=st.just("小时")))
@settings(max_examples=60, deadline=None)
def test_lines(item: dict[str, Any]) -> None:
    answers({"患者": {}, "就诊": {"明细": [item]}})


def test_good_requests_are_read() -> None:
    assert answers(
        {
            "患者": {},
            "就诊": {"明细": [{"数量": 60, "单位": "小时", "开始时间": "2026-03-01", "结束时间": "2026-03-04"}]},
        }
    )
