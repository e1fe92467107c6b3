"""A bureau's folder: `repository/` that hospitals read, `pending/` that waits for signatures, `bureau.json` with how long things are valid.

One writer at a time (a kernel lock). Every file is written aside, made durable and renamed; what hospitals read is never removed or
changed, but for `timestamp.json`, which comes last.
"""
from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, TargetFile, Targets, Timestamp

from medrules.packs.bureau.refusals import refuse
from medrules.packs.store.durable import put
from medrules.packs.store.files import Files, SystemFiles
from medrules.packs.store.lock import KernelLock

__all__ = ["DAYS", "TOP_ROLES", "BureauFolder", "Published", "delegated_name", "parts_of", "stored_at"]

TOP_ROLES: Final = (Root.type, Targets.type, Snapshot.type, Timestamp.type)
# How many days a file is valid after signing. People sign root, targets and the authorities' roles; snapshot and timestamp renew themselves.
DAYS: Final[Mapping[str, int]] = {"root": 730, "targets": 365, "delegated": 365, "snapshot": 30, "timestamp": 7}
_SETTINGS: Final = "bureau.json"
_FORMAT: Final = "medrules-bureau"
_ROLE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_PATH: Final = re.compile(r"([1-9][0-9]{5})/([a-z0-9]+(?:-[a-z0-9]+)*)/([a-z0-9][a-zA-Z0-9.-]*)", re.ASCII)
_MOST: Final = 128 * 1024 * 1024
_WAIT: Final = 10.0  # seconds for another command in the same folder


def parts_of(path: str) -> tuple[str, str, str]:
    """The three parts of a target path, `330000/demo/releases.json`.

    Raises:
        BureauError: MR-P223 any other path: what others have signed does not choose where this machine writes.
    """
    found = _PATH.fullmatch(path)
    if found is None:
        shown = "".join(c if c.isprintable() else "�" for c in path[:60])
        raise refuse("MR-P223", shown, shown)
    return found[1], found[2], found[3]


def delegated_name(role: str) -> str:
    """The name of a delegated role, checked: lower-case letters, digits and dashes, and none of TUF's own four."""
    if not _ROLE.fullmatch(role) or role in TOP_ROLES:
        raise refuse(
            "MR-P229", f"角色名用小写字母、数字和减号，不用 {'、'.join(sorted(TOP_ROLES))}：{role[:60]}",
            f"a role is named with lower-case letters, digits and dashes, and not {', '.join(sorted(TOP_ROLES))}: {role[:60]}")
    return role


def stored_at(path: str, entry: TargetFile) -> str:
    """Where the file of a target lies, below `pending/` or `repository/`: its hash stands before its name.

    Raises:
        BureauError: MR-P223, as `parts_of`; MR-P226 an entry without SHA-256.
    """
    adcode, name, base = parts_of(path)
    digest = entry.hashes.get("sha256", "")
    if not re.fullmatch(r"[0-9a-f]{64}", digest, re.ASCII):
        raise refuse("MR-P226", f"{path} 没有 SHA-256", f"{path} has no SHA-256")
    return f"targets/{adcode}/{name}/{digest}.{base}"


@dataclass(slots=True)
class Published:
    """The repository as hospitals see it now. `targets` holds the top role and every delegated one."""

    root: Metadata[Root]
    timestamp: Metadata[Timestamp] | None
    snapshot: Metadata[Snapshot] | None
    targets: dict[str, Metadata[Targets]]


class BureauFolder:
    """Reads and writes a bureau's folder. Paths are relative to it, with `/`."""

    def __init__(self, path: Path, files: Files | None = None) -> None:
        self.path = path
        self._files: Files = SystemFiles() if files is None else files

    @contextmanager
    def held(self) -> Iterator[None]:
        """No other command works in this folder meanwhile."""
        self._files.make_folder(str(self.path))
        with KernelLock().held(str(self.path / "lock"), _WAIT):
            yield

    # -- files --

    def read(self, relative: str) -> bytes | None:
        try:
            return self._files.read(str(self.path / relative), _MOST)
        except FileNotFoundError:
            return None

    def write(self, relative: str, content: bytes) -> None:
        if self.read(relative) == content:
            return
        folder, _, name = relative.rpartition("/")
        at = self.path / folder
        self._files.make_folder(str(at))
        put(self._files, str(at), name, content)

    def remove(self, relative: str) -> None:
        self._files.remove(str(self.path / relative))

    def names(self, relative: str) -> list[str]:
        """The files below a folder, relative to it."""
        at = self.path / relative
        return sorted(p.relative_to(at).as_posix() for p in at.rglob("*") if p.is_file() and not p.name.startswith("."))

    # -- settings --

    def days(self) -> Mapping[str, int]:
        """
        Raises:
            BureauError: MR-P226 no bureau folder.
        """
        content = self.read(_SETTINGS)
        try:
            settings = None if content is None else json.loads(content)
        except ValueError:
            settings = None
        if not isinstance(settings, dict) or settings.get("format") != _FORMAT or settings.get("schema") != 1:
            raise refuse("MR-P226", f"{self.path.name} 里没有 {_SETTINGS}，先运行 medrules bureau init",
                         f"{self.path.name} has no {_SETTINGS}: run medrules bureau init first")
        return {**DAYS, **settings["days"]}

    def settle(self, days: Mapping[str, int]) -> None:
        content = {"format": _FORMAT, "schema": 1, "days": {**DAYS, **days}}
        self.write(_SETTINGS, (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())

    def until(self, role: str, now: datetime) -> datetime:
        """When a file of `role` that is signed now expires."""
        days = self.days()
        return now.replace(microsecond=0) + timedelta(days=days.get(role, days["delegated"]))

    # -- metadata --

    def published(self) -> Published | None:
        """What hospitals read, None before the first publication. Later files that no timestamp names yet are not part of it.

        Raises:
            BureauError: MR-P226 a file that cannot be read, or is missing.
        """
        root = self._newest_root()
        if root is None:
            return None
        timestamp: Metadata[Timestamp] | None = self._metadata("repository/metadata/timestamp.json")
        if timestamp is None:
            return Published(root, None, None, {})
        snapshot: Metadata[Snapshot] = self._must(f"repository/metadata/{timestamp.signed.snapshot_meta.version}.snapshot.json")
        targets: dict[str, Metadata[Targets]] = {
            name.removesuffix(".json"): self._must(f"repository/metadata/{meta.version}.{name}") for name, meta in snapshot.signed.meta.items()}
        return Published(root, timestamp, snapshot, targets)

    def pending(self) -> dict[str, Metadata[Any]]:
        """What waits for signatures or for the next `refresh`, by role."""
        return {name.removesuffix(".json"): self._must(f"pending/{name}") for name in self.names("pending") if "/" not in name}

    def pending_as_written(self) -> dict[str, Metadata[Any]]:
        """`pending`, but what an interrupted `refresh` has written already is taken as it was written: a mirror may have it."""
        return {role: self._written(role, waiting) for role, waiting in self.pending().items()}

    def free_version(self, role: str, version: int) -> int:
        """`version`, or the next one that no file has: what was once written under a name stays so, even if no timestamp ever named it."""
        while self.read(f"repository/metadata/{version}.{role}.json") is not None:
            version += 1
        return version

    def put_pending(self, role: str, metadata: Metadata[Any]) -> None:
        self.write(f"pending/{role}.json", metadata.to_bytes())

    def _written(self, role: str, waiting: Metadata[Any]) -> Metadata[Any]:
        there = self._metadata(f"repository/metadata/{waiting.signed.version}.{role}.json")
        return there if there is not None and there.signed_bytes == waiting.signed_bytes else waiting

    def _newest_root(self) -> Metadata[Root] | None:
        versions = [int(name.split(".")[0]) for name in self.names("repository/metadata") if re.fullmatch(r"[0-9]+\.root\.json", name)]
        return self._must(f"repository/metadata/{max(versions)}.root.json") if versions else None

    def _must(self, relative: str) -> Metadata[Any]:
        found = self._metadata(relative)
        if found is None:
            raise refuse("MR-P226", f"缺 {relative}", f"{relative} is missing")
        return found

    def _metadata(self, relative: str) -> Metadata[Any] | None:
        content = self.read(relative)
        if content is None:
            return None
        try:
            return Metadata.from_bytes(content)
        except RepositoryError:
            raise refuse("MR-P226", f"{relative} 读不出来", f"{relative} cannot be read") from None
