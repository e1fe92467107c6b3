"""`python -m benchmarks.one_rule_per_row`: rules written one per item instead of tables, against a dict by item written by hand.

Says how long parsing and checking them takes, into how many shapes they fold, and what a line costs as the rules grow tenfold. Two
indexes stand beside it: `by hand` works out the facts of each line first and then asks the item's conditions (the usual way, and the
one the bar is held against); `lean` works out only what a condition asks for, when it asks. Answers are equal to both on all requests,
and to the reference evaluator on some, before anything is timed.
"""
from __future__ import annotations

import argparse
import gc
import json
import time
from collections.abc import Sequence
from random import Random
from statistics import median
from typing import Any, Final

from benchmarks import limit
from benchmarks.measure import Side, compare_sides, ratios
from benchmarks.workload.encounters import Visit, draw_visits
from benchmarks.workload.knowledge import Knowledge, draw_knowledge
from benchmarks.workload.requests import facts_of
from benchmarks.workload.single_rules import answers_of, draw_limits, facts_index, hand_index, program_from, sources_of
from medrules.check.program import Program
from medrules.engine.engine import Engine
from medrules.engine.reference import Reference
from medrules.plan.planner import plan

__all__ = ["main"]

PARSE_BAR: Final = 3.0  # seconds for a thousand rules
LINE_BAR: Final = 0.8  # of what the hand-written index takes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", default="1000,10000", help="how many, in steps")
    parser.add_argument("--visits", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--sample", type=int, default=20, help="requests that the reference judges too, per step")
    parser.add_argument("--seed", type=int, default=20260321)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    draw = Random(options.seed)
    knowledge, market = draw_knowledge(draw)
    visits = draw_visits(draw, knowledge, market, options.visits)
    found = [_step(knowledge, visits, int(n), options) for n in options.rules.split(",")]
    if options.json:
        print(json.dumps({"bars": {"parse_and_check_1000_s": PARSE_BAR, "mean_ratio": LINE_BAR}, "steps": found}, indent=1))
        return
    lines = sum(len(v.lines) for v in visits)
    print(f"{len(visits):,} encounters, {lines:,} lines, seed {options.seed}, {options.rounds} rounds (bars: {PARSE_BAR} s per 1,000; × {LINE_BAR})")
    for step in found:
        print(" | ".join(f"{name} {value}" for name, value in step.items()))
    first, last = found[0], found[-1]
    print(f"{first['rules']:,} → {last['rules']:,} rules, µs per line: medrules {first['us_per_line']} → {last['us_per_line']}, "
          f"by hand {first['hand_us_per_line']} → {last['hand_us_per_line']}, lean {first['lean_us_per_line']} → {last['lean_us_per_line']}")


def _step(knowledge: Knowledge, visits: tuple[Visit, ...], n: int, options: argparse.Namespace) -> dict[str, Any]:
    limits = draw_limits(Random(f"{options.seed} {n}"), knowledge, n)
    sources = sources_of(limits)
    gc.collect()
    clock = time.perf_counter()
    program = program_from(sources, n)
    checked = time.perf_counter() - clock
    clock = time.perf_counter()
    made = plan(program)
    engine = Engine(made)
    ready = time.perf_counter() - clock
    by_hand, lean = facts_index(limits), hand_index(limits)
    findings = _equal_answers(engine, program, (by_hand, lean), visits, options.sample)
    medrules = Side("medrules", facts_of, engine.review)
    theirs, ours = compare_sides((Side("by hand", limit.request_of, by_hand), medrules), visits, options.rounds)
    leaner, beside = compare_sides((Side("lean", limit.request_of, lean), medrules), visits, options.rounds)
    per_request = len(visits) / sum(len(v.lines) for v in visits)
    return {
        "rules": n, "lines_of_text": sum(s.text.count("\n") for s in sources), "parse_and_check_s": round(checked, 2),
        "plan_and_engine_s": round(ready, 2), "shapes": len(made.shapes), "scanned": len(engine.plan.scans), "findings": findings,
        "us_per_line": _micro(median(x.mean for x in ours) * per_request), "hand_us_per_line": _micro(median(x.mean for x in theirs) * per_request),
        "lean_us_per_line": _micro(median(x.mean for x in leaner) * per_request),
        **{f"{what}_ratio": [round(x, 2) for x in ratios(ours, theirs, what)] for what in ("p50", "mean", "p999")},
        **{f"{what}_ratio_lean": [round(x, 2) for x in ratios(beside, leaner, what)] for what in ("p50", "mean", "p999")},
    }


def _micro(value: float) -> float:
    return round(value, 3)


def _equal_answers(engine: Engine, program: Program, indexes: Sequence[Any], visits: Sequence[Visit], sample: int) -> int:
    """The number of findings; stops at the first encounter on which answers differ."""
    findings = 0
    hit: list[Visit] = []
    for visit in visits:
        ours = sorted(answers_of(engine.review(facts_of(visit))))
        for index in indexes:
            if ours != (theirs := sorted(index(limit.request_of(visit)))):
                raise SystemExit(f"encounter {visit.number}: medrules {ours}, by hand {theirs}")
        findings += len(ours)
        if ours and len(hit) < sample:
            hit.append(visit)
    reference = Reference(program)
    for visit in (*visits[:sample], *hit[sample // 2:]):
        facts = facts_of(visit)
        if engine.review(facts).canonical() != reference.evaluate(facts_of(visit)).canonical():
            raise SystemExit(f"encounter {visit.number}: medrules and the reference differ")
    return findings


if __name__ == "__main__":
    main()
