"""Cases: what bureau staff expect of rules, in YAML, run on every execution path.

Takes → case files and any evaluator `Callable[[Facts], Report]`. Gives → differences in sentences. Never → knows how facts are
read or rules are executed: both are passed in.
"""
from medrules.cases.case import Case, CaseError, ExpectedFinding, ExpectedUndecided, cases_of
from medrules.cases.runner import CaseResult, compare, run_cases

__all__ = [
    "Case", "CaseError", "CaseResult", "ExpectedFinding", "ExpectedUndecided", "cases_of", "compare", "run_cases",
]
