"""The families of the national pack that have published rows: their folders, their tables, the conversion that fills each."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import course_family, drug_lists, indications, people_families, place_families, service_families
from . import edition_families as edition
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
_GENERIC = ("通用名",)

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
    Family("中药饮片单复方均不予支付", "GZ10000101003000_herb_never_paid", "unpaid_herbs", _CODE, ("名称",),
           _usable(drug_lists.unpaid_herbs)),
    Family("中药饮片单方使用不予支付", "GZ10000101004000_herb_alone_unpaid", "unpaid_alone_herbs", _CODE, ("名称",),
           _usable(drug_lists.unpaid_alone_herbs)),
    Family("药品限二线使用", "GZ10000101005000_drug_second_line", "second_line_drugs", _CODE,
           ("名称", "一线药", "一线禁忌诊断", "其他条件"), _usable(drug_lists.second_line_drugs)),
    Family("手术项目未按规定折价收费", "GZ10000102002000_item_same_incision", "same_incision_groups", _CODE, ("名称", "组别"),
           _usable(service_families.same_incision_groups)),
    Family("医疗服务项目限支付疗程", "GZ10000102010000_item_course", "course_services", _CODE,
           ("名称", "天数", "计算方式", "周期", "启用时限"), _usable(service_families.course_services)),
    Family("医疗服务项目限年龄", "LK-029_item_by_age", "age_limited_services", _CODE, ("名称", "年龄段", "其他条件"),
           _usable(service_families.age_limited_services)),
    Family("医疗服务项目周期超频次", "LK-031_item_period_limit", "period_limits", _CODE,
           ("名称", "组号", "上限", "单位", "周期天数"), _usable(service_families.period_limits)),
    Family("手术操作编码与性别不符", "GZ10000201005000_operation_by_sex", "operations_by_sex", ("手术操作编码",), ("名称", "性别"),
           edition.operations_by_sex),
    Family("诊断编码与手术操作编码不符", "GZ10000201006000_diagnosis_operation_mismatch", "operation_diagnoses",
           ("手术操作编码",), ("名称", "诊断"), edition.operation_diagnoses),
    Family("围手术期抗菌药物预防性应用监管", "GZ10000202002000_perioperative_antibiotics", "perioperative_prophylaxis",
           ("切口等级", "手术操作编码"), ("名称", "允许药品", "最长时长"), edition.perioperative_prophylaxis),
    Family("超互联网医院药品支付范围", "LK-047_internet_forbidden_drugs", "not_online_drugs", _CODE, ("名称",),
           _usable(drug_lists.internet_drugs)),
    Family("诊断与患者性别不符", "GZ10000204006000_diagnosis_by_sex", "diagnoses_by_sex", ("诊断编码",), ("名称", "性别"),
           edition.diagnoses_by_sex),
    Family("诊断与患者年龄不符", "GZ10000204007000_diagnosis_by_age", "diagnoses_by_age", ("诊断编码",), ("名称", "年龄段"),
           edition.diagnoses_by_age),
    Family("超说明书用量开药", "GZ10000301005000_drug_over_label_days", "label_days", _GENERIC, ("最大天数", "就医方式"),
           edition.chronic_label_days),
    Family("重复开药", "GZ10000301006000_duplicate_drugs", "duplicate_drug_groups", _GENERIC, ("组号", "组名"),
           edition.duplicate_drug_groups),
    Family("超说明书适应症用药", "GZ10000301007000_drug_off_label", "label_indications", _GENERIC,
           ("诊断", "年龄段", "性别", "最低级别", "其他条件"), edition.label_indications),
    Family("药品禁忌症", "GZ10000301008000_drug_contraindication", "drug_contraindications", _GENERIC,
           ("禁忌诊断", "肌酐清除率下限"), edition.drug_contraindications),
    Family("老年人用药安全", "GZ10000301009000_drug_elderly", "elderly_drugs", _GENERIC, ("禁用年龄段",), edition.elderly_drugs),
    Family("妊娠期及哺乳期用药安全", "GZ10000301010000_drug_pregnancy", "pregnancy_drugs", _GENERIC, ("禁用状态",),
           edition.pregnancy_drugs),
    Family("药品相互作用", "GZ10000301011000_drug_interaction", "drug_interactions", ("甲", "乙"), (), edition.drug_interactions),
    Family("中药饮片配伍禁忌", "GZ10000301012000_herb_incompatibility", "herb_incompatibilities", ("甲", "乙"), (),
           edition.herb_incompatibilities),
    Family("中药饮片超量上传", "LK-077_herb_overdose", "herb_doses", _CODE, ("名称", "每日最大克数"), edition.herb_doses),
    Family("无指征检验检查", "GZ10000302001000_test_indication", "test_indications", _CODE,
           ("名称", "诊断", "年龄段", "性别", "最低级别", "其他条件"), edition.test_indications),
    Family("无指征治疗", "GZ10000302002000_treatment_indication", "treatment_indications", _CODE,
           ("名称", "诊断", "年龄段", "性别", "最低级别", "周期", "最多次数", "其他条件"), edition.treatment_indications),
    Family("医疗服务项目儿童专用", "GZ10000302003000_item_children_only", "child_only_services", _CODE,
           ("名称", "年龄段", "其他条件"), _usable(service_families.child_only_services)),
    Family("医疗服务项目儿童专用（新生儿）", "GZ10000302003000_item_children_only", "newborn_only_services", _CODE,
           ("名称", "年龄段", "其他条件"), _usable(service_families.newborn_only_services)),
    Family("医疗服务项目超适应症使用", "GZ10000302006000_item_off_indication", "service_indications", _CODE,
           ("名称", "诊断", "年龄段", "性别", "最低级别", "其他条件"), edition.service_indications),
    Family("医用耗材与性别不符", "LK-087_consumable_by_sex", "consumables_by_sex", ("产品名",), ("性别", "儿童除外"),
           edition.consumables_by_sex),
    Family("医用耗材限疾病使用", "LK-088_consumable_disease", "consumable_diseases", ("产品名",),
           ("诊断", "年龄段", "性别", "最低级别", "其他条件"), edition.consumable_diseases),
)
