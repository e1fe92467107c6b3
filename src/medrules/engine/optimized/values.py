"""Small two-valued operations of generated code: each raises where UNKNOWN would decide."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from medrules.engine.refs import ref
from medrules.knowledge.table import EMPTY
from medrules.model.reports import LineRef
from medrules.model.values import ABSENT, UNKNOWN, UnknownTouched

__all__ = [
    "MANY", "any_member", "codes_by_day", "count_unmatched", "earlier", "filled", "known", "meet", "member", "not_later", "read",
    "same_moment", "strangers",
]


class Many:
    """More than one line (or more than one code) is in a group."""

    __slots__ = ()


MANY: Final = Many()


def known(value: Any) -> Any:
    """The value itself; UNKNOWN raises."""
    if value is UNKNOWN:
        raise UnknownTouched
    return value


def member(codes: Any, code: Any) -> bool:
    """`CodeSet.member`, two-valued."""
    found = codes.member(known(code))
    if found is UNKNOWN:
        raise UnknownTouched
    return bool(found)


def any_member(codes: Any, found: Any) -> bool:
    unsure = False
    for code in found:
        answer = codes.member(code)
        if answer is UNKNOWN:
            unsure = True
        elif answer:
            return True
    if unsure:
        raise UnknownTouched
    return False


def read(entity: Any, path: tuple[str, ...]) -> Any:
    """Walk a path: an UNKNOWN or ABSENT link gives UNKNOWN or ABSENT."""
    for step in path:
        entity = getattr(entity, step, UNKNOWN)
        if entity is UNKNOWN or entity is ABSENT:
            break
    return entity


def meet(seen: dict[Any, Any], key: Any, line: Any, entry: Any, out: list[Any], other_code: bool) -> None:
    """A group is seen again: its lines are in doubt, once they have several codes (if that is what matters).

    seen[key] is [in doubt, lines of the group, their entries]; candidates carry the list of lines, which is complete when the loop
    over lines is.
    """
    group = seen[key]
    doubt, lines, entries = group
    if doubt:
        out.append((line, entry, lines))
    elif not other_code or lines[0].code != line.code:
        group[0] = True
        for earlier, its in zip(lines, entries, strict=True):
            out.append((earlier, its, lines))
        out.append((line, entry, lines))
    lines.append(line)
    entries.append(entry)


def filled(cell: Any) -> Any:
    """A cell that holds something; an empty one that no guard caught is for the reference."""
    if cell is EMPTY:
        raise UnknownTouched
    return cell


def earlier(a: Any, b: Any) -> bool:
    """a < b of two moments that may be known to the day only."""
    if a.hi < b.lo:
        return True
    if a.lo >= b.hi:
        return False
    raise UnknownTouched


def not_later(a: Any, b: Any) -> bool:
    if a.hi <= b.lo:
        return True
    if a.lo > b.hi:
        return False
    raise UnknownTouched


def same_moment(a: Any, b: Any) -> bool:
    if a.hi < b.lo or b.hi < a.lo:
        return False
    if a.lo == a.hi == b.lo == b.hi:
        return True
    raise UnknownTouched


def codes_by_day(codes: tuple[str, ...], days: tuple[int, ...]) -> dict[int, set[str]]:
    """The codes of each day."""
    found: dict[int, set[str]] = {}
    for code, on in zip(codes, days, strict=True):
        if on in found:
            found[on].add(code)
        else:
            found[on] = {code}
    return found


def strangers(named: frozenset[str], items: Iterable[Any]) -> list[Any]:
    """Lines whose code rules name, but no table."""
    return [m for m in items if m.code in named]


def count_unmatched(missed: Iterable[Any]) -> int:
    """Lines under review that no table knows, each once however many day pieces it has. A line without a day raises."""
    found = 0
    pieces: set[LineRef] = set()
    for m in missed:
        if m.on is UNKNOWN:
            raise UnknownTouched
        if m.is_current is not False and m.code is not ABSENT:
            if m.piece_of is None:
                found += 1
            else:
                pieces.add(ref(m))
    return found + len(pieces)
