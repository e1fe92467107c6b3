"""Every disagreement that a campaign has found, shrunk: rules and tables as text, one request, and a sentence that says what was wrong."""
from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medrules.knowledge.codeset import CodeSet
from tests.property.drawing import Asked
from tests.property.written import TableText, Written

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """One kept case."""

    sentence: str
    written: Written
    asked: Asked


def plain(case: Case) -> dict[str, Any]:
    """As the file holds it."""
    w = case.written
    return {
        "sentence": case.sentence, "rules": [r.split("\n") for r in w.rules], "shared": w.shared.split("\n"), "catalogued": w.catalogued,
        "tables": [{"toml": t.toml.split("\n"), "header": t.header, "rows": t.rows} for t in w.tables],
        "codesets": [{"name": s.name, "system": s.system, "exact": sorted(s.exact), "prefixes": s.prefixes, "partial": s.partial} for s in w.codesets],
        "door": case.asked.door, "request": case.asked.data,
    }


def case_of(data: dict[str, Any]) -> Case:
    tables = tuple(TableText("\n".join(t["toml"]), tuple(t["header"]), tuple(map(tuple, t["rows"]))) for t in data["tables"])
    codesets = tuple(
        CodeSet(s["name"], s["system"], exact=frozenset(s["exact"]), prefixes=tuple(s["prefixes"]), partial=s["partial"], text="例")
        for s in data["codesets"])
    return Case(data["sentence"], Written(
        tuple("\n".join(r) for r in data["rules"]), tables, "\n".join(data["shared"]), data["catalogued"], codesets,
    ), Asked(data["request"], data["door"]))


def kept() -> dict[str, Case]:
    """All cases by name."""
    return {p.stem: case_of(json.loads(p.read_text("utf-8"))) for p in sorted(FOLDER.glob("*.json"))}
