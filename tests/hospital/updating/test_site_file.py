"""site.toml: what it may say, and that whatever is wrong is named by its key."""
from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from medrules.errors import InvalidSettings, StoreError
from medrules.hospital.site_file import read_site_file

TEXT = f"""hospital = "H33010600001"
name = "示例医院"
level = "三级"
adcode = "330106"
store = "packs"
overlay = "overlay.toml"
[[channel]]
name = "national"
url = "dir:usb"
root = "root.json"
root_sha256 = "{sha256(b'root').hexdigest()}"
packs = ["100000/national"]
[limits]
seconds = 60
"""


def written(folder: Path, text: str = TEXT) -> Path:
    (folder / "site.toml").write_text(text, "utf-8")
    return folder / "site.toml"


def test_a_site(tmp_path: Path) -> None:
    site = read_site_file(written(tmp_path))
    assert (site.place.hospital, site.place.adcode, site.place.level, site.name) == ("H33010600001", "330106", "三级", "示例医院")
    assert site.store == tmp_path / "packs" and site.channels[0].url == f"dir:{tmp_path / 'usb'}"
    assert (site.limits.seconds, site.limits.megabytes) == (60, 4096)
    (tmp_path / "root.json").write_bytes(b"root")
    assert site.channels[0].first_root() == b"root"
    (tmp_path / "root.json").write_bytes(b"other")
    with pytest.raises(StoreError) as told:
        site.channels[0].first_root()
    assert told.value.code == "MR-P333"
    with pytest.raises(InvalidSettings, match="overlay"):
        site.overlay_content()


@pytest.mark.parametrize(("old", "new", "key"), [
    ('hospital = "H33010600001"', "", "hospital"), ('adcode = "330106"', 'adcode = "33010"', "adcode"), ('level = "三级"', "level = 3", "level"),
    ('url = "dir:usb"', "", "url"), ('packs = ["100000/national"]', 'packs = ["national"]', "packs"), ("seconds = 60", "seconds = 0", "seconds"),
    ("seconds = 60", "verify = false", "verify"), ('name = "national"', 'name = "../x"', "name"), ('root = "root.json"', "", "root"),
    (f'root_sha256 = "{sha256(b"root").hexdigest()}"', "", "root_sha256"), ("[limits]", "[other]", "other"), ("[[channel]]", "[channel]", "channel"),
    ('hospital = "H33010600001"', "= 1", "TOML"), ("[[channel]]", "insecure = true\n[[channel]]", "insecure"),
])
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    with pytest.raises(InvalidSettings, match=key):
        read_site_file(written(tmp_path, TEXT.replace(old, new, 1)))


def test_channels_and_packs_stand_there_once(tmp_path: Path) -> None:
    channel = TEXT[TEXT.index("[[channel]]"):TEXT.index("[limits]")]
    for text in (TEXT.replace("[limits]", channel + "[limits]"), TEXT.replace("[limits]", channel.replace('"national"\n', '"other"\n') + "[limits]"),
                 TEXT.replace(channel, "")):
        with pytest.raises(InvalidSettings):
            read_site_file(written(tmp_path, text))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings):
        read_site_file(tmp_path / "none.toml")
