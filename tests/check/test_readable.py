"""A rule written out in full means what the rule means, and every checked expression can be read."""
from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest
from tests.property.programs import random_program

from medrules.api import CheckedPack, check_pack
from medrules.check.checker import check
from medrules.check.expanded import written_out
from medrules.check.program import Rule
from medrules.check.readable import readable
from medrules.check.reads import scope_roots
from medrules.diagnostics import Source
from medrules.language.formatter import format
from medrules.language.nodes import RuleDecl
from medrules.language.parser import parse

PACKS = Path(__file__).parents[2] / "rulepacks"


@cache
def pack(name: str) -> CheckedPack:
    return check_pack(PACKS / name)


def unknown(node: Any) -> NoReturn:
    raise AssertionError(f"no words for {type(node).__name__}")


def said(rule: Rule) -> list[str]:
    roots = (*scope_roots(rule.scope), rule.guard, rule.when, rule.deduct.expr, *(e for _, e in rule.lets),
             *(e for x in rule.exempt for e in (x.when, x.but)), *(p for t in (rule.message, rule.suggestion) for p in t.parts if not isinstance(p, str)))
    return [readable(e, unknown) for e in roots]


@pytest.mark.parametrize("name", ["national", "typical-problems"])
def test_every_expression_of_a_pack_has_words(name: str) -> None:
    for rule in pack(name).program.rules:
        for text in said(rule):
            assert text and "object at" not in text and "Type(" not in text


def test_random_expressions_have_words() -> None:
    for seed in range(120):
        for rule in random_program(seed).rules:
            said(rule)


def test_what_a_guard_does_is_shown() -> None:
    rule = next(r for r in pack("national").program.rules if r.code == "GZ10000302004000")
    assert readable(rule.when) == "（〔性别〕 空格⇒是｜患者.性别 ＝ 〔性别〕）"
    assert readable(rule.guard) == "就诊.就医方式 ∈ ｛住院、急诊、门诊、门诊慢特病｝"
    assert readable(None) == "一律"


@pytest.mark.parametrize("name", ["national", "typical-problems"])
def test_a_rule_written_out_in_full_is_the_same_rule(name: str) -> None:
    """Put back in place of what its author wrote, the full text checks to the same rule."""
    checked = pack(name)
    for rule in [r for r in checked.program.rules if r.follows][:12]:
        full = written_out(checked.files, rule.code)
        assert full is not None
        text = format(full.file, full.file.language)
        assert "同：" not in text
        alone, problems = parse(Source("alone.medrule", text))
        assert alone is not None and problems == ()
        files = [(s, replace(f, declarations=tuple(d for d in f.declarations if not (isinstance(d, RuleDecl) and d.code == rule.code))))
                 for s, f in checked.files]
        sources = checked.sources
        again, _ = check([*files, (Source("alone.medrule", text), alone)], sources.tables, sources.codesets, sources.catalogues)
        found = next(r for r in again.rules if r.code == rule.code)
        for part in ("header", "scope", "mode", "when", "judged", "reads", "cost", "valid_from", "valid_to", "guard"):
            assert getattr(found, part) == getattr(rule, part), (rule.code, part)
        assert [(x.label, x.when, x.but) for x in found.exempt] == [(x.label, x.when, x.but) for x in rule.exempt]
        assert found.message == rule.message


def test_there_is_no_such_rule() -> None:
    assert written_out(pack("national").files, "LK-000") is None


def test_what_is_taken_is_named() -> None:
    full = written_out(pack("national").files, "GZ10000301002000")
    assert full is not None
    assert set(full.taken) == {"valid", "must", "deduct"}
    assert any("推定" in c for c in full.comments)
