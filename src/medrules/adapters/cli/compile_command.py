"""`medrules compile PACK -o FILE`: a pack as one file that a hospital's process opens without parsing or checking."""
from __future__ import annotations

import argparse
from pathlib import Path

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import console, print_json, working
from medrules.adapters.cli.files import write_whole
from medrules.api import compile_pack, open_pack


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", help="规则包文件夹或文件（.mrpack）pack folder or pack file")
    parser.add_argument("-o", "--output", required=True, metavar="文件 FILE", help="写到哪个文件 file to write")
    parser.add_argument("--json", action="store_true", help="结果以 JSON 输出 result as JSON")
    parser.add_argument("--no-color", action="store_true", help="不用颜色 no colours")


def run(arguments: argparse.Namespace) -> int:
    target = Path(arguments.output)
    with working("编译规则包 compiling the pack"):
        content = compile_pack(arguments.pack)
        write_whole(target, content)
        program = open_pack(target).program  # a file that cannot be opened is not left for a hospital to find out
    made = {
        "file": str(target), "bytes": len(content), "pack": program.pack, "version": program.pack_version, "hash": program.pack_hash,
        "rules": len(program.rules), "tables": len(program.tables), "rows": sum(len(t.rows) for t in program.tables.values()),
    }
    if arguments.json:
        print_json(made)
    else:
        console(not arguments.no_color).print(
            f"已编译 compiled：{made['pack']} {made['version']}，{made['rules']} 条规则 rules，{made['rows']} 行知识点 rows → {target}"
            f"（{len(content):,} 字节 bytes）", markup=False)
    return exits.OK

