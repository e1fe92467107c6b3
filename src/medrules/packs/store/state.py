"""state.json: the one truth about which packs are active; a value, its one written form, and a strict reader.

    {"format":"medrules-state","schema":1,"sequence":n,"sha256":…(of the rest), "clock_floor":…, "channels":{name:{…}},
     "active":[pack…], "held":[pack…], "compiled":{key:sha256}, "overlay":sha256|null, "rollback":{…}|null, "ledger_head":sha256}
"""
from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from medrules.errors import InvalidPackFile
from medrules.frozen import dataclass, field
from medrules.packs.canonical import read_canonical, written
from medrules.packs.entries import Entries, Period
from medrules.packs.store.faults import refuse
from medrules.packs.store.layout import CHANNEL
from medrules.packs.versions import Version

__all__ = ["MODES", "NOTHING", "Channel", "Pack", "Rollback", "State", "packs_as_json", "packs_of", "read_state", "write_state"]

MODES: Final = ("shadow", "observe", "enforce")
_CODE: Final = "MR-P508"  # of what `Entries` raises; it is told as MR-P303
MAX_STATE: Final = 4 * 1024 * 1024
NOTHING: Final = "0" * 64  # the head of an empty ledger
_AT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pack:
    """A verified pack of the store.

    pack       "100000/national": code of the area and name
    sha256     of the file, which is its name in the store; length its bytes
    channel    the channel of site.toml that it came by
    effective  business dates, from the signed manifest
    mode       shadow | observe | enforce, from the signed release
    since      UTC instant: of being stored (held), of being activated (active)
    withdrawn  the publisher's reason; "" = not withdrawn
    """

    pack: str
    version: Version
    sha256: str
    length: int
    channel: str
    effective: Period
    mode: str
    since: str
    withdrawn: str = ""

    @property
    def named(self) -> str:
        return f"{self.pack} {self.version}"


@dataclass(frozen=True, slots=True)
class Channel:
    """What was last trusted of a channel: signed metadata by role (SHA-256 of files of the store), when it was issued, until when
    it is fresh, when it was last asked (UTC instants)."""

    metadata: Mapping[str, str]
    issued: str
    expires: str
    refreshed: str


@dataclass(frozen=True, slots=True)
class Rollback:
    """A local emergency: `pack` went back from one version to another, for a reason, until an instant (UTC)."""

    pack: str
    wrong: Version
    used: Version
    reason: str
    at: str
    expires: str


@dataclass(frozen=True, slots=True)
class State:
    """What is trusted and in use. `ledger_head` is the SHA-256 of the ledger's line that recorded it."""

    sequence: int = 0
    clock_floor: str = ""
    channels: Mapping[str, Channel] = field(default_factory=lambda: MappingProxyType({}))
    active: tuple[Pack, ...] = ()
    held: tuple[Pack, ...] = ()
    compiled: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    overlay: str | None = None
    rollback: Rollback | None = None
    ledger_head: str = NOTHING

    def active_pack(self, pack: str) -> Pack | None:
        return next((p for p in self.active if p.pack == pack), None)

    @property
    def needed(self) -> frozenset[str]:
        """Names of the packs that must stay in the store."""
        return frozenset(p.sha256 for p in (*self.active, *self.held))


def write_state(state: State) -> bytes:
    body = {
        "format": "medrules-state", "schema": 1, "sequence": state.sequence, "clock_floor": state.clock_floor,
        "channels": {
            name: {"metadata": dict(c.metadata), "issued": c.issued, "expires": c.expires, "refreshed": c.refreshed}
            for name, c in state.channels.items()},
        "active": packs_as_json(state.active), "held": packs_as_json(state.held), "compiled": dict(state.compiled), "overlay": state.overlay,
        "rollback": None if state.rollback is None else _rollback_as_json(state.rollback), "ledger_head": state.ledger_head,
    }
    return written({**body, "sha256": hashlib.sha256(written(body)).hexdigest()})


def read_state(content: bytes) -> State:
    """
    Raises:
        StoreError: MR-P303 no state of this form, or one whose hash differs; MR-P309 a state of a newer form.
    """
    try:
        value = read_canonical(content, "state.json", MAX_STATE)
        entries = Entries(value, "state.json", _CODE)
        digest = entries.digest("sha256")
        if hashlib.sha256(written({k: v for k, v in value.items() if k != "sha256"})).hexdigest() != digest:
            raise refuse("MR-P303", "内容与它自己的 SHA-256 不符", "its own SHA-256 differs")
        if value.get("format") == "medrules-state" and value.get("schema") != 1:
            raise refuse("MR-P309", "state.json")
        entries.choice("format", ("medrules-state",))
        entries.number("schema", 1, 1)
        state = State(
            entries.number("sequence", 0, 2**53), _instant(entries, "clock_floor", empty=True), _channels(entries.take("channels")),
            packs_of(entries.inners("active")), packs_of(entries.inners("held")), _digests(entries.take("compiled"), "compiled"),
            None if entries.peek("overlay") is None else entries.digest("overlay"),
            None if entries.peek("rollback") is None else _rollback(entries.inner("rollback")), entries.digest("ledger_head"))
        entries.drop("overlay")
        entries.drop("rollback")
        entries.close()
    except InvalidPackFile:
        raise refuse("MR-P303", "不是规定的形式", "not of the form") from None
    names = [p.pack for p in state.active]
    if len(set(names)) < len(names) or not {(p.pack, p.sha256) for p in state.active} <= {(p.pack, p.sha256) for p in state.held}:
        raise refuse("MR-P303", "启用的规则包重复，或不在保存的之中", "an active pack twice, or not among those held")
    return state


def packs_as_json(packs: tuple[Pack, ...]) -> list[dict[str, Any]]:
    return [{
        "pack": p.pack, "version": str(p.version), "sha256": p.sha256, "length": p.length, "channel": p.channel,
        "effective": p.effective.as_json(), "mode": p.mode, "since": p.since, "withdrawn": p.withdrawn,
    } for p in packs]


def packs_of(all_entries: list[Entries]) -> tuple[Pack, ...]:
    """
    Raises:
        InvalidPackFile: an entry is no pack of a state.
    """
    made = []
    for e in all_entries:
        made.append(Pack(
            e.text("pack"), e.version("version"), e.digest("sha256"), e.number("length", 1, 2**40), e.text("channel"), e.period("effective"),
            e.choice("mode", MODES), _instant(e, "since"), e.text("withdrawn", empty=True)))
        e.close()
    return tuple(made)


def _channels(value: Any) -> Mapping[str, Channel]:
    made = {}
    for name, inner in _named(value, "channels").items():
        if not CHANNEL.fullmatch(name):
            raise refuse("MR-P303", "渠道的名字不对", "the name of a channel is wrong")
        one = Entries(inner, name, _CODE)
        made[name] = Channel(
            _digests(one.take("metadata"), name), *(_instant(one, key, empty=True) for key in ("issued", "expires", "refreshed")))
        one.close()
    return MappingProxyType(made)


def _digests(value: Any, place: str) -> Mapping[str, str]:
    entries = Entries(value, place, _CODE)
    return MappingProxyType({name: entries.digest(name) for name in _named(value, place)})


def _named(value: Any, place: str) -> dict[str, Any]:
    Entries(value, place, _CODE)  # an object, or refused
    return dict(value)


def _rollback(entries: Entries) -> Rollback:
    made = Rollback(
        entries.text("pack"), entries.version("wrong"), entries.version("used"), entries.text("reason"), _instant(entries, "at"),
        _instant(entries, "expires"))
    entries.close()
    return made


def _rollback_as_json(r: Rollback) -> dict[str, Any]:
    return {"pack": r.pack, "wrong": str(r.wrong), "used": str(r.used), "reason": r.reason, "at": r.at, "expires": r.expires}


def _instant(entries: Entries, key: str, *, empty: bool = False) -> str:
    if empty and entries.peek(key) == "":
        return entries.text(key, empty=True)
    return entries.matching(key, _AT, " UTC 时刻（2026-07-01T00:00:00Z）", "a UTC instant (2026-07-01T00:00:00Z)")
