"""A small pack file, made of nothing that a rule engine would understand: the archive is blind to rules."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from medrules.packs.archive import write_pack_file
from medrules.packs.entries import Period
from medrules.packs.manifest import Extended, Mandatory, Manifest, People, Superseded, members_of
from medrules.packs.versions import Version

MEMBERS: Mapping[str, bytes] = {
    "CHANGES.md": "# 首次发布\n".encode(), "compiled/medrules.compiled": b"{}\n", "families/F1_demo/rule.medrule": "规则 …".encode(),
    "pack.toml": b'name = "demo"\n'}


def manifest(members: Mapping[str, bytes] = MEMBERS, **changes: Any) -> Manifest:
    made = Manifest(
        "demo", "示例规则包", "A demonstration pack", Version(2026, 7, 1), "示例医疗保障局", "330000", "province", ("ZJ1",),
        Period(date(2026, 7, 1)), Version(0, 1, 0), (Extended("national", Version(2026, 7, 0), Version(2027, 0, 0)),),
        (Superseded(Version(2026, 6, 2), "表行有误"),), Mandatory(False, ("ZJ1-1",)), People("起草：规则处", "审核：业务处", "批准：局务会"),
        "0.1.0", "0" * 64, ("compiled/medrules.compiled", 1), members_of(members))
    return replace(made, **changes)


def pack_file(members: Mapping[str, bytes] = MEMBERS, **changes: Any) -> bytes:
    return write_pack_file(manifest(members, **changes), members)
