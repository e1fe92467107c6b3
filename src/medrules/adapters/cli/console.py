"""The terminal: rich where it is installed, and one sentence saying how to install it where it is not."""
from __future__ import annotations

import json
import sys
from typing import Any

from medrules.errors import MissingExtra

try:
    from rich.console import Console
    from rich.panel import Panel
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.table import Table
    from rich.text import Text
except ImportError as missing:  # pragma: no cover - exercised in an environment without the extra
    raise MissingExtra("命令行需要 rich：pip install medrules[cli] / the command line needs: pip install medrules[cli]") from missing

__all__ = ["Console", "Panel", "Progress", "Table", "Text", "console", "error_console", "print_json", "progress", "yuan"]


def console(color: bool = True) -> Console:
    """Standard output. Colour and width follow the terminal; a pipe gets plain text 120 columns wide."""
    width = None if sys.stdout.isatty() else 120
    return Console(no_color=not color, highlight=False, width=width, soft_wrap=False)


def error_console() -> Console:
    return Console(stderr=True, highlight=False)


def progress(label: str) -> Progress:
    """A bar for work that takes longer than a second; it writes to stderr so that --json stays clean."""
    return Progress(
        TextColumn(label), BarColumn(), MofNCompleteColumn(), console=error_console(), transient=True,
        disable=not sys.stderr.isatty(),
    )


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def yuan(fen: int | None) -> str:
    """`12.50`, or 待定 for an undetermined amount."""
    if fen is None:
        return "待定"
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
