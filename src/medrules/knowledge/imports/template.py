"""What a template of a table says of each column: type, example, words to choose from. The workbook itself is made by `adapters.excel`."""
from __future__ import annotations

from types import MappingProxyType
from typing import Final, NamedTuple

from medrules.knowledge.imports.layout import POINT
from medrules.knowledge.imports.propose import column_types
from medrules.knowledge.imports.target import Target
from medrules.knowledge.reserved import PAIR_ONLY
from medrules.model.enumerations import ENUMERATIONS
from medrules.model.levels import SCALES
from medrules.model.types import Type

__all__ = ["EXPLAINED", "TemplateColumn", "template_columns"]


class TemplateColumn(NamedTuple):
    """One column of a template: its heading, what the comment on the heading says, and the words that may be chosen from."""

    name: str
    comment: str
    words: tuple[str, ...] = ()
    needed: bool = False


EXPLAINED: Final = (
    ("格式", "全部单元格是文本，不要改成常规或数字：编码会丢掉前面的 0 和第 15 位以后的数字。"),
    ("红色表头", "必须填。"),
    ("空格", "条件列空着＝不限。还不知道的写「待编」：规则会待核，不会判违规。"),
    ("几个值", "用 | 隔开，例如 住院|急诊。编码也一样。"),
    ("日期", "写成 2025-01-01。有效止是失效的第一天，空着＝一直有效。"),
    ("知识点号", "一行的身份。同一知识点有了新内容：编号不变，写新的有效起，导入后旧行自动到期。"),
    ("不要", "不要合并单元格，不要写合计行，不要隐藏行列，不要用公式。"),
)
_RESERVED: Final = MappingProxyType({
    POINT: ("这一行的身份，不能空", "KP-0001", ()),
    "编全": ("条件是否都在列里；空着由程序算", "全", ("全", "部分", "仅文本")),
    "结果": ("比规则更宽时写", "可疑", ("明确违规", "可疑", "监测")),
    "原文": ("公布的限定文字，照抄", "限二级及以上医疗机构。", ()),
    "批次": ("第几批", "18", ()),
    "来源": ("哪个文件", "国家知识点第18批", ()),
    "有效起": ("从哪一天起", "2026-06-01", ()),
    "有效止": ("失效的第一天；空＝一直有效", "", ()),
    "主项排除": ("主项前缀里不算的编码", "", ()),
    "环节": ("只在这些环节，可写几个", "事前|事中", tuple(w.zh for w in ENUMERATIONS["stage"].words)),
    "场景": ("只在这些场景，可写几个", "住院|门诊", tuple(w.zh for w in ENUMERATIONS["scene"].words)),
    "提醒方式": ("比规则更轻时写", "静默", ("静默", "提醒", "须填原因", "拦截")),
    "地区": ("行政区划代码的前几位", "61", ()),
    "部位相同": ("只在同一部位算重复", "是", ("是", "否")),
})
_RARE: Final = ("环节", "场景", "提醒方式", "地区")  # only where the table has them
_EXAMPLES: Final = MappingProxyType({
    "icd10": "I63|I60-I64", "icd9cm3": "81.65|36.0", "item": "003310010140000", "generic": "阿莫西林胶囊", "product": "一次性使用引流管",
    "dept": "A03.01", "device": "C0101010010100100001",
})


def template_columns(target: Target) -> list[TemplateColumn]:
    """The columns of a table's template, in the order of the table."""
    declared = target.declared
    types = column_types(target)
    made = [_reserved(POINT)]
    keys = [k.zh for k in declared.keys]
    for key in declared.keys:
        made.append(_typed(key.zh, key.type, "键：凭它找到这一行", needed=declared.key_kind != "combination" or key.zh == keys[0]))
    made += [_typed(c.zh, types[c.zh], c.doc) for c in declared.columns if c.zh not in keys]
    usual = [n for n in _RESERVED if n != POINT and n not in _RARE and (declared.key_kind == "pair" or n not in PAIR_ONLY)]
    reserved = [*usual, *(n for n in _RARE if n in target.header)]
    return [*made, *(_reserved(name) for name in reserved)]


def _reserved(name: str) -> TemplateColumn:
    said, example, words = _RESERVED[name]
    return TemplateColumn(name, f"{said}\n例如：{example}" if example else said, words, name in (POINT, "有效起"))


def _typed(name: str, type: Type, doc: str, needed: bool = False) -> TemplateColumn:
    said, example, words = _said(type)
    lines = [doc, f"类型：{said}", f"例如：{example}" if example else "", f"可选：{'、'.join(words[:40])}" if words else ""]
    return TemplateColumn(name, "\n".join(filter(None, lines)), words, needed)


def _said(type: Type) -> tuple[str, str, tuple[str, ...]]:
    """A type in words, an example of a cell, and the words that a cell may hold."""
    match type.kind:
        case "text":
            return "文字", "", ()
        case "bool":
            return "是 或 否", "是", ("是", "否")
        case "date":
            return "日期", "2025-01-01", ()
        case "frame":
            return "窗口", "单日", ()
        case "range":
            age = type.of is not None and type.of.kind == "age"
            return ("年龄段", "满3岁 不满12岁", ()) if age else ("范围", "满1 不满10", ())
        case "num":
            return f"数（{type.unit}）" if type.unit else "数", f"14{type.unit}" if type.unit in ("天", "小时") else "14", ()
        case "level":
            steps = tuple(s.zh for s in SCALES[type.name].steps)
            return SCALES[type.name].zh, steps[-1], steps
        case "codeset":
            return "编码（可写几个、范围、编码集）", _EXAMPLES.get(type.name, ""), ()
        case _:
            several = "，可写几个" if type.kind == "list" else ""
            if type.name in ENUMERATIONS:
                words = tuple(w.zh for w in ENUMERATIONS[type.name].words)
                return f"{ENUMERATIONS[type.name].zh}{several}", "|".join(words[:2]) if several else words[0], words
            names = type.name in ("generic", "product")
            return ("名称" if names else "编码") + several, _EXAMPLES.get(type.name, ""), ()
