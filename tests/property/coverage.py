"""What random programs and requests have exercised: kinds of scopes, expressions, verdicts, so that a green run means something."""
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from medrules.check.program import Fact, Program, Window
from medrules.check.walk import nodes
from medrules.model.reports import Report


@dataclass
class Coverage:
    """Counts over a run."""

    programs: set[str] = field(default_factory=set)
    constructs: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)

    def saw(self, program: Program) -> None:
        for rule in program.rules:
            self.programs.add(rule.version)
            self.constructs[type(rule.scope).__name__] += 1
            self.constructs[f"mode:{rule.mode}"] += 1
            self.constructs[f"deduct:{rule.deduct.kind}{'/group' if rule.deduct.per_group else ''}"] += 1
            parts = [rule.when, rule.guard, rule.deduct.expr, getattr(rule.scope, "where", None)]
            parts += [x for e in rule.exempt for x in (e.when, e.but)]
            for node in nodes(*parts):
                name = type(node).__name__
                self.constructs[name] += 1
                if isinstance(node, Window):
                    frame = getattr(node.frame, "value", None)
                    self.constructs[f"window:{getattr(frame, 'kind', 'cell')}"] += 1
                elif not isinstance(node, Fact):
                    kind = getattr(node, "op", getattr(node, "how", getattr(node, "fn", "")))
                    if kind:
                        self.constructs[f"{name}:{kind}"] += 1

    def answered(self, report: Report) -> None:
        self.answers["requests"] += 1
        self.answers["findings"] += len(report.findings)
        self.answers["undecided"] += len(report.undecided)
        self.answers["unjudged"] += len(report.unjudged)
        self.answers["claimable"] += sum(1 for f in report.findings if f.claimable)
        self.answers["undetermined"] += sum(1 for f in report.findings if f.amount is None)
        self.answers["silent requests"] += not (report.findings or report.undecided)
