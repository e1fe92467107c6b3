"""The version of a rule: a short hash that changes exactly when a text it is made of does."""
from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

__all__ = ["version_of"]


def version_of(texts: Iterable[str]) -> str:
    """Of the rule's own text, the rule named by 同, the file's 默认 and the definitions it uses. Spaces at line ends and
    blank lines do not count."""
    made = sha256()
    for text in texts:
        for line in text.splitlines():
            if line.strip():
                made.update(line.strip().encode())
                made.update(b"\n")
        made.update(b"\0")
    return made.hexdigest()[:12]
