"""What must notice a mutant, the quickest first: the national cases, kept regressions, a small campaign, the module's own tests."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.property import agreement
from tests.property.drawing import asked, written
from tests.property.regressions import kept
from tests.property.written import compiled

from medrules.adapters.cli.case_facts import facts_of
from medrules.adapters.cli.case_packs import CasePack
from medrules.cases.runner import compare
from medrules.cases.yaml_reader import read_cases
from medrules.engine.engine import Engine
from medrules.engine.reference import Reference
from tools.mutation.own_tests import ROOT, OwnTests

NATIONAL = ROOT / "rulepacks" / "national"
# The tests that say what a module must do; those of the whole engine are run for each.
TESTS = {
    "medrules.model": ("tests/model/test_netting.py", "tests/model/test_derive.py", "tests/model/test_sharing.py"),
    "medrules.engine.reference": ("tests/engine/reference", "tests/rulings/test_rulings.py", "tests/property/test_mutation_finds.py"),
    "medrules.engine.optimized": ("tests/engine/optimized",),
    "medrules.engine": ("tests/engine/test_report.py", "tests/engine/test_engine.py", "tests/property/test_deductions.py", "tests/engine/reference/test_claims.py"),
}


def tests_for(module: str) -> list[str]:
    """Test files of a module, its own package's first; those that are not there (yet) are left out."""
    found = [t for prefix, files in TESTS.items() if module.startswith(prefix) for t in files]
    if module.startswith("medrules.model"):
        found += ["tests/rulings/test_rulings.py"]
    return [t for t in dict.fromkeys(found) if (ROOT / t).exists()]


@dataclass
class Suite:
    """Everything that can be made ready before a fault is put in."""

    seeds: int = 32
    requests: int = 5
    rebuild: bool = False  # engines are made anew in each mutant: the fault may be in what makes them
    reread: bool = False  # facts as well: the fault may be in the model
    sound_reference: bool = False  # no fault is in the reference or what it rests on: what it says is asked once, before any
    tests_alone: bool = False  # for mutants that everything else has let live before
    own: OwnTests | None = None  # the modules' tests, collected; without them each mutant collects its own
    cases: list[Any] = field(default_factory=list)
    kept: list[Any] = field(default_factory=list)
    drawn: list[Any] = field(default_factory=list)

    def prepare(self) -> Suite:
        if self.tests_alone:
            return self

        def ways(program: Any) -> tuple[Any, Any, Any]:
            return program, Reference(program), None if self.rebuild else Engine(program)

        def read(one: Any) -> Any:
            return one.facts if self.reread else one.facts()

        def asked_once(made: tuple[Any, Any, Any], requests: list[Any]) -> tuple[Any, list[Any], list[Any]]:
            return made, requests, [made[1].evaluate(r) if self.sound_reference else None for r in requests]

        # A case runs on the rules of its family and with the rows that it brings, as `medrules test` runs it.
        pack, made = CasePack(NATIONAL), dict[int, Any]()
        for path in sorted(NATIONAL.glob("families/*/cases.yaml")):
            for c in read_cases(path):
                program = pack.rules_for(c, path.parent.name).program
                if id(program) not in made:
                    made[id(program)] = ways(program)
                self.cases.append((c, made[id(program)], (lambda c=c: facts_of(c)) if self.reread else facts_of(c)))
        self.kept = [asked_once(ways(compiled(c.written)[0]), [read(c.asked)]) for c in kept().values()]
        for seed in range(700_000, 700_000 + self.seeds):
            program = compiled(written(seed))[0]
            if program.rules:
                self.drawn.append(asked_once(ways(program), [read(asked(seed, n)) for n in range(self.requests)]))
        return self

    def steps(self, module: str) -> Iterator[tuple[str, Callable[[], str]]]:
        """(name, check) in order; a check gives what it noticed, or ""."""
        if not self.tests_alone:
            known = [("kept regressions", lambda: self._agree(self.kept)), ("campaign", lambda: self._agree(self.drawn))]
            national = [("national cases", self._national)]
            yield from [*known, *national] if self.sound_reference else [*national, *known]  # the quicker first
        yield "tests", lambda: self._own(tests_for(module))

    def _own(self, files: list[str]) -> str:
        if self.own is not None:
            return self.own.noticed(files)
        own, found = OwnTests(files), list[str]()
        own.during(lambda: found.append(own.noticed(files)))
        return found[0]

    def _national(self) -> str:
        anew: dict[int, Engine] = {}
        for case, (program, reference, engine), facts in self.cases:
            made = facts() if self.reread else facts
            if not self.sound_reference and compare(case, reference.evaluate(made, case.screening)):
                return str(case.title)
            if case.screening:  # the reference alone screens
                continue
            if engine is None:
                engine = anew[id(program)] = anew.get(id(program)) or Engine(program)
            if compare(case, engine.review(made)):
                return str(case.title)
        return ""

    def _agree(self, programs: list[Any]) -> str:
        for n, ((program, reference, engine), several, answers) in enumerate(programs):
            engine = engine or Engine(program)
            for k, (facts, answer) in enumerate(zip(several, answers, strict=True)):
                made = facts() if self.reread else facts
                again = facts() if self.reread else facts
                if any(agreement.compare(answer or reference.evaluate(made), engine.review(again))):
                    return f"program {n} request {k}"
        return ""

