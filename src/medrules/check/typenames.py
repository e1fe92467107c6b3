"""Types as an author reads them in a diagnostic."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from medrules.model.schema import SCHEMA
from medrules.model.types import Type

__all__ = ["kind_zh"]

_KINDS: Final[Mapping[str, str]] = MappingProxyType({
    "bool": "是否", "code": "代码", "text": "文字", "num": "数", "date": "日期", "instant": "时间", "age": "年龄", "level": "级别",
    "frame": "窗口", "range": "范围", "list": "列表", "codeset": "编码集合", "entity": "对象",
})


def kind_zh(t: Type) -> str:
    """`数（元）`, `代码（性别）`, `年龄范围`."""
    if t.kind == "num":
        return f"数（{t.unit}）" if t.unit else "数"
    if t.kind == "range" and t.of is not None:
        return f"{_KINDS[t.of.kind]}范围"
    if t.kind in ("code", "level", "codeset", "entity", "list") and t.name:
        return f"{_KINDS[t.kind]}（{_named(t)}）"
    return _KINDS[t.kind]


def _named(t: Type) -> str:
    enumeration = SCHEMA.enumeration(t.name)
    if enumeration is not None:
        return enumeration.zh
    if t.kind == "level" and t.name in SCHEMA.scales:
        return SCHEMA.scales[t.name].zh
    return SCHEMA.entities[t.name].zh if t.name in SCHEMA.entities else t.name
