"""Laws 3, 4, 5: what is learnt never turns an answer into its opposite, and a cause names all that is missing."""
from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any

from hypothesis import given

from medrules.check import program as ir
from medrules.check.program import Program
from medrules.check.walk import nodes
from medrules.model.schema import SCHEMA
from tests.property.histories import whole_request
from tests.property.judging import Key, Verdicts, judged
from tests.property.programs import random_program
from tests.property.requests import AMOUNTS
from tests.property.strategies import FEW, SEEDS

# Facts that choose the law or the shape of lines, not their truth: which day judges (出院时间), how a line is cut (its span and
# unit), which lines are under review, what a declarative flag that nobody sends means (疑似标志), days of use when another fact
# stands in for it. Rulings T05, T06, T28 and facts.md say what happens without them; law 3 does not speak of it.
KEPT = (
    "标识", "唯一号", "种类", "已扣减金额", "本次处方标志", "出院时间", "开始时间", "结束时间", "长期医嘱", "单位", "数量",
    "疑似标志", "用药天数", "prescription.no", *AMOUNTS,
)
NAMES = {"患者": "patient", "就诊": "encounter", "历次就诊": "encounter", "历史": "history", "机构": "institution", "诊断": "diagnosis",
         "手术": "operation", "处方": "prescription", "治疗记录": "session", "明细": "item", "开单医师": "physician"}


def dropped(
    rng: Random, data: Any, share: float, kept: tuple[str, ...] = KEPT, entity: str = "", path: tuple[Any, ...] = (),
) -> list[tuple[tuple[Any, ...], str]]:
    """Take facts out of native facts, in place; what was taken, as (path, field id)."""
    out: list[tuple[tuple[Any, ...], str]] = []
    if isinstance(data, list):
        for i, one in enumerate(data):
            out += dropped(rng, one, share, kept, entity, (*path, i))
    elif isinstance(data, dict):
        for key in list(data):
            field = SCHEMA.find_field(entity, key) if entity else None
            if field is not None and key not in kept and field.id not in kept and rng.random() < share:
                out.append(((*path, key), field.id))
                del data[key]
            elif key in NAMES:
                out += dropped(rng, data[key], share, kept, NAMES[key], (*path, key))
    return out


def restored(data: Any, whole: Any, taken: list[tuple[tuple[Any, ...], str]], wanted: Any) -> Any:
    """The facts with the taken ones put back whose field is wanted."""
    out = deepcopy(data)
    for path, field in sorted(taken, key=lambda t: len(t[0])):
        if not wanted(field):
            continue
        here, there = out, whole
        for step in path[:-1]:
            here, there = here[step], there[step]
        here[path[-1]] = deepcopy(there[path[-1]])
    return out


def kept_for(program: Program) -> tuple[str, ...]:
    """Openness never makes bindings: a list of lines that was not sent can hide a partner, so pairs and groups keep theirs."""
    bound = any(isinstance(r.scope, ir.PairScope | ir.GroupScope | ir.StayPairScope) for r in program.rules)
    return (*KEPT, "明细") if bound else KEPT


def flips(less: Verdicts, more: Verdicts) -> list[tuple[Key, Any, Any]]:
    """Definite answers that became the opposite when more was known."""
    return [(k, v, more[k]) for k, v in less.items() if isinstance(v, bool) and k in more and more[k] is not v]


@FEW
@given(SEEDS)
def test_law_3_learning_a_fact_never_flips_an_answer(seed: int) -> None:
    program = random_program(seed)
    whole = whole_request(Random(seed))
    less = deepcopy(whole)
    dropped(Random(seed + 1), less, 0.12, kept_for(program))
    assert flips(judged(program, less), judged(program, whole)) == []


@FEW
@given(SEEDS)
def test_law_5_opening_the_history_never_flips_an_answer(seed: int) -> None:
    program = random_program(seed)
    whole = whole_request(Random(seed))
    whole["历史"] = {"覆盖起": "2026-01-01", "覆盖范围": "全国"}
    more = judged(program, whole)
    for history in ({"覆盖起": "2026-03-03", "覆盖范围": "全国"}, {"覆盖起": "2026-01-01", "覆盖范围": "本院"}, None):
        less = {k: v for k, v in whole.items() if k != "历史" or history is not None}
        if history is not None:
            less["历史"] = history
        assert flips(judged(program, less), more) == []
    earlier = {**whole, "历史": {"覆盖起": "2026-03-03", "覆盖范围": "全国"}, "历次就诊": []}
    later = {**whole, "历次就诊": [e for e in whole["历次就诊"] if str(e["入院时间"]) < "2026-03-02" and str(e["出院时间"]) < "2026-03-02"]}
    for e in later["历次就诊"]:  # lines of days that the shorter history does not cover
        e["明细"] = [i for i in e["明细"] if str(i["执行时间"]) < "2026-03-03"]
    lone = not any(isinstance(r.scope, ir.StayPairScope) for r in program.rules)
    if lone:
        assert [f for f in flips(judged(program, earlier), judged(program, later)) if "LK" in f[0][0] and not _paired(program, f[0])] == []


def _paired(program: Program, key: Key) -> bool:
    """Openness never makes bindings: a partner or member of an earlier stay may make a pair or group that was not there."""
    rule = next(r for r in program.rules if r.code == key[0])
    return isinstance(rule.scope, ir.PairScope | ir.GroupScope)


@FEW
@given(SEEDS)
def test_law_4_causes_are_complete_and_no_more_than_that(seed: int) -> None:
    program = random_program(seed, 3)
    whole = whole_request(Random(seed))
    whole["历史"] = {"覆盖起": "2026-01-01", "覆盖范围": "全国"}
    less = deepcopy(whole)
    taken = dropped(Random(seed + 1), less, 0.08, kept_for(program))
    full, part = judged(program, whole), judged(program, less)
    chosen = {r.code for r in program.rules if any(isinstance(n, ir.Choose) for n in nodes(r.when))}
    for key, causes in part.items():
        if isinstance(causes, bool) or not isinstance(full.get(key), bool) or key[0] in chosen:
            continue
        if "item.rx_no" in causes:
            continue  # the whole list of a prescription is missing: what its lines lack is not known before they are
        given_back = judged(program, restored(less, whole, taken, lambda f, c=causes: f in c or _derived(f, c)))
        assert given_back.get(key) is full[key], f"{key}: {sorted(causes)} given, still {given_back.get(key)}"
        others = judged(program, restored(less, whole, taken, lambda f, c=causes: f not in c and not _derived(f, c)))
        if key in others:
            assert not isinstance(others[key], bool), f"{key}: {sorted(causes)} missing, yet {others[key]}"


def _derived(field: str, causes: frozenset[str]) -> bool:
    """Whether a fact closes a region or list that is named as cause."""
    regions = {"history.items": ("history.", "patient.history", "encounter.admitted_at", "item.performed_at"),
               "item.at": ("item.performed_at",), "item.on": ("item.performed_at",)}
    return any(field.startswith(regions.get(c, ("!",))) for c in causes)
