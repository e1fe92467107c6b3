"""Writes docs/facts.md, the reference of every fact, from the schema: `python -m medrules.adapters.native.reference`.

A test compares the file with what this module writes, so that the page never falls behind the schema.
"""
from __future__ import annotations

import sys
from typing import Final

from medrules.errors import FACT_ERRORS
from medrules.model.entity import Entity, Field
from medrules.model.schema import SCHEMA
from medrules.model.types import Type

__all__ = ["facts_markdown"]

_KINDS: Final[dict[str, str]] = {
    "bool": "是/否", "text": "文字", "date": "日期", "instant": "时间", "age": "年龄",
}
_HEAD: Final = """# 事实一览 Facts

规则能说到的全部事实，中文名和英文名都可以用（规则、知识表、JSON 都一样）。本页由代码生成，请不要手改：
`python -m medrules.adapters.native.reference > docs/facts.md`

All facts a rule may speak of; Chinese and English names are equal. This page is generated; do not edit it by hand.

* **类型**：数字后的单位是 JSON 里数字的单位，括号里是小数位数。「可无」＝可以写 null 或空，
  意思是「没有」；不写这一项，意思是「不知道」。
* **3101**：国家接口里携带这项事实的字段；「–」＝ 3101 没有。
* **标记**：推导＝由其他事实得出，不用传；除外＝只用来免责的事实，来源系统没有这一项时按「可申辩」处理。
* *Type*: the unit is that of the JSON number, digits after the point in brackets; 可无 = may be null or empty,
  which means "there is none"; a field that is left out is unknown. *3101*: the field of the national interface.
  *标记*: 推导 derived, 除外 declarative (only excuses).
"""


def facts_markdown() -> str:
    """The whole page."""
    parts = [_HEAD]
    for entity in SCHEMA.entities.values():
        parts.append(_entity(entity))
    parts += [_words(), _errors()]
    return "\n".join(parts)


def _errors() -> str:
    lines = [
        "## 读不进来时的错误代码 Error codes", "",
        "事实读不进来时抛出 `InvalidFacts`（MR-E200），它的 `errors` 列出每一处：路径 `path`、中文说明 `message`、"
        "稳定的代码 `code`。程序请认代码，不要认文字。",
        "*`InvalidFacts.errors` lists every place with its path, a sentence and a stable code.*", "",
        "| 代码 | 意思 | English |", "|---|---|---|",
    ]
    lines += [f"| {code} | {zh} | {en} |" for code, (zh, en) in FACT_ERRORS.items()]
    return "\n".join([*lines, ""])


def _entity(entity: type[Entity]) -> str:
    first = (entity.__doc__ or "").strip().splitlines()[0]
    lines = [
        f"## {entity.zh} `{entity.key}`", "", first, "",
        "| 中文名 | English | 类型 | 3101 | 标记 | 说明 |", "|---|---|---|---|---|---|",
    ]
    for f in entity.fields.values():
        marks = "、".join(mark for mark, on in (("推导", f.derived), ("除外", f.declarative)) if on)
        lines.append(f"| {f.zh} | `{f.en}` | {_type(f.type)} | {_wire(f)} | {marks} | {f.doc} |")
    return "\n".join([*lines, ""])


def _wire(f: Field) -> str:
    return f"`{f.nhsa}`" if f.nhsa else "–"


def _type(type_: Type) -> str:
    empty = "，可无" if type_.optional else ""
    match type_.kind:
        case "num":
            digits = f"（{type_.scale}位小数）" if type_.scale else "（整数）"
            return f"数字{' ' + type_.unit if type_.unit else ''}{digits}{empty}"
        case "level":
            return f"级别：{'<'.join(s.zh for s in SCHEMA.scales[type_.name].steps)}{empty}"
        case "code":
            found = SCHEMA.enumerations.get(type_.name)
            return f"{found.zh}（见下）{empty}" if found is not None else f"编码 {type_.name}{empty}"
        case "entity":
            return f"{SCHEMA.entities[type_.name].zh}{empty}"
        case "list":
            return f"列表：{_type(type_.of)}" if type_.of is not None else "列表"
        case _:
            return f"{_KINDS.get(type_.kind, type_.kind)}{empty}"


def _words() -> str:
    lines = [
        "## 取值 Words", "", "写中文、英文或同义词都可以；「开放」的取值表也接受表外的文字。", "",
        "| 取值表 | English | 取值（中文 `english`，括号内为同义词） |", "|---|---|---|",
    ]
    for e in SCHEMA.enumerations.values():
        words = "、".join(
            f"{w.zh} `{w.en}`{'（' + '、'.join(w.synonyms) + '）' if w.synonyms else ''}" for w in e.words)
        lines.append(f"| {e.zh}{'（开放）' if e.open else ''} | `{e.name}` | {words or '–'} |")
    for s in SCHEMA.scales.values():
        steps = " < ".join(
            f"{w.zh} `{w.en}`{'（' + '、'.join(w.synonyms) + '）' if w.synonyms else ''}" for w in s.steps)
        lines.append(f"| {s.zh} | `{s.name}` | {steps} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.buffer.write(facts_markdown().encode("utf-8"))
