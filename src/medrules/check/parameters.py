"""Parameters: dated values with a range to tune them in, and the rows whose cells name them.

A row that names parameters becomes one row per version of the parameters (semantics law 20), so that whoever executes rules
sees dated rows only.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

from medrules.check.expressions.literals import AGE_UNITS, scaled
from medrules.check.headers import OPEN_END
from medrules.check.program import ParamTable, ParamVersion
from medrules.check.reporting import Refused, Sink
from medrules.check.typenames import kind_zh
from medrules.check.units import dimension
from medrules.diagnostics.codes import Twin
from medrules.knowledge.table import ParamCell, Row, Rows, Table
from medrules.language import nodes as ast
from medrules.model.types import AGE, BOOL, TEXT, UNIT_FACTORS, Type, range_of
from medrules.model.values import UNKNOWN, AgeLimit, AgeRange

__all__ = ["expanded_tables", "parameter_tables"]


_UNTYPED: Final = Twin("未定 的参数要写 可调 a 至 b，才知道是哪一类值", "undetermined needs `tunable from a to b`, which says its kind")


@dataclass(frozen=True, slots=True)
class _Value:
    """A parameter's value as written, with its own type."""

    value: Any
    type: Type


def parameter_tables(
    declared: Sequence[tuple[ast.ParamDecl, Sink]]
) -> tuple[Mapping[str, ParamTable], frozenset[str]]:
    """All parameters, under both of their names; and the names of those that have a mistake."""
    broken: set[str] = set()
    by_name: dict[str, list[tuple[ast.ParamDecl, Sink]]] = {}
    for declaration, sink in declared:
        by_name.setdefault(declaration.name, []).append((declaration, sink))
    out: dict[str, ParamTable] = {}
    for name, versions in by_name.items():
        made = _parameter(name, versions)
        if made is None:
            broken.update((name, *(d.twin for d, _ in versions)))
            continue
        out[name] = made
        if made.en and made.en != name:
            out[made.en] = made
    return MappingProxyType(out), frozenset(broken)


def _parameter(name: str, versions: list[tuple[ast.ParamDecl, Sink]]) -> ParamTable | None:
    read: list[tuple[ast.ParamDecl, Sink, _Value | None, _Value | None, _Value | None]] = []
    for declaration, sink in versions:
        try:
            read.append((
                declaration, sink, _literal(declaration.value, sink), _literal(declaration.low, sink),
                _literal(declaration.high, sink)))
        except Refused:
            return None
    t = _common_type([v for _, _, *values in read for v in values if v is not None])
    if t is None:
        declaration, sink = versions[-1]
        sink.add("MR-T114", declaration.span, text=_UNTYPED if all(d.value is d.low is None for d, _ in versions) else Twin(
            f"参数「{name}」的几个值不是同一类", f"the values of `{name}` are not of one kind"))
        return None
    made: list[ParamVersion] = []
    for declaration, sink, value, low, high in read:
        ends = [UNKNOWN if value is None else _at(value, t), None if low is None else _at(low, t), None if high is None else _at(high, t)]
        _check_range(declaration, sink, ends[0], ends[1], ends[2])
        start = declaration.start or 0
        end = declaration.end if declaration.end is not None else OPEN_END
        if start >= end:
            sink.add("MR-C227", declaration.span)
        made.append(ParamVersion((), ends[0], start, end, ends[1], ends[2]))
    made.sort(key=lambda v: v.valid_from)
    closed = [
        replace(v, valid_to=min(v.valid_to, later.valid_from)) for v, later in pairwise(made)
    ] + made[-1:]
    for (declaration, sink), (a, b) in zip(versions[1:], pairwise(made), strict=False):
        if a.valid_from == b.valid_from:
            sink.add("MR-C219", declaration.span, name=name)
    first = versions[0][0]
    twin = next((d.twin for d, _ in versions if d.twin), "")
    return ParamTable(name, twin, t, tuple(closed), tuple(".".join(n.parts) for n in first.by))


def _literal(node: ast.Expr | None, sink: Sink) -> _Value | None:
    match node:
        case None:
            return None
        case ast.Number():
            return _number(node, sink)
        case ast.Unary(op="neg", arg=ast.Number() as arg):
            made = _number(arg, sink)
            return _Value(-made.value, made.type)
        case ast.Bool():
            return _Value(node.value, BOOL)
        case ast.Text():
            return _Value(node.value, TEXT)
        case ast.RangeLiteral():
            return _age_range(node, sink)
        case _:
            written = ".".join(node.parts) if isinstance(node, ast.Name) else "…"
            sink.refuse("MR-T114", node.span, text=written)


def _number(node: ast.Number, sink: Sink) -> _Value:
    n, scale = scaled(node.value)
    if node.unit in AGE_UNITS:
        if scale:
            sink.refuse("MR-T114", node.span, text=f"{node.value}{node.unit}")
        return _Value(AgeLimit(n, node.unit), AGE)
    if dimension(node.unit) is None:
        sink.refuse("MR-T104", node.span, a=node.unit, b="")
    return _Value(n, Type("num", scale=scale, unit="天" if node.unit == "日" else node.unit))


def _age_range(node: ast.RangeLiteral, sink: Sink) -> _Value:
    limits: list[AgeLimit | None] = []
    for end in (node.low, node.high):
        if end is None:
            limits.append(None)
            continue
        made = _literal(end[1], sink)
        if made is None or not (made.type.kind == "age" or (made.type.unit == "天" and made.type.scale == 0)):
            sink.refuse("MR-T114", end[1].span, text=Twin("范围的一端", "the end of a range"))
        limits.append(made.value if made.type.kind == "age" else AgeLimit(made.value, "天"))
    low_closed = node.low is not None and node.low[0] == ">="
    high_closed = node.high is not None and node.high[0] == "<="
    return _Value(AgeRange(limits[0], low_closed, limits[1], high_closed), range_of(AGE))


def _common_type(values: list[_Value]) -> Type | None:
    """One type for all versions and range ends: numbers in the finest unit and with the most digits that any of them has."""
    if not values:
        return None
    first = values[0].type
    if first.kind != "num":
        return first if all(v.type.kind == first.kind for v in values) else None
    if any(v.type.kind != "num" or dimension(v.type.unit) != dimension(first.unit) for v in values):
        return None
    unit = min((v.type.unit for v in values), key=lambda u: UNIT_FACTORS[u][1])
    scale = max(v.type.scale for v in values)
    longest = max(len(str(abs(_scaled_to(v, unit, scale)))) for v in values)
    return Type("num", scale=scale, unit=unit, precision=max(longest, scale + 1))


def _scaled_to(v: _Value, unit: str, scale: int) -> int:
    factor = UNIT_FACTORS[v.type.unit][1] // UNIT_FACTORS[unit][1]
    return int(v.value) * factor * int(10 ** (scale - v.type.scale))


def _at(v: _Value, t: Type) -> Any:
    return _scaled_to(v, t.unit, t.scale) if t.kind == "num" else v.value


_MONTHS: Final = {"岁": 12, "月": 1}


def _order(x: Any) -> int | None:
    """A number by which values of one parameter are ordered; None where they have no order."""
    if isinstance(x, AgeLimit):
        return x.n * _MONTHS[x.unit] if x.unit in _MONTHS else None
    return x if isinstance(x, int) and not isinstance(x, bool) else None


def _check_range(node: ast.ParamDecl, sink: Sink, value: Any, low: Any, high: Any) -> None:
    if low is None and high is None:
        return
    a, b = _order(low), _order(high)
    if a is None or b is None or a > b:
        sink.add("MR-C218", node.span, name=node.name)
        return
    if value is not UNKNOWN:
        x = _order(value)
        if x is not None and not a <= x <= b:
            sink.add("MR-C218", node.span, name=node.name)


# ---------------------------------------------------------------- rows that name parameters


def expanded_tables(
    tables: Mapping[str, Table], params: Mapping[str, ParamTable], broken: frozenset[str], sink: Sink
) -> Mapping[str, Table]:
    """The tables without parameter cells. A table under two names stays one object."""
    made: dict[str, Table] = {}
    out: dict[str, Table] = {}
    for key, table in tables.items():
        done = made.get(table.name)
        if done is None:
            done = made[table.name] = _expanded(table, params, broken, sink)
        out[key] = done
    return MappingProxyType(out)


def _expanded(table: Table, params: Mapping[str, ParamTable], broken: frozenset[str], sink: Sink) -> Table:
    if not any(isinstance(c, ParamCell) for column in table.rows.cells for c in column.distinct()):
        return table
    rows: list[Row] = []
    for row in table.rows:
        rows.extend(_row_versions(table, row, params, broken, sink))
    return replace(table, rows=Rows.of(rows, len(table.key_fields), len(table.columns)))


def _row_versions(
    table: Table, row: Row, params: Mapping[str, ParamTable], broken: frozenset[str], sink: Sink
) -> list[Row]:
    cells = [(i, c) for i, c in enumerate(row.cells) if isinstance(c, ParamCell)]
    if not cells:
        return [row]
    days = {row.valid_from, row.valid_to}
    for i, cell in cells:
        place = f"{table.file} 第 {row.line} 行 {table.columns[i].zh}"
        for at, name in enumerate(cell.params):
            param = params.get(name)
            if param is None:
                if name in broken:
                    return []
                sink.add("MR-N107", None, place=place, word=name, near="、".join(list(params)[:6]))
                return []
            wanted = cell.types[at] if at < len(cell.types) else None
            if wanted is not None and not _fits(param.type, wanted):
                sink.add("MR-T103", None, place=place, a=kind_zh(param.type), b=kind_zh(wanted))
                return []
            for v in param.versions:
                days.update(d for d in (v.valid_from, v.valid_to) if row.valid_from < d < row.valid_to)
    out: list[Row] = []
    ordered = sorted(days)
    for start, end in pairwise(ordered):
        made = list(row.cells)
        for i, cell in cells:
            made[i] = _built(cell, params, start)
        out.append(replace(row, cells=tuple(made), valid_from=start, valid_to=end))
    return out


def _fits(given: Type, wanted: Type) -> bool:
    if given.kind == "num" and wanted.kind == "age":
        return given.unit == "天" and given.scale == 0
    if given.kind != wanted.kind:
        return False
    return given.kind != "num" or (
        dimension(given.unit) == dimension(wanted.unit)
        and UNIT_FACTORS[given.unit][1] % UNIT_FACTORS[wanted.unit][1] == 0 and given.scale <= wanted.scale
    )


def _built(cell: ParamCell, params: Mapping[str, ParamTable], day: int) -> Any:
    values: dict[str, Any] = {}
    for at, name in enumerate(cell.params):
        param = params[name]
        value: Any = next((v.value for v in param.versions if v.valid_from <= day < v.valid_to), UNKNOWN)
        wanted = cell.types[at] if at < len(cell.types) else param.type
        if value is not UNKNOWN and param.type.kind == "num":
            if wanted.kind == "age":
                value = AgeLimit(value, "天")
            elif wanted.kind == "num":
                value = _scaled_to(_Value(value, param.type), wanted.unit, wanted.scale)
        values[name] = value
    return cell.build(values)


