"""Where everything stands in a store, and the bounds of what is read from it."""
from __future__ import annotations

import re
from typing import Final

__all__ = [
    "CHANNEL", "COMPILED", "DIGEST_NAME", "LEDGER", "LOCK", "MAX_COMPILED", "MAX_METADATA", "MAX_PACK", "METADATA", "PACKS", "STATE", "compiled_name",
    "metadata_folder", "metadata_name", "pack_name",
]

LOCK: Final = "lock"
STATE: Final = "state.json"
LEDGER: Final = "ledger.jsonl"
PACKS: Final = "packs"
METADATA: Final = "metadata"
COMPILED: Final = "compiled"
MAX_PACK: Final = 64 * 1024 * 1024
MAX_METADATA: Final = 8 * 1024 * 1024
MAX_COMPILED: Final = 1024 * 1024 * 1024
CHANNEL: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)  # the name of a channel is the name of a folder
DIGEST_NAME: Final = re.compile(r"([0-9a-f]{64})(\.mrpack|\.json|\.compiled)", re.ASCII)


def pack_name(digest: str) -> str:
    return f"{digest}.mrpack"


def metadata_folder(channel: str) -> str:
    return f"{METADATA}/{channel}"


def metadata_name(digest: str) -> str:
    return f"{digest}.json"


def compiled_name(digest: str) -> str:
    return f"{digest}.compiled"
