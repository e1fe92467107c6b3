"""Cutting the tokens of a block into clauses: each head is a point to resume from."""
from __future__ import annotations

from typing import NamedTuple

from medrules.diagnostics import Diagnostic, Source, Span
from medrules.diagnostics.codes import diagnostic
from medrules.language.lexer import head_word
from medrules.language.mistakes import unknown_head
from medrules.language.tokens import Token
from medrules.language.vocabulary import Vocabulary

__all__ = ["Cut", "cut_clauses", "find_body"]

# A head word that begins a line without its colon is a head all the same, unless what follows makes it an operand.
_OPERAND_FOLLOWS = frozenset({"GE", "GT", "LE", "LT", "EQ", "NE", "IN", "NOT_IN", "LIST_SEP", "ARG_SEP", "PLUS", "MINUS",
                              "TIMES", "HAS", "EMPTY", "RPAR", "AS", "LBRACE"})


class Cut(NamedTuple):
    """One clause: token indices of its head, its body and its end, the head's word, canonical key and label."""

    head: int
    body: int
    end: int
    key: str
    word: str
    label: str
    span: Span


class _Head(NamedTuple):
    at: int
    body: int
    key: str  # "" for a head that no clause has
    word: str
    label: str


def find_body(tokens: tuple[Token, ...], start: int, limit: int) -> int:
    """The index of the brace that closes a block, `limit` when there is none."""
    for i in range(start, limit):
        if tokens[i].type == "RBRACE":
            return i
    return limit


def cut_clauses(
    tokens: tuple[Token, ...], start: int, end: int, words: Vocabulary, source: Source, problems: list[Diagnostic],
) -> list[Cut]:
    """The clauses between two braces. Heads that no clause has, or that lack their colon, are reported and still cut."""
    heads = _heads(tokens, start, end, words, source, problems)
    first = heads[0].at if heads else end
    if first > start:
        span = Span(tokens[start].start_pos, tokens[first - 1].end_pos)
        problems.append(diagnostic("MR-P103", source, span, text=source.text[span.start:span.end], hint="", hint_en=""))
    out: list[Cut] = []
    for i, head in enumerate(heads):
        stop = heads[i + 1].at if i + 1 < len(heads) else end
        span = Span(tokens[head.at].start_pos, tokens[max(head.at, head.body - 1)].end_pos)
        if head.key:
            out.append(Cut(head.at, head.body, stop, head.key, head.word, head.label, span))
        else:
            problems.append(unknown_head(source, tokens[head.at], head.word, words))
    return out


def _heads(
    tokens: tuple[Token, ...], start: int, end: int, words: Vocabulary, source: Source, problems: list[Diagnostic],
) -> list[_Head]:
    found: list[_Head] = []
    done = start
    for i in range(start, end):
        token = tokens[i]
        if token.type == "COLON":
            word, at = head_word(tokens, i)
            if not word or at < done:
                problems.append(diagnostic("MR-P103", source, token.span, text="：", hint="", hint_en=""))
                continue
            if found and found[-1].at == at:
                continue
            label = tokens[i - 1].value if tokens[i - 1].type == "STRING" else ""
            found.append(_Head(at, i + 1, words.clauses.get(word, ""), word, label))
            done = i + 1
        elif token.first and token.type == "NAME" and len(token.value) == 1 and token.value[0] in words.clauses:
            at = i + 1
            label = ""
            if at < end and tokens[at].type == "STRING" and words.clauses[token.value[0]] == "unless":
                label, at = tokens[at].value, at + 1
            if at < end and (tokens[at].type == "COLON" or tokens[at].type in _OPERAND_FOLLOWS):
                continue
            word = token.value[0]
            problems.append(diagnostic("MR-P106", source, token.span, word=word))
            found.append(_Head(i, at, words.clauses[word], word, label))
            done = at
    return found
