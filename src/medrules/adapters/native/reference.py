"""Writes docs/facts.md, the reference of every fact, from the schema: `python -m medrules.adapters.native.reference`.

A test compares the file with what this module writes, so that the page never falls behind the schema.
"""
from __future__ import annotations

import sys
from typing import Final

from medrules.adapters.native.models import public_doc
from medrules.errors import FACT_ERRORS
from medrules.model.entity import Entity, Field
from medrules.model.schema import SCHEMA
from medrules.model.types import Type

__all__ = ["facts_markdown"]

_KINDS: Final[dict[str, str]] = {
    "bool": "是/否", "text": "文字", "date": "日期", "instant": "时间", "age": "年龄",
}
_ABOUT: Final[dict[str, str]] = {
    "patient": "参保人。年龄不存，按所判明细当日由出生日期算出。",
    "encounter": "一次门诊、急诊、住院或购药。明细已冲减退费、跨日的已分日；原始明细是原样。",
    "diagnosis": "就诊的一条诊断。",
    "operation": "就诊的一台手术或操作。",
    "item": "一条医嘱或一条收费。3101 送医嘱，3102 送收费，一条明细不会两者都是。",
    "prescription": "一次就诊里处方号相同的明细。",
    "institution": "定点医疗机构或药店。专科类别、能力取自经办机构的登记。",
    "department": "科室，以国家标准科室代码为准；明细的开单科室、执行科室写的就是这个代码。",
    "physician": "开单医师。",
    "settlement": "一次就诊的结算。",
    "history": "送来的历史记录从哪天起、在多大范围内是全的。",
    "session": "设备或病区记录的一次治疗（如透析、呼吸机）。",
    "result": "一条检验结果。",
    "group": "「每组明细」归到一起的明细。",
    "period": "一个对象的一个月、一季或一年（每个 机构 每 月 记为 期），只用于筛查。",
    "day": "期内的一天。",
    "stock": "一条进销存记录：一个机构、一个品种、一段日期。",
    "attestation": "人对一个知识点、一条明细或一次就诊核对的结论。",
    "declaration": "医院申报某个除外成立，按除外的标签。",
    "other": "整个请求的事实。",
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
    lines = [
        f"## {entity.zh} `{entity.key}`", "", _ABOUT[entity.key], f"*{_english(entity)}*", "",
        "| 中文名 | English | 类型 | 3101 | 标记 | 说明 |", "|---|---|---|---|---|---|",
    ]
    for f in entity.fields.values():
        marks = "、".join(mark for mark, on in (("推导", f.derived), ("除外", f.declarative)) if on)
        lines.append(f"| {f.zh} | `{f.en}` | {_type(f.type)} | {_wire(f)} | {marks} | {f.doc} |")
    return "\n".join([*lines, ""])


def _english(entity: type[Entity]) -> str:
    """The first sentence of the docstring."""
    paragraph = public_doc(entity).strip().split("\n\n")[0]
    text = " ".join(paragraph.split())
    return text.split(". ")[0].removesuffix(".") + "."


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
