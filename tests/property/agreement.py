"""Law 1 on one seed: every path of execution says of every request what the reference says."""
from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from medrules.check.program import Program
from medrules.compiled.plans import read_plan, write_plan
from medrules.engine.engine import Engine
from medrules.engine.reference import Reference
from medrules.model.facts import Facts
from medrules.model.reports import Report
from medrules.plan.planner import plan
from tests.property.constructs import of_program, of_rule
from tests.property.decided import count_decided
from tests.property.drawing import Asked, asked, written
from tests.property.situations import of_request
from tests.property.tally import Tally
from tests.property.written import compiled

PARTS = ("findings", "undecided", "unjudged", "deductions")
REQUESTS = 50  # per Program; the issue allows 100
OPENED_AGAIN = 3  # every third request also goes to the plan that was saved and opened
READ_AGAIN = 8  # every eighth request each path reads its own facts: derived values that one leaves behind cannot help another


@dataclass(frozen=True)
class Disagreement:
    """One request on which a path says something else than the reference."""

    seed: int
    request: int
    path: str
    part: str
    only_reference: tuple[str, ...]
    only_path: tuple[str, ...]

    def __str__(self) -> str:
        return (f"seed {self.seed} request {self.request} {self.path} {self.part}\n    only reference: {list(self.only_reference)}\n"
                f"    only {self.path}: {list(self.only_path)}")


def paths(program: Program) -> dict[str, Engine]:
    """The ways of executing that are compared with the reference: a plan as it was made, and as it was saved and opened again."""
    made = plan(program)
    return {"optimized": Engine(made), "compiled": Engine(read_plan(write_plan(made)))}


def compare(wanted: Report, found: Report) -> Iterator[tuple[str, list[str], list[str]]]:
    """(part, only in `wanted`, only in `found`) for every part that differs."""
    if found.unchecked:
        yield "unchecked", [], sorted(map(str, found.unchecked))
        return
    for name, a, b in zip(PARTS, wanted.canonical(), found.canonical(), strict=True):
        if a != b:
            yield name, sorted(map(str, a - b)), sorted(map(str, b - a))
    if wanted.unmatched != found.unmatched:
        yield "unmatched", [str(wanted.unmatched)], [str(found.unmatched)]
    if wanted.notes != found.notes:
        yield "notes", list(wanted.notes), list(found.notes)
    order = [[(f.rule, f.anchor, f.result) for f in r.findings] for r in (wanted, found)]
    if order[0] != order[1] and sorted(map(str, order[0])) == sorted(map(str, order[1])):
        yield "order", list(map(str, order[0])), list(map(str, order[1]))


def words(report: Report) -> list[Any]:
    """What findings say to people."""
    return [(f.rule, f.anchor, f.message, f.suggestion, f.facts, f.formula, f.interaction) for f in report.findings]


def judge(program: Program, requests: Sequence[Asked], seed: int, tally: Tally) -> list[Disagreement]:
    """Compare all paths on one Program; counts go into the tally."""
    clock = time.process_time
    start = clock()
    reference = Reference(program)
    tally.seconds["reference"] += clock() - start
    start = clock()
    others = paths(program)
    tally.seconds["optimized"] += clock() - start
    tally.drawn.update(of_program(program))
    known = {r.code: tuple(of_rule(r, program)) for r in program.rules}
    out = []
    for n, one in enumerate(requests):
        start = clock()
        facts = one.facts()
        tally.seconds["reading"] += clock() - start
        start = clock()
        wanted = reference.evaluate(facts)
        tally.seconds["reference"] += clock() - start
        for path, engine in others.items():
            if path == "compiled" and n % OPENED_AGAIN:
                continue
            if n % READ_AGAIN == 0:
                start = clock()
                facts = one.facts()
                tally.seconds["reading"] += clock() - start
            start = clock()
            found = engine.review(facts)
            tally.seconds[path] += clock() - start
            differing = list(compare(wanted, found))
            if not differing and n % READ_AGAIN == 0:
                a, b = words(wanted), words(found)
                differing = [("words", [str(x) for x in a if x not in b], [str(x) for x in b if x not in a])] if a != b else []
            out += [Disagreement(seed, n, path, part, tuple(only), tuple(other)) for part, only, other in differing]
        start = clock()
        _count(tally, facts, wanted, one)
        count_decided(Random(f"{seed} {n}"), reference, facts, wanted, tally, known, n)
        tally.seconds["counting"] += clock() - start
    return out


def _count(tally: Tally, facts: Facts, report: Report, one: Asked) -> None:
    tally.answers["requests"] += 1
    tally.answers["findings"] += len(report.findings)
    tally.answers["undecided"] += len(report.undecided)
    tally.answers["unjudged"] += len(report.unjudged)
    tally.answers["deductions"] += len(report.deductions)
    tally.answers["claimable"] += sum(1 for f in report.findings if f.claimable)
    tally.answers["undetermined"] += sum(1 for f in report.findings if f.amount is None)
    tally.answers["carried by another"] += sum(1 for f in report.findings if f.carried_by)
    tally.answers["with partners"] += sum(1 for f in report.findings if f.involved)
    tally.answers["silent requests"] += not (report.findings or report.undecided)
    tally.answers["unmatched lines"] += report.unmatched
    tally.situations.update(of_request(one.data, facts, one.door))


def differences(seed: int, tally: Tally | None = None, requests: int = REQUESTS) -> list[Disagreement]:
    """Where the paths differ on the Program of one seed and its requests."""
    tally = Tally() if tally is None else tally
    start = time.process_time()
    text = written(seed)
    program, _ = compiled(text)
    several = [asked(seed, n) for n in range(requests)]
    tally.seconds["generator"] += time.process_time() - start
    if program.rules:
        tally.programs.add(text.hash)
    tally.answers["rules"] += len(program.rules)
    tally.answers["rules refused by the checker"] += sum(t.count("规则 ") for t in text.rules) - len(program.rules)
    return judge(program, several, seed, tally)
