"""One fact UNKNOWN in each request: what that costs, against the same requests in full.

    python -m benchmarks.bench_unknown [--rows N] [--visits N]

The workload of `benchmarks.run`; each request lacks one fact that its rules read (every fact in turn). Before anything is timed the
answers to a part of the requests are compared with the reference evaluator's. Times are those of the processor, both sides in turn.
"""
from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable, Sequence
from random import Random
from statistics import median
from typing import Any

from benchmarks import limit
from benchmarks.workload.encounters import Visit, draw_visits
from benchmarks.workload.knowledge import draw_knowledge, part_of
from benchmarks.workload.program import program_of
from benchmarks.workload.requests import FACTS, facts_of
from medrules.engine.engine import Engine
from medrules.engine.reference import Reference

__all__ = ["main"]

COMPARED = 60  # requests that the reference answers too


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--visits", type=int, default=1_100)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=20260321)
    options = parser.parse_args()
    draw = Random(options.seed)
    knowledge, market = draw_knowledge(draw)
    visits = draw_visits(draw, knowledge, market, options.visits)
    part = part_of(knowledge, options.rows)
    check, program = limit.build(part), program_of(part)
    engine, reference = Engine(program), Reference(program)
    for n, visit in enumerate(visits[:COMPARED]):
        facts = facts_of(visit, FACTS[n % len(FACTS)])
        assert engine.review(facts).canonical() == reference.evaluate(facts).canonical(), visit.number
    rounds = [_round(engine, check, visits) for _ in range(options.rounds)]
    base, full, lacking = (median(r[0][k] for r in rounds) for k in range(3))
    print(f"{knowledge.size:,} rows drawn, {options.rows:,} used, {len(visits):,} requests; limit {base:.1f} us")
    print(f"in full {full / base:.2f} x the limit; one fact UNKNOWN {lacking / base:.2f} x the limit in full, {lacking / full:.2f} x itself in full")
    for k, name in enumerate(FACTS):
        print(f"  without {name:14} {median(r[1][k] for r in rounds) / base:6.2f} x the limit in full")


def _round(engine: Engine, check: limit.Check, visits: Sequence[Visit]) -> tuple[tuple[float, float, float], list[float]]:
    """Mean microseconds of the limit, of medrules in full and with a fact UNKNOWN; and the last by fact."""
    taken = [0.0, 0.0, 0.0]
    by_fact = [0.0] * len(FACTS)
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for n, visit in enumerate(visits):
            k = n % len(FACTS)
            asked, whole, lacking = limit.request_of(visit), facts_of(visit), facts_of(visit, FACTS[k])
            taken[0] += _timed(check, asked)
            taken[1] += _timed(engine.review, whole)
            cost = _timed(engine.review, lacking)
            taken[2] += cost
            by_fact[k] += cost
            if n % 500 == 0:
                gc.collect()
    finally:
        gc.enable()
        gc.unfreeze()
    a, b, c = (t / len(visits) * 1e6 for t in taken)
    return (a, b, c), [t / (len(visits) / len(FACTS)) * 1e6 for t in by_fact]


def _timed(answer: Callable[[Any], Any], request: Any) -> float:
    start = time.thread_time()
    answer(request)
    return time.thread_time() - start


if __name__ == "__main__":
    main()
