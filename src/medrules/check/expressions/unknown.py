"""What an author probably meant by a name that means nothing here: the name in full, or the word it was glued to."""
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NoReturn

from medrules.check.context import RuleContext
from medrules.check.names import Place, column_of, reach, suggestion
from medrules.language import nodes as ast
from medrules.language.vocabulary import vocabulary
from medrules.model.schema import SCHEMA

__all__ = ["refuse_glued", "refuse_unknown", "words_in_scope"]

# Words that stand between two names; others (天数, 合计 …) are part of many a good name.
_OPERATORS: Final = frozenset({
    "GE", "GT", "LE", "LT", "EQ", "NE", "IN", "NOT_IN", "BETWEEN", "EMPTY", "LISTED", "AS", "WHERE",
})
_DIGITS: Final = "零一二三四五六七八九"
_COUNTED: Final = re.compile("([一二两三四五六七八九]?)(十?)([一二两三四五六七八九]?)(周岁|岁|天|日|个月|月|小时|元|次)")


def words_in_scope(ctx: RuleContext, place: Place) -> list[str]:
    """Words that could stand first in a name here, for suggestions."""
    reached = [w for w in SCHEMA.names if reach(place.judged, w) is not None]
    return [*place.roles, *ctx.lets, *([ctx.row] if ctx.row else []), *ctx.world.definitions, *reached, "参数"]


def refuse_unknown(ctx: RuleContext, node: ast.Name, place: Place) -> NoReturn:
    """Refuses the name. Each word is told once in a rule: it is one word that is missing or misspelt, wherever it is used."""
    word = node.parts[0]
    if word in ctx.told:
        ctx.sink.give_up()
    ctx.told.add(word)
    refuse_glued(ctx, node, word)
    listed = list(dict.fromkeys(w for w in words_in_scope(ctx, place) if w.isascii() == word.isascii()))
    near = next(_meant(ctx, node, place, listed), "") or suggestion(word, listed) or "、".join(listed[:8])
    ctx.sink.refuse("MR-N101", node.span, word=word, near=near)


def refuse_glued(ctx: RuleContext, node: ast.Name, word: str) -> None:
    """`患者.年龄属于限定.年龄段`: Chinese words need spaces where one of the language stands between two names."""
    inside = [w for w in _operators() if len(w) < len(word) and w in word]
    if inside:
        ctx.sink.refuse("MR-P125", node.span, text=".".join(node.parts), word=max(inside, key=len))


@cache
def _operators() -> tuple[str, ...]:
    return tuple(w for w, (terminal, _) in vocabulary("zh").keywords.items() if len(w) > 1 and terminal in _OPERATORS)


def _meant(ctx: RuleContext, node: ast.Name, place: Place, listed: list[str]) -> Iterator[str]:
    """What the word is exactly, once it is written in full; the most likely first."""
    word, rest = node.parts[0], ".".join(node.parts[1:])
    if not rest:
        for noun, member in place.nouns:
            if member.entity and SCHEMA.find_field(member.entity, word):
                yield f"{'.'.join(noun)}.{word}"
        if ctx.row and ctx.table is not None and column_of(ctx.table, word) is not None:
            yield f"{ctx.row}.{word}"
        if word in ctx.world.params:
            yield f"{'parameter' if word.isascii() else '参数'}.{word}"
        yield from _facts(place, word, listed)
        for first in listed:
            tail = word.removeprefix(first).lstrip("的")
            if tail and tail != word:
                yield from _facts(place, tail, [first])
        yield from _in_digits(word)
    elif not ctx.row and ctx.table is not None and column_of(ctx.table, node.parts[1]) is not None:
        yield f"for: … as {word}" if word.isascii() else f"针对：… 记为 {word}"


def _facts(place: Place, word: str, listed: list[str]) -> Iterator[str]:
    """`抢救标志` → 就诊.抢救标志: a fact of an entity that can be named here."""
    for first in listed:
        bound = place.roles.get(first) or reach(place.judged, first)
        if bound is not None and bound.entity and SCHEMA.find_field(bound.entity, word) is not None:
            yield f"{first}.{word}"


def _in_digits(word: str) -> Iterator[str]:
    """`十八岁` → 18岁."""
    m = _COUNTED.fullmatch(word)
    if m is None or not any(m.groups()[:3]):
        return
    tens, ten, ones = (g.replace("两", "二") for g in m.groups()[:3])
    value = (_DIGITS.index(tens) if tens else 1) * 10 if ten else 0
    if not ten and tens and ones:
        return
    value += _DIGITS.index(ones) if ones else (0 if ten or not tens else _DIGITS.index(tens))
    yield f"{value}{m[4]}"
