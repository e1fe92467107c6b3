"""`medrules fmt FILE…`: one layout for rule text; with --lang, the translation into the other language."""
from __future__ import annotations

import argparse
import sys
from pathlib import Path

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import error_console
from medrules.adapters.cli.problems import show
from medrules.check.twin_names import twin_names
from medrules.diagnostics import Severity, Source
from medrules.knowledge.folder import read_pack_folder
from medrules.language.formatter import format
from medrules.language.parser import parse


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", help="规则文本 .medrule | rule texts")
    parser.add_argument("--lang", choices=["zh", "en"], help="写成哪种语言（缺省：原语言）language to write")
    parser.add_argument("--pack", help="规则包文件夹，互译时用它的知识表与参数名 pack whose names are translated")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--write", action="store_true", help="改写文件本身 rewrite the files")
    action.add_argument("--check", action="store_true", help="只检查，不合格式时退出码 1 check only")


def run(arguments: argparse.Namespace) -> int:
    worst = exits.OK
    pack = read_pack_folder(Path(arguments.pack)) if arguments.pack else None
    shared = [tree for s in pack.rule_sources if (tree := parse(s)[0]) is not None] if pack else []
    for name in arguments.files:
        path = Path(name)
        source = Source(path.name, path.read_text("utf-8"))
        tree, problems = parse(source)
        if tree is None or any(p.severity is Severity.ERROR for p in problems):
            show(problems)
            worst = exits.PROBLEMS
            continue
        language = arguments.lang or tree.language
        names = twin_names(
            language, pack.tables if pack else {},
            [(o.set.name, o.en) for o in pack.origins.values()] if pack else [], [*shared, tree],
        )
        text = format(tree, language, names)
        if arguments.write:
            path.write_text(text, "utf-8")
        elif arguments.check:
            if text != source.text:
                error_console().print(f"{path.name} 不合格式 / not formatted")
                worst = exits.PROBLEMS
        else:
            sys.stdout.write(text)
    return worst
