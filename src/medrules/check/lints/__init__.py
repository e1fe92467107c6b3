"""Lints: what is allowed and yet hardly meant. One file per lint; each takes what was checked and adds warnings."""
from __future__ import annotations

from collections.abc import Sequence

from medrules.check.context import World
from medrules.check.reporting import Sink
from medrules.check.rules import CheckedRule
from medrules.language import nodes as ast

__all__ = ["lint"]


def lint(checked: Sequence[CheckedRule], world: World, parsed: Sequence[tuple[ast.File, Sink]], shared: Sink) -> None:
    """Run every lint."""
