"""Requests made for one row of a table: a patient, a stay and lines that should set the row's rule off.

Nothing is known of what a rule means: many plain requests are made (young and old, each sex, each kind of visit, much and little,
long and short), all with the row's code on the row's day; the first that the rule answers with this row is enough.
"""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any, Final

from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import Row, Table
from medrules.model.values import UNKNOWN

__all__ = ["codes_of", "requests"]

_PEOPLE: Final = (
    {"性别": "男", "出生日期": -14_600}, {"性别": "女", "出生日期": -14_600}, {"性别": "男", "出生日期": -2_500}, {"性别": "女", "出生日期": -28_000},
    {"性别": "女", "出生日期": -9_000, "生育状态": "妊娠期"}, {"性别": "女", "出生日期": -9_000, "生育状态": "哺乳期"}, {"性别": "男", "出生日期": -10},
)
_VISITS: Final = ("住院", "门诊", "互联网诊疗", "购药", "门诊慢特病")
_PLAIN: Final = "W57.X00"  # a diagnosis that no set of indications holds


def codes_of(cell: tuple[Any, ...]) -> list[str]:
    """Codes that a key cell stands for: the first ones of its sets and lists. [] when it names a set that is still empty."""
    out: list[str] = []
    for one in cell:
        if isinstance(one, CodeSet):
            out += [*sorted(one.exact), *one.prefixes]
        else:
            out.append(str(one))
    return out


def requests(table: Table, row: Row, others: list[Row]) -> Iterator[dict[str, Any]]:
    """Native facts, from the likeliest on. `others`: rows of the same table, for partners of the same group."""
    day = _day(row)
    keys = [codes_of(k) for k in row.keys]
    for visit, person, lots in product(_VISITS, _PEOPLE, (False, True)):
        for diagnosis in (_PLAIN, *_diagnoses(table, row)):
            yield _request(table, row, others, keys, day, visit, person, lots, diagnosis)


def _day(row: Row) -> date:
    wanted = date(2026, 7, 2).toordinal()
    return date.fromordinal(wanted if row.valid_from <= wanted < row.valid_to else row.valid_to - 1)


def _diagnoses(table: Table, row: Row) -> list[str]:
    """Diagnoses that the row itself names, for rules that fire when one is met, and for texts that are left to attest."""
    for column, cell in zip(table.columns, row.cells, strict=True):
        if column.type.kind == "codeset" and column.type.name == "icd10" and isinstance(cell, CodeSet):
            return (codes_of((cell,)))[:1]
    return []


def _cell(table: Table, row: Row, zh: str) -> Any:
    return next((c for col, c in zip(table.columns, row.cells, strict=True) if col.zh == zh), None)


def _request(
    table: Table, row: Row, others: list[Row], keys: list[list[str]], day: date, visit: str, person: dict[str, Any], lots: bool,
    diagnosis: str,
) -> dict[str, Any]:
    patient = {"唯一号": "P1", "慢特病病种": [], "过敏药": [], **person, "出生日期": str(day + timedelta(person["出生日期"]))}
    stay: dict[str, Any] = {
        "标识": "E1", "就医方式": visit, "结算险种": "基本医疗", "待遇类别": "普通", "入院时间": f"{day - timedelta(420 if lots else 2)} 08:00:00",
        "出院时间": None, "抢救标志": False, "发病时间": f"{day - timedelta(430)} 08:00:00", "治疗记录": [],
        "机构": {"编码": "H1", "级别": "一级", "地区": "440100", "能力": [], "专科类别": "综合"},
        "诊断": [{"编码": diagnosis, "名称": "例", "主要标志": True}], "手术": [], "明细": [],
    }
    if table.key_kind == "icd" or table.key_fields[0] == "incision":
        _coded(table, keys, stay, day)
    else:
        stay["手术"] = [{"编号": "O1", "编码": "99.9900", "名称": "例", "主要标志": True, "日期": str(day)}] if table.key_kind == "pair" else []
        stay["明细"] = _lines(table, row, others, keys, day, lots)
    return {
        "业务时间": f"{day} 23:00:00", "环节": "事后", "患者": patient, "就诊": stay, "历次就诊": [],
        "历史": {"覆盖起": "2020-01-01", "覆盖范围": "全国"}, "已核记录": [], "申报记录": [],
    }


def _coded(table: Table, keys: list[list[str]], stay: dict[str, Any], day: date) -> None:
    """An operation or a diagnosis with the row's code."""
    operation = {"编号": "O1", "名称": "例", "主要标志": True, "日期": str(day), "开始时间": f"{day} 10:00:00", "结束时间": f"{day} 12:00:00"}
    if table.key_fields[0] == "incision":
        stay["手术"] = [{**operation, "编码": _whole(keys[1][0]), "切口等级": {"i": "Ⅰ", "ii": "Ⅱ", "iii": "Ⅲ"}.get(keys[0][0], keys[0][0])}]
        stay["明细"] = [_line("L1", "XJ01XX0001", day, "09:30:00", 1, 用药目的="预防")]
    elif keys[0][0][:1].isdigit():
        stay["手术"] = [{**operation, "编码": _whole(keys[0][0])}]
    else:
        stay["诊断"] = [{"编码": _whole(keys[0][0]), "名称": "例", "主要标志": True}]


def _whole(code: str) -> str:
    """A code of a category as a record would hold it."""
    return code if len(code) >= 6 else f"{code}{'.' if '.' not in code else ''}{'0000'[:max(0, 7 - len(code))]}"[:7]


def _line(place: str, code: str, day: date, hour: str, quantity: int, **more: Any) -> dict[str, Any]:
    return {
        "标识": place, "种类": "费用", "编码": code, "名称": "例", "目录类别": "中药饮片" if code.startswith("T0") else "西药中成药",
        "数量": str(quantity), "单位": "次", "单价": "10",
        "金额": f"{10 * quantity}.00", "自费金额": "0", "执行时间": f"{day} {hour}", "手术编号": None, "部位": "例", "标本号": "S1", "牙位": "16",
        "处方号": "R1", "用药天数": "400", "每日用量": "9999", "开单科室": "Z99", "执行科室": "Z99", "出院带药": False, "会诊标志": False, **more,
    }


def _lines(table: Table, row: Row, others: list[Row], keys: list[list[str]], day: date, lots: bool) -> list[dict[str, Any]]:
    unit = _cell(table, row, "单位")
    more: dict[str, Any] = {"单位": unit} if isinstance(unit, str) and unit else {}
    if table.key_kind == "pair":
        span = {"开始时间": f"{day} 09:00:00", "结束时间": f"{day} 13:00:00", "手术编号": "O1"}
        if table.name.startswith("饮片"):  # its rule looks at herbs only
            span["目录类别"] = "中药饮片"
        fields = dict(zip(("L1", "L2"), table.key_fields, strict=True))
        return [_keyed(fields[p], p, keys[n][0], day, "09:00:00", 1, **more, **span) for n, p in enumerate(fields)]
    if table.key_kind == "set":
        return [_keyed("code", f"L{n}", code, day, "09:00:00", 1, **more) for n, code in enumerate(keys[-1], 1)]
    field, code = table.key_fields[0], keys[0][0]
    partner = _partner(table, row, others)
    if lots:  # a course of many days
        days = min(int(_days(table, row)) + 2, 400)
        return [_keyed(field, f"L{n}", code, day - timedelta(days - n), "09:00:00", 1, **more) for n in range(1, days + 1)]
    made = [_keyed(field, "L2", code, day, "10:00:00", 500, **more)]
    if partner:
        made.insert(0, _keyed(field, "L1", partner, day, "09:00:00", 1, **more))
    return made


def _days(table: Table, row: Row) -> int:
    found = _cell(table, row, "天数")
    return found if isinstance(found, int) else 3


def _partner(table: Table, row: Row, others: list[Row]) -> str:
    """The code of another row of the same group."""
    for zh in ("组号", "组别"):
        group = _cell(table, row, zh)
        if group is None or group is UNKNOWN:
            continue
        for other in others:
            if other.point != row.point and _cell(table, other, zh) == group and other.keys[0][:1] != row.keys[0][:1]:
                return codes_of(other.keys[0])[0]
    return ""


def _keyed(field: str, place: str, key: str, day: date, hour: str, quantity: int, **more: Any) -> dict[str, Any]:
    """A line that the table finds by its key field."""
    if field == "code":
        return _line(place, key, day, hour, quantity, **more)
    named = {"通用名": key} if field == "generic" else {"产品名": key, "目录类别": "医用耗材"}
    return _line(place, f"X{place}", day, hour, quantity, **{**named, **more})
