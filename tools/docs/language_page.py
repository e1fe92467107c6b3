"""docs/language-reference.md: the language as its vocabulary and grammar have it, with the functions of the registry."""
from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tools.docs.language_text import HEAD, SECTIONS


def _words(entry: dict[str, Any]) -> str:
    zh = "、".join(f"`{w}`" for w in entry["zh"])
    en = ", ".join(f"`{w}`" for w in entry["en"])
    return f"{zh} | {en}"


def _tables(name: str, content: dict[str, Any]) -> list[str]:
    """One table for a vocabulary section; `[value.x]` sections come as `value.x`."""
    if content and all(isinstance(v, dict) and "zh" not in v for v in content.values()):
        return [line for key, inner in content.items() for line in _tables(f"{name}.{key}", inner)]
    title = SECTIONS.get(name, name)
    operator = any("op" in entry for entry in content.values())
    out = [f"\n### {title}\n", f"| 含义 | {'运算 | ' if operator else ''}中文（第一个是规范写法） | English |", f"|---|{'---|' if operator else ''}---|---|"]
    for key, entry in content.items():
        middle = f"`{entry['op']}` | " if operator else ""
        out.append(f"| {key} | {middle}{_words(entry)} |")
    return out


def render(root: Path) -> str:
    language = root / "src" / "medrules" / "language"
    vocabulary = tomllib.loads((language / "vocabulary.toml").read_text("utf-8"))
    out = [HEAD, "\n## 词表 / Vocabulary\n"]
    for name, content in vocabulary.items():
        if name != "language":
            out.extend(_tables(name, content))
    out.append("\n## 文法（供程序员）/ Grammar, for programmers\n\n写规则不需要读这一节。Not needed to write rules.\n")
    out.append("文法里没有任何一种语言的词：大写的是终结符，由词表对应到词。The grammar holds no word of either language.\n")
    out.append("```lark")
    out.append((language / "rules.lark").read_text("utf-8").rstrip())
    out.append("```")
    return "\n".join(out) + "\n"
