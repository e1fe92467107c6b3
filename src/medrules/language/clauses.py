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
    depth = 0
    for i in range(start, limit):
        if tokens[i].type == "LBRACE" and not tokens[i].first:
            depth += 1  # 说明 without its quotes: the braces around a name
        elif tokens[i].type == "RBRACE":
            if not depth or tokens[i].first:
                return i
            depth -= 1
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
        if _names_nothing(tokens, heads, i):
            colon = tokens[heads[i + 1].body - 1].span
            problems.append(diagnostic("MR-P103", source, colon, text="：", hint="写成 令：名字 = 值。", hint_en="Write let: name = value."))
            heads[i + 1] = heads[i + 1]._replace(word="")
        elif not head.key and not head.word:
            continue
        elif head.key:
            out.append(Cut(head.at, head.body, stop, head.key, head.word, head.label, span))
        else:
            problems.append(unknown_head(source, tokens[head.at], head.word, words))
    return out


def _names_nothing(tokens: tuple[Token, ...], heads: list[_Head], i: int) -> bool:
    """令：天：…, a colon where `=` is meant."""
    if heads[i].key != "let" or i + 1 == len(heads):
        return False
    after = heads[i + 1]
    return after.at == heads[i].body and not after.key and not tokens[after.at].first


def _glued_head(token: Token, following: Token | None, words: Vocabulary) -> str:
    """结果明确违规: a head without its colon and without a space, alone on its line; "" when it is none."""
    text = token.value[0]
    if text.isascii() or (following is not None and not following.first and following.type != "RBRACE"):
        return ""
    return max((w for w in words.clauses if 1 < len(w) < len(text) and text.startswith(w)), key=len, default="")


def _heads(
    tokens: tuple[Token, ...], start: int, end: int, words: Vocabulary, source: Source, problems: list[Diagnostic],
) -> list[_Head]:
    found: list[_Head] = []
    done = start
    for i in range(start, end):
        token = tokens[i]
        if token.type == "COLON":
            word, at = head_word(tokens, i)
            if i < done:
                continue
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
            if at < end and tokens[at].type == "LPAR" and words.clauses[token.value[0]] == "unless":
                colon = _label_in_brackets(tokens, at, end)
                if colon:
                    problems.append(diagnostic("MR-P119", source, Span(token.start_pos, tokens[colon].end_pos)))
                    found.append(_Head(i, colon + 1, "unless", token.value[0], "…"))
                    done = colon + 1
                    continue
            if at < end and tokens[at].type == "STRING" and words.clauses[token.value[0]] == "unless":
                label, at = tokens[at].value, at + 1
            if at < end and (tokens[at].type == "COLON" or tokens[at].type in _OPERAND_FOLLOWS):
                continue
            word = token.value[0]
            problems.append(diagnostic("MR-P106", source, token.span, word=word))
            found.append(_Head(i, at, words.clauses[word], word, label))
            done = at
        elif token.first and token.type == "NAME" and len(token.value) == 1 and (
            word := _glued_head(token, tokens[i + 1] if i + 1 < end else None, words)
        ):
            problems.append(diagnostic("MR-P106", source, token.span, word=word))
            found.append(_Head(i, i + 1, words.clauses[word], word, ""))
            done = i + 1
    return found


def _label_in_brackets(tokens: tuple[Token, ...], at: int, end: int) -> int:
    """除外（急诊抢救）：…: the colon behind a label in brackets, 0 when there is none."""
    for i in range(at + 1, min(at + 4, end)):
        if tokens[i].type == "RPAR":
            return i + 1 if i + 1 < end and tokens[i + 1].type == "COLON" else 0
    return 0
