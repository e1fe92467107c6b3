"""The 8 families as medrules rules: the text beside this file, parsed and checked; tables made from the drawn knowledge."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

from benchmarks.workload.knowledge import NO_AGE_LIMIT, Knowledge
from medrules.check.checker import check
from medrules.check.program import Program
from medrules.diagnostics import Severity, Source
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import Column, Row, Table
from medrules.language.parser import parse
from medrules.model.types import AGE, TEXT, Type, code, level, number, range_of
from medrules.model.values import AgeLimit, AgeRange

__all__ = ["FAMILY_OF", "SEXES", "program_of"]

RULES: Final = Path(__file__).with_name("rules.medrule")
FAMILY_OF: Final = {
    "BM-001": "age", "BM-002": "sex", "BM-003": "diagnosis", "BM-004": "level", "BM-005": "quantity", "BM-006": "group",
    "BM-007": "supply", "BM-008": "pair",
}
SEXES: Final = {"M": "男", "F": "女"}
VALID_FROM: Final = date(2025, 1, 1).toordinal()


def program_of(knowledge: Knowledge) -> Program:
    """The checked program of the 8 families over this knowledge."""
    source = Source("rules.medrule", RULES.read_text(encoding="utf-8"))
    tree, problems = parse(source)
    tables = {t.name: t for t in _tables(knowledge)}
    program, found = check([(source, tree)] if tree is not None else [], tables, {}, {}, pack="benchmark", version="1")
    errors = [d for d in (*problems, *found) if d.severity is Severity.ERROR]
    if errors or len(program.rules) != len(FAMILY_OF):
        raise ValueError("; ".join(d.message for d in errors) or "not all rules were checked")
    return program


def _tables(k: Knowledge) -> Iterable[Table]:
    yield _table("年龄", "age", Column("年龄段", "ages", range_of(AGE)), ((i, _ages(low, high)) for i, low, high in k.age))
    yield _table("性别", "sex", Column("性别", "sex", code("sex")), ((i, SEXES[s]) for i, s in k.sex))
    yield _table("适应症", "diagnosis", Column("诊断", "diagnoses", Type("codeset", name="icd10")),
                 ((i, CodeSet("", "icd10", prefixes=prefixes, text="、".join(prefixes))) for i, prefixes in k.diagnosis))
    yield _table("医院级别", "level", Column("最低级别", "least", level("hospital")), k.level)
    yield _table("日用量", "quantity", Column("上限", "most", number(4)), ((i, n * 10_000) for i, n in k.quantity))
    yield _table("同组", "group", Column("组号", "group", TEXT), k.group)
    yield _table("天数", "supply", Column("天数", "days", number(0, "天")), k.supply)
    pairs = tuple(Row(f"互斥-{n}", ((a,), (b,)), (), VALID_FROM) for n, (a, b) in enumerate(k.pair))
    yield Table("互斥", "pair", "pair", ("code", "code"), (), pairs)


def _table(name: str, en: str, column: Column, rows: Iterable[tuple[str, Any]]) -> Table:
    made = tuple(Row(f"{name}-{n}", ((item,),), (cell,), VALID_FROM) for n, (item, cell) in enumerate(rows))
    return Table(name, en, "code", ("code",), (column,), made)


def _ages(low: int, high: int) -> AgeRange:
    """Completed years, both ends included."""
    return AgeRange(
        AgeLimit(low, "岁") if low > 0 else None, True, AgeLimit(high, "岁") if high < NO_AGE_LIMIT else None, True)
