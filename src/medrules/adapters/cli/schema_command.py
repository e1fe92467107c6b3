"""`medrules schema`: the JSON Schema of native facts, for programmers who fill them."""
from __future__ import annotations

import argparse
import json
from pathlib import Path

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import print_json
from medrules.adapters.cli.files import write_text
from medrules.adapters.native import json_schema


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=["zh", "en"], default="zh", help="字段名的语言 language of field names")
    parser.add_argument("--out", help="写到这个文件（缺省标准输出）write to this file")


def run(arguments: argparse.Namespace) -> int:
    schema = json_schema(arguments.lang)
    if arguments.out:
        write_text(Path(arguments.out), json.dumps(schema, ensure_ascii=False, indent=2) + "\n")
    else:
        print_json(schema)
    return exits.OK
