"""Whatever the bytes, opening a compiled file answers with a plan or with a coded error."""
from __future__ import annotations

import json
import random
from functools import lru_cache
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.compiled.container import MAX_BYTES, Sections, Writer
from medrules.compiled.plans import read_plan, write_plan
from medrules.compiled.values import decode, encode
from medrules.engine.engine import Engine
from medrules.errors import InvalidCompiledPack
from medrules.plan.planner import plan
from tests.plan.small import AGES, line, program, request, row, rule, table, years


@lru_cache(maxsize=1)
def content() -> bytes:
    age = rule("T-1", "  针对：明细 属于 知识表「年龄」记为 限定\n  须：患者.年龄 属于 限定.年龄段\n  扣减：全额")
    return write_plan(plan(program(age, table("年龄", (AGES,), row("a", ["X", "Z*"], years(18, None)), row("b", ["Y"], years(None, 60))))))


def resealed(body: bytes) -> bytes:
    """A file whose header is true to a body that somebody changed."""
    header = json.loads(content().split(b"\n", 1)[0])
    return json.dumps({**header, "length": len(body), "sha256": sha256(body).hexdigest()}).encode() + b"\n" + body


def opened(raw: bytes) -> None:
    """A plan that reviews without falling over, or a coded error."""
    try:
        made = read_plan(raw)
    except InvalidCompiledPack as error:
        assert error.code in ("MR-E111", "MR-E112") and " / " in str(error)
        return
    try:
        engine = Engine(made)
    except Exception:
        return  # `open_pack` says MR-E111
    engine.review(request(line(0, "X"), line(1, "Y"), line(2, "Z1")))


def test_every_truncation_is_told() -> None:
    whole = content()
    for size in (*range(200), *range(200, len(whole), 97)):
        with pytest.raises(InvalidCompiledPack):
            read_plan(whole[:size])


def test_every_flipped_bit_is_told() -> None:
    draw, whole = random.Random(5), content()
    for _ in range(500):
        at = draw.randrange(len(whole))
        torn = bytearray(whole)
        torn[at] ^= 1 << draw.randrange(8)
        with pytest.raises(InvalidCompiledPack):
            read_plan(bytes(torn))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_changed_and_sealed_again_is_opened_or_told(data: st.DataObject) -> None:
    body = bytearray(content().split(b"\n", 1)[1])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at] = data.draw(st.integers(0, 255))
    opened(resealed(bytes(body)))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_told(raw: bytes) -> None:
    with pytest.raises(InvalidCompiledPack):
        read_plan(raw)
    opened(resealed(raw))


@pytest.mark.parametrize("value", [
    [], [1], ["Cmp"], ["Nothing", 1], ["Cmp", "<", 1, 2, 3], ["Not", "x", ["Type", "bool", "", 0, "", 0, None, False]], {"a": 1},
    ["AgeLimit", "3", "岁"], ["set", ["tuple", ["UNKNOWN"]]], ["UNKNOWN", 1], ["Source", 1, None, True, "in"],
])
def test_values_of_the_wrong_type_are_told(value: Any) -> None:
    with pytest.raises(InvalidCompiledPack):
        decode(value, "Expr")


def test_nesting_is_bounded() -> None:
    deep: Any = ["tuple"]
    for _ in range(10_000):
        deep = ["tuple", deep]
    with pytest.raises(InvalidCompiledPack):
        decode(deep)
    out = Writer()
    out._add("json", b"[" * 100_000)
    with pytest.raises(InvalidCompiledPack):
        Sections(out.bytes()).json(0)


def test_numbers_are_bounded() -> None:
    out = Writer()
    section = out.numbers([1, 2, 300])
    held = Sections(out.bytes())
    assert list(held.numbers(section, 301, 3)) == [1, 2, 300]
    for below, length in ((300, 3), (301, 2)):
        with pytest.raises(InvalidCompiledPack):
            held.numbers(section, below, length)


def test_another_version_is_told_apart() -> None:
    for what in (b'"schema": 1', b'"medrules": "'):
        with pytest.raises(InvalidCompiledPack) as found:
            read_plan(content().replace(what, what[:-1] + b"9" + what[-1:], 1) if what.endswith(b'"') else content().replace(what, b'"schema": 7'))
        assert found.value.code in ("MR-E111", "MR-E112")
    assert len(content()) < MAX_BYTES


def test_what_has_no_compiled_form_is_refused() -> None:
    with pytest.raises(TypeError):
        encode({"a": 1})
