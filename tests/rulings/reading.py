"""Reads ruling files: a small pack, facts that the cases share, and the cases themselves."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from medrules.adapters.native import NATIVE, door_limited, read_facts
from medrules.adapters.nhsa.door import door_of
from medrules.adapters.nhsa.site import SiteSettings
from medrules.cases import Case, cases_of
from medrules.cases.yaml_reader import parse_yaml
from medrules.check.program import Program
from medrules.model.facts import Door, Facts
from tests.rulings.packs import build_pack


@dataclass(frozen=True)
class Ruling:
    """One ruling file: its pack, and its cases with the shared facts filled in."""

    name: str
    pack: Mapping[str, Any]
    cases: tuple[Case, ...]

    def program(self, folder: Path) -> Program:
        pack = dict(self.pack)
        pack["tables"] = {n: (t["toml"], t["csv"]) for n, t in (pack.get("tables") or {}).items()}
        return build_pack(folder, **pack)


def _merged(base: Any, over: Any) -> Any:
    """`over` on top of `base`: objects are merged, everything else replaces; the word `没有` takes a key out."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return over
    out = dict(base)
    for key, value in over.items():
        if value == "没有":
            out.pop(key, None)
        else:
            out[key] = _merged(base[key], value) if key in base else value
    return out


def _filled(facts: Any, shared: Mapping[str, Any], item: Mapping[str, Any]) -> Any:
    out = _merged(shared, facts)
    for place in ("就诊", "历次就诊"):
        held = out.get(place)
        for encounter in held if isinstance(held, list) else [held] if held else []:
            if isinstance(encounter.get("明细"), list):
                encounter["明细"] = [_merged(item, one) for one in encounter["明细"]]
    return out


def read_ruling(path: Path) -> Ruling:
    data = parse_yaml(path.read_text("utf-8"))
    shared, item = data.get("facts", {}), data.get("item", {})
    cases = []
    for case in cases_of(data["cases"], path.name):
        cases.append(replace(case, facts=_filled(case.facts, shared, item)))
    pack = {k: data[k] for k in ("rules", "text", "rows", "tables", "parameters", "codesets") if k in data}
    return Ruling(path.stem, pack, tuple(cases))


def door_named(name: str) -> Door:
    """`native`, `3101`, `3102`, or `native 缺 就诊.抢救标志 明细.部位` (facts that the source cannot carry)."""
    if name == "native":
        return NATIVE
    if name.startswith("native 缺 "):
        return door_limited("native", name.removeprefix("native 缺 ").split())
    return door_of(name, SiteSettings())


def facts_of(case: Case) -> Facts:
    assert case.facts is not None
    return read_facts(case.facts, door=door_named(case.door))
