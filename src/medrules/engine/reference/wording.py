"""Checked expressions in Chinese words, for explanations: what was asked, close to how an author would write it."""
from __future__ import annotations

from typing import Final

from medrules.check import program as ir
from medrules.check.program import Collection, Expr
from medrules.engine.messages import label, printed
from medrules.model.schema import SCHEMA

__all__ = ["worded", "worded_collection"]

# Words of an operator and of its negation, by what is compared.
_WORDS: Final = {
    "num": ({"<": "小于", "<=": "不超过", "=": "等于"}, {"<": "不少于", "<=": "超过", "=": "不等于"}),
    "level": ({"<": "低于", "<=": "不高于", "=": "等于"}, {"<": "不低于", "<=": "高于", "=": "不等于"}),
    "date": ({"<": "早于", "<=": "不晚于", "=": "等于"}, {"<": "不早于", "<=": "晚于", "=": "不等于"}),
    "age": ({"<": "不满", "<=": "不超过", "=": "等于"}, {"<": "满", "<=": "超过", "=": "不等于"}),
}
_AGGREGATES: Final = {"sum": "合计", "count": "次数", "days": "天数", "kinds": "种数", "max": "最大", "min": "最小"}
_KEYS: Final = {"patient": "患者", "institution": "机构", "encounter": "就诊", "prescription": "处方", "day": "日", "month": "月",
                "year": "年", "row": "知识点", "column": "同值知识点", "quarter": "季"}
_OPERATORS: Final = {"+": "+", "-": "−", "*": "×"}
_PRIMITIVES: Final = {"distance": "相隔", "difference": "相差", "overlap": "重叠时长", "proportion": "按比例", "min": "较小者", "max": "较大者"}


def worded_collection(over: Collection) -> str:
    where = "" if over.where is None else f" 其中（{worded(over.where)}）"
    if isinstance(over, ir.Members):
        field = SCHEMA.fields.get(over.field)
        name = "对应项" if not over.path else over.field if field is None else f"{SCHEMA.entities[field.entity].zh}.{field.zh}"
        return f"{name}{where}"
    same = "、".join(_KEYS.get(k.kind, k.field) for k in over.same)
    own = {True: " 含本次", False: " 不含本次", None: ""}[over.own]
    noun = "治疗记录" if over.entity == "session" else "同期明细"
    return f"{noun} 取 {worded(over.frame)} 按 同一 {same}{own}{where}"


def _compared(e: ir.Cmp | ir.CmpRatio, negated: bool) -> str:
    a, b = (e.ratio, e.r) if isinstance(e, ir.CmpRatio) else (e.a, e.b)
    kind = {"instant": "date", "code": "num", "text": "num", "bool": "num"}.get(a.type.kind, a.type.kind)
    words = _WORDS.get(kind, _WORDS["num"])[negated]
    return f"{worded(a)} {words[e.op]} {worded(b)}"


def _not(e: Expr) -> str:
    match e:
        case ir.Cmp() | ir.CmpRatio():
            return _compared(e, True)
        case ir.In():
            return f"{worded(e.x)} 不属于 {worded(e.container)}"
        case ir.Has():
            return f"{worded(e.x)} 未填"
        case ir.Quant(kind="any"):
            return f"没有 {worded_collection(e.over)}" + ("" if _always(e.body) else f"：{worded(e.body)}")
        case _:
            return f"非（{worded(e)}）"


def _always(e: Expr) -> bool:
    return isinstance(e, ir.Const) and e.value is True


def worded(e: Expr) -> str:
    """An expression in words. Guards are left out: the value beside it tells what an empty cell did."""
    match e:
        case ir.Const():
            return "一律" if e.value is True else printed(e.value, e.type)
        case ir.Fact():
            return label(e)
        case ir.Ref():
            return SCHEMA.entities[e.type.name].zh if e.type.name in SCHEMA.entities else e.role
        case ir.Col():
            return f"知识表「{e.table}」.{e.column}"
        case ir.Param():
            keys = "、".join(worded(k) for k in e.keys)
            return f"参数.{e.name}" + (f"（{keys}）" if keys else "")
        case ir.Lookup():
            return f"查 知识表「{e.table}」（{'，'.join(worded(k) for k in e.keys)}）.{e.column}"
        case ir.AgeAt():
            return "患者.年龄"
        case ir.Arith():
            return f"（{worded(e.a)} {_OPERATORS[e.op]} {worded(e.b)}）"
        case ir.Prim(op="judged_on"):
            return "判定日"
        case ir.Prim(op="in_unit"):
            return worded(e.args[0])
        case ir.Prim():
            return f"{_PRIMITIVES.get(e.op, e.op)}（{'，'.join(worded(a) for a in e.args)}）"
        case ir.Choose(then=ir.AgeAt(), otherwise=ir.AgeAt()):
            return "就诊.入院年龄"
        case ir.Choose(then=ir.Prim(op="in_unit")):
            return worded(e.otherwise)
        case ir.Choose():
            return f"若 {worded(e.condition)} 则 {worded(e.then)} 否则 {worded(e.otherwise)}"
        case ir.Ratio():
            return f"占比（{worded(e.num)}，{worded(e.den)}）"
        case ir.Cmp() | ir.CmpRatio():
            return _compared(e, False)
        case ir.In():
            if e.how in ("table", "catalogue"):
                name = e.container.value if isinstance(e.container, ir.Const) else worded(e.container)
                return f"{worded(e.x)} {'属于 知识表' if e.how == 'table' else '在册'}「{name}」"
            return f"{worded(e.x)} 属于 {worded(e.container)}"
        case ir.And():
            asked = tuple(a for a in e.args if not isinstance(a, ir.Has)) or e.args
            return " 且 ".join(_inner(a) for a in asked) if len(asked) > 1 else worded(asked[0])
        case ir.Or():
            return " 或 ".join(_inner(a) for a in e.args)
        case ir.Not():
            return _not(e.arg)
        case ir.Has():
            return f"{worded(e.x)} 已填"
        case ir.Truth():
            return worded(e.x)
        case ir.Guard():
            return worded(e.atom)
        case ir.Attested():
            return f"已核 {worded(e.column)}" if e.column is not None else f"已核「{e.text}」"
        case ir.Declared():
            return f"已申报「{e.label}」"
        case ir.Quant():
            word = "有" if e.kind == "any" else "全部"
            return f"{word} {worded_collection(e.over)}" + ("" if _always(e.body) else f"：{worded(e.body)}")
        case ir.Agg():
            what = "" if e.value is None else f" {worded(e.value)}"
            return f"{_AGGREGATES[e.fn]}{what}（{worded_collection(e.over)}）"
        case ir.DayOrdinal():
            return f"第几天（{worded_collection(e.over)}）"
        case ir.Rank():
            return f"第几项 按 {worded(e.by)} {'从高到低' if e.descending else '从低到高'}（{worded_collection(e.over)}）"
        case ir.KindRank():
            return f"第几种（{worded_collection(e.over)}）"
        case ir.Excess():
            return f"超额 {worded(e.value)} 限 {worded(e.limit)}（{worded_collection(e.over)}）"


def _inner(e: Expr) -> str:
    text = worded(e)
    return f"（{text}）" if isinstance(e, (ir.And, ir.Or)) else text
