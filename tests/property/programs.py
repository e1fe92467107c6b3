"""Random programs: rule text and tables checked together in memory; rules that the checker refuses are left out."""
from __future__ import annotations

from collections.abc import Sequence
from random import Random

from medrules.check.program import Program
from medrules.diagnostics import Diagnostic
from tests.property.rules import follower_text, line_rule_text, rule_text, tables_named
from tests.property.tables import BY_CODE, KINDS, make_codesets, table_text
from tests.property.written import Written, compiled

PARAMETERS = (
    "参数 成年 = 18岁 自 2025-01-01 可调 14岁 至 18岁\n参数 疗程间断 = 3天 自 2025-01-01\n参数 婴儿 = 不超过6月 自 2025-01-01\n"
    "参数 诊断数（按 机构.级别） = 2 自 2025-01-01\n参数 未定限 = 未定 自 2025-01-01 可调 1 至 3\n"
    "参数 用量 = 1 自 2025-01-01\n参数 用量 = 2 自 2026-03-04\n"
)


def written_rules(texts: list[str], rng: Random, others: Sequence[str] = tuple(KINDS), steady: bool = False) -> Written:
    """These rules with random tables: those they name, and some of the `others` that they do not. steady: all rows are in force on
    all days, for everybody."""
    named = tables_named(texts)
    tables = [table_text(rng, name, steady) for name in KINDS if name in named or (name in others and rng.random() < 0.15)]
    return Written(tuple(texts), tuple(tables), PARAMETERS, rng.random() < 0.5, make_codesets())


def compile_rules(texts: list[str], seed: int) -> tuple[Program, tuple[Diagnostic, ...]]:
    """A Program of these rules with the tables of `seed`."""
    return compiled(written_rules(texts, Random(seed)))


def random_written(seed: int, most: int = 6) -> Written:
    """Up to `most` random rules with random tables; some are sub-rules of one code, some follow another."""
    rng = Random(seed)
    texts = []
    for n in range(rng.randint(1, most)):
        code = f"LK-{900 + n}"
        if rng.random() < 0.1:
            texts += [rule_text(rng, f"{code}-{k}") for k in (1, 2)]
        elif n and rng.random() < 0.1:
            texts.append(follower_text(rng, code, f"LK-{900 + rng.randrange(n)}"))
        else:
            texts.append(rule_text(rng, code))
    return written_rules(texts, rng)


def line_written(seed: int, most: int = 6) -> Written:
    """Rules about lines and pairs over tables of item codes, nothing else: a request of one stay is then judged in one loop.

    In most of them all rules and rows are in force on all days, so that a code has one record.
    """
    rng = Random(seed)
    steady = rng.random() < 0.7
    texts = [line_rule_text(rng, f"LK-{900 + n}", "2025-01-01 起" if steady else "") for n in range(rng.randint(1, most))]
    return written_rules(texts, rng, BY_CODE, steady)


def random_program(seed: int, most: int = 6) -> Program:
    """A program of up to `most` random rules."""
    return compiled(random_written(seed, most))[0]


def line_program(seed: int, most: int = 6) -> Program:
    """A program of rules about lines alone."""
    return compiled(line_written(seed, most))[0]
