"""`--history`: where a command that reviews asks for earlier encounters."""
from __future__ import annotations

import argparse

from medrules.adapters.nhsa import SiteSettings
from medrules.errors import MedRulesError
from medrules.history.reviewing import HistoryLimits, Reviews, WithHistory

__all__ = ["add", "asked"]


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--history", metavar="WHERE", help="既往就诊在哪里：数据库地址（sqlite:///…、postgresql+psycopg://…），或原生事实 .jsonl "
                        "文件、文件夹 where earlier encounters are held")
    parser.add_argument("--history-ms", type=int, default=500, metavar="MS", help="为既往就诊最多等多少毫秒，缺省 500；等不到的规则待核 "
                        "how long to wait for it")


def asked(engine: Reviews, arguments: argparse.Namespace, site: SiteSettings) -> Reviews:
    """The engine, asking for history where the command line says so. In files it has the site's codes."""
    if arguments.history_ms < 1:
        raise MedRulesError("--history-ms 应为正整数 / a whole number from 1 on")
    if not arguments.history:
        return engine
    from medrules.adapters.history_source import open_history  # only commands that are asked to need it

    return WithHistory(engine, open_history(arguments.history, codes=site.code_mapping), HistoryLimits(seconds=arguments.history_ms / 1000))
