"""The twelve families of the national pack: their folders, their tables, and the conversion that fills each."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import course_family, indications, people_families, place_families, service_families
from .outrows import OutRow

__all__ = ["FAMILIES", "Family"]


@dataclass(frozen=True, slots=True)
class Family:
    """`build` gives the rows, and how many published rows have no key and so stand in no CSV."""

    title: str
    folder: str
    table: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    build: Callable[[Path], tuple[list[OutRow], int]]

    @property
    def csv(self) -> str:
        return f"families/{self.folder}/tables/{self.table}.csv"


def _usable(convert: Callable[[Path], list[OutRow]]) -> Callable[[Path], tuple[list[OutRow], int]]:
    return lambda data: (convert(data), 0)


def _sex_items(data: Path) -> tuple[list[OutRow], int]:
    rows, unusable = people_families.sex_items(data)
    return rows, len(unusable)


def _daily_limits(data: Path) -> tuple[list[OutRow], int]:
    rows, blank = service_families.daily_limits(data)
    return rows, len(blank)


_CODE = ("编码",)
_PAIR = ("主项编码", "从项编码")

FAMILIES: tuple[Family, ...] = (
    Family("药品限儿童使用", "GZ10000101007000_drug_for_children", "child_drugs", _CODE,
           ("名称", "年龄段", "其他条件"), _usable(people_families.child_drugs)),
    Family("药品儿童专用", "GZ10000301002000_drug_children_only", "child_only_drugs", _CODE,
           ("名称", "年龄段", "其他条件"), _usable(people_families.child_only_drugs)),
    Family("药品区分性别使用", "GZ10000301004000_drug_by_sex", "drugs_by_sex", _CODE,
           ("名称", "性别", "儿童除外", "其他条件"), _usable(people_families.sex_drugs)),
    Family("药品限医疗机构级别", "GZ10000101012000_drug_by_hospital_level", "level_drugs", _CODE,
           ("名称", "最低级别", "专科类别", "科室", "其他条件"), _usable(place_families.level_drugs)),
    Family("药品限就医方式", "LK-013_drug_by_visit_kind", "visit_kind_drugs", _CODE, ("名称", "就医方式", "其他条件"),
           _usable(place_families.visit_drugs)),
    Family("药品限工伤保险", "GZ10000101001000_drug_work_injury", "work_injury_drugs", _CODE, ("名称", "险种"),
           _usable(people_families.injury_drugs)),
    Family("药品限生育保险", "GZ10000101002000_drug_maternity", "maternity_drugs", _CODE, ("名称", "险种"),
           _usable(people_families.maternity_drugs)),
    Family("药品限支付疗程", "GZ10000101010000_drug_course", "course_drugs", _CODE,
           ("名称", "天数", "计算方式", "周期", "启用时限", "其他条件"), _usable(course_family.course_drugs)),
    Family("医疗服务项目重复收费", "GZ10000102012000_duplicate_charge", "duplicate_charges", _PAIR,
           ("名称", "频度", "内涵"), _usable(service_families.duplicate_pairs)),
    Family("医疗服务项目限定频次", "GZ10000102014000_daily_limit", "daily_limits", _CODE,
           ("名称", "组号", "上限", "单位"), _daily_limits),
    Family("医疗服务项目区分性别使用", "GZ10000302004000_item_by_sex", "services_by_sex", _CODE,
           ("名称", "性别", "儿童除外"), _sex_items),
    Family("药品限适应症", "GZ10000101008000_drug_indication", "indication_drugs", _CODE,
           ("名称", "诊断", "年龄段", "性别", "最低级别", "其他条件"), _usable(indications.indication_drugs)),
)
