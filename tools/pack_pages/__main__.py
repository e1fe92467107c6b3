"""Writes the sheets of a pack's READMEs.

    python -m tools.pack_pages PACK_FOLDER [--check]
"""
from __future__ import annotations

import argparse
from pathlib import Path

from medrules.adapters.cli.case_packs import CasePack

from .contradictions import contradictions
from .overview import overview
from .sheet import families, sheet, with_sheet
from .typed import typed

__all__ = ["main", "pages"]


def pages(root: Path) -> dict[Path, str]:
    """Every README of the pack as it should be."""
    found = families(CasePack(root), root)
    made = {f.folder / "README.md": with_sheet(_text(f.folder / "README.md", f"# {f.name}\n"), sheet(f)) for f in found}
    top = root / "README.md"
    made[top] = typed(contradictions(overview(_text(top, f"# {root.name}\n"), found), found), found)
    return made


def _text(path: Path, otherwise: str) -> str:
    return path.read_text("utf-8") if path.exists() else otherwise


def main() -> int:
    parser = argparse.ArgumentParser(description="规则包各族说明的表格 | sheets of a pack's READMEs")
    parser.add_argument("pack", type=Path, help="规则包目录 | folder of the pack")
    parser.add_argument("--check", action="store_true", help="只核对 | say what differs, write nothing")
    arguments = parser.parse_args()
    stale = [(p, text) for p, text in pages(arguments.pack).items() if _text(p, "") != text]
    for path, text in stale:
        print(path)
        if not arguments.check:
            path.write_text(text, "utf-8")
    return 1 if stale and arguments.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
