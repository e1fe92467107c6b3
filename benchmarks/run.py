"""`python -m benchmarks.run`: one workload through medrules and through the hand-written limit, equal answers first, then times.

Prints a table and, with `--write`, puts it into docs/benchmarks.md. Figures are ratios to the limit of the same round: single
microseconds of a shared machine mean little.
"""
from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import median

from benchmarks import limit
from benchmarks.answers import as_limit_says, sorted_answers
from benchmarks.measure import Latency, Side, compare_sides, ratios
from benchmarks.workload.encounters import Visit, draw_visits
from benchmarks.workload.knowledge import Knowledge, draw_knowledge, part_of
from benchmarks.workload.program import program_of
from benchmarks.workload.requests import facts_of, forgetful
from medrules.check.program import Program
from medrules.engine.engine import Engine
from medrules.engine.reference import Reference
from medrules.model.facts import Facts

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
COMPARED = 10  # of so many requests with an UNKNOWN fact one is judged by the reference too
BEGIN, END = "<!-- workload: begin -->", "<!-- workload: end -->"
HEAD = ("rows", "findings", "p50 ×", "mean ×", "p99.9 ×", "limit p50 µs", "limit mean µs", "limit p99.9 µs", "load s", "limit load s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="1000,10000,100000,227500", help="sizes, in knowledge rows")
    parser.add_argument("--visits", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=20260321)
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    options = parser.parse_args()
    draw = Random(options.seed)
    knowledge, market = draw_knowledge(draw)
    visits = draw_visits(draw, knowledge, market, options.visits)
    table: list[tuple[str, ...]] = [HEAD]
    for rows in (int(n) for n in options.rows.split(",")):
        for line in _size(part_of(knowledge, rows), visits, options):
            table.append(line)
            print(" | ".join(line), flush=True)
    text = _markdown(table, options, sum(len(v.lines) for v in visits))
    print(text)
    if options.write:
        _write(text)


def _size(knowledge: Knowledge, visits: tuple[Visit, ...], options: argparse.Namespace) -> Iterator[tuple[str, ...]]:
    """Two lines of the table: complete requests, and the same with one fact of each UNKNOWN (the limit on the complete ones)."""
    start = time.perf_counter()
    check = limit.build(knowledge)
    limit_load = time.perf_counter() - start
    program = program_of(knowledge)
    start = time.perf_counter()
    engine = Engine(program)
    load = time.perf_counter() - start
    findings = _equal_answers(engine, check, visits)
    loads = f"{load:.1f}", f"{limit_load:.1f}"
    yield (f"{knowledge.size:,}", f"{findings:,}", *_timed(engine, check, facts_of, visits, options.rounds), *loads)
    build = forgetful(options.seed)
    found, left = _equal_to_reference(engine, program, build, visits)
    name = f"{knowledge.size:,}, one fact UNKNOWN"
    yield (name, f"{found:,} + {left:,} 待核", *_timed(engine, check, build, visits, options.rounds), *loads)


def _timed(
    engine: Engine, check: limit.Check, build: Callable[[Visit], Facts], visits: tuple[Visit, ...], rounds: int
) -> tuple[str, ...]:
    sides = (Side("limit", limit.request_of, check), Side("medrules", build, engine.review))
    theirs, ours = compare_sides(sides, visits, rounds)
    figures = ("{:.2f} ({:.2f}–{:.2f})".format(*ratios(ours, theirs, what)) for what in ("p50", "mean", "p999"))
    return *figures, *(_middle(theirs, what) for what in ("p50", "mean", "p999"))


def _equal_to_reference(engine: Engine, program: Program, build: Callable[[Visit], Facts], visits: tuple[Visit, ...]) -> tuple[int, int]:
    """Findings and open entries of all requests; every tenth request is compared with the reference evaluator."""
    reference = Reference(program)
    findings = left = 0
    for n, visit in enumerate(visits):
        report = engine.review(build(visit))
        if n % COMPARED == 0 and report.canonical() != reference.evaluate(build(visit)).canonical():
            raise SystemExit(f"encounter {visit.number}: medrules and the reference differ")
        findings, left = findings + len(report.findings), left + len(report.undecided) + len(report.unjudged)
    return findings, left


def _middle(latencies: list[Latency], what: str) -> str:
    return f"{median(getattr(x, what) for x in latencies):.1f}"


def _equal_answers(engine: Engine, check: limit.Check, visits: tuple[Visit, ...]) -> int:
    """The number of findings; stops at the first encounter on which the two differ."""
    findings = 0
    for visit in visits:
        report = engine.review(facts_of(visit))
        ours, theirs = as_limit_says(report), sorted_answers(check(limit.request_of(visit)))
        if ours != theirs:
            raise SystemExit(f"encounter {visit.number}: medrules {ours}, limit {theirs}")
        findings += len(report.findings)
    return findings


def _markdown(table: list[tuple[str, ...]], options: argparse.Namespace, lines: int) -> str:
    head, *body = table
    return "\n".join([
        f"{options.visits:,} encounters, {lines:,} lines, seed {options.seed}, {options.rounds} rounds; ratios are medians over the rounds "
        "(smallest–largest). Answers were equal on all encounters before anything was timed.", "",
        "| " + " | ".join(head) + " |", "|" + "---|" * len(head), *("| " + " | ".join(row) + " |" for row in body)])


def _write(text: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
