"""`medrules knowledge …`: what clerks do with batches of knowledge points; each action has a file of its own."""
from __future__ import annotations

import argparse
from importlib import import_module
from types import ModuleType
from typing import Final

from medrules.adapters.cli.arguments import Parser

ACTIONS: Final = (
    ("import", "把官方批次（XLSX、CSV）导入知识表 | import an official batch (XLSX, CSV) into a table"),
    ("diff", "比较两批、两个 CSV 或两个规则包的表 | compare two batches, two CSVs or the tables of two packs"),
    ("read-texts", "把限定文字读成列：词、把握、说尽没有 | read restriction texts into columns, with their words and confidence"),
    ("template", "给一张知识表做文本格式的 XLSX 模板 | make a text-format XLSX template for a table"),
    ("unmatched", "本院哪些项目什么编码都没对上，用得最多的在前 | items of a hospital that match no code, most used first"),
)


def add(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作 action", title="动作 actions", parser_class=Parser, help="做什么 what to do")
    for name, said in ACTIONS:
        _module(name).add(actions.add_parser(name, help=said, description=said))


def run(arguments: argparse.Namespace) -> int:
    return int(_module(arguments.action).run(arguments))


def _module(action: str) -> ModuleType:
    return import_module(f"medrules.adapters.cli.knowledge_{action.replace('-', '_')}")
