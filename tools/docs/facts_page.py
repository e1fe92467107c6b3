"""docs/facts.md: every fact with its twin names, type, unit and the 3101 field that carries it."""
from __future__ import annotations

from pathlib import Path

from medrules.model.enumerations import ENUMERATIONS
from medrules.model.levels import SCALES
from medrules.model.schema import SCHEMA
from medrules.model.types import Type

HEAD = """# 事实 / Facts

<!-- 由 tools/docs 生成，勿手改 / generated, do not edit -->

规则能说到的全部事实。Every fact a rule may speak of. `声明性 declarative`：只用来免责；接口不承载时按「未申报」处理。`派生 derived`：由其他事实算出，
不用发送。3101 字段空白表示国家接口不承载。

English: `declarative` facts only excuse; a door that cannot carry one means "not declared". `derived` facts are computed, never sent.
"""


def type_words(t: Type) -> str:
    words = {
        "bool": "是/否 yes/no", "code": f"代码 {t.name}", "text": "文字 text", "date": "日期 date", "instant": "时刻 instant",
        "age": "年龄 age", "level": f"等级 {t.name}", "frame": "窗口 window", "codeset": "编码集 code set", "entity": t.name,
    }
    if t.kind == "num":
        return f"数 number({t.scale}){' ' + t.unit if t.unit else ''}"
    if t.kind in ("list", "range"):
        return ("列表 list of " if t.kind == "list" else "区间 range of ") + (type_words(t.of) if t.of else t.name)
    return words[t.kind] + ("，可缺 optional" if t.optional else "")


def render(root: Path) -> str:
    out = [HEAD]
    for entity in SCHEMA.entities.values():
        out.append(f"\n## {entity.zh} {entity.key}\n")
        out.append("| 中文 | English | 类型 type | 3101 | 标记 marks | 说明 |\n|---|---|---|---|---|---|")
        for field in entity.fields.values():
            marks = " ".join(
                word for on, word in ((field.declarative, "声明性"), (field.derived, "派生")) if on
            )
            out.append(f"| {field.zh} | `{field.en}` | {type_words(field.type)} | {field.nhsa} | {marks} | {field.doc} |")
    out.append("\n## 取值 / Enumerations\n\n| 名称 | 值 values（中文 = English） |\n|---|---|")
    for enumeration in ENUMERATIONS.values():
        values = "，".join(f"{w.zh} = `{w.en}`" for w in enumeration.words) or "（开放 open）"
        out.append(f"| {enumeration.zh} `{enumeration.name}` | {values} |")
    out.append("\n## 等级 / Ordered levels（由低到高 lowest first）\n\n| 名称 | 值 |\n|---|---|")
    for scale in SCALES.values():
        out.append(f"| `{scale.name}` | {' < '.join(w.zh for w in scale.steps)} |")
    return "\n".join(out) + "\n"
