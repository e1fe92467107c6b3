"""Names of combinations: the same packs and overlay have the same name on every machine."""
from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

from medrules import __version__
from medrules.compiled.container import SCHEMA

__all__ = ["combination_hash", "combination_key"]

Named = tuple[str, str, str]  # (identity, version, SHA-256 of the file) of a pack


def combination_hash(packs: Sequence[Named], overlay: bytes | None) -> str:
    """What reports of several packs carry: the hash of what each is, and of the overlay."""
    named = {"packs": sorted(packs), "overlay": None if overlay is None else sha256(overlay).hexdigest()}
    return sha256(json.dumps(named, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def combination_key(packs: Sequence[Named], overlay: bytes | None) -> str:
    """The name of a combination's compiled form: what it is made of, and which medrules wrote it in which form."""
    return sha256(f"{combination_hash(packs, overlay)}|{__version__}|{SCHEMA}".encode()).hexdigest()
