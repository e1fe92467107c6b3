"""`medrules knowledge template PACK TABLE -o FILE.xlsx`: a workbook in which every cell is text, to be filled in and imported."""
from __future__ import annotations

import argparse
from pathlib import Path

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import console, print_json
from medrules.adapters.cli.files import write_whole
from medrules.errors import InvalidPack, MedRulesError
from medrules.knowledge.imports.target import open_target
from medrules.knowledge.imports.template import EXPLAINED, template_columns


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", help="规则包文件夹 pack folder")
    parser.add_argument("table", help="知识表的名字 the table's name")
    parser.add_argument("-o", "--output", required=True, metavar="文件 FILE", help="写到哪个 .xlsx the .xlsx to write")
    parser.add_argument("--json", action="store_true", help="各列以 JSON 输出 the columns as JSON")
    parser.add_argument("--no-color", action="store_true", help="不用颜色 no colours")


def run(arguments: argparse.Namespace) -> int:
    from medrules.adapters.excel import write_template  # the extra: only whoever makes a workbook needs it

    path = Path(arguments.output)
    if path.suffix.lower() != ".xlsx":
        raise MedRulesError("-o 应为 .xlsx 文件 / -o is an .xlsx file")
    if not Path(arguments.pack).is_dir():
        raise MedRulesError(f"没有这个规则包文件夹：{arguments.pack} / no such pack folder")
    target, problems = open_target(Path(arguments.pack), arguments.table)
    if target is None:
        raise InvalidPack("知识表不能用 / the table cannot be used", problems)
    columns = template_columns(target)
    write_whole(path, write_template(target.declared.name, columns, EXPLAINED))
    if arguments.json:
        print_json({"file": str(path), "table": target.declared.name, "columns": [c._asdict() for c in columns]})
    else:
        console(not arguments.no_color).print(
            f"模板已写好 written：{path}（{target.declared.name}，{len(columns)} 列 columns）；填好后 medrules knowledge import", markup=False, soft_wrap=True)
    return exits.OK
