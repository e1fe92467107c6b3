"""A small rule about one line (code A200), the lines around it as a native request writes them, and what both evaluators say of it."""
from __future__ import annotations

from typing import Any

from medrules.adapters.native import read_facts
from medrules.check.program import Program
from medrules.engine.engine import Engine
from medrules.engine.reference import Reference
from medrules.model.reports import Report
from tests.property.programs import PARAMETERS
from tests.property.tables import make_codesets
from tests.property.written import TableText, Written, compiled, errors

YES, NO = True, False
DAY = "2026-03-10"


def rules(*texts: str, tables: tuple[TableText, ...] = ()) -> Program:
    made, problems = compiled(Written(texts, tables, PARAMETERS, True, make_codesets()))
    assert not errors(problems), [p.message for p in problems]
    return made


def rule(*lines: str, about: str = "明细 属于 编码集「抗菌」", result: str = "可疑", code: str = "LK-900") -> str:
    return f"规则 {code}「例」{{\n  结果：{result}\n  费用：全部费用\n  针对：{about}\n" + "".join(f"  {x}\n" for x in lines) + "}\n"


def program(condition: str) -> Program:
    return rules(rule(f"当：{condition}", "扣减：无"))


def report(made: Program, *encounters: dict[str, Any], covered: str = "2020-01-01", as_of: str = "2026-12-31 12:00:00") -> Report:
    """What both evaluators say of a request: the same, to the letter."""
    data = {
        "业务时间": as_of, "环节": "事后", "患者": {"唯一号": "P1"}, "历次就诊": list(encounters[1:]), "就诊": [encounters[0]],
        "历史": {"覆盖起": covered, "覆盖范围": "全国"},
    }
    found = Reference(made).evaluate(read_facts(data))
    assert found.canonical() == Engine(made).review(read_facts(data)).canonical()
    return found


def line(name: str, code: str, time: str, **more: Any) -> dict[str, Any]:
    return {"标识": name, "编码": code, "数量": "1", "单价": "10", "金额": "10.00", "自费金额": "0", "执行时间": time, "单位": "次", "处方号": None,
            "手术编号": None, "部位": None, "牙位": None, "标本号": None, "用药天数": None, "开始时间": None, "结束时间": None, **more}


def said(condition: str, *encounters: dict[str, Any], covered: str = "2020-01-01", as_of: str = "2026-12-31 12:00:00") -> Any:
    """True or False for the one judged line (code A200), or what is missing."""
    found = report(program(condition), *encounters, covered=covered, as_of=as_of)
    return found.undecided[0].causes if found.undecided else bool(found.findings)


def stay(*lines: dict[str, Any], name: str = "E1", admitted: str = "2026-01-01 08:00:00", **more: Any) -> dict[str, Any]:
    return {"标识": name, "就医方式": "住院", "入院时间": admitted, "出院时间": None, "机构": {"编码": "H1"}, "诊断": [{"编码": "I10"}], "手术": [],
            "明细": list(lines), **more}
