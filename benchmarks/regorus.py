"""`python -m benchmarks.regorus`: the gap to a rule engine written in Rust. regorus (Rego) on the workload, in the same run as the limit and
medrules. Optional: `pip install celine-regorus`.

regorus gets the tables as its data document and each request as JSON text, as its interface asks for; making that text is not timed, reading its
answer is. Answers of all three are equal on every encounter before anything is timed.
"""
from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final

from benchmarks import limit
from benchmarks.answers import as_limit_says, sorted_answers
from benchmarks.measure import Side, compare_sides, ratios
from benchmarks.workload.encounters import Visit, draw_visits
from benchmarks.workload.knowledge import Knowledge, draw_knowledge, part_of
from benchmarks.workload.program import program_of
from benchmarks.workload.requests import facts_of
from medrules.engine.engine import Engine

__all__ = ["main"]

POLICY: Final = Path(__file__).with_name("regorus_policy.rego")
MISSING: Final = "regorus 没有安装：pip install celine-regorus / regorus is not installed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=227_500)
    parser.add_argument("--visits", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=20260321)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    draw = Random(options.seed)
    whole, market = draw_knowledge(draw)
    visits = draw_visits(draw, whole, market, options.visits)
    knowledge = part_of(whole, options.rows)
    check, engine, rego = limit.build(knowledge), Engine(program_of(knowledge)), _regorus(knowledge)
    for visit in visits:
        expected = sorted_answers(check(limit.request_of(visit)))
        if sorted_answers(rego(_text(visit))) != expected or as_limit_says(engine.review(facts_of(visit))) != expected:
            raise SystemExit(f"encounter {visit.number}: answers differ")
    by_limit = Side("limit", limit.request_of, check)
    found: dict[str, Any] = {"rows": knowledge.size, "encounters": len(visits), "rounds": options.rounds}
    for side in (Side("medrules", facts_of, engine.review), Side("regorus", _text, rego)):
        theirs, ours = compare_sides((by_limit, side), visits, options.rounds)
        found[side.name] = {
            what: {"times_limit": round(ratios(ours, theirs, what)[0], 2), "us": round(median(getattr(x, what) for x in ours), 1)}
            for what in ("p50", "mean", "p999")}
    found["gap"] = {
        what: round(found["regorus"][what]["times_limit"] / found["medrules"][what]["times_limit"], 1) for what in ("p50", "mean", "p999")}
    if options.json:
        print(json.dumps(found, indent=1))
        return
    print(f"{knowledge.size:,} rows, {len(visits):,} encounters, {options.rounds} rounds; times the limit (µs)")
    for name in ("medrules", "regorus"):
        print(name, *(f"{what} × {x['times_limit']} ({x['us']})" for what, x in found[name].items()), sep=" | ")
    print("regorus ÷ medrules", *(f"{what} {x}" for what, x in found["gap"].items()), sep=" | ")


def _text(visit: Visit) -> str:
    return json.dumps(limit.request_of(visit))


def _regorus(k: Knowledge) -> Callable[[str], list[tuple[Any, ...]]]:
    try:
        import regorus  # an optional peer
    except ImportError:
        print(MISSING, file=sys.stderr)
        raise SystemExit(2) from None
    partners: dict[str, dict[str, bool]] = {}
    for a, b in k.pair:
        partners.setdefault(a, {})[b] = True
        partners.setdefault(b, {})[a] = True
    engine = regorus.Engine()
    engine.add_policy(POLICY.name, POLICY.read_text(encoding="utf-8"))
    engine.add_data_json(json.dumps({
        "age": {item: [low, high] for item, low, high in k.age}, "sex": dict(k.sex), "diagnosis": dict(k.diagnosis), "level": dict(k.level),
        "quantity": dict(k.quantity), "group": dict(k.group), "supply": dict(k.supply), "pair": partners}))

    def review(text: str) -> list[tuple[Any, ...]]:
        engine.set_input_json(text)
        return [tuple(x) for x in json.loads(engine.eval_rule_as_json("data.workload.broken"))]

    return review


if __name__ == "__main__":
    main()
