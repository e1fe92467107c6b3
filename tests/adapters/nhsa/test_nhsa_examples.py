"""The example requests give what examples/3101/expected.toml and its README say, through the whole chain, bytes to bytes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from medrules import Engine, SiteSettings, review_message
from medrules.adapters.nhsa import read_feedback, read_request

FOLDER = Path(__file__).parents[3] / "examples" / "3101"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))
# Rules that the file speaks of. Others (generic names, prescriptions, upload times) ask for facts that 3101 does not carry,
# and the checks of line records (36) ask for all of them.
SPOKEN = {one[0] for case in EXPECTED.values() for kind in ("findings", "undecided") for one in case.get(kind, [])} - {"GZ10000201002000"}
REQUESTS = sorted(p.name for p in FOLDER.glob("*.json") if "3103" not in p.name)


@pytest.fixture(scope="module")
def site() -> SiteSettings:
    return SiteSettings.from_toml(FOLDER / "site.toml")


def rule(code: str) -> str:
    """The official code: a sub-rule's number falls away."""
    return code.partition("-")[0] if code.startswith("GZ") else code


def test_every_example_has_an_expectation() -> None:
    assert set(EXPECTED) == set(REQUESTS) and len(REQUESTS) >= 6


@pytest.mark.parametrize("name", REQUESTS)
def test_report(engine: Engine, site: SiteSettings, name: str) -> None:
    report = engine.review(read_request((FOLDER / name).read_bytes(), site=site).facts)
    undecided = sorted((rule(u.rule), u.anchor.line) for u in report.undecided if rule(u.rule) in SPOKEN)
    assert undecided == sorted(map(tuple, EXPECTED[name].get("undecided", [])))
    assert sorted((u.anchor.line, u.reason) for u in report.unjudged) == sorted(map(tuple, EXPECTED[name].get("unjudged", [])))
    assert not report.unchecked


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize("name", REQUESTS)
def test_answer(engine: Engine, site: SiteSettings, name: str, encoding: str) -> None:
    body = (FOLDER / name).read_text(encoding="utf-8").encode(encoding)
    answer: dict[str, Any] = json.loads(review_message(engine, body, site=site, encoding=encoding).decode(encoding))
    found = [[item["rule_id"], item["judge_result_detail_dtos"][0]["rx_id"], item["sev_deg"], f"{item['vola_amt']:.2f}"] for item in answer["output"]["result"]]
    assert sorted(found) == sorted(EXPECTED[name].get("findings", []))
    assert answer["infcode"] == 0 and answer["err_msg"] is None
    waiting = len(engine.review(read_request(body, site=site, encoding=encoding).facts).undecided)
    assert answer["warn_msg"] == (f"待核 {waiting} 项" if waiting else None)


def test_the_feedback_example_answers_the_first_example(engine: Engine, site: SiteSettings) -> None:
    first = json.loads(review_message(engine, (FOLDER / "01-outpatient-adult.json").read_bytes(), site=site))
    feedback = read_feedback((FOLDER / "10-feedback-3103.json").read_bytes())
    assert [r.warning for r in feedback.responses] == [i["jr_id"] for i in first["output"]["result"]]


def test_the_site_table_would_judge_the_unmapped_visit_kind(engine: Engine) -> None:
    body = (FOLDER / "07-unmapped-visit-kind.json").read_bytes()
    mapped = SiteSettings.from_toml({"med_type": {"140104": "门诊慢特病"}})
    report = engine.review(read_request(body, site=mapped).facts)
    assert not [u for u in report.unjudged if u.reason == "scene"]
    asked = [rule(u.rule) for u in report.undecided if rule(u.rule) in SPOKEN]
    assert [f.rule for f in report.findings] + asked == ["GZ10000101008000"]


def test_every_person_in_the_examples_is_invented() -> None:
    for path in FOLDER.glob("*.json"):
        text = path.read_text(encoding="utf-8")
        for mark in ('"patn_name": "', '"drord_dr_name": "', '"opter_name": "'):
            for part in text.split(mark)[1:]:
                assert part.startswith(("示例", "-")), path.name
        for part in text.split('"patn_id": "')[1:]:
            assert part.startswith("P9000000000")
