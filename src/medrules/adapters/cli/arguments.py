"""The command line's grammar, Chinese first: argparse with its headings and its complaints in both languages."""
from __future__ import annotations

import argparse
import re
import sys
from datetime import date
from difflib import get_close_matches
from typing import Any, Final, NoReturn

from medrules.adapters.cli import exits

__all__ = ["Parser", "date_argument"]

# What argparse says, and how we say it. The English half stays its own sentence.
_COMPLAINTS: Final = tuple((re.compile(p), zh) for p, zh in (
    (r"^the following arguments are required: (.+)$", "还缺：{0}"),
    (r"^unrecognized arguments: (.+)$", "不认识：{0}"),
    (r"^argument (.+): invalid choice: '(.*)' \(choose from (.+)\)$", "{0} 不能是「{1}」，可用：{2}"),
    (r"^argument (.+): expected one argument$", "{0} 后面要有一个值"),
    (r"^argument (.+): expected at least one argument$", "{0} 后面至少要有一个值"),
    (r"^argument (.+): not allowed with argument (.+)$", "{0} 不能和 {1} 一起用"),
    (r"^argument (.+): a day is written like 2026-07-01, not '(.*)'$", "{0} 是日期，写成 2026-07-01 的样子，不是「{1}」"),
    (r"^argument (.+): invalid (.+) value: '(.*)'$", "{0} 的值「{2}」不对"),
    (r"^ambiguous option: (.+) could match (.+)$", "{0} 可能是 {1}，请写全"),
))
_WANTED: Final = re.compile(r"invalid choice: '(.*)' \(choose from (.+)\)$")


class _Help(argparse.HelpFormatter):
    """Chinese headings; the usage line says 用法."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=110)

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法 usage: " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser whose help and errors people of both languages can read."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"formatter_class": _Help, "add_help": False, "allow_abbrev": False, **given})
        self._positionals.title = "参数 arguments"
        self._optionals.title = "选项 options"
        self.add_argument("-h", "--help", action="help", help="显示这份说明 show this help")

    def error(self, message: str) -> NoReturn:
        """One sentence on stderr, and exit code 2."""
        sys.stderr.write(f"{self.prog}：{_in_chinese(message)} / {message}\n{self.prog} --help 看说明 for help\n")
        raise SystemExit(exits.USAGE)


def date_argument(text: str) -> date:
    """The `type` of an option that takes a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a day is written like 2026-07-01, not '{text[:20]}'") from None


def _in_chinese(message: str) -> str:
    said = "命令行写错了"
    for pattern, zh in _COMPLAINTS:
        found = pattern.search(message)
        if found:
            said = zh.format(*found.groups())
            break
    wanted = _WANTED.search(message)
    near = get_close_matches(wanted[1], re.findall(r"'([^']*)'", wanted[2]), 1) if wanted else []
    return f"{said}；是不是「{near[0]}」？" if near else said
