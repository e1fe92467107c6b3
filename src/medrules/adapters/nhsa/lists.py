"""Walking the form: what may stand where a list belongs."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medrules.adapters.nhsa.notes import Notes
from medrules.adapters.nhsa.refusals import refuse
from medrules.adapters.nhsa.values import BLANKS

__all__ = ["entries", "joined"]


def entries(given: Any, place: str, notes: Notes) -> list[Mapping[str, Any]]:
    """The objects of a list; one object counts as a list of one; nothing, "" and null are a list that was not sent.

    Raises:
        InvalidMessage: something else stands there.
    """
    if type(given) is list:
        for entry in given:
            if type(entry) is not dict and not isinstance(entry, Mapping):
                break
        else:
            return given
        kept = []
        for n, entry in enumerate(given, 1):
            if isinstance(entry, Mapping):
                kept.append(entry)
            elif entry is None or entry == "":
                notes.add("ill_formed_list", place)
            else:
                raise refuse("not_item", place=place, n=n)
        return kept
    if given is None:
        return []
    if type(given) is dict or isinstance(given, Mapping):
        return [given] if given else []
    if isinstance(given, str) and given.strip() in BLANKS:
        return []
    raise refuse("not_list", place=place)


def joined(parts: list[Mapping[str, Any]], place: str, other: str, notes: Notes) -> list[Mapping[str, Any]]:
    """One list of an encounter that was sent in several parts. `other` is the name that some clients use besides; what
    a later part repeats word for word counts once.

    Raises:
        InvalidMessage: something that is no list stands there.
    """
    if len(parts) == 1:
        (part,) = parts
        return entries(part.get(place), place, notes) or (entries(part.get(other), other, notes) if other else [])
    lists = [
        entries(part.get(place), place, notes) or (entries(part.get(other), other, notes) if other else [])
        for part in parts
    ]
    found = lists[0]
    seen = {repr(entry) for entry in found}  # by their text: comparing each with each would be quadratic
    for later in lists[1:]:
        new = [entry for entry in later if repr(entry) not in seen]
        seen.update(map(repr, new))
        found = found + new
    return found
