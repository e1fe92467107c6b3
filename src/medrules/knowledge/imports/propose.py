"""A first guess at the mapping file of a batch, by the names of its columns, for a person to confirm."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from medrules.diagnostics.nearest import nearest
from medrules.frozen import dataclass
from medrules.knowledge.cells import parse_cell
from medrules.knowledge.imports.cells import is_codes
from medrules.knowledge.imports.layout import POINT, CodesJoin, From, Layout
from medrules.knowledge.imports.sheet import Sheet, text_of
from medrules.knowledge.imports.target import OTHER, Target
from medrules.knowledge.problem import Problem
from medrules.model.enumerations import ENUMERATIONS
from medrules.model.folding import fold_text
from medrules.model.levels import SCALES
from medrules.model.types import DATE, TEXT, Type

__all__ = ["Proposal", "column_types", "own_layout", "propose"]

HEADER_LINES: Final = 20  # lines in which the headings are looked for
SAMPLE: Final = 2_000  # rows that are looked at for words and separators
_WORDS: Final = 50
_SEPARATORS: Final = ("、", "，", ";", "；", ",", "\n", " ")
_BATCH: Final = re.compile(r"第([一二三四五六七八九十0-9]+)批")
_DIGITS: Final = MappingProxyType({c: n for n, c in enumerate("零一二三四五六七八九十")})

# Headings of the official files for the columns of a table, as seen in the published batches and in the 2025 edition.
_KNOWN: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    POINT: ("kp_id", "知识点编号", "知识点编码", "知识点ID"),
    "批次": ("batch", "批号"),
    "有效起": ("published_at", "发布日期", "公布日期", "生效日期", "执行日期"),
    "有效止": ("失效日期", "终止日期"),
    "原文": ("constraint", "药品说明", "项目说明", "限定支付范围", "支付范围", "限定文本", "basis", "备注", "知识依据"),
    OTHER: ("constraint", "药品说明", "限定支付范围", "支付范围", "限定文本"),
    "编码": ("med_codes", "国标代码", "药品代码", "项目编码", "项目代码", "国家药品代码", "国家项目编码", "国家编码", "医保编码", "item_code", "code"),
    "名称": ("item_name", "药品通用名", "项目名称", "药品名称", "通用名", "op_name", "dx_name", "herb"),
    "通用名": ("药品通用名", "generic_name", "item_name"),
    "产品名": ("consumable_name", "item_name", "耗材名称"),
    "手术操作编码": ("op_code",), "诊断编码": ("dx_code",), "诊断": ("dx_code",),
    "甲": ("herb_a",), "乙": ("herb_b",),
    "性别": ("限定性别", "limit_sex", "限定对象"), "险种": ("限定对象", "限定险种"), "年龄段": ("限定年龄", "限定对象"),
    "最低级别": ("限定值域", "限定级别"), "就医方式": ("限定值域", "限定就医方式"), "天数": ("限定值域", "限定天数"),
    "组别": ("限定值域",), "内涵": ("备注", "constraint"), "上限": ("限制数量", "频次上限"), "单位": ("数量单位",),
    "周期天数": ("疗程周期",), "最大天数": ("max_days",), "组号": ("group_no",), "组名": ("group_name",),
})
_SUPERSEDES: Final = ("supersedes", "替代", "替代知识点", "替代知识点号")
_RULE_CODE: Final = ("gz_code", "规则编码")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A layout to be confirmed; `notes` say for columns how they were found; `unused` columns of the file have no place in the table."""

    layout: Layout
    notes: Mapping[str, str]
    unused: tuple[str, ...]


def column_types(target: Target) -> dict[str, Type]:
    """The type of every column of a table but 知识点号, reserved ones included, by Chinese name."""
    found = {name: DATE if name in ("有效起", "有效止") else TEXT for name in target.header if name != POINT}
    found |= {column.zh: column.type for column in target.declared.columns}
    return found | {key.zh: key.type for key in target.declared.keys}


def own_layout(sheet: Sheet, target: Target) -> Layout | None:
    """The layout of a file whose headings are the table's own, as a template has them: nothing is left to confirm."""
    names = [fold_text(text_of(cell)) for cell in sheet.rows[0]] if sheet.rows else []
    mine = {*target.header, *(c.zh for c in target.declared.columns)}
    needed = {POINT, "有效起", *(k.zh for k in target.declared.keys), *(c.zh for c in target.declared.columns)}
    written = [name for name in names if name]
    if len(set(written)) != len(written) or not needed <= set(written) or not set(written) <= mine | set(_restrictions()):
        return None
    return Layout({name: From(name) for name in written}, confirmed=True, sheet=sheet.name)


def _restrictions() -> tuple[str, ...]:
    return ("批次", "来源", "环节", "场景", "结果", "提醒方式", "地区", "主项排除", "部位相同", "编全", "有效止")


def propose(sheets: Sequence[Sheet], target: Target, beside: tuple[str, Sheet] | None = None) -> Proposal | Problem:
    """A layout for the batch, from the sheet whose headings fit best; a problem if no headings are found.

    Args:
        beside: name and sheet of a CSV of codes that stands beside a CSV batch.
    """
    seen = [s for s in sheets if not s.hidden]
    best: tuple[int, Sheet, int] | None = None
    for sheet in seen:
        for line, names in enumerate(_headings(sheet), 1):
            score = len(_matched(names, target)[0])
            if score and (best is None or score > best[0]):
                best = (score, sheet, line)
    if best is None:
        return Problem("MR-K626", {"name": target.declared.name})
    _, sheet, header = best
    names = _headings(sheet)[header - 1]
    types = column_types(target)
    columns, notes = _matched(names, target)
    codes = _codes(columns, names, sheet, [(s.name, "", s) for s in seen if s is not sheet] + ([("", beside[0], beside[1])] if beside else []), target)
    made = {name: _detailed(name, sheet, header, names.index(column) + 1, types, target) for name, column in columns.items()}
    constants = _constants(columns, sheet, header, names)
    supersedes = next((n for n in _SUPERSEDES if n in names), "")
    rule_code = next((n for n in _RULE_CODE if n in names), "")
    keys = [k.zh for k in target.declared.keys]
    identity = (POINT,) if POINT in columns else ("名称",) if codes and "名称" in columns else _identity(columns, keys, names, sheet, header, types)
    text_left = "" if OTHER in types else "待编"
    unfilled = {
        c.zh: text_left if c.type != TEXT else "" for c in target.declared.columns
        if c.zh not in columns and c.zh not in keys and c.zh != OTHER}
    if target.declared.key_kind in ("combination", "set"):
        unfilled |= dict.fromkeys((k for k in keys if k not in columns), "")
    used = {one.column for one in made.values()} | {supersedes, rule_code} | ({codes.match} if codes else set())
    layout = Layout(made, constants, unfilled, False, sheet.name, header, False, rule_code, supersedes, identity, codes)
    return Proposal(layout, {**notes, "有效起": "这批从哪一天起生效"}, tuple(n for n in dict.fromkeys(names) if n and n not in used))


def _headings(sheet: Sheet) -> list[list[str]]:
    return [[fold_text(text_of(cell)) for cell in row] for row in sheet.rows[:HEADER_LINES]]


def _matched(names: Sequence[str], target: Target) -> tuple[dict[str, str], dict[str, str]]:
    """The file's column for each column of the table, and notes on guesses. One column of the file may serve two of the table."""
    wanted = [POINT, *column_types(target)]
    twins = {k.zh: k.en for k in target.declared.keys} | {c.zh: c.en for c in target.declared.columns}
    there = [n for n in names if n]
    found: dict[str, str] = {}
    notes: dict[str, str] = {}
    pair = {k.zh for k in target.declared.keys} if target.declared.key_kind == "pair" else set()
    for name in wanted:
        known = _KNOWN.get(name, ()) + (("med_codes",) if name in pair else ())
        match = next((n for n in (name, *known, twins.get(name, "")) if n and n in there), None)
        if match is not None:
            found[name] = match
    for name in wanted:
        if name not in found and name not in ("来源", "编全", OTHER):
            near = nearest(name, (n for n in there if n not in found.values()), 0.75)
            if near:
                found[name], notes[name] = near, "按名称相近猜的"
    return found, notes


def _detailed(name: str, sheet: Sheet, header: int, place: int, types: Mapping[str, Type], target: Target) -> From:
    """How the cells of a column must be read: which piece, what separates codes, which words differ from the table's."""
    column = fold_text(text_of(sheet.cell(header, place)))
    type_ = types.get(name, TEXT)
    cells = [text for row in sheet.rows[header:header + SAMPLE] if len(row) >= place and (text := text_of(row[place - 1]).strip())]
    keys = [k.zh for k in target.declared.keys]
    if target.declared.key_kind == "pair" and name in keys and cells and all(c.count("|") == 1 for c in cells):
        return From(column, part=keys.index(name) + 1)
    if is_codes(type_):
        return From(column, separator=next((s for s in _SEPARATORS if any(s in c and "|" not in c for c in cells)), ""))
    if type_.kind == "frame" and "天" in name and cells and all(c.isascii() and c.isdecimal() for c in cells):
        return From(column, unit="天")
    if type_.kind in ("code", "level", "list") and type_.name not in ("generic", "product"):
        odd = [c for c in dict.fromkeys(cells) if isinstance(parse_cell(c, type_), Problem)]
        return From(column, words={c: _contained(c, type_) for c in odd[:_WORDS] if len(c) <= 40})
    return From(column)


def _contained(text: str, type: Type) -> str:
    """The one word of the type that the text holds; "" if there is none, or several."""
    words: Iterable[str] = (s.zh for s in SCALES[type.name].steps) if type.name in SCALES else ()
    if type.kind == "list" and type.of is not None and type.of.name in ENUMERATIONS:
        words = (w.zh for w in ENUMERATIONS[type.of.name].words)
    elif type.name in ENUMERATIONS:
        words = (w.zh for w in ENUMERATIONS[type.name].words)
    held = [w for w in words if w in text]
    return held[0] if len(held) == 1 else ""


def _codes(
    columns: dict[str, str], names: Sequence[str], sheet: Sheet, others: Sequence[tuple[str, str, Sheet]], target: Target,
) -> CodesJoin | None:
    """Where the codes stand if they are not on this sheet: another one with the same heading of names and a column of codes."""
    if target.declared.key_kind != "code" or target.declared.keys[0].zh in columns:
        return None
    for title, file, other in others:
        heads = _headings(other)[0] if other.rows else []
        code = next((n for n in _KNOWN["编码"] if n in heads), "")
        match = next((n for n in heads if n and n != code and n in names), "")
        if code and match:
            return CodesJoin(match, code, title, file)
    return None


def _identity(
    columns: Mapping[str, str], keys: Sequence[str], names: Sequence[str], sheet: Sheet, header: int, types: Mapping[str, Type],
) -> tuple[str, ...]:
    """What tells the rows of a file without numbers apart: its keys, and further columns of codes while rows are still alike."""
    found = [k for k in keys if k in columns]
    more = [n for n in columns if n not in found and is_codes(types.get(n, TEXT))]
    rows = range(header + 1, min(header + SAMPLE, len(sheet.rows)) + 1)
    while found and more:
        places = [names.index(columns[n]) + 1 for n in found]
        seen = [tuple(text_of(sheet.cell(row, place)).strip() for place in places) for row in rows]
        if len(set(seen)) == len(seen):
            break
        found.append(more.pop(0))
    return tuple(found) or (POINT,)


def _constants(columns: Mapping[str, str], sheet: Sheet, header: int, names: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    batch = _BATCH.search(sheet.file) or _BATCH.search(sheet.name)
    if "批次" not in columns:
        found["批次"] = str(_chinese_number(batch[1])) if batch else ""
    at = names.index(columns["有效起"]) + 1 if "有效起" in columns else 0
    key = next((names.index(columns[n]) + 1 for n in (POINT, *columns) if n in columns), 1)
    last = min(header + SAMPLE, len(sheet.rows))
    filled = [n for n in range(header + 1, last + 1) if text_of(sheet.cell(n, key)).strip() and text_of(sheet.cell(n, key + 1)).strip()]
    if not at or any(not text_of(sheet.cell(line, at)).strip() for line in filled):
        found["有效起"] = ""
    if "来源" not in columns:
        found["来源"] = f"国家知识点{batch[0]}（{sheet.file}）" if batch else sheet.file
    return found


def _chinese_number(text: str) -> int | str:
    """十八 → 18; what is no such number stays as it is."""
    if text.isdecimal():
        return text
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS.get(text, text)
    if len(tens) > 1 or len(ones) > 1:
        return text
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
