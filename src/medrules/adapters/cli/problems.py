"""Shows diagnostics in the terminal: the author's line, a caret, one sentence, what to do."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from medrules.adapters.cli.console import Text, console, error_console
from medrules.diagnostics import Diagnostic, Severity
from medrules.diagnostics.render import render

__all__ = ["show"]


def show(
    diagnostics: Sequence[Diagnostic], color: bool = True, most: int = 50, to_stderr: bool = False, lang: Literal["zh", "en"] = "zh",
) -> None:
    """Print the first `most` diagnostics and how many there are. `to_stderr` where standard output holds an answer."""
    out = error_console(color) if to_stderr else console(color)
    painted = color and out.is_terminal and not out.no_color
    for one in diagnostics[:most]:
        out.print(Text.from_ansi(render(one, color=painted, lang=lang)))
    if len(diagnostics) > most:
        out.print(f"… 另有 {len(diagnostics) - most} 处 / and {len(diagnostics) - most} more")
    errors = sum(d.severity is Severity.ERROR for d in diagnostics)
    if errors:
        out.print(f"[bold red]{errors} 处错误 / errors[/]，{len(diagnostics) - errors} 处提醒 / warnings")
    elif diagnostics:
        out.print(f"[bold yellow]{len(diagnostics)} 处提醒 / warnings[/]")
