"""Runs the cases of a pack: each on the rules of its own family, on both evaluators, with the table rows that it brings.

A case looks at its family alone, so that a rule that scans every line (36, 41) does not speak in all cases of all others, and
so that a pack of hundreds of cases stays quick. `rules:` of a case adds rules of other families.
"""
from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from medrules.api import CheckedPack
from medrules.cases.case import Case, CaseError
from medrules.cases.runner import compare
from medrules.check.checker import check
from medrules.check.program import Program
from medrules.diagnostics import Severity, Source
from medrules.engine.engine import Engine
from medrules.engine.reference.evaluator import Reference
from medrules.errors import MedRulesError
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.members import parse_members
from medrules.knowledge.problem import Problem
from medrules.knowledge.reader import read_table
from medrules.knowledge.reserved import RESERVED_NAMES
from medrules.knowledge.table import Table
from medrules.language.nodes import File, RuleDecl
from medrules.model.facts import Facts
from medrules.model.reports import Report

__all__ = ["CasePack", "CaseRules", "family_of"]


def family_of(name: str) -> str:
    """The family folder of a case file: `families/<family>/cases.yaml`."""
    return name.split("/")[-2] if "/" in name else ""



class CaseRules:
    """Some rules of a pack on both evaluators."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._reference, self._engine = Reference(program), Engine(program)

    def plain(self, facts: Facts, screening: bool = False) -> Report:
        return self._reference.evaluate(facts, screening)

    def fast(self, facts: Facts) -> Report:
        return self._engine.review(facts)


class CasePack:
    """A pack that was checked, ready to run its cases.

    Args:
        read: makes the facts of a case; the doors know how.
    """

    def __init__(self, checked: CheckedPack, read: Callable[[Case], Facts]) -> None:
        self.checked = checked
        self._read = read
        self._made: dict[Any, CaseRules] = {}

    def rules_for(self, case: Case, family: str = "") -> CaseRules:
        """The rules that a case runs on: those of its family folder ("" = the whole pack) and those that it names.

        Raises:
            CaseError: a rule or table that the pack does not have, or rows that cannot be read.
        """
        rows = tuple(sorted((n, tuple(tuple(sorted(r.items())) for r in rs)) for n, rs in case.tables.items()))
        key = (family, case.rules, rows, tuple(sorted(case.codesets.items())))
        if key not in self._made:
            self._made[key] = CaseRules(self._program(case, self._codes(family, case.rules)))
        return self._made[key]

    def differences(self, case: Case, family: str = "") -> tuple[str, ...]:
        """Where the answers differ from what the case expects, as sentences; () = it holds on both evaluators."""
        try:
            rules, facts = self.rules_for(case, family), self._read(case)
        except (MedRulesError, KeyError) as error:
            return (f"用例的事实或表行读不出来：{error} / the case's facts or rows cannot be read",)
        plain = rules.plain(facts, case.screening)
        found = compare(case, plain)
        if not case.screening and plain.canonical() != rules.fast(facts).canonical():
            found += ("两个求值器答案不同（这是本库的错误，请报告）/ the two evaluators disagree, please report it",)
        return found

    def _codes(self, family: str, more: frozenset[str]) -> frozenset[str]:
        program, families = self.checked.program, self.checked.sources.families
        everything = not family or family not in families.values()  # cases that stand beside no rule
        own = {r.code for r in program.rules if everything or families.get(r.source.name if r.source else "") == family}
        named = {r.code for r in program.rules if r.code in more or r.parent in more}
        if missing := more - {r.code for r in program.rules} - {r.parent for r in program.rules}:
            raise CaseError(f"规则包里没有规则 {'、'.join(sorted(missing))} / no such rule")
        return frozenset(own | named)

    def _program(self, case: Case, codes: frozenset[str]) -> Program:
        program = self.checked.program
        if not case.tables and not case.codesets:
            kept = tuple(r for r in program.rules if r.code in codes)
            return replace(program, rules=kept, tables=self._used(program.tables, codes))
        sources = self.checked.sources
        sets = {**sources.codesets, **self._sets(case.codesets)}
        own = {**self._naming(case.codesets, sets), **{
            table.name: table for table in (self._table(name, rows, sets) for name, rows in case.tables.items())}}
        tables = {n: own.get(t.name, t) for n, t in sources.tables.items()}
        made, problems = check(
            self._files(codes), tables, sets, sources.catalogues, pack=sources.name, version=sources.version,
            hash=sources.hash, sourced=True)
        errors = [d.message for d in problems if d.severity is Severity.ERROR]
        if errors:
            raise CaseError(f"用例的表行有错：{errors[0]} / the case's rows are wrong")
        kept = tuple(r for r in made.rules if r.code in codes)
        return replace(made, rules=kept, tables=self._used(made.tables, codes))

    def _texts(self, codes: Iterable[str]) -> list[str]:
        """The texts of the files that hold these rules."""
        wanted = set(codes)
        return [s.text for s, f in self.checked.files if any(isinstance(d, RuleDecl) and d.code in wanted for d in f.declarations)]

    def _used(self, tables: Mapping[str, Table], codes: frozenset[str]) -> dict[str, Table]:
        """The tables that the texts of the rules, or of those that they follow, name."""
        text = "\n".join(self._texts(self._with_bases(codes)))
        return {n: t for n, t in tables.items() if t.name in text or t.en in text}

    def _with_bases(self, codes: frozenset[str]) -> set[str]:
        return {*codes, *(r.follows for r in self.checked.program.rules if r.code in codes and r.follows)}

    def _files(self, codes: frozenset[str]) -> list[tuple[Source, File]]:
        """The texts that these rules need: shared ones, their own, those of the rules that they follow."""
        wanted = self._with_bases(codes)
        out = []
        for source, file in self.checked.files:
            declared = {d.code for d in file.declarations if isinstance(d, RuleDecl)}
            if not declared or declared & wanted:
                out.append((source, file))
        return out

    def _sets(self, given: Mapping[str, tuple[str, ...]]) -> dict[str, CodeSet]:
        """The pack's code sets with the case's members instead of their own."""
        out: dict[str, CodeSet] = {}
        for name, members in given.items():
            known = self.checked.sources.codesets.get(name)
            if known is None:
                raise CaseError(f"规则包里没有编码集「{name}」 / no such code set")
            made = parse_members(known.system, members, {}, name=known.name, text=name)
            if isinstance(made, Problem):
                raise CaseError(f"编码集「{name}」的成员读不出来：{made.at(name).message}")
            out[known.name] = replace(made, en=known.en)
        return out

    def _naming(self, given: Iterable[str], sets: Mapping[str, CodeSet]) -> dict[str, Table]:
        """The pack's tables whose cells name one of these code sets, read again with the case's members."""
        words = [f"「{name}」" for name in given]
        out: dict[str, Table] = {}
        for known in self.checked.sources.tables.values() if words else ():
            content = self._file(known.file)
            if known.name not in out and any(word in content.decode("utf-8-sig") for word in words):
                table, _ = read_table(self._declaration(known.file), content, sets, csv_name=known.file)
                if table is not None:
                    out[known.name] = replace(table, file=known.file)
        return out

    def _table(self, name: str, rows: Iterable[Mapping[str, str]], sets: Mapping[str, CodeSet]) -> Table:
        """The pack's table with the case's rows instead of its own."""
        known = self.checked.sources.tables.get(name)
        if known is None:
            raise CaseError(f"规则包里没有知识表「{name}」 / no such table")
        out = io.StringIO()
        written = [
            {**{zh: word for zh, word in (("知识点号", f"例-{n}"), ("来源", "本例")) if RESERVED_NAMES[zh] not in row}, **row}
            for n, row in enumerate(rows, 1)]
        named = dict.fromkeys(c for row in written for c in row)
        header = [*named, *(c.zh for c in known.columns if c.zh not in named and c.en not in named)]  # left out = empty
        writer = csv.DictWriter(out, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(written)
        table, problems = read_table(self._declaration(known.file), out.getvalue().encode("utf-8"), sets, csv_name=f"用例的表「{name}」")
        if table is None or problems:
            raise CaseError("；".join(f"{d.place} {d.message}" for d in problems) or f"表「{name}」")
        return replace(table, file=known.file)

    def _file(self, name: str) -> bytes:
        return self.checked.sources.files[name]

    def _declaration(self, csv_name: str) -> str:
        return self._file(csv_name.removesuffix(".csv") + ".toml").decode("utf-8-sig")
