"""Ordered scales (机构级别, 等次, 职称, 抗菌药物分级, 手术级别): what `低于` and `不低于` compare.

The run-time value of a level is its int rank on the scale; ranks start at 0 and mean nothing outside their scale.
"""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from medrules.frozen import dataclass

__all__ = ["SCALES", "Scale", "Step"]


@dataclass(frozen=True, slots=True)
class Step:
    """One level: its word in each language and the other words that mean it."""

    zh: str
    en: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale from the lowest to the highest level; `steps[rank]` is the level of that rank."""

    name: str
    zh: str
    steps: tuple[Step, ...]

    def rank(self, word: str) -> int | None:
        """The rank of a level by its Chinese word, English word or a synonym; None if it is no level of this scale."""
        for i, step in enumerate(self.steps):
            if word == step.zh or word == step.en or word in step.synonyms:
                return i
        return None

    def word(self, rank: int, language: str = "zh") -> str:
        step = self.steps[rank]
        return step.zh if language == "zh" else step.en


def _scale(name: str, zh: str, *steps: tuple[str, ...]) -> tuple[str, Scale]:
    return name, Scale(name, zh, tuple(Step(s[0], s[1], s[2:]) for s in steps))


SCALES: Final[Mapping[str, Scale]] = MappingProxyType(dict((
    _scale("hospital", "机构级别", ("未定级", "unrated", "无级别", "未评级"), ("一级", "level_1", "一级医院"),
           ("二级", "level_2", "二级医院"), ("三级", "level_3", "三级医院")),
    _scale("grade", "等次", ("丙等", "grade_c", "丙"), ("乙等", "grade_b", "乙"), ("甲等", "grade_a", "甲")),
    _scale("title", "职称", ("医士", "assistant"), ("医师", "resident", "住院医师"), ("主治医师", "attending", "主治"),
           ("副主任医师", "associate_chief", "副主任"), ("主任医师", "chief", "主任")),
    _scale("antibiotic", "抗菌药物分级", ("非限制使用级", "unrestricted", "非限制级", "非限制"),
           ("限制使用级", "restricted", "限制级", "限制"), ("特殊使用级", "special", "特殊级", "特殊")),
    _scale("operation", "手术级别", ("一级", "level_1", "一级手术"), ("二级", "level_2", "二级手术"),
           ("三级", "level_3", "三级手术"), ("四级", "level_4", "四级手术")),
)))
