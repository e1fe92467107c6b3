"""A law of change reports: a rule that answers otherwise after a change is in the report, as changed or as one that follows.

Random changes of a real pack: a row less, another parameter, a code set without a member, a definition denied, a clause of a rule that
others follow. Both versions judge the facts of all the pack's cases.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

import pytest

from medrules.adapters.cli.case_facts import facts_of
from medrules.api import check_files
from medrules.cases.case import Case
from medrules.cases.yaml_reader import parse_cases
from medrules.engine.engine import Engine
from medrules.errors import MedRulesError
from medrules.knowledge.packfiles import collect_files, held_files
from medrules.model.facts import Facts
from medrules.packs.entries import Period
from medrules.release.changes import changes_between
from medrules.release.facts import manifest_of
from medrules.release.standing import Standing

PACKS = Path(__file__).resolve().parents[2] / "rulepacks"


@cache
def contents(pack: str) -> Mapping[str, bytes]:
    return collect_files(PACKS / pack).contents


@cache
def facts(pack: str) -> tuple[Facts, ...]:
    found: list[Facts] = []
    for name, content in contents(pack).items():
        if name.endswith("cases.yaml"):
            cases: list[Case] = [c for c in parse_cases(content, name) if not c.screening]
            for case in cases[:4 if pack == "typical-problems" else 1]:
                try:
                    found.append(facts_of(case))
                except MedRulesError:
                    continue
    return tuple(found)


def standing(pack: str, files: Mapping[str, bytes]) -> Standing | None:
    checked = check_files(held_files(files), pack)
    if checked.has_errors:
        return None
    return Standing(manifest_of(checked.sources.declaration, checked.sources.hash), checked, checked, None)


@cache
def before(pack: str) -> tuple[Standing, tuple[Mapping[str, object], ...]]:
    made = standing(pack, contents(pack))
    assert made is not None
    return made, answers(made, pack)


def answers(made: Standing, pack: str) -> tuple[Mapping[str, object], ...]:
    """What each rule says of each request."""
    engine = Engine(made.own.program)
    found = []
    for one in facts(pack):
        said: dict[str, list[object]] = {}
        report = engine.review(one)
        for f in report.findings:
            for code in f.sub_rules or (f.rule,):
                said.setdefault(code, []).append((f.anchor, f.rows, f.result, f.interaction, f.claimable, f.sub_rules))
        for u in report.undecided:
            said.setdefault(u.sub_rule, []).append((u.anchor, u.causes))
        found.append({code: sorted(map(repr, x)) for code, x in said.items()})
    return tuple(found)


def changed(draw: Random, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with one change of some kind."""
    made = dict(files)
    kind = draw.choice(("row", "row", "parameter", "codeset", "definition", "clause", "clause"))
    match kind:
        case "row":
            name = draw.choice([n for n in sorted(made) if n.endswith(".csv") and "/tables/" in n and made[n].count(b"\n") > 1])
            lines = made[name].decode("utf-8-sig").splitlines(keepends=True)
            del lines[draw.randrange(1, len(lines))]
            made[name] = "".join(lines).encode()
        case "parameter":
            text = made["shared/parameters.medrule"].decode()
            spots = list(re.finditer(r"= (\d+)", text))
            spot = draw.choice(spots)
            made["shared/parameters.medrule"] = f"{text[:spot.start(1)]}{int(spot[1]) + draw.randint(1, 3)}{text[spot.end(1):]}".encode()
        case "codeset":
            name = draw.choice([n for n in sorted(made) if "/codesets/" in n])
            made[name] = re.sub(rb'members = \[("[^"]*"), ', b"members = [", made[name], count=1)
        case "definition":
            text = made["shared/definitions.medrule"].decode()
            made["shared/definitions.medrule"] = text.replace(" = 就诊.就医方式 = 住院", " = 就诊.就医方式 = 门诊").replace("西药中成药、", "").encode()
        case _:
            name = draw.choice([n for n in sorted(made) if n.endswith("rule.medrule")])
            text = made[name].decode()
            old, new = draw.choice((
                ("结果：明确违规", "结果：监测"), ("结果：可疑", "结果：监测"), ("提醒方式：静默", "提醒方式：提醒"), ("大于 0", "大于 1"), ("除外「", "除外「另"),
            ))
            made[name] = text.replace(old, new).encode()
    return made


@pytest.mark.parametrize(("pack", "seeds"), [("typical-problems", range(12)), ("national", range(100, 102))])
def test_whoever_answers_otherwise_is_in_the_report(pack: str, seeds: range) -> None:
    old, said = before(pack)
    early = replace(old.manifest, effective=Period(date(2025, 1, 1)))
    different = 0
    for seed in seeds:
        files = changed(Random(seed), contents(pack))
        new = standing(pack, files)
        if new is None:  # what the checker refuses is never published
            continue
        report = changes_between(old.own, new.own, early, early, 0)
        named = {r.code for r in report.rules} | {t.code for t in report.touched}
        otherwise = {
            code for was, now in zip(said, answers(new, pack), strict=True) for code in {*was, *now} if was.get(code) != now.get(code)}
        assert otherwise <= named, (seed, otherwise - named)
        different += bool(otherwise)
    assert different  # else nothing was tried
