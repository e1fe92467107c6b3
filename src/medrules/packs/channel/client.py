"""`TrustedChannel`: the client workflow of TUF over a fetcher and a mapping of bytes, without files of its own.

python-tuf's `Updater` writes into a folder as it goes (no fsync, a torn file after a kill) and reads the machine's clock. Its
`TrustedMetadataSet`, which holds every check of the protocol and no input or output, is what is driven here: decision 0048.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from tuf.api import exceptions
from tuf.api.metadata import Root, Signed, Snapshot, TargetFile, Targets, Timestamp
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet
from tuf.ngclient.config import EnvelopeType

from medrules.packs.channel.fetcher import Fetcher, NotThere, Unreachable
from medrules.packs.channel.refusals import UnreachableChannel, UntrustedChannel, refused, said_by_tuf
from medrules.packs.channel.strict import check_content, check_json, check_reference

__all__ = ["CLOCK_TOLERANCE", "ISSUED", "LIMITS", "MOST_ROOTS", "TARGET_LIMIT", "ChannelState", "TargetFacts", "TrustedChannel"]

LIMITS: Final[Mapping[str, int]] = MappingProxyType({Root.type: 512_000, Timestamp.type: 16_384, Snapshot.type: 2_000_000, Targets.type: 5_000_000})
TARGET_LIMIT: Final = 64 * 1024 * 1024
MOST_ROOTS: Final = 256        # new roots in one refresh; the next refresh goes on from there
_MOST_ROLES: Final = 32        # delegated roles asked for one target
CLOCK_TOLERANCE: Final = timedelta(hours=1)
ISSUED: Final = "x-medrules-issued"  # in the signed timestamp: when it was signed, UTC; TUF itself knows only `expires`
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class ChannelState:
    """What a refresh found. Times are UTC. `expires` is the earliest of all roles used; `issued` is None in a repository made by other tools."""

    issued: datetime | None
    expires: datetime
    clock_floor: datetime | None
    versions: Mapping[str, int]
    expiries: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What the signed entry of a target says, and the role that vouches for it."""

    path: str
    length: int
    sha256: str
    role: str


class TrustedChannel:
    """One channel of a hospital: its first trusted root, and what was verified since.

    `metadata` (file name → bytes, as given or after a refresh) is all there is to keep. After an error it holds what was verified before the
    error: a store may keep that too, and then rolls back less. What was given and no longer verifies is fetched anew where it is needed.
    """

    def __init__(self, fetcher: Fetcher, root: bytes, *, metadata: Mapping[str, bytes] | None = None, clock: Clock,
                 clock_floor: datetime | None = None) -> None:
        """`root`: the trusted first root, handed over and checked by people. `metadata`: what the last channel left in `metadata`.
        `clock`: the time now, aware. `clock_floor`: of the last `ChannelState`."""
        self._fetcher = fetcher
        self._root = root
        self._kept: dict[str, bytes] = dict(metadata or {})
        self._clock = clock
        self._floor = clock_floor
        self._trusted: TrustedMetadataSet | None = None

    @property
    def metadata(self) -> Mapping[str, bytes]:
        """Verified metadata, for a store to keep as a whole: `timestamp.json`, `root_history/2.root.json`, `province-33.json` …"""
        return MappingProxyType(dict(self._kept))

    def refresh(self) -> ChannelState:
        """Bring root, timestamp, snapshot and targets up to date, by the client workflow of the TUF specification (section 5).

        Raises:
            UntrustedChannel: MR-P203 to MR-P213, nothing new may be activated.
            UnreachableChannel: MR-P201, MR-P202, the repository could not be read.
        """
        self._trusted = None
        now = self._now()
        trusted = self._roots(now)
        self._timestamp(trusted, now)
        self._snapshot(trusted)
        self._targets(trusted, Targets.type, Root.type)
        self._trusted = trusted
        named = {_file(name.removesuffix(".json")) for name in trusted.snapshot.meta}
        for name in [n for n in self._kept if "/" not in n and n not in named | {_file(Timestamp.type), _file(Snapshot.type)}]:
            del self._kept[name]  # a role that is no longer there
        return self.state()

    def state(self) -> ChannelState:
        """What is trusted now; delegated roles are in it once a target of theirs was asked for."""
        trusted = self._refreshed()
        roles: dict[str, Signed] = {role: trusted[role] for role in (Root.type, Timestamp.type, Snapshot.type)}
        roles.update({role: trusted[role] for role in self._delegated(trusted)})
        expiries = {role: signed.expires for role, signed in roles.items()}
        return ChannelState(_issued(trusted.timestamp), min(expiries.values()), self._floor,
                            MappingProxyType({role: signed.version for role, signed in roles.items()}), MappingProxyType(expiries))

    def find(self, path: str) -> TargetFacts | None:
        """What is signed about a target, by the first role that is delegated its path; None where no such role lists it.

        Raises:
            UntrustedChannel, UnreachableChannel: as `refresh`, for the delegated roles that had to be fetched.
        """
        found = self._target(path)
        return None if found is None else TargetFacts(path, found[0].length, found[0].hashes["sha256"], found[1])

    def target(self, path: str) -> bytes:
        """The verified bytes of a target: length, SHA-256 and every other listed hash are those that its role signed.

        Raises:
            UntrustedChannel: MR-P209 no role lists it, MR-P206 other bytes, MR-P208 no SHA-256, MR-P211 too large, and those of `refresh`.
            UnreachableChannel: MR-P201, MR-P202.
        """
        found = self._target(path)
        if found is None:
            raise refused("MR-P209", path, path)
        entry, _ = found
        if entry.length > TARGET_LIMIT:
            raise refused("MR-P211", path, f"{path}: {entry.length} > {TARGET_LIMIT}")
        folder, slash, base = path.rpartition("/")
        name = f"{folder}{slash}{entry.hashes['sha256']}.{base}" if self._refreshed().root.consistent_snapshot else path
        content = self._fetched(f"targets/{name}", entry.length)
        check_content(content, entry)
        return content

    # -- the steps of the workflow --

    def _now(self) -> datetime:
        now = self._clock().astimezone(UTC)
        if self._floor is not None and now < self._floor - CLOCK_TOLERANCE:
            raise refused("MR-P210", f"本机 {now.strftime(_TIME)}，见过的签发时间 {self._floor.strftime(_TIME)}",
                          f"this machine {now.strftime(_TIME)}, issue time seen {self._floor.strftime(_TIME)}")
        return now

    def _roots(self, now: datetime) -> TrustedMetadataSet:
        """5.3: from the first root to the newest, each signed by its predecessor and by itself."""
        check_json(self._root, "root.json")
        with said_by_tuf("root.json"):
            trusted = TrustedMetadataSet(self._root, EnvelopeType.METADATA)
        trusted.reference_time = now
        first = trusted.root.version
        for _ in range(first, first + len(self._kept)):
            kept = self._kept.get(_root_name(trusted.root.version + 1))
            if kept is None or not _taken(lambda content=kept: trusted.update_root(content)):  # type: ignore[misc]
                break
        held = {_root_name(version) for version in range(first + 1, trusted.root.version + 1)}
        for name in [n for n in self._kept if n.startswith(_ROOTS) and n not in held]:
            del self._kept[name]
        for taken in range(MOST_ROOTS + 1):
            version = trusted.root.version + 1
            name = f"{version}.root.json"
            try:
                content = self._fetched(f"metadata/{name}", LIMITS[Root.type], missing_is_an_error=False)
            except NotThere:
                break
            if taken == MOST_ROOTS:
                raise refused("MR-P212", f"{MOST_ROOTS}", f"{MOST_ROOTS}")
            check_json(content, name)
            with said_by_tuf(name):
                trusted.update_root(content)
            self._kept[_root_name(version)] = content
        if trusted.root.is_expired(now):
            raise refused("MR-P204", "root.json", "root.json")
        return trusted

    def _timestamp(self, trusted: TrustedMetadataSet, now: datetime) -> None:
        """5.4, and the clock: a timestamp from the future means that this clock is wrong, or that a thief wants it to seem so."""
        name = _file(Timestamp.type)
        if name in self._kept:
            _taken(lambda: trusted.update_timestamp(self._kept[name]))  # expired or of an old key: then it only holds back older ones
        content = self._fetched(f"metadata/{name}", LIMITS[Timestamp.type])
        check_json(content, name)
        with said_by_tuf(name):
            try:
                trusted.update_timestamp(content)
            except exceptions.EqualVersionNumberError:
                content = self._kept[name]
        if trusted.timestamp.is_expired(now):
            raise refused("MR-P204", name, name)
        with said_by_tuf(name):
            issued = _issued(trusted.timestamp)
        if issued is not None:
            if issued > now + CLOCK_TOLERANCE:
                raise refused("MR-P210", f"本机 {now.strftime(_TIME)}，签发时间 {issued.strftime(_TIME)}",
                              f"this machine {now.strftime(_TIME)}, issued {issued.strftime(_TIME)}")
            self._floor = issued if self._floor is None else max(self._floor, issued)
        check_reference(trusted.timestamp.snapshot_meta, _file(Snapshot.type), LIMITS[Snapshot.type])
        self._kept[name] = content

    def _snapshot(self, trusted: TrustedMetadataSet) -> None:
        """5.5."""
        name = _file(Snapshot.type)
        reference = trusted.timestamp.snapshot_meta
        limit = check_reference(reference, name, LIMITS[Snapshot.type])
        if name in self._kept and _taken(lambda: trusted.update_snapshot(self._kept[name], trusted=True)):
            return
        content = self._fetched(f"metadata/{_versioned(trusted, reference.version, name)}", limit)
        with said_by_tuf(name):
            reference.verify_length_and_hashes(content)
        check_json(content, name)
        with said_by_tuf(name):
            trusted.update_snapshot(content)
        self._kept[name] = content

    def _targets(self, trusted: TrustedMetadataSet, role: str, parent: str) -> Targets:
        """5.6 and 5.6.7: the targets of a role that `parent` delegates to."""
        name = _file(role)
        if not trusted.contains(role, parent):
            reference = trusted.snapshot.meta.get(f"{role}.json")
            if reference is None:
                raise refused("MR-P205", name, f"{name}: not in snapshot")
            limit = check_reference(reference, name, LIMITS[Targets.type])
            if name not in self._kept or not _taken(lambda: trusted.update_delegated_targets(self._kept[name], role, parent)):
                content = self._fetched(f"metadata/{_versioned(trusted, reference.version, name)}", limit)
                with said_by_tuf(name):
                    reference.verify_length_and_hashes(content)
                check_json(content, name)
                with said_by_tuf(name):
                    trusted.update_delegated_targets(content, role, parent)
                self._kept[name] = content
        signed = trusted[role]
        assert isinstance(signed, Targets)
        return signed

    def _target(self, path: str) -> tuple[TargetFile, str] | None:
        """5.6.7: roles in order of trust, depth first; a terminating delegation ends the search where it leads."""
        trusted = self._refreshed()
        visit, seen = [(Targets.type, Root.type)], set[str]()
        while visit and len(seen) <= _MOST_ROLES:
            role, parent = visit.pop()
            if role in seen:
                continue
            targets = self._targets(trusted, role, parent)
            entry = targets.targets.get(path)
            if entry is not None:
                if not _DIGEST.fullmatch(entry.hashes.get("sha256", "")):  # it becomes part of a path
                    raise refused("MR-P208", path, path)
                return entry, role
            seen.add(role)
            children: list[tuple[str, str]] = []
            for child, terminating in self._children(targets, path):
                children.append((child, role))
                if terminating:
                    visit = []
                    break
            visit.extend(reversed(children))
        return None

    @staticmethod
    def _children(targets: Targets, path: str) -> Iterator[tuple[str, bool]]:
        return iter(()) if targets.delegations is None else targets.delegations.get_roles_for_target(path)

    @staticmethod
    def _delegated(trusted: TrustedMetadataSet) -> list[str]:
        return [role for role in (name.removesuffix(".json") for name in trusted.snapshot.meta) if trusted.get(role) is not None]

    def _refreshed(self) -> TrustedMetadataSet:
        if self._trusted is None:
            self.refresh()
        assert self._trusted is not None  # refresh raises or sets it
        return self._trusted

    def _fetched(self, path: str, limit: int, missing_is_an_error: bool = True) -> bytes:
        try:
            content = self._fetcher.fetch(path, limit)
        except NotThere:
            if not missing_is_an_error:
                raise
            raise UnreachableChannel(f"渠道里缺文件：{path} / the repository lacks {path}", "MR-P202") from None
        except Unreachable as trouble:
            raise UnreachableChannel(f"读不到渠道：{trouble} / the repository cannot be read: {path}", "MR-P201") from trouble
        if len(content) > limit:
            raise refused("MR-P211", path, f"{path}: > {limit}")
        return content


_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ROOTS: Final = "root_history/"


def _root_name(version: int) -> str:
    return f"{_ROOTS}{version}.root.json"


def _file(role: str) -> str:
    return f"{quote(role, '')}.json"


def _versioned(trusted: TrustedMetadataSet, version: int, name: str) -> str:
    return f"{version}.{name}" if trusted.root.consistent_snapshot else name


def _taken(load: Callable[[], object]) -> bool:
    """Whether kept metadata was accepted; what is damaged, expired or of revoked keys is fetched anew instead."""
    with suppress(UntrustedChannel), said_by_tuf("kept"):
        load()
        return True
    return False


def _issued(timestamp: Timestamp) -> datetime | None:
    text = timestamp.unrecognized_fields.get(ISSUED)
    return None if text is None else datetime.strptime(text, _TIME).replace(tzinfo=UTC)
