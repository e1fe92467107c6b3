"""Small packs of three levels, and the manifest of any folder of contents. All codes, areas and thresholds are invented."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from medrules.adapters.native import read_facts
from medrules.hospital.layer import Layer, layer_of, read_layer
from medrules.knowledge.packfiles import collect_files, content_hash
from medrules.model.facts import Facts
from medrules.packs.archive import PackFile, read_pack_file, write_pack_file
from medrules.packs.entries import Period
from medrules.packs.manifest import Extended, Mandatory, Manifest, People, members_of
from medrules.packs.versions import Version

ROOT = Path(__file__).parents[2]
AREAS = {"national": "100000", "province": "990000", "city": "990100", "hospital": "990101"}
RULE = """规则 {code}「{name}」{{
  分类：政策类
  依据：示例
  结果：明确违规
  环节：事前、事中、事后
  费用：列入统筹费用
  有效：2020-01-01 起
  提醒方式：{tier}
  针对：{scope}
  {condition}
  扣减：全额
  说明：「不符」
}}
"""
PARAMETERS = """参数 儿童上限 = 18岁 自 2020-01-01 可调 14岁 至 18岁
参数 固定天数 = 7天 自 2020-01-01
"""
TABLE = 'name = "限儿童"\nen = "children"\nkey = "code"\nsource = "示例"\n[[column]]\nzh = "年龄段"\nen = "age_range"\ntype = "age_range"\n'
ROWS = "知识点号,编码,年龄段,地区\nN-1,XA01,不满 参数.儿童上限,\nN-2,XA02,不满12岁,\n"
NATIONAL: Mapping[str, str] = {
    "shared/parameters.medrule": PARAMETERS,
    "families/N1_children/rule.medrule": RULE.format(
        code="N1001", name="限儿童", tier="提醒", scope="明细 属于 知识表「限儿童」记为 限定", condition="须：患者.年龄 属于 限定.年龄段"),
    "families/N1_children/tables/children.toml": TABLE,
    "families/N1_children/tables/children.csv": ROWS,
    "families/N2_dear/rule.medrule": RULE.format(
        code="N1002", name="单价过高", tier="静默", scope="明细 其中 明细.单价 超过 0.01元", condition="当：明细.单价 超过 100.00元"),
}


def manifest(name: str, level: str = "national", contents: Mapping[str, bytes] | None = None, **changes: Any) -> Manifest:
    held = contents or {}
    made = Manifest(
        name, name, name, Version(1, 0, 0), "示例局", AREAS[level], level, (name[:1].upper() + "1",), Period(date(2020, 1, 1)), Version(0, 1, 0), (), (),
        Mandatory(), People("甲处", "乙处", "局务会"), "0.1.0", content_hash(held), None, members_of(held))
    return replace(made, **changes)


def encoded(files: Mapping[str, str], name: str) -> dict[str, bytes]:
    made = {"pack.toml": f'name = "{name}"\nversion = "1.0.0"\ntitle = "{name}"\n', **files}
    return {n: t.encode() for n, t in sorted(made.items())}


def layer(name: str = "national", level: str = "national", files: Mapping[str, str] = NATIONAL, **changes: Any) -> Layer:
    return of_pack(pack(name, level, files, **changes))


def pack(name: str = "national", level: str = "national", files: Mapping[str, str] = NATIONAL, **changes: Any) -> PackFile:
    contents = encoded(files, name)
    return read_pack_file(write_pack_file(manifest(name, level, contents, **changes), contents))


def of_pack(made: PackFile) -> Layer:
    return layer_of(made, first=made.manifest.level == "national")


def folder_layer(folder: Path, name: str, level: str = "national", **changes: Any) -> Layer:
    """The layer of a pack folder of this repository."""
    contents = dict(collect_files(folder).contents)
    made = manifest(name, level, contents, **changes)
    return read_layer(made, contents, "0" * 64, first=level == "national")


def province(files: Mapping[str, str], **changes: Any) -> Layer:
    return layer("province", "province", files, **{"extends": (Extended("national", Version(1, 0, 0), Version(2, 0, 0)),), **changes})


def facts(on: str, 编码: str = "XA01", 出生: str = "1990-01-01", 单价: str = "10", 地区: str = "990101", more: tuple[tuple[str, str, str], ...] = (), **visit: Any) -> Facts:
    """One outpatient visit. more: further lines as (day, code, price)."""
    lines = [(on, 编码, 单价), *more]
    return read_facts({
        "业务时间": f"{max(day for day, *_ in lines)} 18:00:00", "环节": "事中", "患者": {"唯一号": "P1", "性别": "男", "出生日期": 出生},
        "就诊": {
            "标识": "E1", "就医方式": "门诊", "结算险种": "基本医疗", "入院时间": f"{on} 08:00:00", "出院时间": None,
            "机构": {"编码": "H1", "级别": "三级", "地区": 地区}, "诊断": [], "手术": [],
            "明细": [
                {"标识": f"L{n}", "种类": "费用", "编码": code, "名称": "示例", "数量": "1", "单价": price, "金额": f"{price}.00", "自费金额": "0",
                 "执行时间": f"{day} 09:00:00"} for n, (day, code, price) in enumerate(lines, 1)], **visit},
        "历次就诊": [], "历史": {"覆盖起": "2020-01-01", "覆盖范围": "统筹区"}})
