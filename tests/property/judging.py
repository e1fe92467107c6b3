"""What the reference says of every candidate, in a form that laws can compare."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medrules.adapters.native import read_facts
from medrules.check.program import GroupScope, Program
from medrules.engine.reference import Reference
from medrules.engine.reference.truth import Unk
from medrules.engine.reference.values import Group
from medrules.engine.refs import ref
from medrules.model.facts import Facts
from medrules.model.reports import LineRef, Report

Key = tuple[str, str, str, str, int]  # rule, kind, encounter, line, piece
Verdicts = dict[Key, Any]  # True, False or the frozenset of causes


def verdicts(program: Program, facts: Facts) -> Verdicts:
    """The answer of every candidate that has a row (or the scope's binding)."""
    out: Verdicts = {}
    for rule in program.rules:
        for candidate, answer, _ in Reference(program).judged(facts, rule):
            s = candidate.subject
            if isinstance(s, Group):
                key = (rule.code, "loose", s.encounter.id, "", 0)
            else:
                at = ref(s)
                # Diagnoses and operations have no id: their place in the list tells them apart.
                line = at.line if at.kind == "item" else str(at.position)
                if at.kind == "prescription":
                    line = at.line
                if isinstance(rule.scope, GroupScope):
                    line += str(sorted(i.id for i in candidate.options[0].binding.roles["group"].items)) + str(
                        candidate.options[0].binding.row and candidate.options[0].binding.row.point)
                key = (rule.code, at.kind, at.encounter, line, getattr(s, "piece", 0))
            out[key] = answer.answer.causes if isinstance(answer.answer, Unk) else answer.answer
    return out


def judged(program: Program, data: Mapping[str, Any]) -> Verdicts:
    return verdicts(program, read_facts(data))


def reported(program: Program, data: Mapping[str, Any]) -> Report:
    return Reference(program).evaluate(read_facts(data))


def _plain(at: LineRef) -> tuple[str, str, str]:
    return at.kind, at.encounter, at.line


def unplaced(report: Report) -> Any:
    """The canonical report without places in the request (which permutations change)."""
    return (
        sorted((f.rule, f.sub_rules, f.result, _plain(f.anchor), sorted(map(_plain, f.at_fault)), sorted(map(_plain, f.involved)),
                f.rows, sorted((_plain(c.line), str(c.amount)) for c in f.claims), f.credited, f.carried_by, f.claimable)
               for f in report.findings),
        sorted((u.rule, u.sub_rule, _plain(u.anchor), u.causes) for u in report.undecided),
        sorted((_plain(u.anchor), u.reason, u.detail) for u in report.unjudged),
        sorted((_plain(d.line), d.definite, d.suspect, d.definite_rule, d.suspect_rule) for d in report.deductions),
    )
