"""The native example requests of examples/native say what they are there to show."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

import medrules
from medrules import Engine, Report

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples" / "native"


NOT_SENT = {  # rules that ask for generic and product names, prescription numbers: the examples do not send them
    "GZ10000202004000", "GZ10000301005000", "GZ10000301006000", "GZ10000301007000", "GZ10000301009000", "GZ10000301010000", "LK-076",
    "LK-087", "LK-088",
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return medrules.open_pack(ROOT / "rulepacks" / "national")


def review(engine: Engine, name: str) -> Report:
    return engine.review(medrules.read_facts(json.loads((EXAMPLES / name).read_text("utf-8"))))


def test_there_is_a_test_for_every_example() -> None:
    assert {p.name for p in EXAMPLES.glob("*.json")} == {"01-outpatient-finding.json", "02-outpatient-undecided.json"}


def test_an_adult_with_a_drug_for_children_is_a_finding(engine: Engine) -> None:
    report = review(engine, "01-outpatient-finding.json")
    assert [(f.rule, f.anchor.line, f.amount, f.result) for f in report.findings] == [("GZ10000101007000", "L1", 4100, "definite")]
    assert {u.rule for u in report.undecided} <= NOT_SENT


def test_without_a_birth_date_it_is_undecided(engine: Engine) -> None:
    report = review(engine, "02-outpatient-undecided.json")
    assert report.findings == ()
    asked = [(u.rule, u.anchor.line, u.causes) for u in report.undecided if u.rule not in NOT_SENT]
    assert asked == [("GZ10000101007000", "L1", ("patient.birth_date",))]
