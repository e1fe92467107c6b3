"""Key files of a bureau: `NAME.json`, the public half, which everybody may see, and `NAME.pem`, the private half, encrypted.

A token (PKCS#11 or any other device) stands in for the .pem: `NAME.token.json` names a command that reads what is to be signed on standard input
and writes the signature; what it answers is verified before it is used.
"""
from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import Key, Signature, SSlibKey

from medrules.packs.bureau.openssl import make_sm2_key, sm2_public, sm2_signature
from medrules.packs.bureau.refusals import refuse
from medrules.packs.channel.keys import SM2, SM2Key
from medrules.packs.crypto.sm2 import BadSignature, read_raw, write_der

__all__ = ["KEY_NAME", "KINDS", "KeySigner", "PublicKeyFile", "load_signer", "make_key", "name_of", "read_public"]

KINDS: Final = ("ed25519", SM2)
KEY_NAME: Final = "x-medrules-name"  # in the key's entry of signed metadata: which key this is, for people
_FORMAT: Final = "medrules-key"
_TOKEN: Final = "medrules-token"
_NAME: Final = re.compile(r"[\w.-]{1,60}")
_SHORTEST: Final = 12  # characters of a passphrase
_MOST: Final = 65_536
_TOKEN_SECONDS: Final = 120  # a person may have to press a button
AskPassphrase = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class PublicKeyFile:
    """The public half: `name` is for people (a post, not a person), `key` for metadata."""

    name: str
    key: Key

    def to_bytes(self) -> bytes:
        content = {"format": _FORMAT, "schema": 1, "name": self.name, "keyid": self.key.keyid, "key": self.key.to_dict()}
        return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


class KeySigner:
    """Signs with one private key. Every signature is verified with the public half before it is given out."""

    def __init__(self, public: PublicKeyFile, make: Callable[[bytes], bytes]) -> None:
        self.public = public
        self._make = make

    def sign(self, content: bytes) -> Signature:
        """
        Raises:
            BureauError: MR-P221 the signature is not of the public half that stands beside the private one.
        """
        signature = Signature(self.public.key.keyid, self._make(content).hex())
        try:
            self.public.key.verify_signature(signature, content)
        except UnverifiedSignatureError:
            raise refuse("MR-P221", f"{self.public.name} 的签名与公钥不符", f"the signature of {self.public.name} is not of its public key") from None
        return signature


def make_key(folder: Path, name: str, kind: str, passphrase: str) -> PublicKeyFile:
    """A new key pair in `folder`: NAME.json and NAME.pem. Files that are there are never replaced.

    Raises:
        BureauError: MR-P221 a name or passphrase that will not do, or a file that is there; MR-P225 no openssl for SM2.
    """
    if not _NAME.fullmatch(name):
        raise refuse("MR-P221", f"钥匙名「{name[:60]}」只能有文字、数字、点和短横", "a key name has letters, digits, dots and dashes")
    if len(passphrase) < _SHORTEST or "\n" in passphrase or "\r" in passphrase:
        raise refuse("MR-P221", f"口令至少 {_SHORTEST} 个字符，不含换行", f"a passphrase has at least {_SHORTEST} characters and no line break")
    public_file, private_file = folder / f"{name}.json", folder / f"{name}.pem"
    if public_file.exists() or private_file.exists():
        raise refuse("MR-P221", f"{name} 已经有了", f"{name} is there already")
    if kind == SM2:
        pem, point = make_sm2_key(passphrase)
        key: Key = SM2Key.of(point)
    else:
        private = Ed25519PrivateKey.generate()
        pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                    serialization.BestAvailableEncryption(passphrase.encode("utf-8"))).decode("ascii")
        key = SSlibKey.from_crypto(private.public_key())
    key.unrecognized_fields[KEY_NAME] = name
    public = PublicKeyFile(name, key)
    folder.mkdir(parents=True, exist_ok=True)
    _write_new(private_file, pem.encode("ascii"), 0o600)
    _write_new(public_file, public.to_bytes(), 0o644)
    return public


def read_public(path: Path) -> PublicKeyFile:
    """
    Raises:
        BureauError: MR-P221 no file of a public key.
    """
    return _public(_json(path, _FORMAT), path)


def load_signer(path: Path, ask: AskPassphrase) -> KeySigner:
    """The signer of `NAME.pem` (its `NAME.json` lies beside it) or of `NAME.token.json`. `ask` gives the passphrase of a named key.

    Raises:
        BureauError: MR-P221 not a key file, a wrong passphrase; MR-P225.
    """
    if path.suffix == ".json" and not path.name.endswith(".token.json"):
        raise refuse("MR-P221", f"{path.name} 是公钥，签名要用 {path.stem}.pem", f"{path.name} is the public key: sign with {path.stem}.pem")
    if path.suffix == ".json":
        token = _json(path, _TOKEN)
        command = token.get("command")
        if not isinstance(command, list) or not command or not all(isinstance(word, str) for word in command):
            raise refuse("MR-P221", f"{path.name} 没有 command", f"{path.name} has no command")
        public = _public(token, path)
        return KeySigner(public, lambda content: _asked(command, content, public))
    pem = _read(path).decode("ascii", "replace")
    public = read_public(path.with_suffix(".json"))
    if not pem.startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----"):
        raise refuse("MR-P221", f"{path.name} 不是加密的私钥", f"{path.name} is no encrypted private key")
    passphrase = ask(public.name)
    if public.key.keytype == SM2:
        if SM2Key.of(sm2_public(pem, passphrase)).keyval != public.key.keyval:
            raise refuse("MR-P221", f"{path.name} 与旁边的公钥不是一对", f"{path.name} does not belong to the public key beside it")
        return KeySigner(public, lambda content: sm2_signature(pem, passphrase, content))
    try:
        private = serialization.load_pem_private_key(pem.encode("ascii"), passphrase.encode("utf-8"))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise refuse("MR-P221", f"{path.name} 的口令不对，或文件损坏", f"{path.name}: a wrong passphrase, or a damaged file") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise refuse("MR-P221", f"{path.name} 不是 Ed25519 钥匙", f"{path.name} is no Ed25519 key")
    return KeySigner(public, private.sign)


def name_of(key: Key) -> str:
    """What people call a key: its name, and the beginning of its id, which cannot be chosen."""
    name = str(key.unrecognized_fields.get(KEY_NAME, "?"))[:60]
    return f"{''.join(c if c.isprintable() else '�' for c in name)}（{key.keyid[:8]}）"


def _asked(command: list[str], content: bytes, public: PublicKeyFile) -> bytes:
    """What a token's command answers, an SM2 signature of 64 raw bytes brought to DER."""
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=_TOKEN_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        raise refuse("MR-P221", f"{public.name} 的签名命令没有完成", f"the signing command of {public.name} did not finish") from None
    if done.returncode != 0:
        raise refuse("MR-P221", f"{public.name} 的签名命令失败", f"the signing command of {public.name} failed")
    if public.key.keytype == SM2 and len(done.stdout) == 64:
        try:
            return write_der(*read_raw(done.stdout))
        except BadSignature:  # pragma: no cover - 64 bytes always read
            return done.stdout
    return done.stdout


def _public(content: dict[str, Any], path: Path) -> PublicKeyFile:
    name, entry, keyid = content.get("name"), content.get("key"), content.get("keyid")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or not isinstance(entry, dict) or not isinstance(keyid, str):
        raise refuse("MR-P221", path.name, path.name)
    try:
        key = Key.from_dict(keyid, dict(entry))
    except (KeyError, ValueError, TypeError, AttributeError):
        raise refuse("MR-P221", path.name, path.name) from None
    if key.keytype not in KINDS:
        raise refuse("MR-P221", f"{path.name}：{key.keytype[:40]}", f"{path.name}: {key.keytype[:40]}")
    return PublicKeyFile(name, key)


def _json(path: Path, form: str) -> dict[str, Any]:
    try:
        content = json.loads(_read(path).decode("utf-8"))
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or content.get("format") != form or content.get("schema") != 1:
        raise refuse("MR-P221", f"{path.name} 不是 {form}", f"{path.name} is no {form}")
    return content


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST)


def _write_new(path: Path, content: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
