"""A manifest has one form, and nothing in it is left unread."""
from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from medrules.errors import InvalidPackFile
from medrules.packs import Version, read_manifest, write_manifest
from medrules.packs.canonical import written
from medrules.packs.entries import Period
from tests.packs.samples import manifest


def changed(**changes: Any) -> bytes:
    return written({**json.loads(write_manifest(manifest())), **changes})


def refused(content: bytes) -> str:
    with pytest.raises(InvalidPackFile) as error:
        read_manifest(content)
    assert " / " in str(error.value)
    return error.value.code


def test_there_and_back() -> None:
    assert read_manifest(write_manifest(manifest())) == manifest()
    ended = manifest(effective=Period(date(2026, 7, 1), date(2027, 1, 1)), compiled=None)
    assert read_manifest(write_manifest(ended)) == ended


@pytest.mark.parametrize(("key", "value"), [
    ("format", "zip"), ("name", "Demo"), ("name", "../demo"), ("name", "a" * 61), ("title", "示例"), ("title", {"zh": ""}), ("version", "2026.07.01"),
    ("version", "2026.7"), ("authority", 1), ("adcode", "33"), ("adcode", "100000"), ("level", "national"), ("level", "town"), ("roots", []),
    ("roots", ["a", "a"]), ("roots", ["规"]), ("effective", {"from": "2026-07-01"}), ("effective", {"from": "2026-07-01", "to": "2026-07-01"}),
    ("effective", {"from": "2026-02-30", "to": None}), ("effective", {"from": "20260701", "to": None}), ("minimum_engine", None),
    ("extends", [{"name": "national", "from": "2.0.0", "below": "1.0.0"}]), ("extends", {}), ("supersedes", [{"version": "1.0.0"}]),
    ("mandatory", {"all": 1, "rules": []}), ("people", {"drafted": "甲", "reviewed": "乙", "approved": ""}), ("content_hash", "0" * 63),
    ("compiled", {"member": "nowhere", "schema": 1}), ("compiled", {"member": "pack.toml", "schema": True}), ("members", {}),
    ("members", [{"name": "b", "length": 1, "sha256": "0" * 64}, {"name": "a", "length": 1, "sha256": "0" * 64}]),
    ("members", [{"name": "manifest.json", "length": 1, "sha256": "0" * 64}]), ("members", [{"name": "a", "length": -1, "sha256": "0" * 64}]),
    ("more", 1),
])
def test_wrong_content(key: str, value: Any) -> None:
    assert refused(changed(**{key: value})) == "MR-P509"


def test_members_are_in_the_order_of_names_each_once() -> None:
    one, other = ({"name": n, "length": 1, "sha256": "0" * 64} for n in "ab")
    assert len(read_manifest(changed(compiled=None, members=[one, other])).members) == 2
    for members in ([other, one], [one, one]):
        assert refused(changed(compiled=None, members=members)) == "MR-P509"


def test_a_missing_key() -> None:
    whole = json.loads(write_manifest(manifest()))
    for key in whole:
        assert refused(written({k: v for k, v in whole.items() if k != key})) == "MR-P509"


def test_a_form_of_tomorrow_asks_for_a_newer_medrules() -> None:
    assert refused(changed(schema=2)) == "MR-P513"


@pytest.mark.parametrize(("before", "after", "code"), [
    (b"{", b"{ ", "MR-P512"), (b'"adcode"', b'"name":"x","adcode"', "MR-P508"), (b'"schema":1', b'"schema":1.0', "MR-P508"),
    (b'"schema":1', b'"schema":NaN', "MR-P508"), (b'"schema":1', b'"schema":-Infinity', "MR-P508"), (b'"schema":1', b'"schema":1e3', "MR-P508"),
    (b"\n", b"", "MR-P512"), ("示".encode(), rb"\u793a", "MR-P512"), ("示".encode(), b"\xff", "MR-P508"), ("示".encode(), rb"\ud800", "MR-P512"),
    (b"{", b"\xef\xbb\xbf{", "MR-P508"), (b'"schema":1', b'"schema":' + b"9" * 5_000, "MR-P508"), (b'"schema":1', b'"schema":' + b"[" * 100_000, "MR-P508"),
    (b'"schema":1', b'"schema":' + b"[" * 50 + b"]" * 50, "MR-P509"),
])
def test_one_way_to_write(before: bytes, after: bytes, code: str) -> None:
    content = write_manifest(manifest())
    assert refused(content.replace(before, after, 1)) == code


def test_versions_are_ordered_as_semver_says() -> None:
    said = [
        "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0",
        "2.1.0", "2.1.1", "2026.7.1"]
    versions = [Version.parse(v) for v in said]
    assert [str(v) for v in versions] == said
    assert sorted([*versions[6:], *versions[:6]]) == versions and len(set(versions)) == len(versions)


@pytest.mark.parametrize("text", ["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3+b", "v1.2.3", "1.2.３", "1.2.3-a..b", "1.2.3\n"])
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(ValueError):
        Version.parse(text)
