"""Runs the cases of each family on the mutants of its rules."""
from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from medrules.adapters.cli.case_facts import facts_of
from medrules.adapters.cli.case_packs import CasePack
from medrules.cases import Case, compare
from medrules.cases.yaml_reader import read_cases
from medrules.check.program import Program
from medrules.engine.reference.evaluator import Reference
from medrules.model.facts import Facts

from .mutants import Mutant, mutants

__all__ = ["Survivor", "Tally", "mutate", "reasons"]

_REASONS = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True, slots=True)
class Survivor:
    rule: str
    what: str
    why: str  # one sentence, "" when nobody has written it yet


@dataclass(frozen=True, slots=True)
class Tally:
    """One family: how many mutants, and those that no case noticed."""

    family: str
    mutants: int
    survivors: tuple[Survivor, ...]

    @property
    def killed(self) -> int:
        return self.mutants - len(self.survivors)


class _Cases:
    """The cases of a family, each with the program that it runs on."""

    def __init__(self, pack: CasePack, family: Path) -> None:
        self.cases: list[tuple[Case, Facts, Program]] = [
            (c, facts_of(c), pack.rules_for(c, family.name).program) for c in read_cases(family / "cases.yaml")]
        self._tables: dict[int, Reference] = {}

    def notice(self, code: str, number: int) -> bool:
        """Whether some case fails when the rule is its mutant of that number."""
        for case, facts, program in self.cases:
            changed = tuple(list(mutants(r))[number].rule if r.code == code else r for r in program.rules)
            made = Reference(replace(program, rules=changed))
            known = self._tables.setdefault(id(program), Reference(program))
            made._tables = known._tables  # the same tables: their indexes are shared
            if compare(case, made.evaluate(facts, case.screening)):
                return True
        return False


def mutate(root: Path, only: str = "") -> Iterator[Tally]:
    """The tally of each family of a pack (or of those whose folder starts with `only`)."""
    pack, why = CasePack(root), reasons()
    of = pack.checked.sources.families
    for folder in sorted((root / "families").iterdir()):
        if not folder.name.startswith(only):
            continue
        cases = _Cases(pack, folder)
        count, alive = 0, []
        for rule in (r for r in pack.checked.program.rules if r.source is not None and of.get(r.source.name) == folder.name):
            found: list[Mutant] = list(mutants(rule))
            count += len(found)
            for number, mutant in enumerate(found):
                if not cases.notice(rule.code, number):
                    alive.append(Survivor(rule.code, mutant.what, why.get(rule.code, {}).get(mutant.what, "")))
        yield Tally(folder.name, count, tuple(alive))


def reasons() -> Mapping[str, Mapping[str, str]]:
    """Why a mutant survives, by rule and change; a sentence each."""
    return tomllib.loads(_REASONS.read_text("utf-8")) if _REASONS.exists() else {}
