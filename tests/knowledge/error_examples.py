"""Examples of an error page as files of a pack.

A ```toml block begins with a comment that names its file. A ```csv block belongs to the table declared by the block
before it, to the catalogue that pack.toml names, or to the mapping file before it (then it is a batch to be imported);
one that begins with 医院编码 is a code mapping. A page whose mistake cannot be written in Markdown (another encoding,
a file that is too large, a workbook) shows it as ```text and is tested elsewhere.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from medrules.diagnostics import Diagnostic, Source
from medrules.knowledge.folder import read_pack_folder
from medrules.knowledge.imports.batch import import_batch
from medrules.knowledge.imports.csv_sheet import read_csv
from medrules.knowledge.imports.layout import read_layout
from medrules.knowledge.imports.target import open_target
from medrules.knowledge.mapping import read_mapping

PACK = '# pack.toml\nname = "demo"\nversion = "1"\ntitle = "示例"\n'
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BATCH, MAPPING, CODES = "mapping.csv", "mapping.toml", "codes.csv"


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
        elif text.startswith("医院编码"):
            found[CODES] = text
        elif last == "pack.toml":
            name = re.search(r'^file = "(.*)"$', found[last], re.MULTILINE)
            assert name is not None
            found[name[1]] = text
        else:
            found[last.removesuffix(".toml") + ".csv"] = text
    return found


def write_pack(folder: Path, contents: Mapping[str, str]) -> Path:
    for name, text in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def diagnostics_of(contents: Mapping[str, str], folder: Path) -> tuple[Diagnostic, ...]:
    """What is said of the files: of a pack, of a batch imported into its table 示例, or of a code mapping."""
    if CODES in contents:
        return read_mapping(contents[CODES].encode(), CODES)[1]
    pack = write_pack(folder, {name: text for name, text in contents.items() if name not in (BATCH, MAPPING)})
    if BATCH not in contents:
        return read_pack_folder(pack).diagnostics
    target, problems = open_target(pack, "示例")
    layout, wrong = read_layout(Source(MAPPING, contents[MAPPING]))
    sheet, told = read_csv(contents[BATCH].encode(), "batch.csv")
    if target is None or layout is None or sheet is None:
        return (*problems, *wrong, *told)
    return import_batch([sheet], layout, target, mapping=MAPPING, told=told).diagnostics
