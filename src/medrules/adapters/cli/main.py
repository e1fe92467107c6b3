"""`medrules`: finds the command and runs it. Errors become one sentence and an exit code, never a traceback."""
from __future__ import annotations

import argparse
import atexit
import gc
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType
from typing import Final

from medrules import __version__
from medrules.adapters.cli import exits
from medrules.adapters.cli.arguments import Parser
from medrules.errors import InvalidPack, MedRulesError, MissingExtra

__all__ = ["COMMANDS", "main", "parser"]

COMMANDS: Final = (
    ("review", "审核请求文件并显示提示 | review requests and show the warnings"),
    ("screen", "筛查很多次就诊（事后，含按月按年的规则） | screen many encounters after the fact, with rules about months"),
    ("check", "检查规则包 | check a pack's rules and tables"),
    ("compile", "把规则包编译成一个文件，开启更快 | compile a pack into one file that opens faster"),
    ("pack", "制作、查看、比较规则包文件（.mrpack） | build, show and compare pack files"),
    ("test", "运行规则包自带用例 | run a pack's own cases"),
    ("explain", "显示一条规则的完整含义，或为何提示、为何未提示 | explain a rule, a finding, or a silence"),
    ("coverage", "某接口能判哪些规则、还缺什么 | what a door can decide, and what to send next"),
    ("profile", "每条规则要花多少：时间、候选、命中 | what each rule costs on a file of requests"),
    ("fmt", "统一格式，或中英互译 | format rule text, or translate it"),
    ("new", "新建规则族 | make a new rule family"),
    ("knowledge", "知识点：导入批次、比较、模板、没对上的项目 | knowledge points: import batches, compare, templates, unmatched items"),
    ("history", "既往就诊的数据库：建表、装入、查看 | the database of earlier encounters: make, load, show"),
    ("update", "更新本院的规则包 | update the hospital's rule packs"),
    ("site", "本院的规则包：更新、状态、回退、台账、各层的理由、试运行 | the hospital's packs: update, status, rollback, ledger, reasons, trials"),
    ("serve", "启动本机服务（3101/3102/3103） | run the local HTTP service"),
    ("bureau", "发布单位：钥匙、角色、发布、灰度、撤回、签名 | the publisher's side: keys, roles, publishing, signing"),
    ("schema", "导出事实的 JSON Schema | export the JSON Schema of native facts"),
)


def _module(name: str) -> ModuleType:
    return import_module(f"medrules.adapters.cli.{name}_command")


def parser(only: str = "") -> argparse.ArgumentParser:
    """The argument parser; `only` builds that command's arguments alone, so that a command imports only what it needs."""
    top = Parser(
        prog="medrules", description="医保智能审核规则 | medical-insurance audit rules",
        epilog="退出码 exit codes: " + " · ".join(f"{code} {word}" for code, word, *_ in exits.TABLE),
    )
    top.add_argument("--version", action="version", version=f"medrules {__version__}", help="显示版本 show the version")
    commands = top.add_subparsers(dest="command", required=True, metavar="命令 command", title="命令 commands")
    for name, help_text in COMMANDS:
        sub = commands.add_parser(name, help=help_text, description=help_text)
        if name == only:
            _module(name).add(sub)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # a Windows code page has no 「」
    atexit.register(gc.freeze)  # when the process ends, nobody needs what is left searched for garbage, four times over
    return _safely(lambda: _run(words))


def _run(words: list[str]) -> int:
    if not words:
        parser().print_help()
        return exits.OK
    chosen = words[0] if words[0] in dict(COMMANDS) else ""
    try:
        arguments = parser(chosen).parse_args(words)
    except SystemExit as done:  # argparse ends the process after --help and after a mistake
        return int(done.code or 0)
    code = int(_module(arguments.command).run(arguments))
    sys.stdout.flush()
    return code


def _safely(run: Callable[[], int]) -> int:
    """What `run` answers; whatever it raises becomes a sentence and a code."""
    try:
        return run()
    except InvalidPack as error:
        from medrules.adapters.cli.problems import show

        show(error.diagnostics, to_stderr=True)
        return exits.BAD_PACK
    except MissingExtra as error:
        return _say(str(error), exits.MISSING)
    except MedRulesError as error:
        return _say(str(error) if error.code == MedRulesError.code else f"{error.code} {error}", exits.BAD_INPUT)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left: let the last flush succeed
        return exits.OK
    except OSError as error:
        return _say(_file_trouble(error), exits.BAD_INPUT)
    except UnicodeDecodeError:
        return _say("文件不是 UTF-8 编码 / the file is not UTF-8", exits.BAD_INPUT)
    except KeyboardInterrupt:
        return _say("已中断 / interrupted", exits.INTERRUPTED)
    except Exception as fault:
        if os.environ.get("MEDRULES_DEBUG"):
            raise
        kind = type(fault).__name__  # never its text: it may hold what was sent
        return _say(f"内部错误（{kind}），这是 medrules 的问题，请报告 / internal error ({kind}), please report it", exits.INTERNAL)


def _say(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


def _file_trouble(error: OSError) -> str:
    name = error.filename or ""
    match error:
        case FileNotFoundError():
            return f"没有这个文件：{name} / no such file"
        case IsADirectoryError():
            return f"这是文件夹，不是文件：{name} / a folder, not a file"
        case NotADirectoryError():
            return f"这不是文件夹：{name} / not a folder"
        case PermissionError():
            return f"没有权限：{name} / permission denied"
        case _:
            return f"读写不了：{name or type(error).__name__} / cannot be read or written"
