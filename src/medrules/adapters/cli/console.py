"""The terminal: rich where it is installed, and one sentence saying how to install it where it is not."""
from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

from medrules.errors import MissingExtra

try:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.errors import MarkupError
    from rich.markup import escape
    from rich.panel import Panel
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.segment import Segment
    from rich.table import Table
    from rich.text import Text
    from rich.tree import Tree
except ImportError as missing:  # pragma: no cover - exercised in an environment without the extra
    raise MissingExtra("命令行需要 rich：pip install medrules[cli] / the command line needs: pip install medrules[cli]") from missing

__all__ = [
    "Console", "Panel", "Progress", "Table", "Text", "Tree", "console", "error_console", "escape", "print_json", "progress", "working", "yuan",
]

# What rich would take for markup and this program does not write: it came with a name, a file or a pack.
_NOT_OURS: Final = re.compile(r"(?<!\\)\[(?=[a-z#/@])(?!(?:bold )?(?:bold|dim|red|green|yellow|cyan)\]|/\])")
# Control characters, and those that turn the direction of a line: a terminal would obey them.
_OBEYED: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class _Screen(Console):
    """Shows texts that others wrote as they are: their brackets are no markup, their control characters are not obeyed."""

    def render_str(self, text: str, **given: Any) -> Text:
        if given.get("markup") is False:
            return super().render_str(text, **given)
        try:
            return super().render_str(_NOT_OURS.sub(r"\\[", text), **given)
        except MarkupError:  # a closing tag of theirs
            return super().render_str(text, **given | {"markup": False})

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control or text.isprintable() else _OBEYED.sub("\ufffd", text), style, control)


def console(color: bool = True) -> Console:
    """Standard output. Colour and width follow the terminal; a pipe gets plain text 120 columns wide."""
    width = None if sys.stdout.isatty() else 120
    return _Screen(no_color=not color, highlight=False, emoji=False, width=width, soft_wrap=False)


def error_console(color: bool = True) -> Console:
    """Standard error: sentences about what went wrong, so that standard output holds answers only."""
    return _Screen(stderr=True, no_color=not color, highlight=False, emoji=False, soft_wrap=True)


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
