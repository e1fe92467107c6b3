"""docs/facts.md: every fact with its twin names, type, unit and the 3101 field that carries it."""
from __future__ import annotations

from pathlib import Path

from medrules.adapters.native.reference import facts_markdown


def render(root: Path) -> str:
    return facts_markdown()
