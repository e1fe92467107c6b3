"""Windows around a judged line: frames, equality keys. Every window has a key; a window without one would join everything."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from medrules.check.context import RuleContext
from medrules.check.expressions.literals import scaled
from medrules.check.names import Bound, Place, column_of, suggestion
from medrules.check.program import Col, Const, Expr, Param, SameKey, Window
from medrules.check.typenames import kind_zh
from medrules.diagnostics import Span
from medrules.language import nodes as ast
from medrules.language.vocabulary import vocabulary
from medrules.model.types import FRAME
from medrules.model.values import Frame

__all__ = ["COURSE_GAP", "KEY_WORDS", "course_gap", "frame", "same_keys", "window"]

# The parameter that says how long a break may be before a new course of treatment begins.
COURSE_GAP: Final = "疗程间断"

KEY_WORDS: Final[Mapping[str, str]] = MappingProxyType({
    "患者": "patient", "patient": "patient", "机构": "institution", "institution": "institution", "就诊": "encounter",
    "encounter": "encounter", "单次就诊": "encounter", "same_encounter": "encounter", "处方": "prescription",
    "prescription": "prescription", "同一处方": "prescription", "same_prescription": "prescription", "单日": "day", "同日": "day",
    "日": "day", "天": "day", "day": "day", "月": "month", "自然月": "month", "month": "month", "calendar_month": "month",
    "年": "year", "自然年": "year", "year": "year", "calendar_year": "year",
})


def frame(ctx: RuleContext, node: ast.FrameExpr, place: Place) -> Expr:
    """The frame of a window: a constant, a cell of type window, or a number of days (`近 …`)."""
    if node.kind == "column":
        assert node.count is not None
        _refuse_unknown_frame(ctx, node.count)
        made = ctx.value(node.count, place)
        if made.type.kind == "frame":
            return made
        if made.type.kind == "num" and made.type.unit == "天":
            return made
        ctx.sink.refuse("MR-T115", node.span, given=kind_zh(made.type))
    if node.count is None:
        return Const(Frame(node.kind), FRAME)
    if isinstance(node.count, ast.Number):
        n, scale = scaled(node.count.value)
        unit = node.count.unit
        expected = {"days": ("天", "日", ""), "hours": ("小时", "")}.get(node.kind, ("",))
        if scale or n <= 0 or unit not in expected:
            ctx.sink.refuse("MR-T115", node.span, given=f"{node.count.value}{unit}")
        return Const(Frame(node.kind, n), FRAME)
    made = ctx.value(node.count, place)
    if made.type.kind == "frame" or (made.type.kind == "num" and made.type.unit == "天" and node.kind == "days"):
        return made
    ctx.sink.refuse("MR-T115", node.span, given=kind_zh(made.type))


def _refuse_unknown_frame(ctx: RuleContext, count: ast.Expr) -> None:
    """A single word that is neither a window nor a let: the windows are what was meant."""
    if not isinstance(count, ast.Name) or len(count.parts) > 1 or count.parts[0] in (*ctx.lets, *ctx.unread_lets):
        return
    word = count.parts[0]
    words = vocabulary("en" if word.isascii() else "zh")
    known = words.places["frame"]
    listed = list(dict.fromkeys(words.word("frame", meaning) for meaning in known.values()))
    near = suggestion(word, known)
    ctx.sink.refuse(
        "MR-N101", count.span, word=word, near=words.word("frame", known[near]) if near else "、".join(listed[:8]))


def same_keys(ctx: RuleContext, names: tuple[ast.Name, ...], place: Place, span: Span) -> tuple[SameKey, ...]:
    """The 按 同一 list. 患者 … are kinds of their own; the row's name = the same knowledge point; a fact = its value."""
    if not names:
        ctx.sink.refuse("MR-C211", span)
    return tuple(dict.fromkeys(_key(ctx, n, place) for n in names))


def _key(ctx: RuleContext, name: ast.Name, place: Place) -> SameKey:
    parts = name.parts
    if ctx.row and parts[0] == ctx.row:
        if len(parts) == 1:
            return SameKey("row")
        assert ctx.table is not None
        col = column_of(ctx.table, parts[1])
        if col is None or len(parts) > 2 or col.index < 0:
            known = [c.zh for c in ctx.table.columns]
            ctx.sink.refuse("MR-N103", name.span, table=ctx.table.name, word=parts[1], near="、".join(known[:8]))
        return SameKey("column", column=col.index)
    if len(parts) == 1 and parts[0] in KEY_WORDS:
        return SameKey(KEY_WORDS[parts[0]])
    made = ctx.value(name, place)
    path = getattr(made, "path", None)
    if not isinstance(path, tuple) or getattr(made, "role", "") != place.judged.role:
        known = [*KEY_WORDS, ctx.row]
        near = suggestion(parts[0], known)
        ctx.sink.refuse("MR-N101", name.span, word=".".join(parts), near=near or "患者、机构、就诊")
    return SameKey("field", path=path, field=getattr(made, "field", ""))


def course_gap(ctx: RuleContext, made: Expr, node: ast.FrameExpr) -> Expr | None:
    """How long a break ends a course, where the frame is (or may be) a course of treatment."""
    if isinstance(made, Const) and isinstance(made.value, Frame):
        if made.value.kind != "course":
            return None
    elif not (isinstance(made, Col) and made.type.kind == "frame" and _holds_course(ctx, made)):
        return None
    table = ctx.world.params.get(COURSE_GAP)
    if table is None:
        ctx.sink.refuse("MR-C223", node.span)
    return Param(table.name, (), table.type)


def _holds_course(ctx: RuleContext, col: Col) -> bool:
    table = ctx.table_named(col.table)
    return any(isinstance(cell, Frame) and cell.kind == "course" for cell in table.rows.cells[col.index].distinct())


def window(
    ctx: RuleContext, node: ast.Phrase | ast.DayOrdinal | ast.RankOrdinal | ast.Quota, place: Place, *, own: bool | None,
    kind: str = "item",
) -> tuple[Window, Bound]:
    """The window of a phrase, without its filter, and its member."""
    if place.judged.entity != "item" or place.judged.path:
        ctx.sink.refuse("MR-C215", node.span)
    if node.frame is None:
        ctx.sink.refuse("MR-C229", node.span)
    made = frame(ctx, node.frame, place)
    keys = same_keys(ctx, node.same, place, node.span)
    var = ctx.variable(place, isinstance(node, ast.Phrase) and bool(node.var))
    member = Bound(var, kind)
    table = ctx.table.name if ctx.table is not None else ""
    return Window(
        "session" if kind == "session" else "item", var, place.judged.role, made, keys, own, None, table,
        course_gap(ctx, made, node.frame),
    ), member

