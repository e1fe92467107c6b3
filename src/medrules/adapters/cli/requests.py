"""Reads request files for the command line: 3101/3102 messages, native facts, JSON Lines of either."""
from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from medrules.adapters.native import read_facts, read_jsonl
from medrules.adapters.nhsa import Request, SiteSettings, read_request
from medrules.model.facts import Facts

__all__ = ["OneRequest", "read_all"]

_MAX_LINE: Final = 16 * 1024 * 1024 + 2


@dataclass(frozen=True, slots=True)
class OneRequest:
    """One request of a file: `title` names it on the screen; `message` is there for the national form only."""

    title: str
    facts: Facts
    message: Request | None


def read_all(path: Path, form: str, site: SiteSettings) -> Iterator[OneRequest]:
    """All requests of a file; `-` is standard input.

    Args:
        form: "3101", "facts", or "" = look at the content (a message has `input`).

    Raises:
        InvalidMessage, InvalidFacts: the content is not in that form.
    """
    if path.suffix == ".jsonl":
        yield from _lines(path, form, site)
        return
    body, name = (sys.stdin.buffer.read(), "stdin") if str(path) == "-" else (path.read_bytes(), path.name)
    if (form or _form_of(body)) == "3101":
        request = read_request(body, site=site)
        yield OneRequest(name, request.facts, request)
    else:
        yield OneRequest(name, read_facts(body, codes=site.code_mapping), None)


def _lines(path: Path, form: str, site: SiteSettings) -> Iterator[OneRequest]:
    """One request a line. Native facts, unless the first line is a message."""
    if (form or _form_of_lines(path)) == "facts":
        for n, facts in enumerate(read_jsonl(path, codes=site.code_mapping), 1):
            yield OneRequest(f"{path.name}:{n}", facts, None)
        return
    for n, line in _numbered(path):
        request = read_request(line, site=site)
        yield OneRequest(f"{path.name}:{n}", request.facts, request)


def _numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines that are not empty, with their numbers. A line that is too long comes cut, and its reader refuses it."""
    with path.open("rb") as lines:
        number = 0
        while line := lines.readline(_MAX_LINE):
            number += 1
            if line.strip():
                yield number, line


def _form_of_lines(path: Path) -> str:
    for _, line in _numbered(path):
        try:
            tree = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
        except (ValueError, RecursionError):
            break
        return "3101" if isinstance(tree, dict) and "input" in tree else "facts"
    return "facts"


def _form_of(body: bytes) -> str:
    """Native facts name 患者 or patient at the top; everything else is left to the national reader and its refusals."""
    try:
        tree = json.loads(body)
    except (ValueError, RecursionError):
        return "3101"
    return "facts" if isinstance(tree, dict) and ("患者" in tree or "patient" in tree) else "3101"
