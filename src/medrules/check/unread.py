"""What stands in the text but could not be parsed: the parser has told it, so the checker does not call it missing."""
from __future__ import annotations

import re
from functools import cache
from typing import Final

from medrules.diagnostics import Source
from medrules.language import nodes as ast
from medrules.language.vocabulary import LANGUAGES, vocabulary

__all__ = ["unread_clauses", "unread_lets", "unread_names"]

_NAME: Final = r"([^\s=＝:：（(「\"]+)"
_COMMENT: Final = re.compile(r"#[^\n]*")
_HEAD: Final = re.compile(r"^[ \t]*([^\W\d]+)[ \t]*(?:[「“\"][^\n]*?[」”\"])?[ \t]*[:：]", re.MULTILINE)


@cache
def _head_words() -> dict[str, str]:
    return {word: key for language in LANGUAGES for word, key in vocabulary(language).clauses.items()}


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """A clause head at the start of a line; a let's name; a declared parameter's or definition's name."""
    heads = "|".join(map(re.escape, sorted(_head_words(), key=len, reverse=True)))
    lets = "|".join(re.escape(w) for w, k in _head_words().items() if k == "let")
    declared = "|".join(
        re.escape(w) for language in LANGUAGES for w, k in vocabulary(language).declarations.items()
        if k in ("parameter", "definition")
    )
    return (
        re.compile(rf"^[ \t]*({heads})(?:\b|(?<=[^\x00-\x7f]))", re.MULTILINE), re.compile(rf"^[ \t]*(?:{lets})\s*[:：]?\s*{_NAME}", re.MULTILINE),
        re.compile(rf"^[ \t]*(?:{declared})\s+{_NAME}", re.MULTILINE),
    )


def _unread_parts(rule: ast.RuleDecl, source: Source | None) -> list[str]:
    """The stretches of a rule that no clause of the tree covers, without comments: the parser has told what is wrong there."""
    if source is None:
        return []
    start = max(rule.name_span.end, rule.span.start)
    out: list[str] = []
    for begin, end in sorted((c.span.start, c.span.end) for c in rule.clauses):
        if begin > start:
            out.append(source.text[start:begin])
        start = max(start, end)
    out.append(source.text[start:rule.span.end])
    return [_COMMENT.sub("", part) for part in out]


def unread_clauses(rule: ast.RuleDecl, source: Source | None) -> frozenset[str]:
    """Keys of clauses whose head is written and that the tree lacks; every key where the head is no word of the language,
    because it may stand for any of them."""
    heads = _head_words()
    found: set[str] = set()
    for part in _unread_parts(rule, source):
        for m in _HEAD.finditer(part):
            found.update({heads[m[1]]} if m[1] in heads else set(heads.values()))
        found.update(heads[m[1]] for m in _patterns()[0].finditer(part))
    return frozenset(found) - {c.key for c in rule.clauses if c.key not in ("let", "unless")}


def unread_lets(rule: ast.RuleDecl, source: Source | None) -> frozenset[str]:
    """Names of lets that are written and that the tree lacks."""
    read = {c.body.name for c in rule.clauses if isinstance(c.body, ast.Let)}
    return frozenset(m[1] for part in _unread_parts(rule, source) for m in _patterns()[1].finditer(part)) - read


def unread_names(file: ast.File, source: Source | None) -> frozenset[str]:
    """Names of parameters and definitions that are written and that the tree lacks."""
    read = {d.name for d in file.declarations if isinstance(d, ast.ParamDecl | ast.DefinitionDecl)}
    text = source.text if source is not None else ""
    return frozenset(m[1] for m in _patterns()[2].finditer(text)) - read
