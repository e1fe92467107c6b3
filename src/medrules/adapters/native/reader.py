"""Reads native facts: JSON text or a plain dict → validated by the documented models → `Facts`.

Whatever is wrong is told at once: `InvalidFacts.errors` lists every (path, Chinese sentence). No message repeats a
name or an id that was sent.
"""
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NoReturn

from pydantic import BaseModel, ValidationError

from medrules.adapters.native.door import NATIVE, door_limited
from medrules.adapters.native.models import models
from medrules.adapters.native.scalars import Reading
from medrules.errors import InvalidFacts
from medrules.model.builder import build_facts
from medrules.model.entities import Stock
from medrules.model.facts import Door, Facts, Stage
from medrules.model.schema import SCHEMA
from medrules.model.values import ABSENT, DAY_SECONDS, UNKNOWN, Instant

__all__ = ["MAX_BYTES", "read_facts", "read_jsonl"]

MAX_BYTES: Final = 16 * 1024 * 1024
_MAX_ERRORS: Final = 100
_END_OF_TIME: Final = Instant(3_652_059 * DAY_SECONDS, 3_652_059 * DAY_SECONDS + DAY_SECONDS - 1)  # 9999-12-31


def read_facts(
    data: bytes | str | Mapping[str, Any] | BaseModel,
    *,
    door: Door = NATIVE,
    stage: Stage | None = None,
    business_time: Instant | None = None,
    midnight_is_time: bool = False,
) -> Facts:
    """Read one request of native facts (Chinese or English names, see docs/facts.md).

    Args:
        data: JSON as bytes (UTF-8) or text, a mapping (from YAML, or built by hand), or an instance of the
          `NativeFacts` model, whose values are read already.
        door: what the source can carry; facts outside it are dropped, as that door would.
        stage: 环节 when the data do not state it; without both, 事后.
        business_time: 业务时间 when the data do not state it; without both, the end of the data (nothing is later).
        midnight_is_time: whether `00:00:00` is a time (default: it means that only the day is known).

    Raises:
        InvalidFacts: the data do not fit; `errors` lists (path, sentence) pairs.
    """
    if isinstance(data, BaseModel):
        return _build(data, Reading(), door, stage, business_time)
    tree = _parse(data) if isinstance(data, (bytes, str)) else data
    if not isinstance(tree, Mapping):
        raise InvalidFacts("事实应为一个 JSON 对象 / facts must be a JSON object", [("", "应为一个 JSON 对象")])
    reading = Reading(midnight_is_time=midnight_is_time or _flag(tree, "零点是时刻", "midnight_is_time"))
    try:
        request = models("zh").facts.model_validate(dict(tree), context=reading)
    except ValidationError as error:
        raise _invalid(error) from None
    except RecursionError:
        raise InvalidFacts("嵌套过深 / nested too deeply", [("", "嵌套过深")]) from None
    return _build(request, reading, door, stage, business_time)


def read_jsonl(path: str | Path, *, door: Door = NATIVE, midnight_is_time: bool = False) -> Iterator[Facts]:
    """Read a file with one request a line. Empty lines are skipped.

    Raises:
        InvalidFacts: a line does not fit; its number stands before each path.
    """
    with open(path, "rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield read_facts(line, door=door, midnight_is_time=midnight_is_time)
            except InvalidFacts as error:
                errors = [(f"第{number}行 {place}".rstrip(), sentence) for place, sentence in error.errors]
                raise InvalidFacts(f"第{number}行：{error}", errors) from None


def _flag(tree: Mapping[str, Any], zh: str, en: str) -> bool:
    return tree.get(zh, tree.get(en)) is True


# ---------------------------------------------------------------- JSON text


def _parse(data: bytes | str) -> Any:
    if len(data) > MAX_BYTES:
        raise InvalidFacts(f"事实超过 {MAX_BYTES // 1024 // 1024} MB / facts too large", [("", "数据过大")])
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_unique)
    except InvalidFacts:
        raise
    except UnicodeDecodeError:
        raise InvalidFacts("不是 UTF-8 编码 / not UTF-8", [("", "不是 UTF-8 编码")]) from None
    except RecursionError:
        raise InvalidFacts("嵌套过深 / nested too deeply", [("", "嵌套过深")]) from None
    except json.JSONDecodeError as error:
        place = f"第{error.lineno}行第{error.colno}列"
        raise InvalidFacts(f"JSON 格式错误，{place} / invalid JSON", [("", f"JSON 格式错误，{place}")]) from None
    except ValueError:  # an integer of thousands of digits
        raise InvalidFacts("JSON 中有过长的数字 / a number is too long", [("", "有过长的数字")]) from None


def _no_constant(word: str) -> NoReturn:
    raise InvalidFacts(f"JSON 中不能有 {word} / {word} is no JSON number", [("", f"不能有 {word}")])


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidFacts("JSON 对象里有重复的键 / duplicate keys", [("", "JSON 对象里有重复的键")])
    return found


# ---------------------------------------------------------------- errors


def _invalid(error: ValidationError) -> InvalidFacts:
    found: list[tuple[str, str]] = []
    for one in error.errors(include_url=False, include_input=False)[:_MAX_ERRORS]:
        place, sentence = _path(one["loc"]), _sentence(one)
        if (place, sentence) not in found:
            found.append((place, sentence))
    first_place, first = found[0]
    return InvalidFacts(
        f"事实有 {len(found)} 处错误，首处：{first_place} {first} / invalid facts, first at {first_place}", found)


def _path(loc: tuple[int | str, ...]) -> str:
    path = ""
    for part in loc:
        if isinstance(part, int):
            path += f"[{part + 1}]"
        elif not part.startswith("function-") and part not in _MODEL_NAMES:
            path += f".{part}" if path else part
    return path


_MODEL_NAMES: Final = frozenset(cls.__name__ for cls in SCHEMA.entities.values())


def _sentence(error: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    if kind == "missing":
        return "必须填写"
    if kind == "extra_forbidden":
        return f"没有名为「{str(error['loc'][-1])[:40]}」的事实（或同一事实用中文名、英文名各写了一次）"
    if kind == "too_long":
        return f"最多 {context.get('max_length')} 项"
    return _KINDS.get(kind, "格式不对")


_KINDS: Final[dict[str, str]] = {
    "model_type": "应为一个对象", "model_attributes_type": "应为一个对象", "dict_type": "应为一个对象",
    "list_type": "应为列表，没有请写 []", "string_type": "应为文字", "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false", "recursion_loop": "嵌套过深",
}


# ---------------------------------------------------------------- values


def _values(model: BaseModel, door: Door, entity: str) -> dict[str, Any]:
    """What was sent, as the builder wants it: set fields without UNKNOWN, null as ABSENT, nested models as dicts."""
    d, found = model.__dict__, {}
    for name in model.__pydantic_fields_set__:
        value = d[name]
        if value is UNKNOWN or not door.can_carry(f"{entity}.{name}"):
            continue
        if value is None:
            value = ABSENT
        elif isinstance(value, BaseModel):
            value = _values(value, door, type(value).__name__.lower())
        elif type(value) is list:
            value = [_values(v, door, _key_of(v)) for v in value]
        found[name] = value
    return found


def _key_of(model: BaseModel) -> str:
    name = type(model).__name__.lower()
    return "result" if name == "labresult" else name


def _build(request: Any, reading: Reading, door: Door, stage: Stage | None, business_time: Instant | None) -> Facts:
    given = request.__pydantic_fields_set__
    if request.cannot_carry:
        door = _narrowed(door, request.cannot_carry)
    current, earlier = request.encounter, request.earlier or []
    if not any("suspected" in d.__pydantic_fields_set__ for e in (*current, *earlier) for d in e.diagnoses or ()):
        # Declarative (facts.md): a source in which no diagnosis has the flag does not carry it, so none is suspected.
        door = Door(door.name, door.carries - {"diagnosis.suspected"})
    stated = request.stage if "stage" in given and request.stage is not UNKNOWN else stage
    found_stage: Stage = stated or "after"
    stated_time = request.business_time if "business_time" in given else UNKNOWN
    time = business_time if stated_time is UNKNOWN else stated_time
    patient = _values(request.patient, door, "patient")
    if request.history is not None and door.can_carry("patient.history"):
        patient["history"] = _values(request.history, door, "history")
    ledger = bool(request.ledger)
    encounters = []
    for place, model in enumerate((*earlier, *current)):
        values = _encounter(model, door, reading, found_stage, ledger)
        values.setdefault("id", str(place + 1))
        values["is_current"] = place >= len(earlier)
        encounters.append(values)
    patient["encounters"] = encounters
    return build_facts(
        door=door, stage=found_stage, business_time=time or _END_OF_TIME, patients=(patient,),
        attestations=_records(request.attestations, door, "attestation"),
        declarations=_records(request.declarations, door, "declaration"),
        notes=[f"{note}（{n}处）" if n > 1 else note for note, n in reading.notes.items()],
        periods=UNKNOWN if request.stock is None else tuple(Stock(_values(s, door, "stock")) for s in request.stock),
    )


def _records(sent: list[BaseModel] | None, door: Door, entity: str) -> list[dict[str, Any]]:
    return [_values(one, door, entity) for one in sent or () if door.can_carry(f"{entity}s")]


def _narrowed(door: Door, names: list[str]) -> Door:
    try:
        return door_limited(door.name, names, door)
    except KeyError:
        errors = [("不能提供", "有不认识的事实名")]
        raise InvalidFacts("「不能提供」里有不认识的事实 / unknown fact in cannot_carry", errors) from None


def _encounter(model: Any, door: Door, reading: Reading, stage: Stage, ledger: bool) -> dict[str, Any]:
    values = _values(model, door, "encounter")
    if values.get("diagnoses") == []:  # no patient has none: a required list that is empty was not filled in (T30)
        del values["diagnoses"]
        reading.unknown(SCHEMA.by_id("encounter.diagnoses"), "列表为空")
    for place, item in enumerate(values.get("items", ())):
        item.setdefault("id", str(place + 1))
        if door.can_carry("item.line_kind"):
            item.setdefault("line_kind", "order" if stage == "before" else "charge")
        if not ledger:
            item.setdefault("already_deducted", 0)
    return values
