"""`medrules fmt FILE…`: one layout for rule text; with --lang, the translation into the other language."""
from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import error_console, print_json
from medrules.adapters.cli.files import found, read_text, write_text
from medrules.adapters.cli.problems import show
from medrules.check.twin_names import Language, twin_names
from medrules.diagnostics import Diagnostic, Severity, Source
from medrules.errors import MedRulesError
from medrules.knowledge.folder import PackSources, read_pack_folder
from medrules.language.formatter import format
from medrules.language.nodes import File
from medrules.language.parser import parse


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", help="规则文本 .medrule、通配符或文件夹 rule texts")
    parser.add_argument("--lang", choices=["zh", "en"], help="写成哪种语言（缺省：原语言）language to write, default as it is")
    parser.add_argument("--pack", help="互译时用哪个规则包的知识表与参数名（缺省：文件所在的规则包）pack whose names are translated")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--write", action="store_true", help="改写文件本身 rewrite the files")
    action.add_argument("--check", action="store_true", help="只检查，不合格式时退出码 1 check only")
    parser.add_argument("--json", action="store_true", help="每个文件的结果以 JSON 输出 results as JSON")


def run(arguments: argparse.Namespace) -> int:
    names = _Names(arguments.pack)
    answers = [_one(path, arguments, names) for path in found(arguments.files, ".medrule")]
    if arguments.json:
        print_json([a for a, _ in answers])
    return max(code for _, code in answers)


def _one(path: Path, arguments: argparse.Namespace, names: _Names) -> tuple[dict[str, Any], int]:
    source = Source(path.name, read_text(path))
    tree, problems = parse(source)
    answer: dict[str, Any] = {"file": str(path), "formatted": None, "diagnostics": [p.as_json() for p in problems]}
    if tree is None or any(p.severity is Severity.ERROR for p in problems):
        if not arguments.json:
            show(problems, to_stderr=True)
        return answer, exits.PROBLEMS
    language: Language = arguments.lang or tree.language
    text = format(tree, language, names.of(path, tree, language) if language != tree.language else None)
    answer["formatted"] = text == source.text
    if arguments.write:
        if text != source.text:
            write_text(path, text)
            if not arguments.json:
                error_console().print(f"已改写 / rewritten: {path}", markup=False)
    elif arguments.check:
        if text != source.text:
            if not arguments.json:
                error_console().print(f"不合格式 / not formatted: {path}", markup=False)
            return answer, exits.PROBLEMS
    elif arguments.json:
        answer["text"] = text
    else:
        sys.stdout.write(text)
    return answer, exits.OK


class _Names:
    """Translators of names, one pack read once. A file inside a pack folder is translated with the names of its pack."""

    def __init__(self, pack: str | None) -> None:
        self._given = pack
        self._packs: dict[Path, tuple[PackSources, list[File]]] = {}

    def of(self, path: Path, tree: File, language: Language) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
        folder = Path(self._given) if self._given else next((p for p in path.resolve().parents if (p / "pack.toml").is_file()), None)
        if folder is None:
            return twin_names(language, {}, [], [tree])
        if not (folder / "pack.toml").is_file():
            raise MedRulesError(f"不是规则包（缺 pack.toml）：{folder} / not a pack folder")
        if folder not in self._packs:
            pack = read_pack_folder(folder)
            self._packs[folder] = pack, [f for s in pack.rule_sources if (f := _tree(parse(s))) is not None]
        pack, files = self._packs[folder]
        return twin_names(language, pack.tables, [(o.set.name, o.en) for o in pack.origins.values()], [*files, tree])


def _tree(parsed: tuple[File | None, tuple[Diagnostic, ...]]) -> File | None:
    return parsed[0]
