"""docs/command-line.md: every command with its arguments, and the exit codes, from the parser itself."""
from __future__ import annotations

import argparse
from pathlib import Path

from medrules.adapters.cli import exits
from medrules.adapters.cli.main import COMMANDS, parser

HEAD = """# 命令行 / Command line

<!-- 由 tools/docs 生成，勿手改 / generated, do not edit -->

`medrules 命令 …` 或 `python -m medrules 命令 …`。每个命令都有 `--help`。给机器读的输出用 `--json`（写到标准输出）；错误写到标准错误，一句话，
中文在前，英文在后，从不出现堆栈。文件一律 UTF-8。文件名可以写通配符或文件夹，各系统相同。

`medrules command …` or `python -m medrules command …`. `--json` writes what machines read to standard output; errors are one sentence on
standard error, Chinese first, never a traceback. Files are UTF-8; patterns and folders are expanded on every system.

"""


def _name(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"`{action.metavar or action.dest}`" + ("（可不写 optional）" if action.nargs == "?" else "")
    word = ", ".join(f"`{o}`" for o in action.option_strings)
    if action.nargs == 0 or isinstance(action, argparse._StoreConstAction):
        return word
    choices = "\\|".join(map(str, action.choices)) if action.choices else str(action.metavar or action.dest).upper()
    return f"{word} {choices}" + ("（必写 required）" if action.required else "")


def _command(name: str, said: str) -> list[str]:
    top = parser(name)
    sub = next(a.choices for a in top._actions if isinstance(a, argparse._SubParsersAction))[name]
    out = [f"## {name}", "", said.replace("|", "/"), ""]
    actions = next((a for a in sub._actions if isinstance(a, argparse._SubParsersAction)), None)
    if actions is None:
        return [*out, *_arguments(sub)]
    for action, its in actions.choices.items():
        out += [f"### {name} {action}", "", (its.description or "").replace("|", "/"), "", *_arguments(its)]
    return out


def _arguments(sub: argparse.ArgumentParser) -> list[str]:
    rows = [f"| {_name(a)} | {(a.help or '').replace('|', '/')} |" for a in sub._actions if a.dest != "help"]
    return ["| | |", "|---|---|", *rows, ""]


def render(root: Path) -> str:
    out = [HEAD + "## 退出码 / Exit codes", "", "| 码 | 含义 | Meaning |", "|---|---|---|"]
    out += [f"| {code} | {zh} | {en} |" for code, _, zh, en in exits.TABLE]
    out.append("")
    for name, said in COMMANDS:
        out += _command(name, said)
    return "\n".join(out)
