"""Two ways to parse a message, one meaning: what the quick one takes, the exact one takes alike; fractions keep their digits."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nhsa_messages import as_bytes, encounter, message, of_order, order, patient
from nhsa_reading import line

from medrules.adapters.nhsa import DEFAULT_SITE, Limits, read_request
from medrules.adapters.nhsa.envelope import open_envelope
from medrules.adapters.nhsa.parsing import FAILED, parse, parse_quickly
from medrules.errors import InvalidMessage

LIMITS = DEFAULT_SITE.limits

leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=12),
    st.sampled_from(["", "{", "}, {", "[[", "\\", '"', "\ud800", "\x7f", "𠮷", "1e5", "\u2028"]),
)
trees = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4), max_leaves=20)
PIECES = [
    b"{", b"}", b"[", b"]", b'"', b"\\", b":", b",", b" ", b"\n", b"0", b"1", b"-", b"+", b".", b"e", b"E5", b"01", b"-0", b"-0.0", b"1.", b".5", b"1e400",
    b"9" * 20, b"9" * 400, b"null", b"true", b"NaN", b"Infinity", b"-Infinity", b'"a"', b'"\\u0000"', b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\\x"', b"\t",
    b"\x00", b"\xff", b"\xef\xbb\xbf", "中".encode(), "中".encode("gbk"), b"//", b"'a'", b'"a":', b'{"a":1,"a":2}',
]


def same(quick: Any, exact: Any) -> bool:
    """Equal, where the quick way has a binary fraction for the exact way's digits."""
    if isinstance(quick, float):
        return quick == float(exact) and not (type(exact) is str and quick.is_integer() and abs(quick) < 2**53)
    if type(quick) is not type(exact):
        return False
    if isinstance(quick, dict):
        return list(quick) == list(exact) and all(same(v, exact[k]) for k, v in quick.items())
    if isinstance(quick, list):
        return len(quick) == len(exact) and all(map(same, quick, exact))
    return bool(quick == exact)


def check(body: bytes, limits: Limits = LIMITS) -> None:
    quick = parse_quickly(body, limits)
    if quick is not FAILED:
        assert same(quick, parse(body.decode(), limits))


@settings(max_examples=400, deadline=None)
@given(tree=trees, escaped=st.booleans(), indent=st.sampled_from([None, 0, 1]))
def test_what_the_quick_way_takes_the_exact_way_takes_alike(tree: Any, escaped: bool, indent: int | None) -> None:
    check(json.dumps(tree, ensure_ascii=escaped, indent=indent).encode("utf-8", "replace"))


@settings(max_examples=1_500, deadline=None)
@given(parts=st.lists(st.sampled_from(PIECES), max_size=9))
def test_text_that_is_hardly_json(parts: list[bytes]) -> None:
    check(b"".join(parts))
    check(b"[" + b"".join(parts) + b"]")


@settings(max_examples=300, deadline=None)
@given(tree=trees, limit=st.integers(0, 6), comma=st.sampled_from([",", ", ", " , "]))
def test_both_ways_draw_the_line_at_the_same_depth(tree: Any, limit: int, comma: str) -> None:
    body = json.dumps(tree, separators=(comma, ":")).encode()
    limits = Limits(depth=limit)
    try:
        parse(body.decode(), limits)
        refused = False
    except InvalidMessage as error:
        refused = "嵌套" in str(error)
    assert depth(tree) > limit if refused else depth(tree) <= limit or "NaN" in body.decode() or "Infinity" in body.decode()
    assert not refused or parse_quickly(body, limits) is FAILED


def depth(tree: Any) -> int:
    inside = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else None
    return 0 if inside is None else 1 + max(map(depth, inside), default=0)


def test_a_usual_message_takes_the_quick_way() -> None:
    body = as_bytes(message(patient_dtos=[patient(fsi_encounter_dtos=[encounter(fsi_order_dtos=[order(n) for n in range(300)])])]))
    assert parse_quickly(body, LIMITS) == json.loads(body)


@pytest.mark.parametrize(("sent", "price", "code"), [
    ("0.00015", 2, "0.00015"), ("100.000149999999999999", 1_000_001, "100.000149999999999999"), ("12345678901.23445", 123_456_789_012_345, "12345678901.23445"),
    ("21.0", 210_000, "21"), ("2.1e1", 210_000, "21"), ("1e400", None, None), ("9007199254740993.0", 90_071_992_547_409_930_000, "9007199254740993.0"),
])
def test_fractions_keep_their_digits(sent: str, price: int | None, code: str | None) -> None:
    """Also after a message in which the nearest binary fraction stood as a whole number, and in a code."""
    for other in ("21", "1", "9007199254740992"):
        read_request(as_bytes(of_order(pric=int(other), rxno=int(other))))
    item = read_request(as_bytes(of_order(pric="@")).replace(b'"@"', sent.encode())).facts.current[0].raw_items[0]
    assert item.__dict__.get("unit_price") == price
    coded = read_request(as_bytes(of_order(rxno="@")).replace(b'"@"', sent.encode())).facts.current[0].raw_items[0]
    assert coded.__dict__.get("rx_no") == code


def test_a_message_that_a_caller_parsed_reads_like_its_bytes() -> None:
    for value in (10.5, 2.0, 0.1, 1e22, math.inf):
        sent = of_order(pric=value, rxno=value)
        parsed = read_request(sent).facts.current[0].raw_items[0]
        assert parsed.__dict__.get("rx_no") == (None if math.isinf(value) else line(sent).rx_no)
        if not math.isinf(value):
            assert parsed.__dict__.get("unit_price") == line(sent).__dict__.get("unit_price")


def test_a_fraction_that_nobody_reads_is_no_reason_to_read_again() -> None:
    body = as_bytes(of_order(hilist_pric="@")).replace(b'"@"', b"1.25")
    envelope = open_envelope(body, DEFAULT_SITE, exact=False)
    orders = envelope.data["patient_dtos"][0]["fsi_encounter_dtos"][0]["fsi_order_dtos"]
    assert type(orders[0]["hilist_pric"]) is float
    assert read_request(body).lines


def test_deeply_nested_objects_of_a_caller_are_refused() -> None:
    deep: Any = {}
    for _ in range(5_000):
        deep = {"a": deep}
    with pytest.raises(InvalidMessage, match="嵌套"):
        read_request({**of_order(pric=1.5), "extra": deep})
