"""The documented pydantic models of native facts, made from the schema: one model for each entity, one field for
each fact.

Every field may be written by its Chinese or its English name. A field that is not there is UNKNOWN; null or ""
means that there is none (where the fact may be absent). The validated values are run-time values (`model.values`).
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, create_model
from pydantic.json_schema import JsonSchemaValue
from pydantic_core.core_schema import CoreSchema, ValidationInfo, no_info_plain_validator_function, with_info_plain_validator_function

from medrules.adapters.native.form import ENTITIES, REQUEST, Written, form_of
from medrules.adapters.native.scalars import Converter, Reading, converter, read_flag
from medrules.frozen import dataclass
from medrules.model.entity import Entity
from medrules.model.entity import Field as Fact
from medrules.model.schema import SCHEMA
from medrules.model.types import Type

__all__ = ["Language", "NativeModels", "Request", "models"]

Language = Literal["zh", "en"]

_RULING: Final = re.compile(r" ?\(T\d+\)|; T\d+(?=\))")
_CONFIG: Final = ConfigDict(extra="forbid", arbitrary_types_allowed=True, protected_namespaces=())
_PART: Final = ConfigDict(**_CONFIG, defer_build=True)  # of the entities: the request's validator holds them all


class Request(BaseModel):
    """What the `NativeFacts` models of both languages are, so that an instance is known without making the other one."""

    model_config = _CONFIG


@dataclass(frozen=True, slots=True)
class NativeModels:
    """The models of one language: `facts` is the whole request, `of` those of the entities by key."""

    facts: type[Request]
    of: Mapping[str, type[BaseModel]]


@lru_cache(maxsize=2)
def models(language: Language) -> NativeModels:
    """The models whose JSON Schema names fields in that language. Both accept both languages."""
    made: dict[str, type[BaseModel]] = {}
    for key in ENTITIES:
        made[key] = _entity_model(key, made, language)
    return NativeModels(_facts_model(made, language), made)


def _aliases(zh: str, en: str, language: Language) -> AliasChoices:
    return AliasChoices(zh, en) if language == "zh" else AliasChoices(en, zh)


def public_doc(entity: type[Entity]) -> str:
    """The docstring without the project's own numbers of decisions, which say nothing to a reader of facts."""
    return _RULING.sub("", entity.__doc__ or "")


def _entity_model(key: str, made: Mapping[str, type[BaseModel]], language: Language) -> type[BaseModel]:
    entity = SCHEMA.entities[key]
    fields: dict[str, Any] = {}
    for written in form_of(key):
        assert written.fact is not None
        alias = _aliases(written.zh, written.en, language)
        default = ... if written.required else None
        fields[written.name] = (
            _annotation(written, made), Field(default, validation_alias=alias, description=_describe(written.fact)))
    return create_model(entity.__name__, __config__=_PART, __doc__=public_doc(entity), **fields)


def _describe(fact: Fact) -> str:
    unit = f"（单位：{fact.type.unit}）" if fact.type.unit else ""
    rules = ["null 或空＝没有"] if fact.type.optional else []
    if fact.declarative:
        rules.append("除外事实：没有此项且来源能提供时为未知")
    return f"{fact.doc}{unit}{'；' + '；'.join(rules) if rules else ''} [{fact.id}]"


def _annotation(written: Written, made: Mapping[str, type[BaseModel]]) -> Any:
    """The pydantic type of a field."""
    match written.kind:
        case "many":
            return _list_of(made[written.entity], written.most, written.least)
        case "one":
            model = made[written.entity]
            if written.entity == "physician":
                return Annotated[model | None, BeforeValidator(_code_is_object)]
            return Annotated[model | None, BeforeValidator(_empty_is_none)] if written.may_be_empty else model
        case "names":
            return list[str]
        case "flag":
            return _flag(written.zh)
        case "value":
            assert written.fact is not None
            return Annotated[Any, _Value(written.fact)]


def _empty_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _code_is_object(value: Any) -> Any:
    """A physician may be written as the code alone."""
    if isinstance(value, str):
        return {"id": value} if value.strip() else None
    return value


def _one_is_list(value: Any) -> Any:
    return [value] if isinstance(value, Mapping) else value


def _list_of(model: type[BaseModel], most: int, least: int = 0) -> Any:
    return Annotated[list[model], Field(min_length=least, max_length=most)]  # type: ignore[valid-type]


def _flag(name: str) -> Any:
    return Annotated[bool, _Flag(name)]


@dataclass(frozen=True, slots=True)
class _Flag:
    """A yes/no of the request itself, for pydantic: how it is read, and its JSON Schema."""

    name: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_plain_validator_function(lambda value: read_flag(self.name, value))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class _Value:
    """A scalar fact, for pydantic: how it is read, and its JSON Schema. (`PlainValidator` says the same of the first; it looks into
    the validator's signature and the type for each of two hundred facts, which takes ten times as long.)"""

    fact: Fact

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return with_info_plain_validator_function(_validator(converter(self.fact)))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return _json_type(self.fact.type)


def _validator(convert: Converter) -> Callable[[Any, ValidationInfo], Any]:
    def validate(value: Any, info: ValidationInfo) -> Any:
        return convert(value, info.context if info.context is not None else Reading())

    return validate


def _json_type(type: Type) -> dict[str, Any]:
    """JSON Schema of a scalar fact."""
    found: dict[str, Any]
    match type.kind:
        case "bool":
            found = {"type": "boolean"}
        case "num":
            found = {"anyOf": [{"type": "number"}, {"type": "string"}], "description": f"最多{type.scale}位小数"}
        case "date":
            found = {"type": "string", "examples": ["2026-03-01"]}
        case "instant":
            found = {"type": "string", "examples": ["2026-03-01 09:00:00", "2026-03-01"]}
        case "level":
            steps = SCHEMA.scales[type.name].steps
            found = {"type": "string", "enum": [s.zh for s in steps] + [s.en for s in steps]}
        case "list":
            return {"type": "array", "items": _json_type(type.of or type)}
        case "code" if type.name in SCHEMA.enumerations and not SCHEMA.enumerations[type.name].open:
            words = SCHEMA.enumerations[type.name].words
            found = {"type": "string", "enum": list(dict.fromkeys([*(w.zh for w in words), *(w.en for w in words)]))}
        case _:
            found = {"type": "string"}
    return {"anyOf": [found, {"type": "null"}]} if type.optional else found


def _facts_model(made: Mapping[str, type[BaseModel]], language: Language) -> type[Request]:
    fields: dict[str, Any] = {}
    for written in form_of(REQUEST):
        annotation = _annotation(written, made)
        if written.name == "encounter":
            annotation = Annotated[annotation, BeforeValidator(_one_is_list)]
        field = Field(
            ... if written.required else None, validation_alias=_aliases(written.zh, written.en, language), description=written.doc)
        fields[written.name] = (annotation, field)
    return create_model("NativeFacts", __base__=Request, __doc__="一次请求的事实（中文名、英文名均可）", **fields)
