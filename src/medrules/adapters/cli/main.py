"""`medrules`: finds the command and runs it. Errors become one sentence and an exit code, never a traceback."""
from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from medrules import __version__
from medrules.adapters.cli import exits
from medrules.errors import InvalidPack, MedRulesError, MissingExtra

COMMANDS = (
    ("review", "审核请求文件并显示提示 | review requests and show the warnings"),
    ("check", "检查规则包 | check a pack's rules and tables"),
    ("test", "运行规则包自带用例 | run a pack's own cases"),
    ("explain", "显示一条规则的完整含义，或为何提示、为何未提示 | explain a rule, a finding, or a silence"),
    ("coverage", "某接口能判哪些规则、还缺什么 | what a door can decide, and what to send next"),
    ("fmt", "统一格式，或中英互译 | format rule text, or translate it"),
    ("new", "新建规则族 | make a new rule family"),
    ("serve", "启动本机服务（3101/3102/3103） | run the local HTTP service"),
    ("schema", "导出事实的 JSON Schema | export the JSON Schema of native facts"),
)


def _module(name: str) -> ModuleType:
    return import_module(f"medrules.adapters.cli.{name}_command")


def parser(only: str = "") -> argparse.ArgumentParser:
    """The argument parser; `only` builds that command's arguments alone, so that a command imports only what it needs."""
    top = argparse.ArgumentParser(
        prog="medrules", description="医保智能审核规则 | medical-insurance audit rules",
        epilog="退出码 exit codes: 0 完成 ok · 1 有问题 problems · 2 用法 usage · 3 输入 bad input · 4 规则包 bad pack · "
               "5 缺扩展 missing extra · 6 有未检查项 not fully checked",
    )
    top.add_argument("--version", action="version", version=f"medrules {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="命令 command")
    for name, help_text in COMMANDS:
        sub = commands.add_parser(name, help=help_text, description=help_text)
        if name == only:
            _module(name).add(sub)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    chosen = next((w for w in words if w in dict(COMMANDS)), "")
    try:
        arguments = parser(chosen).parse_args(words)
        return int(_module(arguments.command).run(arguments))
    except InvalidPack as error:
        from medrules.adapters.cli.problems import show

        show(error.diagnostics)
        return exits.BAD_PACK
    except MissingExtra as error:
        sys.stderr.write(f"{error}\n")
        return exits.MISSING
    except MedRulesError as error:
        sys.stderr.write(f"{error.code} {error}\n")
        return exits.BAD_INPUT
    except OSError as error:
        sys.stderr.write(f"读不到文件 / cannot read: {error.filename or error}\n")
        return exits.BAD_INPUT
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return exits.OK
