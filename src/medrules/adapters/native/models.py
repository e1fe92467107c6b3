"""The documented pydantic models of native facts, made from the schema: one model for each entity, one field for
each fact.

Every field may be written by its Chinese or its English name. A field that is not there is UNKNOWN; null or ""
means that there is none (where the fact may be absent). The validated values are run-time values (`model.values`).
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    create_model,
)

from medrules.adapters.native.scalars import Reading, converter, read_flag
from medrules.model.entity import Entity
from medrules.model.entity import Field as Fact
from medrules.model.schema import SCHEMA
from medrules.model.types import Type

__all__ = ["Language", "NativeModels", "models"]

Language = Literal["zh", "en"]

# Facts that the model derives, but that a sender may state.
_ALSO_SENT: Final = frozenset({"encounter.main_diagnosis", "encounter.prescriptions", "session.hours"})
_MAX_LIST: Final[Mapping[str, int]] = {"item": 20_000}
_MAX_BELOW: Final = 2_000
# Without these a record says nothing.
_REQUIRED: Final = frozenset({
    "attestation.point", "attestation.subject", "attestation.outcome", "declaration.label", "declaration.subject",
})
# Models are made before those that nest them.
_ORDER: Final = (
    "institution", "settlement", "physician", "history", "diagnosis", "operation", "session", "result", "prescription",
    "item", "attestation", "declaration", "stock", "patient", "encounter",
)
_RULING: Final = re.compile(r" ?\(T\d+\)|; T\d+(?=\))")
_CONFIG: Final = ConfigDict(extra="forbid", arbitrary_types_allowed=True, protected_namespaces=())


@dataclass(frozen=True, slots=True)
class NativeModels:
    """The models of one language: `facts` is the whole request, `of` those of the entities by key."""

    facts: type[BaseModel]
    of: Mapping[str, type[BaseModel]]


@lru_cache(maxsize=2)
def models(language: Language) -> NativeModels:
    """The models whose JSON Schema names fields in that language. Both accept both languages."""
    made: dict[str, type[BaseModel]] = {}
    for key in _ORDER:
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
    for fact in entity.fields.values():
        if fact.derived and fact.id not in _ALSO_SENT:
            continue
        annotation = _annotation(fact, made)
        if annotation is not None:
            alias = _aliases(fact.zh, fact.en, language)
            default = ... if fact.id in _REQUIRED else None
            fields[fact.name] = (annotation, Field(default, validation_alias=alias, description=_describe(fact)))
    return create_model(entity.__name__, __config__=_CONFIG, __doc__=public_doc(entity), **fields)


def _describe(fact: Fact) -> str:
    unit = f"（单位：{fact.type.unit}）" if fact.type.unit else ""
    rules = ["null 或空＝没有"] if fact.type.optional else []
    if fact.declarative:
        rules.append("除外事实：没有此项且来源能提供时为未知")
    return f"{fact.doc}{unit}{'；' + '；'.join(rules) if rules else ''} [{fact.id}]"


def _annotation(fact: Fact, made: Mapping[str, type[BaseModel]]) -> Any:
    """The pydantic type of a fact; None for an entity that native facts do not nest here."""
    type_ = fact.type
    if type_.kind == "list" and type_.of is not None and type_.of.kind == "entity":
        model = made.get(type_.of.name)
        if model is None:
            return None
        return _list_of(model, _MAX_LIST.get(type_.of.name, _MAX_BELOW))
    if type_.kind == "entity":
        model = made.get(type_.name)
        if model is None:
            return None
        if type_.name == "physician":
            return Annotated[model | None, BeforeValidator(_code_is_object)]
        return Annotated[model | None, BeforeValidator(_empty_is_none)] if type_.optional else model
    return Annotated[Any, PlainValidator(_validator(fact)), WithJsonSchema(_json_type(type_))]


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
    return Annotated[bool, PlainValidator(lambda value: read_flag(name, value)), WithJsonSchema({"type": "boolean"})]


def _validator(fact: Fact) -> Callable[[Any, ValidationInfo], Any]:
    convert = converter(fact)

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


def _facts_model(made: Mapping[str, type[BaseModel]], language: Language) -> type[BaseModel]:
    def field(zh: str, en: str, doc: str, default: Any = None) -> Any:
        return Field(default, validation_alias=_aliases(zh, en, language), description=doc)

    time, stage = SCHEMA.field("other", "business_time"), SCHEMA.field("other", "stage")
    encounter, patient = made["encounter"], made["patient"]
    fields: dict[str, Any] = {
        "business_time": (
            _annotation(time, made), field("业务时间", "business_time", "业务发生时间；没有时为数据之末")),
        "stage": (_annotation(stage, made), field("环节", "stage", "事前、事中、事后；没有时为事后")),
        "patient": (patient, field("患者", "patient", "患者", ...)),
        "encounter": (
            Annotated[_list_of(encounter, _MAX_BELOW, 1), BeforeValidator(_one_is_list)],
            field("就诊", "encounter", "本次就诊：一个对象，或多个的列表", ...)),
        "earlier": (_list_of(encounter, _MAX_BELOW), field("历次就诊", "encounters", "以前的就诊（含其明细）")),
        "history": (made["history"], field("历史", "history", "历史记录的覆盖起和覆盖范围")),
        "attestations": (
            _list_of(made["attestation"], _MAX_LIST["item"]), field("已核记录", "attestations", "人工核对的结论")),
        "declarations": (
            _list_of(made["declaration"], _MAX_LIST["item"]), field("申报记录", "declarations", "医院申报的除外")),
        "stock": (_list_of(made["stock"], _MAX_LIST["item"]), field("进销存", "stock", "进销存记录（筛查用）")),
        "cannot_carry": (
            list[str],
            field("不能提供", "cannot_carry", "来源系统没有的事实，如 就诊.抢救标志；写明后除外条款按「可申辩」处理")),
        "ledger": (
            _flag("有扣减台账"), field("有扣减台账", "ledger", "是＝已扣减金额来自台账，未写即为未知；否（默认）＝未写即为0")),
        "midnight_is_time": (
            _flag("零点是时刻"), field("零点是时刻", "midnight_is_time", "是＝00:00:00 是时刻；否（默认）＝只知道日期")),
    }
    return create_model("NativeFacts", __config__=_CONFIG, __doc__="一次请求的事实（中文名、英文名均可）", **fields)

