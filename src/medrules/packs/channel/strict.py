"""What must hold of metadata beyond what python-tuf asks: JSON that every reader reads alike, and no key that counts twice.

These run on bytes that nobody vouches for yet, so they are short and bounded. They refuse; signatures are python-tuf's to check.
"""
from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tuf.api.metadata import MetaFile, TargetFile

from medrules.packs.channel.refusals import refused
from medrules.packs.crypto.sm3 import sm3

__all__ = ["check_content", "check_json", "check_reference"]

_REQUIRED = "sha256"


class _Twice(ValueError):
    pass


def check_json(content: bytes, name: str) -> None:
    """UTF-8 JSON of one object: no key twice, no NaN, Infinity or fractions, and no role whose keys are one key under several ids.

    Raises:
        UntrustedChannel: MR-P207 another JSON, MR-P213 a key twice.
    """
    try:
        read = json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_float=_no_number, parse_constant=_no_number)
    except (ValueError, RecursionError):  # a decoding error and a JSON error are ValueErrors
        raise refused("MR-P207", name, name) from None
    if not isinstance(read, dict) or not {"signatures", "signed"} <= set(read) or not isinstance(read["signed"], dict):
        raise refused("MR-P207", name, name)
    signed = read["signed"]
    delegations = signed.get("delegations")
    for holder, roles in ((signed, signed.get("roles")), (delegations, delegations.get("roles") if isinstance(delegations, dict) else None)):
        if isinstance(holder, dict) and isinstance(roles, dict | list):
            _check_keys(holder.get("keys"), list(roles.values()) if isinstance(roles, dict) else roles, name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Twice("a key twice")
    return made


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _check_keys(keys: object, roles: list[Any], name: str) -> None:
    """A threshold counts people: two ids of one public key in a role would let one of them sign for two."""
    if not isinstance(keys, dict):
        return
    for role in roles:
        ids = role.get("keyids") if isinstance(role, dict) else None
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            continue  # python-tuf refuses it
        public = [_public(keys[one]) for one in ids if one in keys]
        if len(set(public)) != len(public) or len(set(ids)) != len(ids):
            raise refused("MR-P213", name, name)


def _public(key: object) -> str:
    keyval = key.get("keyval") if isinstance(key, Mapping) else None
    public = keyval.get("public") if isinstance(keyval, Mapping) else None
    return "".join(str(public).split()).lower()


def check_reference(reference: MetaFile, name: str, limit: int) -> int:
    """The most bytes that the metadata file `name` may have. Hashes are optional between signed files; where there are any, SHA-256 is one.

    Raises:
        UntrustedChannel: MR-P208 hashes without SHA-256, MR-P211 more than `limit`.
    """
    if reference.hashes is not None and _REQUIRED not in reference.hashes:
        raise refused("MR-P208", name, name)
    if reference.length is not None and reference.length > limit:
        raise refused("MR-P211", name, f"{name}: {reference.length} > {limit}")
    return limit if reference.length is None else reference.length


def check_content(content: bytes, target: TargetFile) -> None:
    """The bytes are those that the signed entry describes: length, SHA-256, and every other hash that it lists.

    Raises:
        UntrustedChannel: MR-P206 other bytes, MR-P208 a hash that cannot be computed here.
    """
    if len(content) != target.length:
        raise refused("MR-P206", target.path, f"{target.path}: {len(content)} != {target.length}")
    for algorithm, expected in target.hashes.items():
        if algorithm == "sm3":
            found = sm3(content).hex()
        else:
            try:
                found = hashlib.new(algorithm, content).hexdigest()
            except (ValueError, TypeError):
                raise refused("MR-P208", target.path, f"{target.path}: {algorithm[:40]}") from None
        if found != expected:
            raise refused("MR-P206", target.path, f"{target.path}: {algorithm[:40]}")
