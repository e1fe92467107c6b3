"""Types, units and code systems as an author reads them in a diagnostic, in both languages."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from medrules.diagnostics.codes import Twin
from medrules.model.schema import SCHEMA
from medrules.model.types import Type

__all__ = ["key_zh", "kind_zh", "system_zh", "unit_zh"]

_KINDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "bool": ("是否", "yes/no"), "code": ("代码", "code"), "text": ("文字", "text"), "num": ("数", "number"),
    "date": ("日期", "date"), "instant": ("时间", "time"), "age": ("年龄", "age"), "level": ("级别", "level"),
    "frame": ("窗口", "window"), "range": ("范围", "range"), "list": ("列表", "list"), "codeset": ("编码集合", "code set"),
    "entity": ("对象", "entity"),
})
_SYSTEMS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "icd10": ("诊断编码", "diagnosis codes"), "icd9cm3": ("手术编码", "operation codes"), "item": ("医保项目编码", "item codes"),
    "generic": ("通用名", "generic names"), "product": ("产品名", "product names"), "dept": ("科室代码", "department codes"),
    "device": ("设备代码", "device codes"),
})


_KEYS: Final[Mapping[str, str]] = MappingProxyType({
    "code": "编码键", "prefix": "编码前缀键", "generic": "通用名键", "product": "产品名键", "combination": "组合键", "pair": "成对键",
    "icd": "诊断或手术编码键", "set": "组键",
})


def key_zh(kind: str) -> Twin:
    """A table's kind of key."""
    return Twin(_KEYS.get(kind, kind), kind)


def kind_zh(t: Type) -> Twin:
    """`数（元）`, `代码（性别）`, `年龄范围`."""
    zh, en = _KINDS[t.kind]
    if t.kind == "num":
        return Twin(f"{zh}（{t.unit}）", f"{en} ({t.unit})") if t.unit else Twin(zh, en)
    if t.kind == "range" and t.of is not None:
        of_zh, of_en = _KINDS[t.of.kind]
        return Twin(f"{of_zh}范围", f"{of_en} range")
    if t.kind in ("code", "level", "codeset", "entity", "list") and t.name:
        name_zh, name_en = _named(t)
        return Twin(f"{zh}（{name_zh}）", f"{en} ({name_en})")
    return Twin(zh, en)


def unit_zh(t: Type) -> Twin:
    """The unit of a number, said also when it has none."""
    return Twin(t.unit, t.unit) if t.unit else Twin("没有单位的数", "a number without unit")


def system_zh(system: str, name: str = "") -> Twin:
    """What a code set holds: `编码集「抗菌药物」（医保项目编码）`."""
    zh, en = _SYSTEMS.get(system, (f"{system} 编码", f"{system} codes"))
    return Twin(f"编码集「{name}」（{zh}）", f'code set "{name}" ({en})') if name else Twin(zh, en)


def _named(t: Type) -> tuple[str, str]:
    if t.name in _SYSTEMS:
        return _SYSTEMS[t.name]
    enumeration = SCHEMA.enumeration(t.name)
    if enumeration is not None:
        return enumeration.zh, t.name
    if t.kind == "level" and t.name in SCHEMA.scales:
        return SCHEMA.scales[t.name].zh, t.name
    return (SCHEMA.entities[t.name].zh if t.name in SCHEMA.entities else t.name), t.name
