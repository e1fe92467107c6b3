"""A checked expression on one line in words and signs, so that people can see what the checker made of a text.

It is not the rule language: guards, ages and windows are spelled out (`空格⇒是｜…`, `年龄（出生 @ 日期）`), names are the facts'.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from medrules.check import program as ir
from medrules.check.walk import Node
from medrules.knowledge.codeset import CodeSet
from medrules.model.schema import SCHEMA
from medrules.model.types import Type
from medrules.model.values import AgeLimit, AgeRange, Frame, NumRange

__all__ = ["readable"]

_ROLES: Final[Mapping[str, str]] = MappingProxyType({
    "first": "第一项", "second": "第二项", "group": "组", "previous": "前次", "current": "本次", "period": "期",
})
_OPERATORS: Final[Mapping[str, str]] = MappingProxyType({"<": "＜", "<=": "≤", "=": "＝", "+": "＋", "-": "－", "*": "×"})
_PRIMITIVES: Final[Mapping[str, str]] = MappingProxyType({
    "distance": "相隔", "difference": "相差", "overlap": "重叠时长", "proportion": "按比例", "min": "较小者", "max": "较大者",
    "in_unit": "按单位", "judged_on": "判断日",
})
_AGGREGATES: Final[Mapping[str, str]] = MappingProxyType({
    "sum": "合计", "count": "次数", "days": "天数", "kinds": "种数", "max": "最大", "min": "最小",
})
_KEYS: Final[Mapping[str, str]] = MappingProxyType({
    "patient": "患者", "institution": "机构", "encounter": "就诊", "prescription": "处方", "day": "日", "month": "月", "year": "年",
    "row": "知识点", "column": "列值", "field": "事实",
})
_FRAMES: Final[Mapping[str, str]] = MappingProxyType({
    "day": "单日", "hour_bucket": "同一小时", "encounter": "单次就诊", "prescription": "同一处方", "operation": "同台手术",
    "specimen": "同一标本", "site": "同一部位", "tooth": "同一牙位", "course": "同一疗程", "month": "自然月", "quarter": "每季",
    "year": "自然年", "insurance_year": "医保年度", "use_overlap": "用药期重叠", "time_overlap": "时段重叠",
})


def readable(node: Node | None, other: Callable[[Any], str] = repr) -> str:
    """One line. `other` says nodes that are not of the Program (a plan has a few of its own)."""
    return _Words(other).of(node)


class _Words:
    def __init__(self, other: Callable[[Any], str]) -> None:
        self._other = other

    def of(self, e: Any) -> str:
        match e:
            case None:
                return "一律"
            case ir.Const():
                return _constant(e.value, e.type)
            case ir.Fact():
                return _fact(e)
            case ir.Ref():
                return _role(e.role)
            case ir.Col():
                return f"〔{e.column}〕"
            case ir.Param():
                return f"参数.{e.name}" + (self._call("", e.keys) if e.keys else "")
            case ir.Lookup():
                return f"查「{e.table}」{self._call('', e.keys)}.{e.column}"
            case ir.AgeAt():
                return f"年龄（{self.of(e.birth)} @ {self.of(e.on)}）"
            case ir.Arith():
                return f"（{self.of(e.a)} {_OPERATORS[e.op]} {self.of(e.b)}）"
            case ir.Prim():
                return self._call(_PRIMITIVES.get(e.op, e.op), e.args)
            case ir.Choose():
                return f"（若 {self.of(e.condition)} 则 {self.of(e.then)} 否则 {self.of(e.otherwise)}）"
            case ir.Ratio():
                return self._call("占比", (e.num, e.den))
            case ir.Agg():
                return f"{_AGGREGATES[e.fn]}［{self.of(e.over)}{'：' + self.of(e.value) if e.value is not None else ''}］"
            case ir.DayOrdinal():
                return f"第几天［{self.of(e.over)}］"
            case ir.Rank():
                return f"第几项［{self.of(e.over)}：按 {self.of(e.by)} {'从高到低' if e.descending else '从低到高'}］"
            case ir.KindRank():
                return f"第几种［{self.of(e.over)}：{self.of(e.value)}］"
            case ir.Excess():
                return f"超额［{self.of(e.over)}：{self.of(e.value)} 限 {self.of(e.limit)}］"
            case _:
                return self._truth(e)

    def _truth(self, e: Any) -> str:
        match e:
            case ir.Cmp():
                return f"{self.of(e.a)} {_OPERATORS[e.op]} {self.of(e.b)}"
            case ir.CmpRatio():
                return f"{self.of(e.ratio)} {_OPERATORS[e.op]} {self.of(e.r)}"
            case ir.In(how="table" | "catalogue"):
                return f"{self.of(e.x)} ∈ {'知识表' if e.how == 'table' else '目录'}「{e.container.value}」"  # type: ignore[union-attr]
            case ir.In():
                return f"{self.of(e.x)} ∈ {self.of(e.container)}"
            case ir.And():
                return "（" + " ∧ ".join(map(self.of, e.args)) + "）"
            case ir.Or():
                return "（" + " ∨ ".join(map(self.of, e.args)) + "）"
            case ir.Not():
                return f"¬{self.of(e.arg)}" if isinstance(e.arg, (ir.And, ir.Or, ir.Truth, ir.Quant)) else f"¬（{self.of(e.arg)}）"
            case ir.Has():
                return f"{self.of(e.x)} 有值"
            case ir.Truth():
                return self.of(e.x)
            case ir.Guard():
                return f"（{'、'.join(map(self.of, e.columns))} 空格⇒{'是' if e.when_empty else '否'}｜{self.of(e.atom)}）"
            case ir.Attested():
                return f"已核 {self.of(e.column) if e.column is not None else f'「{e.text}」'}"
            case ir.Declared():
                return f"已申报「{e.label}」"
            case ir.Quant():
                return f"{'任一' if e.kind == 'any' else '全部'}［{self.of(e.over)}：{self.of(e.body)}］"
            case ir.Members():
                return f"{e.var} ∈ {_path(e.field) or _role(e.role)}{self._where(e.where)}"
            case ir.Window():
                keys = "、".join(_KEYS[k.kind] if k.kind != "field" else _path(k.field) for k in e.same)
                own = {True: " 含本次", False: " 不含本次", None: ""}[e.own]
                what = "治疗记录" if e.entity == "session" else "同期明细"
                return f"{e.var} ∈ {what} 取 {self.of(e.frame)} 同 {keys}{own}{self._where(e.where)}"
            case _:
                return self._other(e)

    def _where(self, e: Any) -> str:
        return "" if e is None else f" 其中 {self.of(e)}"

    def _call(self, name: str, args: tuple[Any, ...]) -> str:
        return f"{name}（{'，'.join(map(self.of, args))}）"


def _role(role: str) -> str:
    found = SCHEMA.entities.get(role)
    return _ROLES.get(role) or (found.zh if found is not None else role)


def _path(field: str) -> str:
    found = SCHEMA.fields.get(field)
    return field if found is None else f"{SCHEMA.entities[found.entity].zh}.{found.zh}"


def _fact(e: ir.Fact) -> str:
    """患者.出生日期, whoever's it is; the role where several things are judged together (第一项.金额, v1.编码)."""
    known = SCHEMA.fields.get(e.field)
    if known is None or not e.path:
        return f"{_role(e.role)}.{'.'.join(e.path)}"
    return f"{_role(e.role)}.{known.zh}" if len(e.path) == 1 else _path(e.field)


def _constant(value: Any, type: Type) -> str:
    match value:
        case bool():
            return "是" if value else "否"
        case Frame():
            return f"{value.n}小时" if value.kind == "hours" else f"近{value.n}天" if value.kind == "days" else _FRAMES[value.kind]
        case CodeSet():
            return f"编码集「{value.name}」" if value.name else f"编码集〈{value.text}〉"
        case AgeLimit():
            return f"{value.n}{value.unit}"
        case AgeRange() | NumRange():
            return f"{'［' if value.low_closed else '（'}{_end(value.low)}，{_end(value.high)}{'］' if value.high_closed else '）'}"
        case tuple():
            return "｛" + "、".join(_constant(v, type.of or type) for v in value) + "｝"
        case int() if type.kind == "num":
            whole, part = divmod(abs(value), 10**type.scale)
            tail = f".{part:0{type.scale}d}".rstrip("0").rstrip(".") if type.scale else ""
            return f"{'-' if value < 0 else ''}{whole}{tail}{type.unit}"
        case int() if type.kind == "level" and type.name in SCHEMA.scales:
            return SCHEMA.scales[type.name].word(value)
        case _:
            return str(value)


def _end(limit: Any) -> str:
    return "…" if limit is None else f"{limit.n}{limit.unit}" if isinstance(limit, AgeLimit) else str(limit)
