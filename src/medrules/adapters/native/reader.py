"""Reads native facts: JSON text or a plain dict → what was sent, by field name (`quick`, `validation`) → `Facts`.

Whatever is wrong is told at once: `InvalidFacts.errors` lists every path with a Chinese sentence and a stable code.
"""
from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NoReturn

from medrules.adapters.native.door import NATIVE, door_limited
from medrules.adapters.native.form import entity_below
from medrules.adapters.native.quick import Doubtful, read_quickly
from medrules.adapters.native.scalars import Reading, WrongValue, read_flag
from medrules.errors import FactError, InvalidFacts
from medrules.model.builder import build_facts
from medrules.model.entities import Stock
from medrules.model.facts import Door, Facts, Stage
from medrules.model.schema import SCHEMA
from medrules.model.values import ABSENT, DAY_SECONDS, UNKNOWN, Instant

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import BaseModel

    from medrules.knowledge.mapping import CodeMapping

__all__ = ["MAX_BYTES", "read_facts", "read_jsonl"]

MAX_BYTES: Final = 16 * 1024 * 1024
_END_OF_TIME: Final = Instant(3_652_059 * DAY_SECONDS, 3_652_059 * DAY_SECONDS + DAY_SECONDS - 1)  # 9999-12-31


def read_facts(
    data: bytes | str | Mapping[str, Any] | BaseModel,
    *,
    door: Door = NATIVE,
    stage: Stage | None = None,
    business_time: Instant | None = None,
    midnight_is_time: bool = False,
    codes: CodeMapping | None = None,
) -> Facts:
    """Read one request of native facts (Chinese or English names, see docs/facts.md).

    Args:
        data: JSON as bytes (UTF-8) or text, a mapping (from YAML, or built by hand), or an instance of the
          `NativeFacts` model, whose values are read already.
        door: what the source can carry; facts outside it are dropped, as that door would.
        stage: 环节 when the data do not state it; without both, 事后.
        business_time: 业务时间 when the data do not state it; without both, the end of the data: the latest time in it.
        midnight_is_time: whether `00:00:00` is a time (default: it means that only the day is known).
        codes: the hospital's and the province's codes; item codes are brought to national ones, and one that is not listed is unknown.

    Raises:
        InvalidFacts: the data do not fit; `errors` lists a `FactError` for each thing that is wrong.
    """
    tree = _parse(data) if isinstance(data, (bytes, str)) else data
    if not isinstance(tree, Mapping):
        # Only who made a model has loaded pydantic: it is imported here, and below for requests with errors, because it takes
        # longer than all the rest of a process that opens a pack and reviews.
        if not isinstance(data, (bytes, str)) and "pydantic" in sys.modules:
            from medrules.adapters.native.validation import sent_in_model

            held = sent_in_model(data)
            if held is not None:
                return _build(held, Reading(), door, stage, business_time, codes)
        raise _one("MR-E206", "应为一个 JSON 对象", "facts must be a JSON object")
    midnight_is_time = midnight_is_time or _midnight_is_time(tree)
    reading = Reading(midnight_is_time=midnight_is_time)
    try:
        sent = read_quickly(dict(tree), reading)
    except Doubtful:
        from medrules.adapters.native.validation import validated

        reading = Reading(midnight_is_time=midnight_is_time)
        sent = validated(tree, reading)
    return _build(sent, reading, door, stage, business_time, codes)


def read_jsonl(
    path: str | Path, *, door: Door = NATIVE, midnight_is_time: bool = False, codes: CodeMapping | None = None,
) -> Iterator[Facts]:
    """Read a file with one request a line. Empty lines are skipped.

    Raises:
        InvalidFacts: a line does not fit; its number stands before each path.
    """
    number = 0
    with open(path, "rb") as lines:
        while line := lines.readline(MAX_BYTES + 2):  # a longer line is refused, not held in memory
            number += 1
            if not line.strip():
                continue
            try:
                yield read_facts(line, door=door, midnight_is_time=midnight_is_time, codes=codes)
            except InvalidFacts as error:
                errors = [e._replace(path=f"第{number}行 {e.path}".rstrip()) for e in error.errors]
                raise InvalidFacts(f"第{number}行：{error}", errors) from None


def _midnight_is_time(tree: Mapping[str, Any]) -> bool:
    """The flag that the reading of all times needs; what is no flag is told when the models find it."""
    try:
        return read_flag("", tree.get("零点是时刻", tree.get("midnight_is_time")))
    except WrongValue:
        return False


def _one(code: str, sentence: str, english: str) -> InvalidFacts:
    """The exception for data that are wrong as a whole."""
    return InvalidFacts(f"{sentence} / {english}", [FactError("", sentence, code)])


# ---------------------------------------------------------------- JSON text


def _parse(data: bytes | str) -> Any:
    if len(data) > MAX_BYTES:
        raise _one("MR-E202", f"数据过大，最多 {MAX_BYTES // 1024 // 1024} MB", "facts too large")
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_unique)
    except InvalidFacts:
        raise
    except UnicodeDecodeError:
        raise _one("MR-E201", "不是 UTF-8 编码", "not UTF-8") from None
    except RecursionError:
        raise _one("MR-E202", "嵌套过深", "nested too deeply") from None
    except json.JSONDecodeError as error:
        raise _one("MR-E201", f"JSON 格式错误，第{error.lineno}行第{error.colno}列", "invalid JSON") from None
    except (ValueError, ArithmeticError):  # an integer of thousands of digits, an exponent beyond all bounds
        raise _one("MR-E202", "JSON 中有过长的数字", "a number is too long") from None


def _no_constant(word: str) -> NoReturn:
    raise _one("MR-E201", f"JSON 中不能有 {word}", f"{word} is no JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _one("MR-E203", "JSON 对象里有重复的键", "duplicate keys")
    return found


# ---------------------------------------------------------------- values


def _values(sent: Mapping[str, Any], door: Door, entity: str) -> dict[str, Any]:
    """What was sent, as the builder wants it: without UNKNOWN and what the door cannot carry, null as ABSENT."""
    below, found = entity_below(entity), {}
    for name, value in sent.items():
        if value is UNKNOWN or not door.can_carry(f"{entity}.{name}"):
            continue
        if value is None:
            value = ABSENT
        elif type(value) is dict:
            value = _values(value, door, below[name])
        elif type(value) is list:
            value = [_values(one, door, below[name]) for one in value]
        found[name] = value
    return found


def _build(
    sent: dict[str, Any], reading: Reading, door: Door, stage: Stage | None, business_time: Instant | None, codes: CodeMapping | None,
) -> Facts:
    if sent.get("cannot_carry"):
        door = _narrowed(door, sent["cannot_carry"])
    current, earlier = sent["encounter"], sent.get("earlier", [])
    if not any("suspected" in d for e in (*current, *earlier) for d in e.get("diagnoses", ())):
        # Declarative (facts.md): a source in which no diagnosis has the flag does not carry it, so none is suspected.
        door = Door(door.name, door.carries - {"diagnosis.suspected"})
    stated = sent.get("stage", UNKNOWN)
    found_stage: Stage = (stage if stated is UNKNOWN else stated) or "after"
    stated_time = sent.get("business_time", UNKNOWN)
    time = business_time if stated_time is UNKNOWN else stated_time
    taken = {e["id"] for e in (*current, *earlier) if e.get("id", UNKNOWN) is not UNKNOWN}
    patient = _values(sent["patient"], door, "patient")
    if "history" in sent and door.can_carry("patient.history"):
        patient["history"] = _values(sent["history"], door, "history")
    ledger = bool(sent.get("ledger"))
    encounters = []
    for place, one in enumerate((*earlier, *current)):
        values = _encounter(one, door, reading, found_stage, ledger)
        number = str(place + 1)  # an encounter without an id is known by its place
        values.setdefault("id", f"#{number}" if number in taken else number)
        values["is_current"] = place >= len(earlier)
        encounters.append(values)
    patient["encounters"] = encounters
    as_of = time or _end_of_data(encounters)
    notes = [f"{note}（{n}处）" if n > 1 else note for note, n in reading.notes.items()]
    stock = [_values(s, door, "stock") for s in sent["stock"]] if "stock" in sent else None
    if codes is not None:
        unmapped = codes.apply((patient,), as_of.day)
        codes.apply_to_stock(stock or (), as_of.day)
        notes += [f"明细.编码：编码对照表里查不到，按未知处理（{unmapped}处）"] if unmapped else []
    return build_facts(
        door=door, stage=found_stage, business_time=as_of, patients=(patient,),
        attestations=_records(sent, door, "attestation"), declarations=_records(sent, door, "declaration"), notes=notes,
        periods=UNKNOWN if stock is None else tuple(Stock(values) for values in stock),
    )


def _end_of_data(encounters: list[dict[str, Any]]) -> Instant:
    """The latest time that was sent, so that nothing is later and an open stay is judged by its last day."""
    return max((at for e in encounters for at in _times(e)), key=lambda at: at.hi, default=_END_OF_TIME)


def _times(values: Mapping[str, Any]) -> Iterator[Instant]:
    for name, value in values.items():
        if isinstance(value, Instant):
            if name != "end" or values.get("long_term") is not True:  # the end of an order that goes on is a plan
                yield value
        elif name == "date" and isinstance(value, int):
            yield Instant(value * DAY_SECONDS, (value + 1) * DAY_SECONDS - 1)
        elif isinstance(value, Mapping):
            yield from _times(value)
        elif isinstance(value, list):
            yield from _all_times(value)


def _all_times(members: Iterable[Any]) -> Iterator[Instant]:
    for member in members:
        if isinstance(member, Mapping):
            yield from _times(member)


def _records(sent: Mapping[str, Any], door: Door, entity: str) -> list[dict[str, Any]]:
    return [_values(one, door, entity) for one in sent.get(f"{entity}s", ()) if door.can_carry(f"{entity}s")]


def _narrowed(door: Door, names: list[str]) -> Door:
    try:
        return door_limited(door.name, names, door)
    except KeyError:
        errors = [FactError("不能提供", "有不认识的事实名", "MR-E203")]
        raise InvalidFacts("「不能提供」里有不认识的事实 / unknown fact in cannot_carry", errors) from None


def _encounter(sent: dict[str, Any], door: Door, reading: Reading, stage: Stage, ledger: bool) -> dict[str, Any]:
    values = _values(sent, door, "encounter")
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
