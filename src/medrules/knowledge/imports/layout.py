"""The mapping file of a batch: which column of the file is which column of the table, confirmed by a person.

    confirmed = true
    sheet = "Sheet1"                 # of a workbook; none: the first sheet that people see
    header = 2                       # the line of the headings
    full = false                     # true: the file is the whole table; rows that it lacks end
    rule_code = "gz_code"            # a column that must hold the family's code where it holds anything
    supersedes = "supersedes"        # a column that names the point a row takes the place of
    identity = ["知识点号"]           # what tells a point again: 知识点号, or other columns where the file has no numbers

    [columns]
    "知识点号" = "kp_id"
    "主项编码" = {column = "med_codes", part = 1}                   # the first of A|B
    "编码" = {column = "国家编码", separator = "、"}
    "周期" = {column = "疗程周期", unit = "天"}                     # a plain 7 of the file means 7天
    "最低级别" = {column = "限定值域", words = {"二级及以上" = "二级"}}
    "其他条件" = {column = "限定支付范围", words = {"限二级及以上医疗机构。" = ""}}   # nothing is left over: it is all in columns

    [constants]
    "批次" = "18"
    "有效起" = "2026-06-01"

    [unfilled]
    "科室" = ""                      # "" = no restriction; "待编" = not known yet

    [only]                           # rows with other words in these columns of the file belong to other tables
    "限定对象" = ["工伤"]

    [codes]                          # codes that stand on another sheet, or in another file, by name
    sheet = "药品代码"
    match = "药品通用名"
    column = "国标代码"
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from medrules.diagnostics import Diagnostic, Source
from medrules.frozen import dataclass, field
from medrules.knowledge.entries import Entries, parse_toml
from medrules.knowledge.problem import Problem

__all__ = ["POINT", "CodesJoin", "From", "Layout", "read_layout", "written_layout"]

POINT: Final = "知识点号"


@dataclass(frozen=True, slots=True)
class From:
    """Where the cells of one table column come from. `part` counts from 1 the pieces between `|` of the file's cell (0 = all of it);
    `separator` is what stands between codes in the file ("" = `|`); `words` says the file's words in the table's ("" = left as text;
    in a text column: nothing left over); `unit` stands behind plain numbers of the file."""

    column: str
    part: int = 0
    separator: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""


@dataclass(frozen=True, slots=True)
class CodesJoin:
    """Codes that stand apart: in `column` of another sheet (or of `file`, a CSV beside the batch), by the name in `match`."""

    match: str
    column: str
    sheet: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A mapping file as read. See the module docstring; `columns`, `constants` and `unfilled` are by the table's Chinese column names."""

    columns: Mapping[str, From]
    constants: Mapping[str, str] = field(default_factory=dict)
    unfilled: Mapping[str, str] = field(default_factory=dict)
    confirmed: bool = False
    sheet: str = ""
    header: int = 1
    full: bool = False
    rule_code: str = ""
    supersedes: str = ""
    identity: tuple[str, ...] = (POINT,)
    codes: CodesJoin | None = None
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_layout(source: Source) -> tuple[Layout | None, tuple[Diagnostic, ...]]:
    """The layout; None and diagnostics if the mapping file cannot be understood."""
    problems: list[Diagnostic] = []
    data = parse_toml(source, "MR-K620", problems)
    if data is None:
        return None, tuple(problems)
    entries = Entries(data, source, problems, "MR-K621", "MR-K622")
    confirmed, full = entries.flag("confirmed", False), entries.flag("full", False)
    sheet, rule_code, supersedes = (entries.text(name, "") for name in ("sheet", "rule_code", "supersedes"))
    header = data.pop("header", 1)
    if type(header) is not int or not 0 < header <= 1000:
        entries.report(_wrong("header", "行号", "a line number"), "header")
        header = 1
    identity = entries.texts("identity", (POINT,))
    columns = {name: found for name, given in _table(data, "columns", entries).items()
               if (found := _from(name, given, entries)) is not None}
    constants, unfilled = (_texts(data, name, entries) for name in ("constants", "unfilled"))
    codes = _join(data, entries)
    only = _only(data, entries)
    for name in ("columns", "constants", "unfilled", "codes", "only"):
        data.pop(name, None)
    entries.close()
    if not columns and not problems:
        entries.report(_wrong("columns", " [columns] 段", "a table [columns]"), "columns")
    if problems:
        return None, tuple(problems)
    return Layout(columns, constants, unfilled, confirmed, sheet, header, full, rule_code, supersedes, identity, codes, only), ()


def _wrong(name: str, expected: str, expected_en: str) -> Problem:
    return Problem("MR-K621", {"name": name, "expected": expected, "expected_en": expected_en})


def _table(data: Mapping[str, Any], name: str, entries: Entries) -> Mapping[str, Any]:
    found = data.get(name, {})
    if isinstance(found, dict):
        return found
    entries.report(_wrong(name, f" [{name}] 段", f"a table [{name}]"), name)
    return {}


def _texts(data: Mapping[str, Any], name: str, entries: Entries) -> dict[str, str]:
    found = _table(data, name, entries)
    for key, value in found.items():
        if not isinstance(value, str):
            entries.report(_wrong(key, "文字（加引号）", "a text in quotes"), key)
    return {key: value for key, value in found.items() if isinstance(value, str)}


def _from(name: str, given: Any, entries: Entries) -> From | None:
    if isinstance(given, str):
        return From(given)
    if isinstance(given, dict) and isinstance(given.get("column"), str) and given.keys() <= {"column", "part", "separator", "words", "unit"}:
        part, separator, words, unit = given.get("part", 0), given.get("separator", ""), given.get("words", {}), given.get("unit", "")
        if (
            type(part) is int and 0 <= part <= 100 and isinstance(separator, str) and isinstance(unit, str) and isinstance(words, dict)
            and all(isinstance(v, str) for v in words.values())
        ):
            return From(given["column"], part, separator, words, unit)
    entries.report(_wrong(name, "列名，或 {column = …, part = …, separator = …, unit = …, words = {…}}",
                          "a column's name, or {column = …, part = …, separator = …, unit = …, words = {…}}"), name)
    return None


def _only(data: Mapping[str, Any], entries: Entries) -> dict[str, tuple[str, ...]]:
    found = {}
    for column, words in _table(data, "only", entries).items():
        if isinstance(words, list) and words and all(isinstance(word, str) for word in words):
            found[column] = tuple(words)
        else:
            entries.report(_wrong(column, "文字的列表", "a list of texts"), column)
    return found


def _join(data: Mapping[str, Any], entries: Entries) -> CodesJoin | None:
    given = _table(data, "codes", entries)
    if not given:
        return None
    texts = _texts(data, "codes", entries)
    if not texts.get("match") or not texts.get("column") or not texts.keys() <= {"match", "column", "sheet", "file"}:
        entries.report(_wrong("codes", " match、column，和 sheet 或 file", "match, column, and sheet or file"), "codes")
        return None
    return CodesJoin(texts["match"], texts["column"], texts.get("sheet", ""), texts.get("file", ""))


# ---------------------------------------------------------------- writing a proposal


def written_layout(layout: Layout, notes: Mapping[str, str], unused: tuple[str, ...]) -> str:
    """The layout as a mapping file to be confirmed. `notes` stand behind columns; `unused` are columns of the file without a place."""
    out = [
        "# 由 medrules knowledge import 按列名提议。逐行核对、改正，再把 confirmed 改成 true，然后用 --mapping 再运行一次。",
        "# Proposed by column names. Check every line, then set confirmed = true and run again with --mapping.",
        f"confirmed = {str(layout.confirmed).lower()}",
        f"sheet = {_quoted(layout.sheet)}",
        f"header = {layout.header}  # 表头在第几行",
        f"full = {str(layout.full).lower()}  # true：文件是整张表，表里有而文件里没有的行到期",
    ]
    out += [f"{name} = {_quoted(value)}" for name, value in (("rule_code", layout.rule_code), ("supersedes", layout.supersedes)) if value]
    out.append(f"identity = [{', '.join(map(_quoted, layout.identity))}]  # 凭哪些列认出同一个知识点")
    out += ["", "[columns]  # 表的列 = 文件的列"]
    for name, one in layout.columns.items():
        note = f"  # {notes[name]}" if name in notes else ""
        out.append(f"{_quoted(name)} = {_written_from(one)}{note}")
    if unused:
        out.append("# 文件里没有用到的列：" + "、".join(" ".join(u.split()) for u in unused))
    out += ["", "[constants]  # 文件里没有、整批相同的"]
    out += [f"{_quoted(k)} = {_quoted(v)}{f'  # {notes[k]}' if k in notes else ''}" for k, v in layout.constants.items()]
    out += ["", "[unfilled]  # 这批不填的列：\"\"＝不限，\"待编\"＝还不知道（待核）"]
    out += [f"{_quoted(k)} = {_quoted(v)}" for k, v in layout.unfilled.items()]
    if layout.only:
        out += ["", "[only]  # 这些列是别的词的行，属于别的表"]
        out += [f"{_quoted(k)} = [{', '.join(map(_quoted, v))}]" for k, v in layout.only.items()]
    if layout.codes is not None:
        out += ["", "[codes]  # 编码在另一张表，按名称对上"]
        out += [f"{k} = {_quoted(v)}" for k in ("sheet", "file", "match", "column") if (v := getattr(layout.codes, k))]
    return "\n".join(out) + "\n"


def _written_from(one: From) -> str:
    if not (one.part or one.separator or one.words or one.unit):
        return _quoted(one.column)
    parts = [f"column = {_quoted(one.column)}"]
    if one.part:
        parts.append(f"part = {one.part}")
    if one.separator:
        parts.append(f"separator = {_quoted(one.separator)}")
    if one.unit:
        parts.append(f"unit = {_quoted(one.unit)}")
    if one.words:
        parts.append("words = {" + ", ".join(f"{_quoted(k)} = {_quoted(v)}" for k, v in one.words.items()) + "}")
    return "{" + ", ".join(parts) + "}"


def _quoted(text: str) -> str:
    """A TOML basic string."""
    made = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return '"' + "".join(c if c.isprintable() or c == " " else f"\\u{ord(c):04X}" for c in made if ord(c) <= 0xFFFF or c.isprintable()) + '"'
