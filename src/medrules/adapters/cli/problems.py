"""Shows diagnostics in the terminal: the author's line, a caret, one sentence, what to do."""
from __future__ import annotations

from collections.abc import Sequence

from medrules.adapters.cli.console import Text, console
from medrules.diagnostics import Diagnostic, Severity
from medrules.diagnostics.render import render

__all__ = ["show"]


def show(diagnostics: Sequence[Diagnostic], color: bool = True, most: int = 50) -> None:
    out = console(color)
    for one in diagnostics[:most]:
        out.print(Text.from_ansi(render(one, color=color)))
    if len(diagnostics) > most:
        out.print(f"… 另有 {len(diagnostics) - most} 处 / and {len(diagnostics) - most} more")
    errors = sum(d.severity is Severity.ERROR for d in diagnostics)
    if errors:
        out.print(f"[bold red]{errors} 处错误 / errors[/], {len(diagnostics) - errors} 处提醒 / warnings")
