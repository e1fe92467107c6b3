"""Reads request files for the command line: 3101/3102 messages, native facts, JSON Lines of either."""
from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from medrules.adapters.cli.files import read_bytes
from medrules.adapters.native import read_facts
from medrules.adapters.nhsa import Request, SiteSettings, read_request
from medrules.errors import InvalidFacts, InvalidMessage, MedRulesError
from medrules.model.facts import Facts

__all__ = ["OneRequest", "read_all"]

_MAX_LINE: Final = 16 * 1024 * 1024 + 2


@dataclass(frozen=True, slots=True)
class OneRequest:
    """One request of a file: `title` names it on the screen; `message` is there for the national form only."""

    title: str
    facts: Facts
    message: Request | None


def read_all(path: Path, form: str, site: SiteSettings, bad: Callable[[int, MedRulesError], None] | None = None) -> Iterator[OneRequest]:
    """All requests of a file; `-` is standard input.

    Args:
        form: "3101", "facts", or "" = look at the content (a message has `input`).
        bad: takes the number of a .jsonl line that cannot be used, and why; the lines after it are read all the same. Without it the first
          such line is raised.

    Raises:
        InvalidMessage, InvalidFacts: the content is not in that form, or too large.
    """
    if path.suffix == ".jsonl":
        yield from _lines(path, form, site, bad)
        return
    body = read_bytes(path)
    yield _one(body, "stdin" if str(path) == "-" else path.name, form or _form_of(body), site)


def _one(body: bytes, title: str, form: str, site: SiteSettings) -> OneRequest:
    if form == "facts":
        return OneRequest(title, read_facts(body, codes=site.code_mapping), None)
    request = read_request(body, site=site)
    return OneRequest(title, request.facts, request)


def _lines(path: Path, form: str, site: SiteSettings, bad: Callable[[int, MedRulesError], None] | None) -> Iterator[OneRequest]:
    """One request a line. Native facts, unless the first line that can be read is a message."""
    chosen = form or _form_of_lines(path)
    for n, line in _numbered(path):
        try:
            one = _one(line, f"{path.name}:{n}", chosen, site)
        except MedRulesError as error:
            if bad is None:
                raise _placed(error, n) from None
            bad(n, error)
            continue
        yield one


def _placed(error: MedRulesError, line: int) -> MedRulesError:
    """The error with the number of its line before everything it says."""
    said = f"第{line}行：{error}"
    if isinstance(error, InvalidFacts):
        return InvalidFacts(said, [e._replace(path=f"第{line}行 {e.path}".rstrip()) for e in error.errors])
    return InvalidMessage(said) if isinstance(error, InvalidMessage) else error


def _numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines that are not empty, with their numbers. A line that is too long comes cut, and its reader refuses it."""
    with path.open("rb") as lines:
        number = 0
        while line := lines.readline(_MAX_LINE):
            number += 1
            rest = line
            while len(rest) == _MAX_LINE and not rest.endswith(b"\n"):
                rest = lines.readline(_MAX_LINE)
            if line.strip():
                yield number, line


def _form_of_lines(path: Path) -> str:
    for _, line in _numbered(path):
        try:
            tree = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
        except (ValueError, RecursionError):
            continue
        return "3101" if isinstance(tree, dict) and "input" in tree else "facts"
    return "facts"


def _form_of(body: bytes) -> str:
    """Native facts name 患者 or patient at the top; everything else is left to the national reader and its refusals."""
    try:
        tree = json.loads(body)
    except (ValueError, RecursionError):
        return "3101"
    return "facts" if isinstance(tree, dict) and ("患者" in tree or "patient" in tree) else "3101"
