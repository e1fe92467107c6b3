"""Comparing syntax trees up to spans, and small parses for tests."""
from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

from medrules.diagnostics import Diagnostic, Source, Span
from medrules.language import nodes as n
from medrules.language.parser import parse

CORPUS = sorted((Path(__file__).parents[2] / "rulepacks").rglob("*.medrule"))


def bare(node: Any) -> Any:
    """A tree without its spans."""
    if isinstance(node, tuple):
        return tuple(bare(x) for x in node)
    if dataclasses.is_dataclass(node) and not isinstance(node, type):
        fields = (f.name for f in dataclasses.fields(node) if f.compare)
        return (type(node).__name__, *(bare(getattr(node, f)) for f in fields if f not in ("span", "name_span")))
    return node


def spans(node: Any) -> list[tuple[Any, Span]]:
    """Every node with a span, with it."""
    if isinstance(node, tuple):
        return [pair for x in node for pair in spans(x)]
    if dataclasses.is_dataclass(node) and not isinstance(node, (type, Span)):
        own = [(node, node.span)] if hasattr(node, "span") else []
        return own + [pair for f in dataclasses.fields(node) for pair in spans(getattr(node, f.name))]
    return []


def read(text: str) -> tuple[n.File, tuple[Diagnostic, ...]]:
    file, problems = parse(Source("test.medrule", text))
    assert file is not None, problems
    return file, problems


def well(text: str) -> n.File:
    """A text that must parse."""
    file, problems = read(text)
    assert problems == (), [(d.code, d.message, text[d.span.start:d.span.end] if d.span else "") for d in problems]
    return file


def clause(line: str, lang: str = "zh") -> Any:
    """The body of one clause of a rule."""
    head = '规则 GZ1「名」{{\n  {}\n}}\n' if lang == "zh" else 'rule GZ1 "name" {{\n  {}\n}}\n'
    rule = well(head.format(line)).declarations[0]
    assert isinstance(rule, n.RuleDecl)
    assert len(rule.clauses) == 1
    return rule.clauses[0].body


def codes(line: str) -> list[str]:
    """The codes that one clause of a rule yields."""
    return [d.code for d in read(f"规则 GZ1「名」{{\n  {line}\n}}\n")[1]]


def names(*parts: str) -> tuple[Any, ...]:
    return ("Name", parts)


def twin(parts: tuple[str, ...]) -> tuple[str, ...]:
    """A reversible translation of names for tests: each word to hexadecimal and back."""
    return tuple(bytes.fromhex(w[2:]).decode() if re.fullmatch("n_[0-9a-f]+", w) else "n_" + w.encode().hex() for w in parts)
