"""A checked expression on one line, so that a test can show what the checker made of a rule."""
from __future__ import annotations

from medrules.check import program as ir
from medrules.check.walk import Node


def shown(e: Node | None) -> str:
    match e:
        case None:
            return "-"
        case ir.Const(value=v, type=t):
            if t.kind == "codeset":
                return f"set({v.name})"
            if t.kind == "frame":
                return f"{v.kind}{v.n or ''}"
            return f"{v}{t.unit}" + (f"e-{t.scale}" if t.kind == "num" and t.scale else "")
        case ir.Fact():
            return f"{e.role}.{'.'.join(e.path)}" + ("?" if e.type.optional else "")
        case ir.Ref():
            return f"&{e.role}"
        case ir.Col():
            return f"[{e.column}]"
        case ir.Param():
            return f"${e.name}" + (f"({', '.join(map(shown, e.keys))})" if e.keys else "")
        case ir.Lookup():
            return f"lookup({e.table}: {', '.join(map(shown, e.keys))}).{e.column}"
        case ir.AgeAt():
            return f"age({shown(e.birth)} @ {shown(e.on)})"
        case ir.Arith():
            return f"({shown(e.a)} {e.op} {shown(e.b)})"
        case ir.Prim():
            return f"{e.op}({', '.join(map(shown, e.args))})"
        case ir.Choose():
            return f"if({shown(e.condition)}; {shown(e.then)}; {shown(e.otherwise)})"
        case ir.Ratio():
            return f"ratio({shown(e.num)}, {shown(e.den)})"
        case ir.Cmp():
            return f"{shown(e.a)} {e.op} {shown(e.b)}"
        case ir.CmpRatio():
            return f"{shown(e.ratio)} {e.op} {shown(e.r)}"
        case ir.In():
            return f"{shown(e.x)} in:{e.how} {shown(e.container)}"
        case ir.And():
            return "(" + " & ".join(map(shown, e.args)) + ")"
        case ir.Or():
            return "(" + " | ".join(map(shown, e.args)) + ")"
        case ir.Not():
            return f"!({shown(e.arg)})"
        case ir.Has():
            return f"has({shown(e.x)})"
        case ir.Truth():
            return f"yes({shown(e.x)})"
        case ir.Guard():
            return f"{'T' if e.when_empty else 'F'}<{', '.join(map(shown, e.columns))}: {shown(e.atom)}>"
        case ir.Attested():
            return f"attested({e.role}, {e.text or shown(e.column)})"
        case ir.Declared():
            return f"declared({e.role}, {e.label})"
        case ir.Members():
            return f"{e.var} of {e.role}.{'.'.join(e.path)}" + (f" where {shown(e.where)}" if e.where else "")
        case ir.Window():
            keys = ", ".join(k.kind + (f":{k.column}" if k.column >= 0 else "") + ".".join(k.path) for k in e.same)
            own = {True: " own", False: " not-own", None: ""}[e.own]
            gap = f" gap {shown(e.course_gap)}" if e.course_gap else ""
            where = f" where {shown(e.where)}" if e.where else ""
            return f"{e.var} of {e.entity} near {e.anchor} in {shown(e.frame)} same {keys}{own}{gap}{where}"
        case ir.Quant():
            return f"{e.kind}[{shown(e.over)}: {shown(e.body)}]"
        case ir.Agg():
            return f"{e.fn}[{shown(e.over)}: {shown(e.value)}]"
        case ir.DayOrdinal():
            return f"day-ordinal[{shown(e.over)}]"
        case ir.Rank():
            return f"rank[{shown(e.over)}: {shown(e.by)} {'desc' if e.descending else 'asc'}]"
        case ir.KindRank():
            return f"kind-rank[{shown(e.over)}: {shown(e.value)}]"
        case ir.Excess():
            return f"excess[{shown(e.over)}: {shown(e.value)} beyond {shown(e.limit)}]"
    raise AssertionError(type(e))
