"""Writes the reference pages that derive from the code: language, facts, commands, error index, the 88 rules.

    python -m tools.docs.generate          write them
    python -m tools.docs.generate --check  exit 1 and name the pages that are stale
"""
from __future__ import annotations

import sys
from pathlib import Path

from tools.docs import command_page, errors_page, facts_page, how_page, language_page, rules_page

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "docs/command-line.md": command_page.render,
    "docs/facts.md": facts_page.render,
    "docs/errors/README.md": errors_page.render,
    "docs/how-it-works.md": how_page.render,
    "docs/language-reference.md": language_page.render,
    "docs/rules-88.md": rules_page.render,
}


def stale() -> list[str]:
    """Names of the pages whose text is not what the code gives now."""
    found = []
    for name, render in PAGES.items():
        path = ROOT / name
        if not path.exists() or path.read_text("utf-8") != render(ROOT):
            found.append(name)
    return found


def main() -> int:
    if "--check" in sys.argv:
        names = stale()
        for name in names:
            print(f"过期 / stale: {name} (python -m tools.docs.generate)")
        return 1 if names else 0
    for name, render in PAGES.items():
        (ROOT / name).write_text(render(ROOT), encoding="utf-8")
        print(f"写 / wrote {name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
