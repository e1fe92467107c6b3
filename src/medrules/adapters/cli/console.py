"""The terminal: rich where it is installed, and one sentence saying how to install it where it is not."""
from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from medrules.errors import MissingExtra

try:
    from rich.console import Console
    from rich.markup import escape
    from rich.panel import Panel
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.table import Table
    from rich.text import Text
    from rich.tree import Tree
except ImportError as missing:  # pragma: no cover - exercised in an environment without the extra
    raise MissingExtra("命令行需要 rich：pip install medrules[cli] / the command line needs: pip install medrules[cli]") from missing

__all__ = [
    "Console", "Panel", "Progress", "Table", "Text", "Tree", "console", "error_console", "escape", "print_json", "progress", "working", "yuan",
]


def console(color: bool = True) -> Console:
    """Standard output. Colour and width follow the terminal; a pipe gets plain text 120 columns wide."""
    width = None if sys.stdout.isatty() else 120
    return Console(no_color=not color, highlight=False, width=width, soft_wrap=False)


def error_console(color: bool = True) -> Console:
    """Standard error: sentences about what went wrong, so that standard output holds answers only."""
    return Console(stderr=True, no_color=not color, highlight=False, soft_wrap=True)


def progress(label: str, shown: bool = True) -> Progress:
    """A bar for work that takes longer than a second; it writes to stderr so that --json stays clean. Not `shown` where the
    answers themselves appear one by one on the same screen."""
    return Progress(
        TextColumn(label), BarColumn(), MofNCompleteColumn(), console=error_console(), transient=True,
        disable=not (shown and sys.stderr.isatty()),
    )


def working(label: str) -> AbstractContextManager[Any]:
    """A spinner on the terminal while a pack is read; nothing in a pipe."""
    return error_console().status(label) if sys.stderr.isatty() else nullcontext()


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def yuan(fen: int | None) -> str:
    """`12.50`, or 待定 for an undetermined amount."""
    if fen is None:
        return "待定"
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
