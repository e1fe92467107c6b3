"""site.toml: who this hospital is, where its packs come from and which root it trusts.

    hospital = "H33010600001"            # institution code
    name = "示例医院"
    level = "三级"
    adcode = "330106"                     # GB/T 2260
    store = "store"                       # folder of the store; relative to this file
    overlay = "overlay.toml"              # optional
    [[channel]]
    name = "national"
    url = "https://packs.example/repo"    # or http://…, or dir:/media/usb/repo
    root = "national-root.json"           # the first root, handed over and checked by people
    root_sha256 = "…"                     # its SHA-256
    certificates = "ca.pem"               # optional: authorities of an intranet's https
    packs = ["100000/national"]
    [limits]                              # of the trial load
    seconds = 600
    megabytes = 4096
"""
from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from medrules.errors import InvalidSettings
from medrules.packs.releases import Place
from medrules.packs.store.faults import refuse

__all__ = ["ChannelEntry", "SiteFile", "TrialLimits", "read_site_file"]

_CODE: Final = re.compile(r"[0-9A-Za-z]{1,40}", re.ASCII)
_ADCODE: Final = re.compile(r"[1-9][0-9]{5}", re.ASCII)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CHANNEL: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_PACK: Final = re.compile(r"[1-9][0-9]{5}/[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_MAX: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TrialLimits:
    """What loading new packs on trial may take: processor and wall seconds, megabytes of memory. Not zero, and there is no "none"."""

    seconds: int = 600
    megabytes: int = 4096


@dataclass(frozen=True, slots=True)
class ChannelEntry:
    """One channel: where it is read from, and what is trusted of it at first."""

    name: str
    url: str
    root: Path
    root_sha256: str
    packs: tuple[str, ...]
    certificates: str | None = None

    def first_root(self) -> bytes:
        """
        Raises:
            StoreError: MR-P333 the file is not there or is not the one whose SHA-256 is written down.
        """
        try:
            content = self.root.read_bytes()
        except OSError:
            raise refuse("MR-P333", f"读不到 {self.root.name}", f"{self.root.name} cannot be read") from None
        if sha256(content).hexdigest() != self.root_sha256:
            raise refuse("MR-P333", f"{self.root.name} 的 SHA-256 不是写下的那个", f"the SHA-256 of {self.root.name} differs")
        return content


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A hospital's site.toml."""

    place: Place
    name: str
    store: Path
    overlay: Path | None
    channels: tuple[ChannelEntry, ...]
    limits: TrialLimits = TrialLimits()

    def overlay_content(self) -> bytes | None:
        """
        Raises:
            InvalidSettings: it is named and cannot be read.
        """
        if self.overlay is None:
            return None
        try:
            return self.overlay.read_bytes()
        except OSError:
            raise InvalidSettings(f"读不到 overlay：{self.overlay.name} / the overlay cannot be read") from None


def read_site_file(path: str | Path) -> SiteFile:
    """
    Raises:
        InvalidSettings: it cannot be read, or a key is missing, wrong or unknown; the message names it.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
        if len(content) > _MAX:
            raise ValueError
        table = _Table(tomllib.loads(content.decode("utf-8-sig")), "")
    except OSError:
        raise InvalidSettings(f"没有这个文件，或读不到：{path} / no such file") from None
    except (ValueError, RecursionError):
        raise InvalidSettings(f"{path.name} 不是能读的 TOML / cannot be read as TOML") from None
    place = Place(table.matching("hospital", _CODE), table.matching("adcode", _ADCODE), table.text("level"))
    overlay = table.text("overlay", "")
    channels = tuple(_channel(_Table(one, f"channel[{n}]."), path.parent) for n, one in enumerate(table.list("channel")))
    own = table.rest.pop("limits", {})
    limits = _Table(own, "limits.")
    made = SiteFile(
        place, table.text("name", ""), path.parent / table.text("store", "store"), path.parent / overlay if overlay else None, channels,
        TrialLimits(limits.number("seconds", 600, 1, 86_400), limits.number("megabytes", 4096, 64, 1_048_576)))
    limits.close()
    table.close()
    for what, names in (("channel.name", [c.name for c in channels]), ("packs", [p for c in channels for p in c.packs])):
        if not names or len(set(names)) < len(names):
            raise InvalidSettings(f"site.toml {what} 缺少或重复 / missing, or there twice")
    return made


def _channel(table: _Table, folder: Path) -> ChannelEntry:
    packs = table.list("packs")
    if not packs or not all(isinstance(p, str) and _PACK.fullmatch(p) for p in packs):
        raise table.wrong("packs", "像 100000/national 的列表", "a list like 100000/national")
    certificates = table.text("certificates", "")
    url = table.text("url")
    if url.startswith("dir:"):
        url = f"dir:{folder / url[4:]}"
    made = ChannelEntry(
        table.matching("name", _CHANNEL), url, folder / table.text("root"), table.matching("root_sha256", _DIGEST), tuple(packs),
        str(folder / certificates) if certificates else None)
    table.close()
    return made


class _Table:
    """Takes the values of a TOML table one by one; what nobody asked for is refused."""

    def __init__(self, value: Any, place: str) -> None:
        self._place = place
        if not isinstance(value, Mapping):
            raise InvalidSettings(f"site.toml {place.rstrip('.')} 应为表 / must be a table")
        self.rest: dict[str, Any] = dict(value)

    def wrong(self, key: str, what: str, english: str) -> InvalidSettings:
        return InvalidSettings(f"site.toml {self._place}{key} 应为{what} / must be {english}")

    def text(self, key: str, default: str | None = None) -> str:
        value = self.rest.pop(key, default)
        if not isinstance(value, str) or not (value or default == "") or len(value) > 2_000:
            raise self.wrong(key, "文字", "a text")
        return value

    def matching(self, key: str, form: re.Pattern[str]) -> str:
        value = self.text(key)
        if not form.fullmatch(value):
            raise self.wrong(key, f" {form.pattern} 的样子", form.pattern)
        return value

    def number(self, key: str, default: int, least: int, most: int) -> int:
        value = self.rest.pop(key, default)
        if type(value) is not int or not least <= value <= most:
            raise self.wrong(key, f" {least} 至 {most} 的整数", f"a whole number from {least} to {most}")
        return value

    def list(self, key: str) -> list[Any]:
        value = self.rest.pop(key, [])
        if not isinstance(value, list):
            raise self.wrong(key, "列表", "a list")
        return value

    def close(self) -> None:
        for name in self.rest:
            raise InvalidSettings(f"site.toml 不认识 {self._place}{name[:60]} / unknown key")
