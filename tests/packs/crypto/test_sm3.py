"""SM3 against the standard's examples and against OpenSSL."""
from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.packs.crypto.sm3 import sm3, sm3_in_python

# GB/T 32905-2016, annex A: the two examples; the third is the empty string, as OpenSSL gives it.
EXAMPLES = (
    (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
    (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    (b"", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"),
)
OPENSSL_HAS_SM3 = "sm3" in hashlib.algorithms_available


@pytest.mark.parametrize(("content", "digest"), EXAMPLES)
def test_examples_of_the_standard(content: bytes, digest: str) -> None:
    assert sm3_in_python(content).hex() == digest
    assert sm3(content).hex() == digest


@pytest.mark.skipif(not OPENSSL_HAS_SM3, reason="this Python's OpenSSL has no SM3")
def test_every_length_around_the_blocks_agrees_with_openssl() -> None:
    for length in range(200):
        content = bytes((7 * at + length) % 256 for at in range(length))
        assert sm3_in_python(content) == hashlib.new("sm3", content).digest(), length


@pytest.mark.skipif(not OPENSSL_HAS_SM3, reason="this Python's OpenSSL has no SM3")
@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=500))
def test_any_bytes_agree_with_openssl(content: bytes) -> None:
    assert sm3_in_python(content) == hashlib.new("sm3", content).digest()


def test_without_openssl_the_digest_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashlib, "algorithms_available", frozenset({"sha256"}))
    assert sm3(b"abc").hex() == EXAMPLES[0][1]
