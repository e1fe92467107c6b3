"""Law 1 at length: `python -m tests.property.campaign --cases N [--seed S]` compares the execution paths on random cases.

Prints distinct rules, what they covered and every disagreement with the seed that makes it again.
"""
from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from random import Random
from typing import Any

from medrules.adapters.native import read_facts
from medrules.check.program import Program
from medrules.engine.engine import Engine
from medrules.engine.reference import Reference
from tests.property.coverage import Coverage
from tests.property.programs import line_program, random_program
from tests.property.requests import lacking_one, request, stay
from tests.property.test_information import dropped
from tests.property.test_windows import crowded, cut, window_rules

REQUESTS = 6  # per program
LACKING = REQUESTS - 2  # from this one on: whole but for one fact


WORDED = ("findings", "undecided", "unjudged", "deductions", "unmatched", "notes")


def _crowded(rng: Random, n: int) -> Any:
    """A crowded request: whole, with its history cut off, or with facts dropped."""
    data = crowded(rng)
    if n % 3 == 1:
        data = cut(data, rng.choice(("2026-02-24", "2026-03-01", "2026-03-05")))
    elif n % 3 == 2:
        dropped(rng, data, 0.08)
    return data


def _kind(seed: int) -> tuple[Callable[[int], Program], Callable[[Random, int], Any]]:
    """What the programs and requests of a seed are like."""
    match seed % 4:
        case 3:  # windows and quotas over crowded histories
            return window_rules, _crowded
        case 1:  # rules about lines and requests of one stay, which the optimized evaluator judges in one loop
            return line_program, lambda rng, n: lacking_one(rng, stay(rng)) if n == LACKING else stay(rng)
        case _:
            return random_program, lambda rng, n: lacking_one(rng, request(rng, drop=0.0)) if n >= LACKING else request(rng)


def differences(seed: int, coverage: Coverage | None = None) -> list[str]:
    """Where the paths differ on one random program and its requests."""
    make, ask = _kind(seed)
    program = make(seed)
    reference, engine = Reference(program), Engine(program)
    if coverage is not None:
        coverage.saw(program)
    out = []
    for n in range(REQUESTS):
        data = ask(Random(seed * 1_000 + n), n)
        wanted, found = reference.evaluate(read_facts(data)), engine.review(read_facts(data))
        if coverage is not None:
            coverage.answered(wanted)
        if found.unchecked:
            out.append(f"seed {seed} request {n}: unchecked {found.unchecked}")
        elif wanted.canonical() != found.canonical():
            names = ("findings", "undecided", "unjudged", "deductions")
            for name, a, b in zip(names, wanted.canonical(), found.canonical(), strict=True):
                if a != b:
                    out.append(f"seed {seed} request {n} {name}\n    only reference: {sorted(map(str, a - b))}\n"
                               f"    only optimized: {sorted(map(str, b - a))}")
        else:
            out += [f"seed {seed} request {n}: {name} differ in order or words" for name in WORDED
                    if getattr(wanted, name) != getattr(found, name)]
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=5)
    args = parser.parse_args()
    coverage, found, start = Coverage(), [], time.monotonic()
    for seed in range(args.seed, args.seed + max(1, args.cases // REQUESTS)):
        found += differences(seed, coverage)
    print(f"{args.cases} cases in {time.monotonic() - start:.0f} s; distinct rules {len(coverage.programs)}")
    print("answers   ", "  ".join(f"{k} {v}" for k, v in sorted(coverage.answers.items())))
    print("constructs", "  ".join(f"{k} {v}" for k, v in sorted(coverage.constructs.items())))
    print(f"disagreements: {len(found)}")
    for one in found[: args.show]:
        print("  ", one)
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
