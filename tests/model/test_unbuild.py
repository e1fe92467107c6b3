"""Facts taken apart and built again are the same facts to every rule, whether they were reviewed before or not."""
from __future__ import annotations

from pathlib import Path
from random import Random

from hypothesis import given
from tests.property.programs import random_program
from tests.property.requests import request
from tests.property.strategies import FEW, SEEDS

from medrules.adapters.native import read_facts
from medrules.adapters.nhsa import SiteSettings, read_request
from medrules.api import open_pack
from medrules.engine.engine import Engine
from medrules.model.builder import build_facts
from medrules.model.facts import Facts
from medrules.model.unbuild import sent_values

ROOT = Path(__file__).parents[2]


def again(facts: Facts) -> Facts:
    made = build_facts(
        door=facts.door, stage=facts.stage, business_time=facts.business_time, patients=sent_values(facts), unjudged=facts.unjudged,
        notes=facts.notes, periods=facts.periods)
    return Facts(
        made.door, made.stage, made.business_time, made.patients, made.current, facts.attestations, facts.declarations, made.unjudged,
        made.notes, made.periods)


@FEW
@given(SEEDS)
def test_the_same_report(seed: int) -> None:
    engine = Engine(random_program(seed))
    for n, drop in enumerate((0.0, 0.4)):
        facts = read_facts(request(Random(seed + n), drop=drop))
        fresh = engine.review(again(facts))
        report = engine.review(facts)
        assert fresh == report
        assert engine.review(again(facts)) == report  # what a review worked out is left behind
        assert engine.review(facts) == report


def test_messages_too() -> None:
    engine, site = open_pack(ROOT / "rulepacks/national"), SiteSettings.from_toml(ROOT / "examples/3101/site.toml")
    for path in sorted((ROOT / "examples/3101").glob("0*.json")):
        facts = read_request(path.read_bytes(), site=site).facts
        report = engine.review(facts)
        assert engine.review(again(facts)) == report
