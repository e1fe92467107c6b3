"""An honest repository in memory, made in a few milliseconds: for tests of the channel, the store and updating.

Roles as in production: root and targets with thresholds, one delegated role per authority, online snapshot and timestamp. Keys are Ed25519
from fixed seeds (Ed25519 signatures are deterministic, so the same steps give the same bytes) and, with `sm2=True`, SM2 keys made by the
openssl program. The clock is `NOW` unless a test moves it.
"""
from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner, Key, SecretsHandler, Signature, Signer
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from medrules.packs.channel import NotThere, SM2Key, TrustedChannel, Unreachable
from medrules.packs.channel.client import ISSUED
from medrules.packs.crypto.sm2 import key_from_pem

NOW = datetime(2026, 7, 1, 8, 0, 0, tzinfo=UTC)
OPENSSL = shutil.which("openssl")
NATIONAL, ZHEJIANG, JIANGSU = "national", "province-33", "province-32"
PATHS = {NATIONAL: ("100000/*/*",), ZHEJIANG: ("330000/*/*", "330100/*/*"), JIANGSU: ("320000/*/*",)}


def signer(name: str) -> Signer:
    """An Ed25519 signer of its own for each name, the same on every run."""
    seed = hashlib.sha256(b"medrules tests: " + name.encode()).digest()
    return CryptoSigner(Ed25519PrivateKey.from_private_bytes(seed))


class OpenSSLSigner(Signer):
    """An SM2 key whose signatures the openssl program makes."""

    def __init__(self, pem: bytes) -> None:
        self._pem = pem
        public = subprocess.run([OPENSSL or "openssl", "pkey", "-pubout"], input=pem, check=True, capture_output=True).stdout
        self._key = SM2Key.of(key_from_pem(public.decode()))

    def sign(self, payload: bytes) -> Signature:
        with tempfile.TemporaryDirectory() as folder:
            private, content = Path(folder, "key"), Path(folder, "content")
            private.write_bytes(self._pem)
            content.write_bytes(payload)
            made = subprocess.run(
                [OPENSSL or "openssl", "pkeyutl", "-sign", "-rawin", "-digest", "sm3", "-inkey", private,
                 "-pkeyopt", "distid:1234567812345678", "-in", content], check=True, capture_output=True).stdout
        return Signature(self._key.keyid, made.hex())

    @classmethod
    def from_priv_key_uri(cls, priv_key_uri: str, public_key: Key, secrets_handler: SecretsHandler | None = None) -> Signer:
        raise ValueError("a signer of the tests has its key in memory, not under an address")

    @property
    def public_key(self) -> Key:
        return self._key


@cache
def sm2_signer(name: str) -> Signer:
    """An SM2 signer, one for each name within a run. Needs the openssl program."""
    return OpenSSLSigner(subprocess.run([OPENSSL or "openssl", "genpkey", "-algorithm", "SM2"], check=True, capture_output=True).stdout)


class Repository:
    """The bureau's side: metadata objects that a test may bend, `publish()` that signs them, `files` that a fetcher serves."""

    def __init__(self, *, now: datetime = NOW, sm2: bool = False, paths: Mapping[str, Sequence[str]] | None = None) -> None:
        self.now = now
        self.files: dict[str, bytes] = {}
        self.signers: dict[str, list[Signer]] = {
            "root": [signer(f"root {n}") for n in range(5)], "targets": [signer(f"targets {n}") for n in range(3)],
            "snapshot": [signer("snapshot")], "timestamp": [signer("timestamp")]}
        if sm2:
            self.signers["root"][0], self.signers["targets"][0] = sm2_signer("root 0"), sm2_signer("targets 0")
            self.signers["timestamp"] = [sm2_signer("timestamp")]
        self.root = Root(expires=now + timedelta(days=365), consistent_snapshot=True)
        for role, threshold in (("root", 3), ("targets", 2), ("snapshot", 1), ("timestamp", 1)):
            for one in self.signers[role]:
                self.root.add_key(one.public_key, role)
            self.root.roles[role].threshold = threshold
        self.targets = Targets(expires=now + timedelta(days=180))
        self.targets.delegations = Delegations({}, {})
        self.roles: dict[str, Targets] = {}
        for role, patterns in (PATHS if paths is None else paths).items():
            self.delegate(role, list(patterns))
        self.snapshot = Snapshot(expires=now + timedelta(days=7))
        self.timestamp = Timestamp(expires=now + timedelta(days=2))
        self.publish_root()
        self.publish(first=True)

    @property
    def first_root(self) -> bytes:
        return self.files["metadata/1.root.json"]

    def delegate(self, role: str, patterns: list[str], threshold: int = 2) -> None:
        """A delegated role with three keys; its (empty) targets are signed by the next `publish()`."""
        self.signers[role] = [signer(f"{role} {n}") for n in range(3)]
        delegations = self.targets.delegations
        assert delegations is not None and delegations.roles is not None
        delegations.roles[role] = DelegatedRole(role, [], threshold, True, patterns)
        for one in self.signers[role]:
            self.targets.add_key(one.public_key, role)
        self.roles[role] = Targets(expires=self.now + timedelta(days=90))

    def add(self, role: str, path: str, content: bytes, hashes: Sequence[str] = ("sha256",)) -> None:
        """A target of a role (`targets` is the top one), to be published with the next `publish()`."""
        signed = self.targets if role == "targets" else self.roles[role]
        signed.targets[path] = TargetFile.from_data(path, content, list(hashes))
        folder, _, base = path.rpartition("/")
        self.files[f"targets/{folder}/{hashlib.sha256(content).hexdigest()}.{base}"] = content

    def signed(self, signed: Any, signers: Sequence[Signer]) -> bytes:
        metadata: Metadata[Any] = Metadata(signed)
        for one in signers:
            metadata.sign(one, append=True)
        return metadata.to_bytes()

    def publish_root(self, signers: Sequence[Signer] | None = None) -> bytes:
        content = self.signed(self.root, self.signers["root"] if signers is None else signers)
        self.files[f"metadata/{self.root.version}.root.json"] = content
        return content

    def rotate_root(self, old: Sequence[Signer] = ()) -> bytes:
        """The next root version, signed by today's root keys and `old` ones."""
        self.root.version += 1
        return self.publish_root([*self.signers["root"], *old])

    def publish(self, *changed: str, first: bool = False) -> None:
        """Sign the `changed` targets roles (default: all) with a new version, then snapshot and timestamp."""
        for role in changed or ("targets", *self.roles):
            signed = self.targets if role == "targets" else self.roles[role]
            signed.version += 0 if first else 1
            content = self.signed(signed, self.signers[role])
            self.files[f"metadata/{signed.version}.{role}.json"] = content
            self.snapshot.meta[f"{role}.json"] = MetaFile.from_data(signed.version, content, ["sha256"])
        self.publish_snapshot(first)

    def publish_snapshot(self, first: bool = False) -> None:
        self.snapshot.version += 0 if first else 1
        content = self.signed(self.snapshot, self.signers["snapshot"])
        self.files[f"metadata/{self.snapshot.version}.snapshot.json"] = content
        self.timestamp.snapshot_meta = MetaFile.from_data(self.snapshot.version, content, ["sha256"])
        self.publish_timestamp(first)

    def publish_timestamp(self, first: bool = False) -> None:
        self.timestamp.version += 0 if first else 1
        self.timestamp.unrecognized_fields[ISSUED] = self.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.files["metadata/timestamp.json"] = self.signed(self.timestamp, self.signers["timestamp"])

    def pass_time(self, time: timedelta) -> None:
        """Later: the online roles renew what they sign."""
        self.now += time
        self.snapshot.expires, self.timestamp.expires = self.now + timedelta(days=7), self.now + timedelta(days=2)

    def fetcher(self) -> MemoryFetcher:
        return MemoryFetcher(self.files)

    def channel(self, metadata: Mapping[str, bytes] | None = None, now: datetime | None = None, floor: datetime | None = None) -> TrustedChannel:
        at = now or self.now
        return TrustedChannel(self.fetcher(), self.first_root, metadata=metadata, clock=lambda: at, clock_floor=floor)

    def write(self, folder: Path) -> None:
        """The repository as plain files, as a web server or a USB stick carries it."""
        for path, content in self.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)


class MemoryFetcher:
    """Serves a mapping; `asked` lists what was asked for."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.asked: list[str] = []

    def fetch(self, path: str, limit: int) -> bytes:
        self.asked.append(path)
        if path not in self.files:
            raise NotThere(path)
        content = self.files[path]
        if len(content) > limit:
            raise Unreachable(f"{path}: more than {limit} bytes")
        return content
