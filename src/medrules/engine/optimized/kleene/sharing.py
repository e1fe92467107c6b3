"""Answers that stay open are found once for all lines of a request that a rule cannot tell apart (see `alike`).

Of the lines around a line one of each sort stands for its sort (where the rule asks which line came first: one before and one behind),
and of the table's rows one of each kind (`alike_rows`). Only answers that stay open are shared: they name causes and knowledge points,
which such sorts and kinds do not change. The others are left to be found line by line.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, Final

from medrules.engine.optimized.kleene.alike import Alike, Reads
from medrules.engine.optimized.kleene.ground import Ground
from medrules.engine.optimized.kleene.subjects import day_judged
from medrules.engine.optimized.kleene.truths import Unsure
from medrules.engine.optimized.kleene.verdicts import LineRule
from medrules.engine.optimized.making import make_undecided
from medrules.model.reports import Undecided, Unjudged
from medrules.model.values import UNKNOWN

__all__ = ["share"]

_NEW: Final = object()
_ALONE: Final = object()  # what is said has to be found line by line
MAX_SORTS: Final = 200  # sorts of lines in one request beyond which nothing is gained


def share(rule: LineRule, like: Alike, ground: Ground, say: Callable[[Undecided | Unjudged], None]) -> Iterator[Any]:
    """Say what stays open of lines whose key is not known; gives the lines that are left to be judged for themselves."""
    facts = ground.facts
    if facts.attestations or facts.declarations:
        yield from rule.lines(ground)
        return
    own, said = _sorts(like.own, ground), dict[Any, Any]()
    where = None if like.where is None else _sorts(like.where, ground)
    stands: dict[int, Any] = {}
    around: dict[int, _Around | None] = {}
    for line in rule.lines(ground):
        if line.code is UNKNOWN:
            continue  # one Unjudged entry says so
        n = own.of(line)
        is_open = own.is_open.get(n)
        if is_open is None:
            is_open = own.is_open[n] = like.is_open(line) and day_judged(line, ground) is not None
        if not is_open:
            yield line
            continue
        mark: Any = n
        if where is not None and not like.is_pair:
            w = where.of(line)
            held = stands.get(w)
            if held is None:
                found = rule.stands(line, ground)
                held = stands[w] = found if found.__class__ is not Unsure else found.causes
            if held is False:
                continue
            mark = n, held
        near: _Around | None = None
        if like.looks_around:
            lines = ground.lines(line)
            near = around.get(id(lines), _NEW)  # type: ignore[arg-type]
            if near is _NEW:
                near = around[id(lines)] = _around(rule, like, where, lines, ground)
            if near is None:
                yield line
                continue
            if near.is_lonely(line):
                continue
            mark = mark, near.standing(line)
        answer = said.get(mark, _NEW)
        if answer is _NEW:
            v = rule.judge(line, ground if near is None else ground.among(near.beside(line)), like.rows.on(day_judged(line, ground) or 0))
            answer = said[mark] = None if v is None else _ALONE if v.answer is True else rule.open_entry(v)
        if answer is _ALONE:
            yield line
        elif answer.__class__ is Undecided:
            say(make_undecided(answer.rule, answer.sub_rule, answer.name, ground.ref(line), answer.causes, answer.rows))
        elif answer is not None:
            say(answer)


class _Sorts:
    """Lines by what is read of them: a number for each sort, given as they come."""

    __slots__ = ("_base", "_ground", "_numbers", "_of", "_reads", "is_open")

    def __init__(self, reads: Reads, ground: Ground) -> None:
        self._reads, self._ground = reads, ground
        self._base: _Sorts | None = None if reads.base is None else _sorts(reads.base, ground)
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._of: dict[int, int] = {}  # by the line's identity
        self.is_open: dict[int, bool] = {}

    def of(self, line: Any) -> int:
        found = self._of.get(id(line))
        if found is None:
            read = self._reads.of(line, self._ground)
            if self._base is not None:
                read = self._base.of(line), *read
            found = self._of[id(line)] = self._numbers.setdefault(read, len(self._numbers))
        return found


def _sorts(reads: Reads, ground: Ground) -> _Sorts:
    """The sorts of one request, shared by rules that read the same."""
    found: _Sorts | None = ground.alike.get(reads.form)
    if found is None:
        found = ground.alike[reads.form] = _Sorts(reads, ground)
    return found


class _Around:
    """The lines of one patient by what a rule reads of them when it looks around another one."""

    __slots__ = ("_by_where", "_ground", "_is_ordered", "_joins", "_lonely", "_of", "_rule", "_sorts", "_where")

    def __init__(self, rule: LineRule, like: Alike, where: _Sorts | None, sorts: list[list[Any]], ground: Ground) -> None:
        self._rule, self._is_ordered, self._sorts, self._ground = rule, like.is_ordered, sorts, ground
        self._of = {id(m): n for n, held in enumerate(sorts) for m in held}
        self._where = where if like.is_pair else None
        self._joins: dict[tuple[int, int], bool] = {}
        self._lonely: dict[tuple[int, bool], bool] = {}
        self._by_where: dict[int, list[Any]] = {}  # of each sort by 其中 two lines
        if self._where is not None:
            for m in chain.from_iterable(sorts):
                held = self._by_where.setdefault(self._where.of(m), [])
                if len(held) < 2:
                    held.append(m)

    def standing(self, line: Any) -> Any:
        """Which sorts are around a line (before it, behind it)."""
        own = self._of[id(line)]
        if not self._is_ordered:
            return own, len(self._sorts[own]) > 1
        rank = line.rank
        return own, tuple([(held[0].rank < rank, held[-1].rank > rank) for held in self._sorts])

    def is_lonely(self, line: Any) -> bool:
        """Whether no other line passes 其中 with this one."""
        if self._where is None:
            return False
        own = self._where.of(line)
        place = own, len(self._by_where[own]) > 1
        found = self._lonely.get(place)
        if found is None:
            others = (m for held in self._by_where.values() for m in held if m is not line)
            found = self._lonely[place] = not any(self._may_join(line, m) for m in others)
        return found

    def beside(self, line: Any) -> tuple[Any, ...]:
        """The line, and of each sort that may matter one line (one before it and one behind it)."""
        found = {id(m): m for m in self._ends(line) if self._where is None or self._may_join(line, m)}
        return (line, *found.values())

    def _ends(self, line: Any) -> Iterator[Any]:
        for held in self._sorts:
            if self._is_ordered:
                yield from (m for m in (held[0], held[-1]) if m is not line)
            elif held[0] is not line:
                yield held[0]
            elif len(held) > 1:
                yield held[1]

    def _may_join(self, line: Any, other: Any) -> bool:
        assert self._where is not None
        place = self._where.of(line), self._where.of(other)
        found = self._joins.get(place)
        if found is None:
            found = self._joins[place] = self._rule.may_join(line, other, self._ground)
        return found


def _around(rule: LineRule, like: Alike, where: _Sorts | None, lines: tuple[Any, ...], ground: Ground) -> _Around | None:
    """The lines of one patient by sort; None where they cannot be told apart by it, or are not all open."""
    if len({(id(m.encounter), m.position) for m in lines}) < len(lines) or not all(map(like.is_open, lines)):
        return None
    sorts = _sorts(like.others, ground)
    held: dict[int, list[Any]] = {}
    for m in lines:
        held.setdefault(sorts.of(m), []).append(m)
        if len(held) > MAX_SORTS:
            return None
    if like.is_ordered:
        ranks = [m.rank for m in lines]
        if not all(rank.__class__ is int for rank in ranks) or len(set(ranks)) < len(ranks):
            return None
        _sort_by_rank(held.values())
    return _Around(rule, like, where, list(held.values()), ground)


def _sort_by_rank(sorts: Iterable[list[Any]]) -> None:
    for lines in sorts:
        lines.sort(key=_rank)


def _rank(line: Any) -> int:
    return line.rank  # type: ignore[no-any-return]
