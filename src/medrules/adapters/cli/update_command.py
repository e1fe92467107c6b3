"""`medrules update`: short for `medrules site update`, the command that a timer runs."""
from __future__ import annotations

import argparse

from medrules.adapters.cli import site_update
from medrules.adapters.cli.site_update import run

__all__ = ["add", "run"]


def add(parser: argparse.ArgumentParser) -> None:
    site_update.add(parser)
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 as JSON")
    parser.add_argument("--no-color", action="store_true", help="不用颜色 no colours")
