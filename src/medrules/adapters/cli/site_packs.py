"""The packs that a command about layers looks at: those of a store on a business day, or pack files named one by one."""
from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from medrules.adapters.cli.arguments import date_argument
from medrules.adapters.cli.console import working
from medrules.errors import MedRulesError
from medrules.hospital.held import held_in
from medrules.hospital.layers import Joined
from medrules.hospital.opening import joined_packs
from medrules.hospital.store_states import overlay_of, usable
from medrules.hospital.timeline import timeline
from medrules.packs.archive import BUDGET, PackFile, read_pack_file
from medrules.packs.store import open_store

__all__ = ["add_packs", "joined"]


def add_packs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", help="本院的规则库文件夹 the hospital's store")
    parser.add_argument("--pack", action="append", default=[], help="规则包文件，可写多次，各层一个（代替 --store）a pack file; once for each layer")
    parser.add_argument("--day", type=date_argument, help="按哪一天的版本（缺省今天）business day, default today")


def joined(arguments: argparse.Namespace, overlay: bytes | None = None) -> Joined:
    """The layers joined, with the store's overlay, or the one that is given.

    Raises:
        InvalidLayers: they cannot be used together. PackError: a pack or the store cannot be read.
    """
    day = arguments.day or date.today()
    with working("读规则包 reading the packs"):
        if arguments.store:
            if arguments.pack:
                raise MedRulesError("--store 和 --pack 只写一个 / either --store or --pack")
            packs, own = _of_store(arguments.store, day)
            return joined_packs(packs, own if overlay is None else overlay, strict=overlay is not None)
        if not arguments.pack:
            raise MedRulesError("写 --store 规则库，或 --pack 规则包文件 / name a --store or pack files with --pack")
        return joined_packs([_of_file(Path(p)) for p in arguments.pack], overlay, strict=True)


def _of_file(path: Path) -> PackFile:
    with path.open("rb") as file:
        return read_pack_file(file.read(BUDGET.file + 1))


def _of_store(folder: str, day: date) -> tuple[Sequence[PackFile], bytes | None]:
    view = open_store(folder)
    listed = {p.sha256: p for p in usable(view, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))}
    segment = timeline(held_in(view, p) for p in listed.values()).at(day.toordinal())
    if not segment.packs:
        raise MedRulesError(f"{day.isoformat()} 没有施行的规则包 / no pack is in force on that day")
    return [view.pack_file(listed[p.sha256]) for p in segment.packs], overlay_of(view)
