"""Small programs for tests of plans and engines: rule text with tables made on the spot, and requests with a few lines."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from medrules.check.checker import check
from medrules.check.program import Program
from medrules.diagnostics import Severity, Source
from medrules.knowledge.table import Column, Row, Table
from medrules.language.parser import parse
from medrules.model.builder import build_facts
from medrules.model.entities import ENTITIES
from medrules.model.facts import Door, Facts
from medrules.model.types import AGE, TEXT, Type, code, number, range_of
from medrules.model.values import DAY_SECONDS, AgeLimit, AgeRange, Instant

HEAD = "默认 {\n  结果：明确违规\n  环节：事前、事中、事后\n  费用：全部费用\n  有效：2025-01-01 起\n  提醒方式：提醒\n}\n"
DAY = date(2026, 3, 5).toordinal()
DOOR = Door("native", frozenset(f.id for e in ENTITIES for f in e.fields.values()) - {"item.already_deducted"})

AGES = Column("年龄段", "ages", range_of(AGE))
SEX = Column("性别", "sex", code("sex"))
DIAGNOSES = Column("诊断", "diagnoses", Type("codeset", name="icd10"))
MOST = Column("上限", "most", number(4))
GROUP = Column("组号", "group_no", TEXT)


def rule(number: str, body: str) -> str:
    return f"规则 {number}「规则{number}」{{\n{body}\n  说明：「{{明细.编码}}不符」\n  建议：「核对」\n}}\n"


def pair_rule(number: str, body: str) -> str:
    return f"规则 {number}「规则{number}」{{\n{body}\n  说明：「{{甲.编码}}与{{乙.编码}}」\n  建议：「核对」\n}}\n"


def program(text: str, *tables: Table) -> Program:
    """The checked program; fails on any error."""
    source = Source("t.medrule", HEAD + text)
    tree, problems = parse(source)
    assert tree is not None, problems
    made, found = check([(source, tree)], {t.name: t for t in tables}, {}, {}, pack="test", version="1", hash="h")
    errors = [d.message for d in (*problems, *found) if d.severity is Severity.ERROR]
    assert not errors, errors
    return made


def row(point: str, codes: Iterable[str], *cells: Any, start: int = 0, end: int = 10_000_000, **more: Any) -> Row:
    listed = tuple(codes)
    prefix = tuple(c.endswith("*") for c in listed)
    return Row(
        point, (tuple(c.rstrip("*") for c in listed),), tuple(cells), start, end, prefix if any(prefix) else (), **more)


def table(name: str, columns: tuple[Column, ...], *rows: Row) -> Table:
    return Table(name, name + "_en", "prefix" if any(any(r.prefix) for r in rows) else "code", ("code",), columns, rows)


def pairs(name: str, *both: tuple[str, str], unordered: bool = False) -> Table:
    rows = tuple(Row(f"{name}-{n}", ((a,), (b,)), ()) for n, (a, b) in enumerate(both))
    return Table(name, name + "_en", "pair", ("code", "code"), (), rows, unordered)


def years(low: int | None, high: int | None) -> AgeRange:
    """满 low 岁 不满 high 岁."""
    return AgeRange(None if low is None else AgeLimit(low, "岁"), True, None if high is None else AgeLimit(high, "岁"), False)


def line(number: int, item: str, day: int = 0, quantity: int = 1, **more: Any) -> dict[str, Any]:
    at = (DAY + day) * DAY_SECONDS + 9 * 3600 + number
    return {
        "id": f"L{number}", "position": number, "line_kind": "charge", "code": item, "quantity": quantity * 10_000,
        "unit_price": 100_000, "amount": quantity * 1_000, "self_paid": 0, "performed_at": Instant(at, at), **more,
    }


def request(*lines: dict[str, Any], age: int = 40, sex: str = "男", diagnoses: tuple[str, ...] | None = ("I10",), **more: Any) -> Facts:
    """One encounter under review, fully known; `more` are further facts of the encounter. None leaves a fact out."""
    begin = Instant((DAY - 1) * DAY_SECONDS, (DAY - 1) * DAY_SECONDS)
    late = Instant((DAY + 9) * DAY_SECONDS, (DAY + 9) * DAY_SECONDS)
    encounter: dict[str, Any] = {
        "id": "E1", "is_current": True, "visit_kind": "住院", "insurance": "基本医疗", "admitted_at": begin,
        "institution": {"id": "H1", "level": 3}, "items": [dict(x) for x in lines],
        "diagnoses": None if diagnoses is None else [
            {"code": c, "is_main": n == 0, "suspected": False} for n, c in enumerate(diagnoses)],
        **more,
    }
    patient: dict[str, Any] = {"id": "P1", "encounters": [{k: v for k, v in encounter.items() if v is not None}]}
    if sex:
        patient["sex"] = sex
    if age >= 0:
        patient["birth_date"] = date(2026 - age, 1, 1).toordinal()
    return build_facts(door=DOOR, stage="during", business_time=late, patients=[patient])
