"""Words of enumerations and scales (住院, 女, 三级): a word gets its value from the type on the other side."""
from __future__ import annotations

from medrules.check.context import RuleContext
from medrules.check.names import suggestion
from medrules.check.program import Const
from medrules.language import nodes as ast
from medrules.model.schema import SCHEMA
from medrules.model.types import Type

__all__ = ["is_listed", "scalar", "type_words", "word"]


def scalar(t: Type) -> Type:
    """The type of one member of a list, or the type itself."""
    return t.of if t.kind == "list" and t.of is not None else t


def type_words(t: Type) -> list[str]:
    """All words that a type lists, for suggestions."""
    enumeration = SCHEMA.enumeration_of(t)
    if enumeration is not None:
        return [w for word_ in enumeration.words for w in (word_.zh, word_.en, *word_.synonyms)]
    scale = SCHEMA.scale_of(scalar(t))
    return [w for s in scale.steps for w in (s.zh, s.en, *s.synonyms)] if scale is not None else []


def is_listed(text: str, t: Type | None) -> bool:
    """Whether the type itself lists the word (an open enumeration takes others too)."""
    return t is not None and text in type_words(t)


def _twin(text: str, t: Type) -> str:
    """收费类别 手术 is `surgery`, but a translator that does not know the place writes the entity's word: `operation`."""
    entity = SCHEMA.names.get(text)
    zh = SCHEMA.entities[entity].zh if entity is not None else ""
    return zh if zh and not is_listed(text, t) and is_listed(zh, t) else text


def word(ctx: RuleContext, node: ast.Name | ast.Text, expected: Type) -> Const | None:
    """The value of a word for a type; None when the type lists no words (a name or a text is meant then)."""
    text = node.value if isinstance(node, ast.Text) else ".".join(node.parts)
    t = scalar(expected)
    scale = SCHEMA.scale_of(t)
    if scale is not None:
        rank = scale.rank(text)
        if rank is None:
            near = suggestion(text, type_words(t))
            ctx.sink.refuse("MR-N109", node.span, word=text, kind=scale.zh, near=near or "、".join(type_words(t)[:6]))
        return Const(rank, t)
    enumeration = SCHEMA.enumeration_of(t)
    if enumeration is not None:
        value = enumeration.value_of(_twin(text, t))
        if value is None:
            near = suggestion(text, type_words(t))
            ctx.sink.refuse("MR-N109", node.span, word=text, kind=enumeration.zh, near=near or "、".join(type_words(t)[:6]))
        return Const(value, t)
    if isinstance(node, ast.Text) and t.kind in ("code", "text"):
        return Const(text, t)
    return None
