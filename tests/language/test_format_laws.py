"""Laws of the formatter over random trees: what it writes parses back to the same tree, in both languages."""
from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medrules.diagnostics import Source, Span
from medrules.language import nodes as n
from medrules.language.formatter import format
from medrules.language.parser import parse
from medrules.language.vocabulary import LANGUAGES, Language

from .trees import bare
from .trees_strategy import S, expressions, scopes, simple, text

CAREFUL = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def _file(clause: n.Clause, lang: Language) -> n.File:
    return n.File((n.RuleDecl("GZ1", "名", (clause,), S, S),), lang, S)


def _round_trip(clause: n.Clause, lang: Language) -> None:
    file = _file(clause, lang)
    written = format(file, lang)
    again, problems = parse(Source("x", written))
    if any(d.code == "MR-L103" for d in problems):
        return  # deeper than an author may write
    assert problems == (), (written, [(d.code, d.message) for d in problems])
    assert again is not None
    assert bare(again) == bare(file), written
    assert format(again, lang) == written


@pytest.mark.parametrize("lang", LANGUAGES)
@CAREFUL
@given(node=expressions)
def test_conditions(lang: Language, node: n.Expr) -> None:
    _round_trip(n.Clause("when", node, S), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@CAREFUL
@given(name=simple, node=expressions, other=expressions, label=text.filter(bool))
def test_lets_deductions_and_exemptions(lang: Language, name: str, node: n.Expr, other: n.Expr, label: str) -> None:
    _round_trip(n.Clause("let", n.Let(name, node, S), S), lang)
    _round_trip(n.Clause("deduct", n.Deduct("formula", node, S), S), lang)
    _round_trip(n.Clause("unless", n.Exemption(label, node, other, False, S), S), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@CAREFUL
@given(scope=scopes)
def test_scopes(lang: Language, scope: n.Scope) -> None:
    _round_trip(n.Clause("for", scope, S), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@CAREFUL
@given(targets=st.lists(st.tuples(simple, st.none() | expressions), min_size=1, max_size=3))
def test_lines_at_fault(lang: Language, targets: list[tuple[str, n.Expr | None]]) -> None:
    made: list[n.Name | n.Phrase] = []
    for word, where in targets:
        noun = n.Name((word,), S)
        made.append(noun if where is None else n.Phrase(noun, "", None, (), None, where, S))
    _round_trip(n.Clause("fault", n.Fault(tuple(made), S), S), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@CAREFUL
@given(literals=st.lists(text.filter(bool), max_size=3), nodes=st.lists(expressions, max_size=3))
def test_templates(lang: Language, literals: list[str], nodes: list[n.Expr]) -> None:
    parts: list[str | n.Expr] = []
    for i in range(max(len(literals), len(nodes))):
        parts += [*literals[i:i + 1], *nodes[i:i + 1]]
    merged: list[str | n.Expr] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    if all(isinstance(p, str) or _printable(p) for p in merged):
        _round_trip(n.Clause("message", n.Template(tuple(merged), Span(0, 1)), S), lang)


def _printable(node: object) -> bool:
    """Quotes inside the braces of a template cannot nest in every way: texts with quotes or braces of their own stay out."""
    return not any(c in repr(node) for c in '「」"{}')
