"""What a command judges by: a pack (folder, compiled file or pack file), or a hospital's store."""
from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from medrules.adapters.cli.console import working
from medrules.api import open_pack
from medrules.engine.engine import Engine

if TYPE_CHECKING:
    from medrules.hospital.store_engine import StoreEngine

__all__ = ["add_rules", "opened"]


def add_rules(parser: argparse.ArgumentParser) -> None:
    """--pack or --store, one of them."""
    one = parser.add_mutually_exclusive_group(required=True)
    one.add_argument("--pack", help="规则包文件夹或文件（.mrpack）pack folder or pack file")
    one.add_argument("--store", help="本院的规则库：每条医嘱按业务日施行的版本判 the hospital's store: each order meets the version of its day")


def opened(arguments: argparse.Namespace, shadow_log: str | None = None) -> Engine | StoreEngine:
    with working("读规则包 reading the pack"):
        if arguments.store:
            from medrules.hospital.store_states import open_store  # a pack alone needs none of it

            return open_store(arguments.store, shadow_log=shadow_log)
        return open_pack(arguments.pack)
