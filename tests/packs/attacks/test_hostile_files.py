"""Pack files made by people who mean harm, or by bad luck: each refused with its code, in bounded time and memory."""
from __future__ import annotations

import io
import tracemalloc
import zipfile
import zlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.errors import PACK_ERRORS, InvalidPackFile
from medrules.packs import Budget, read_pack_file, write_manifest
from medrules.packs.manifest import members_of
from tests.packs.attacks.hostile_zips import Entry, archive, entries, named
from tests.packs.samples import MEMBERS, manifest, pack_file


def refused(content: bytes, budget: Budget | None = None) -> str:
    """The code with which a file is refused; whatever else is raised, or nothing, fails."""
    with pytest.raises(InvalidPackFile) as error:
        read_pack_file(content) if budget is None else read_pack_file(content, budget)
    assert error.value.code in PACK_ERRORS and " / " in str(error.value) and str(error.value).isprintable()
    return error.value.code


def test_the_honest_file_is_written_as_we_write_it() -> None:
    assert archive(entries()) == pack_file()


def test_a_bit_flipped_at_every_byte() -> None:
    content = bytearray(pack_file())
    for at in range(len(content)):
        for bit in range(8):
            content[at] ^= 1 << bit
            refused(bytes(content))
            content[at] ^= 1 << bit


def test_truncated_at_every_length() -> None:
    content = pack_file()
    codes = {refused(content[:n]) for n in range(len(content))}
    assert codes == {"MR-P501", "MR-P502"}


@pytest.mark.parametrize("more", [b"\0", b"x", b"\n", b"PK\x05\x06", b"PK\x03\x04" + bytes(40), pack_file(), bytes(100_000)])
def test_appended_bytes(more: bytes) -> None:
    assert refused(pack_file() + more) == "MR-P505"


@pytest.mark.parametrize("prefix", [b"\0", b"MZ", b"#!/bin/sh\n", b"PK", pack_file(), b"<html><title>"])
def test_bytes_before_it(prefix: bytes) -> None:
    assert refused(prefix + pack_file()) in ("MR-P501", "MR-P502", "MR-P504", "MR-P505", "MR-P507")
    assert refused(archive(entries(), prefix=prefix)) in ("MR-P501", "MR-P502", "MR-P504", "MR-P505", "MR-P507")


@pytest.mark.parametrize(("changes", "code"), [
    ({"method": 8}, "MR-P504"), ({"method": 99}, "MR-P504"), ({"flags": 0x0801}, "MR-P504"), ({"flags": 0x0808}, "MR-P504"), ({"flags": 0}, "MR-P504"),
    ({"flags": 0x2800}, "MR-P504"), ({"version": 45}, "MR-P504"), ({"time": 1}, "MR-P504"), ({"day": 34}, "MR-P504"), ({"extra": b"\1\0\0\0"}, "MR-P504"),
    ({"extra": b"\1\0\x10\0" + bytes(16)}, "MR-P504"), ({"packed": 1}, "MR-P504"), ({"crc": 0}, "MR-P511"), ({"comment": b"x"}, "MR-P505"),
    ({"mode": 0o120777}, "MR-P505"), ({"mode": 0o040755}, "MR-P505"), ({"mode": 0o100755}, "MR-P505"), ({"mode": 0o104755}, "MR-P505"),
    ({"made_by": 20}, "MR-P505"), ({"central_name": b"pack.tomL"}, "MR-P505"), ({"central_size": 1}, "MR-P505"), ({"at": 1}, "MR-P505"),
    ({"at": 0xFFFFFFFF}, "MR-P505"), ({"size": 0xFFFFFFFF, "packed": 0xFFFFFFFF}, "MR-P503"), ({"size": 0, "packed": 0}, None),
    ({"size": 1 << 20, "packed": 1 << 20}, "MR-P502"), ({"behind": b"\0"}, None), ({"behind": b"PK\x07\x08" + bytes(12)}, None),
])
@pytest.mark.parametrize("place", [0, 2, -1])
def test_headers_that_lie(changes: dict[str, object], code: str | None, place: int) -> None:
    """In the first member, one in the middle and the last. None: which code depends on where the reader loses its way."""
    made = entries()
    made[place] = replace(made[place], **changes)  # type: ignore[arg-type]
    found = refused(archive(made))
    assert code is None or found == code


def test_a_symlink_by_its_attributes() -> None:
    made = entries({**MEMBERS, "shared/link.medrule": b"../../../etc/passwd"}.items())
    made[-1] = replace(made[-1], mode=0o120777)
    assert refused(archive(made)) == "MR-P505"


BAD_NAMES = {
    "up": "../x", "in the middle": "a/../../x", "absolute": "/etc/x", "drive": "C:\\x", "drive and slash": "C:/x", "backslash": "a\\..\\x", "UNC": "\\\\host\\x",
    "stream": "a.txt:b", "nul": "a\0b", "newline": "a\nb", "escape": "a\x1b[2Jb", "dot": "a/./b", "empty part": "a//b", "folder": "a/", "trailing dot": "a.",
    "trailing space": "a ", "leading space": " a", "trailing dot of a folder": "a./b", "star": "a*", "question": "a?", "bar": "a|b", "quote": 'a"b',
    "CON": "CON", "con with suffix": "shared/con.txt", "NUL": "NUL.csv", "COM1": "COM1", "superscript": "COM¹.txt", "LPT9": "x/lpt9", "AUX as folder": "aux/x",
    "CONIN$": "CONIN$", "NFD": "e\u0301.csv", "right to left": "a\u202egpj.csv", "zero width": "a\u200bb", "byte order mark": "\ufeffa", "private use": "a\ue000",
    "unassigned": "a\u0378", "Kelvin sign": "\u212a.csv", "line separator": "a\u2028b", "long": "a" * 241, "long in bytes": "规" * 81, "deep": "/".join("abcdefghi"), "no name": "",
}


@pytest.mark.parametrize("name", BAD_NAMES.values(), ids=BAD_NAMES.keys())
def test_names(name: str) -> None:
    """In the archive and in the manifest alike."""
    assert refused(archive(named(name))) == "MR-P506"


@pytest.mark.parametrize(("one", "other"), [
    ("a.csv", "A.csv"), ("straße.csv", "STRASSE.csv"), ("é.csv", "É.csv"), ("ﬁ.csv", "fi.csv"), ("１.csv", "1.csv"),
    ("x", "x/y"), ("X", "x/y"), ("ſ.csv", "s.csv"),
])
def test_twins(one: str, other: str) -> None:
    held = {**MEMBERS, one: b"1", other: b"2"}
    made = replace(manifest(), members=members_of(held))
    assert refused(archive([Entry(b"manifest.json", write_manifest(made)), *(Entry(n.encode(), held[n]) for n in sorted(held))])) == "MR-P507"


def test_names_that_are_not_utf_8() -> None:
    made = entries()
    assert refused(archive([*made, Entry(b"\xff\xfe", b"")])) == "MR-P506"
    assert refused(archive([*made, Entry("\ud800".encode("utf-8", "surrogatepass"), b"")])) == "MR-P506"


def test_members_that_the_manifest_does_not_list() -> None:
    made = entries()
    assert refused(archive([*made, Entry(b"z", b"")])) == "MR-P510"
    assert refused(archive(made[:-1])) == "MR-P510"
    assert refused(archive([*made, made[-1]])) == "MR-P507"
    assert refused(archive([*made, replace(made[-1], body=b"other")])) == "MR-P507"
    assert refused(archive([made[0], *made])) == "MR-P507"
    assert refused(archive([*made[1:], made[0]])) == "MR-P504"
    assert refused(archive([made[0], *made[:0:-1]])) == "MR-P504"
    assert refused(archive(made[1:])) == "MR-P504"
    assert refused(archive(sorted(made, key=lambda e: e.name))) == "MR-P504"  # every name in its place, the manifest not first
    assert refused(archive([])) == "MR-P501"
    assert refused(archive([*made[:-1], replace(made[-1], body=b"name = 'demo'\n")])) == "MR-P511"


def test_two_directories() -> None:
    """The first for one reader, the second for another."""
    made = entries()
    forged = [*made[:-1], replace(made[-1], body=b"evil")]
    assert refused(archive(made, between=archive(forged))) in ("MR-P505", "MR-P507")
    assert refused(archive(made) + archive(forged)) == "MR-P505"
    assert refused(archive(made, between=b"".join(e.central(0) for e in made))) == "MR-P505"
    assert refused(archive(made, comment=archive(forged))) == "MR-P505"


def test_zip64() -> None:
    made, content = entries(), pack_file()
    locator = b"PK\x06\x06" + (44).to_bytes(8, "little") + bytes(44) + b"PK\x06\x07" + bytes(16)
    assert refused(content[:-22] + locator + content[-22:]) == "MR-P505"
    assert refused(archive(made, count=0xFFFF)) == "MR-P505"
    assert refused(archive(made, between=locator)) == "MR-P505"


def zipped(method: int, members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def test_what_zip_tools_write() -> None:
    """Unpacked and packed again, it is no longer the file that was signed."""
    content = {e.name.decode(): e.body for e in entries()}
    assert refused(zipped(zipfile.ZIP_DEFLATED, content)) == "MR-P504"
    assert refused(zipped(zipfile.ZIP_STORED, content)) == "MR-P504"


def peak(content: bytes) -> int:
    """Bytes that refusing a file takes at most."""
    tracemalloc.start()
    try:
        refused(content)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_bombs_are_never_blown_up() -> None:
    """509 KiB that would become 512 MiB: nothing is inflated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)  # stands alone, so that it may be repeated
    bomb = piece * 512 + packer.flush()
    assert len(bomb) < 600_000 and len(zlib.decompressobj(-15).decompress(bomb, 2 << 20)) == 2 << 20
    lying = Entry(b"manifest.json", bomb, method=8, packed=len(bomb), size=512 << 20)
    assert peak(archive([lying])) < 1 << 20
    assert refused(archive([lying])) == "MR-P504"
    overlapping = entries()[:1] * 2000
    assert peak(archive(overlapping)) < 8 << 20


def test_many_members() -> None:
    many = archive([Entry(b"m%d" % n, b"") for n in range(20_001)])
    assert refused(many) == "MR-P503"
    assert refused(archive([Entry(b"m%d" % n, b"") for n in range(2_000)])) == "MR-P504"


def test_a_file_beyond_the_budget_is_not_looked_into() -> None:
    assert refused(bytes(101), Budget(file=100)) == "MR-P503"
    assert refused(pack_file(), Budget(member=10)) == "MR-P503"


@pytest.mark.parametrize(("before", "after", "code"), [
    (b'{"adcode"', b'{"adcode":"330000","adcode"', "MR-P508"), (b'"schema":1,', b'"schema":NaN,', "MR-P508"), (b'"schema":1,', b'"schema":1.0,', "MR-P508"),
    (b'"schema":1,', b'"schema":' + b"[" * 50_000 + b"]" * 50_000 + b",", "MR-P508"), (b'"schema":1,', b'"schema":' + b"9" * 100_000 + b",", "MR-P508"),
    (b'"demo"', b'"de\xffmo"', "MR-P508"), (b'"demo"', b'"de\\u006do"', "MR-P512"), (b"}\n", b"}", "MR-P512"), (b"}\n", b"}\n\n", "MR-P512"),
    (b'"length":', b'"length":-', "MR-P509"), (b'"schema":1,"supersedes"', b'"schema":2,"supersedes"', "MR-P513"), (b"", b"\xef\xbb\xbf", "MR-P508"),
    (b'"schema":1,', b'"schema":' + b'{"a":' * 300 + b"1" + b"}" * 300 + b",", "MR-P513"),
])
def test_a_manifest_written_by_hand(before: bytes, after: bytes, code: str) -> None:
    made = entries()
    text = made[0].body
    assert before in text
    made[0] = replace(made[0], body=text.replace(before, after, 1))
    assert refused(archive(made)) == code


def test_sizes_that_lie_in_the_manifest() -> None:
    held = dict(MEMBERS)
    listed = members_of(held)
    for changed, code in (
        (replace(listed[1], length=listed[1].length + 1), "MR-P510"), (replace(listed[1], length=1 << 31), "MR-P510"),
        (replace(listed[1], sha256="0" * 64), "MR-P511"),
    ):
        made = replace(manifest(), members=(listed[0], changed, *listed[2:]))
        assert refused(archive(entries(described=made))) == code


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_any_bytes(content: bytes, begins: bool) -> None:
    refused(b"PK\x03\x04" + content if begins else content)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_pieces_of_the_file_in_another_order(data: st.DataObject) -> None:
    content = pack_file()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), min_size=1, max_size=4)))
    pieces = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    made = b"".join(data.draw(st.permutations(pieces)))
    if made == content:
        assert read_pack_file(made).manifest == manifest()
    else:
        refused(made)
