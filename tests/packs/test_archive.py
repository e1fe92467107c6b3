"""A pack file has one form: what is written is read, and any ZIP tool can look into it."""
from __future__ import annotations

import io
import random
import stat
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.errors import InvalidPackFile
from medrules.packs import Budget, read_pack_file, write_pack_file
from medrules.packs.archive import manifest_in
from medrules.packs.manifest import file_name, target_path
from tests.packs.samples import MEMBERS, manifest, pack_file


def test_what_is_written_is_read() -> None:
    made = read_pack_file(pack_file())
    assert made.manifest == manifest()
    assert {n: c for n, c in made.members.items() if n != "manifest.json"} == MEMBERS
    assert write_pack_file(made.manifest, MEMBERS) == pack_file()
    assert target_path(made.manifest) == "330000/demo/demo-2026.7.1.mrpack" == f"330000/demo/{file_name('demo', made.manifest.version)}"


names = st.lists(st.text("abcz中文 -_.é9", min_size=1, max_size=12), min_size=1, max_size=3).map("/".join)


@settings(deadline=None)
@given(st.dictionaries(names, st.binary(max_size=200), max_size=8), st.integers(0, 1000))
def test_any_members_are_written_as_they_are_read_or_refused(members: dict[str, bytes], seed: int) -> None:
    """Whatever the order in which they are given."""
    shuffled = list(members.items())
    random.Random(seed).shuffle(shuffled)
    try:
        made = write_pack_file(manifest(members, compiled=None), members)
    except InvalidPackFile as error:
        assert error.code in ("MR-P506", "MR-P507", "MR-P509")
        return
    assert write_pack_file(manifest(members, compiled=None), dict(shuffled)) == made
    assert {n: c for n, c in read_pack_file(made).members.items() if n != "manifest.json"} == members


def test_zip_tools_can_look_into_it() -> None:
    with zipfile.ZipFile(io.BytesIO(pack_file())) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["manifest.json", *sorted(MEMBERS)]
        for one in archive.infolist():
            assert one.compress_type == zipfile.ZIP_STORED and one.date_time == (1980, 1, 1, 0, 0, 0)
            assert one.external_attr >> 16 == stat.S_IFREG | 0o644 and not one.extra and not one.comment
        assert {n: archive.read(n) for n in MEMBERS} == MEMBERS


@pytest.mark.parametrize("budget", [Budget(file=100), Budget(members=2), Budget(member=3)])
def test_a_budget_holds_for_reading_and_writing(budget: Budget) -> None:
    for act in (lambda: read_pack_file(pack_file(), budget), lambda: write_pack_file(manifest(), MEMBERS, budget)):
        with pytest.raises(InvalidPackFile) as refused:
            act()
        assert refused.value.code == "MR-P503"


def test_members_are_those_of_the_manifest() -> None:
    for members, code in (
        ({**MEMBERS, "more": b""}, "MR-P510"), ({n: MEMBERS[n] for n in list(MEMBERS)[1:]}, "MR-P510"),
        ({**MEMBERS, "pack.toml": b"longer than before"}, "MR-P510"), ({**MEMBERS, "pack.toml": b'name = "dem0"\n'}, "MR-P511"),
    ):
        with pytest.raises(InvalidPackFile) as refused:
            write_pack_file(manifest(), members)
        assert refused.value.code == code


def test_the_manifest_of_a_known_file_is_read_alone() -> None:
    content = pack_file()
    assert manifest_in(content) == read_pack_file(content).manifest
    for bad in (b"", b"PK", content[:20], content[1:], b"PK\3\4" + content[4:].replace(b"manifest.json", b"manifest.jsom", 1)):
        with pytest.raises(InvalidPackFile):
            manifest_in(bad)
