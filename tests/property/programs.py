"""Random programs: rule text and tables checked together in memory; rules that the checker refuses are left out."""
from __future__ import annotations

from collections.abc import Iterable
from random import Random

from medrules.check.checker import check
from medrules.check.program import Catalogue, Program
from medrules.diagnostics import Diagnostic, Source
from medrules.language.parser import parse
from tests.property.rules import line_rule_text, rule_text
from tests.property.tables import BY_CODE, ICD10, KINDS, make_codesets, make_table

PARAMETERS = "参数 成年 = 18岁 自 2025-01-01 可调 14岁 至 18岁\n参数 疗程间断 = 3天 自 2025-01-01\n"


def compile_rules(
    texts: list[str], seed: int, names: Iterable[str] = KINDS, steady: bool = False
) -> tuple[Program, tuple[Diagnostic, ...]]:
    """A Program of these rules with the tables (of these names) of `seed`. steady: all rows are in force on all days, for everybody."""
    rng = Random(seed)
    codesets = make_codesets()
    tables = {}
    for name in names:
        table = make_table(rng, name, codesets, steady)
        tables[table.name] = tables[table.en] = table
    catalogue = Catalogue("名录", frozenset(ICD10[:5]), incomplete=rng.random() < 0.5)
    files, found = [], []
    for name, text in (("parameters", PARAMETERS), ("rules", "\n".join(texts))):
        source = Source(f"{name}.medrule", text)
        tree, problems = parse(source)
        found.extend(problems)
        if tree is not None:
            files.append((source, tree))
    program, problems = check(files, tables, codesets, {"名录": catalogue}, pack="p", version="1", hash="h")
    return program, (*found, *problems)


def random_program(seed: int, most: int = 6) -> Program:
    """A program of up to `most` random rules."""
    rng = Random(seed)
    texts = [rule_text(rng, f"LK-{900 + n}") for n in range(rng.randint(1, most))]
    return compile_rules(texts, seed)[0]


def line_program(seed: int, most: int = 6) -> Program:
    """Rules about lines and pairs over tables of item codes, nothing else: a request of one stay is then judged in one loop.

    In most of them all rules and rows are in force on all days, so that a code has one record.
    """
    rng = Random(seed)
    steady = rng.random() < 0.7
    valid = "2025-01-01 起" if steady else ""
    texts = [line_rule_text(rng, f"LK-{900 + n}", valid) for n in range(rng.randint(1, most))]
    return compile_rules(texts, seed, BY_CODE, steady)[0]
