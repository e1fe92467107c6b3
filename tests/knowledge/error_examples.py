"""Examples of an error page as files of a pack.

A ```toml block begins with a comment that names its file. A ```csv block belongs to the table declared by the block
before it, or to the catalogue that pack.toml names. A page whose mistake cannot be written in Markdown (another
encoding, a file that is too large) shows it as ```text and is tested elsewhere.
"""
from __future__ import annotations

import re
from pathlib import Path

PACK = '# pack.toml\nname = "demo"\nversion = "1"\ntitle = "示例"\n'
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(page: str, heading: str) -> str:
    return page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def files(page: str, heading: str) -> dict[str, str] | None:
    """Contents by file name; None if the example cannot be shown."""
    found = {"pack.toml": PACK}
    last = ""
    for kind, text in _BLOCK.findall(section(page, heading)):
        if kind == "text":
            return None
        if kind == "toml":
            last = text.splitlines()[0].removeprefix("# ")
            found[last] = text
        elif last == "pack.toml":
            name = re.search(r'^file = "(.*)"$', found[last], re.MULTILINE)
            assert name is not None
            found[name[1]] = text
        else:
            found[last.removesuffix(".toml") + ".csv"] = text
    return found


def write_pack(folder: Path, contents: dict[str, str]) -> Path:
    for name, text in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
