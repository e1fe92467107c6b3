"""One rule written out in full, as a text of its own: with what it takes from the file's 默认 and from the rule named by 同.

`explain` shows it, so that a reader sees every clause that holds without looking in two other places.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from medrules.check.clauses import HEADER_KEYS, Placed, Written, expand
from medrules.check.reporting import Sink, Tally
from medrules.diagnostics import Source
from medrules.language import nodes as ast

__all__ = ["WrittenOut", "written_out"]

_ORDER: Final = (
    *(k for k in HEADER_KEYS if k not in ("valid", "interaction")), "valid", "interaction", "for", "let", "must", "when", "unless",
    "fault", "deduct", "message", "suggestion",
)


@dataclass(frozen=True, slots=True)
class WrittenOut:
    """file: the rule alone, every clause that holds in the order of the form. taken: heads of clauses that it did not write
    itself (a 令 or 除外 by its own name). comments: what its author wrote above it."""

    file: ast.File
    source: Source
    taken: tuple[str, ...]
    comments: tuple[str, ...]


def written_out(files: Sequence[tuple[Source, ast.File]], code: str) -> WrittenOut | None:
    """The rule with `code` among parsed files; None if there is none."""
    tally = Tally()
    rules: dict[str, Written] = {}
    home: dict[str, tuple[Source, ast.File]] = {}
    for source, file in files:
        sink = Sink(source, tally)
        defaults = tuple(
            Placed(c, sink) for d in file.declarations if isinstance(d, ast.DefaultDecl) for c in d.clauses)
        for d in file.declarations:
            if isinstance(d, ast.RuleDecl) and d.code not in rules:
                rules[d.code] = Written(d, sink, defaults)
                home[d.code] = (source, file)
    if code not in rules:
        return None
    written = rules[code]
    expanded = expand(written, rules)
    placed = (*(p for key, p in expanded.single.items() if key != "same_as"), *expanded.lets, *expanded.exemptions)
    own = {id(c) for c in written.rule.clauses}
    clauses = tuple(replace(p.clause, comments=(), note="") for p in _ordered(placed))
    taken = tuple(_head(p.clause) for p in _ordered(placed) if id(p.clause) not in own)
    rule = replace(written.rule, clauses=clauses, comments=(), note="", trailing=())
    source, file = home[code]
    return WrittenOut(replace(file, declarations=(rule,), trailing=()), source, taken, written.rule.comments)


def _ordered(placed: Iterable[Placed]) -> list[Placed]:
    return sorted(placed, key=lambda p: _ORDER.index(p.clause.key))


def _head(clause: ast.Clause) -> str:
    body = clause.body
    return body.name if isinstance(body, ast.Let) else body.label if isinstance(body, ast.Exemption) else clause.key
