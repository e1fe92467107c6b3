"""`medrules schema`: the JSON Schema of native facts, for programmers who fill them."""
from __future__ import annotations

import argparse

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import print_json
from medrules.adapters.native import json_schema


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=["zh", "en"], default="zh", help="字段名语言 language of field names")


def run(arguments: argparse.Namespace) -> int:
    print_json(json_schema(arguments.lang))
    return exits.OK
