"""Laws 9 and 31: people are judged apart, and a door that cannot carry a fact only makes excuses unavailable."""
from __future__ import annotations

import json
import re
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given

from medrules.adapters.native import read_facts
from medrules.engine.reference import Reference
from tests.property.judging import judged
from tests.property.programs import random_program
from tests.property.requests import request
from tests.property.strategies import FEW, SEEDS

EXCUSES = {"就诊": ("抢救标志", "再入院计划标志"), "明细": ("会诊标志", "转入住院标志"), "处方": ("长期处方标志",)}
CANNOT = [f"{entity}.{name}" for entity, names in EXCUSES.items() for name in names]


def together(seed: int) -> tuple[Any, Any]:
    """Two requests of two people that one file could hold."""
    first, second = request(Random(seed)), request(Random(seed + 1))
    for data in (first, second):
        data.pop("不能提供", None)
        data.pop("有扣减台账", None)
        data |= {"业务时间": "2026-03-25 12:00:00", "环节": "事后"}
        for e in (*data["就诊"], *data["历次就诊"]):
            for d in e.get("诊断") or ():
                d.setdefault("疑似标志", False)  # one door for both: it carries the flag
            for line in e.get("明细") or ():
                line.pop("已扣减金额", None)
    text = re.sub(r'"E(\d)', r'"F\1', json.dumps(second, ensure_ascii=False)).replace('"P1"', '"P2"')
    return first, json.loads(text)


@FEW
@given(SEEDS)
def test_law_9_a_file_of_people_is_the_sum_of_its_people(seed: int) -> None:
    program = random_program(seed)
    a, b = (read_facts(d) for d in together(seed))
    if a.door.carries != b.door.carries:
        return
    both = replace(
        a, patients=a.patients + b.patients, current=a.current + b.current, attestations=a.attestations + b.attestations,
        declarations=a.declarations + b.declarations, unjudged=a.unjudged + b.unjudged)
    reference = Reference(program)
    apart = [reference.evaluate(f).canonical() for f in (a, b)]
    assert reference.evaluate(both).canonical() == tuple(x | y for x, y in zip(*apart, strict=True))


@FEW
@given(SEEDS)
def test_law_31_a_fact_that_cannot_be_carried_can_only_fail_to_excuse(seed: int) -> None:
    program, data = random_program(seed), request(Random(seed), drop=0.0)
    data.pop("不能提供", None)
    left_out = deepcopy(data)
    for e in (*left_out["就诊"], *left_out["历次就诊"]):
        for entity, names in EXCUSES.items():
            for held in [e] if entity == "就诊" else e.get(entity, ()):
                for name in names:
                    held.pop(name, None)
    missing = judged(program, left_out)
    absent = judged(program, {**data, "不能提供": CANNOT})
    assert missing.keys() == absent.keys()
    for key, answer in missing.items():
        if isinstance(answer, bool):
            assert absent[key] is answer
        else:
            assert absent[key] is not False  # what was open is a violation now, or open for another reason
