"""Reads native facts by the documented models, and words what is wrong: every path with a Chinese sentence and a stable code.

The only module of the native door beside `models` and `written_schema` that needs pydantic; it is loaded when the quick way finds
something doubtful, or when a caller uses the models itself. No message repeats a name or an id that was sent; a field name that
is not known is repeated only when it can be one.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from medrules.adapters.native.models import Request, models
from medrules.adapters.native.scalars import Reading, WrongValue
from medrules.errors import FactError, InvalidFacts
from medrules.model.schema import SCHEMA

__all__ = ["sent_in_model", "validated"]

_MAX_ERRORS: Final = 100


def validated(tree: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    """What was sent, by field name, as `quick.read_quickly` gives it.

    Raises:
        InvalidFacts: with every error.
    """
    try:
        request = models("zh").facts.model_validate(dict(tree), context=reading)
    except ValidationError as error:
        raise _invalid(error) from None
    except RecursionError:
        raise InvalidFacts("嵌套过深 / nested too deeply", [FactError("", "嵌套过深", "MR-E202")]) from None
    return _sent(request)


def sent_in_model(data: Any) -> dict[str, Any] | None:
    """What an instance of the `NativeFacts` model holds; None for anything else."""
    return _sent(data) if isinstance(data, Request) else None


def _sent(model: BaseModel) -> dict[str, Any]:
    given, d = model.__pydantic_fields_set__, model.__dict__
    return {name: _plain(d[name]) for name in type(model).model_fields if name in given}


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return _sent(value)
    return [_plain(one) for one in value] if type(value) is list else value


def _invalid(error: ValidationError) -> InvalidFacts:
    found: dict[FactError, None] = {}
    for one in error.errors(include_url=False, include_input=False)[:_MAX_ERRORS]:
        found.setdefault(FactError(_path(one["loc"]), *_sentence(one)))
    first = next(iter(found))
    count = f"{len(found)} 处" if error.error_count() <= _MAX_ERRORS else f"{len(found)} 处以上"
    return InvalidFacts(
        f"事实有 {count}错误，首处：{first.path} {first.message} / invalid facts, first at {first.path}", tuple(found))


def _path(loc: tuple[int | str, ...]) -> str:
    path = ""
    for part in loc:
        if isinstance(part, int):
            path += f"[{part + 1}]"
        elif not part.startswith("function-") and part not in _MODEL_NAMES:
            path += f".{_name(part)}" if path else _name(part)
    return path


def _name(part: str) -> str:
    """A key as a message may show it: one that looks like an id, is long or cannot be printed is not repeated."""
    shown = len(part) <= 30 and part.isprintable() and sum(c.isdigit() for c in part) < 6
    return part if shown else "（不认识的名字）"


_MODEL_NAMES: Final = frozenset(cls.__name__ for cls in SCHEMA.entities.values())


def _sentence(error: Any) -> tuple[str, str]:
    """What is wrong, in Chinese, and its code."""
    kind, context = error["type"], error.get("ctx", {})
    wrong = context.get("error")
    if isinstance(wrong, WrongValue):
        return str(wrong), wrong.code
    if kind == "extra_forbidden":
        name = _name(str(error["loc"][-1]))
        return f"没有名为「{name}」的事实（或同一事实用中文名、英文名各写了一次）", "MR-E203"
    if kind == "too_long":
        return f"最多 {context.get('max_length')} 项", "MR-E202"
    return _KINDS.get(kind, ("格式不对", "MR-E206"))


_KINDS: Final[dict[str, tuple[str, str]]] = {
    "missing": ("必须填写", "MR-E204"), "too_short": ("至少要有一项", "MR-E204"),
    "model_type": ("应为一个对象", "MR-E206"), "model_attributes_type": ("应为一个对象", "MR-E206"),
    "dict_type": ("应为一个对象", "MR-E206"), "list_type": ("应为列表，没有请写 []", "MR-E206"),
    "string_type": ("应为文字", "MR-E206"), "string_unicode": ("含有不合法的字符", "MR-E209"),
    "invalid_key": ("键应为文字", "MR-E203"), "recursion_loop": ("嵌套过深", "MR-E202"),
}
