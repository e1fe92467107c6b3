"""What several fields of an object say together, remembered by their values as sent, up to a bound.

Lines of one physician, stays on one ward and the diagnoses of one season are sent again and again. No patient can be known by what
is remembered: ids, birth dates and times are never among the fields.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Final, Generic, TypeVar

from medrules.adapters.nhsa.notes import Notes
from medrules.adapters.nhsa.reading import KEPT, is_kept

__all__ = ["JOIN", "Remembered"]

T = TypeVar("T")
Mark = str | tuple[Any, ...]

SEPARATOR: Final = "\x1f"
JOIN: Final = SEPARATOR.join
_LENGTH: Final = 512  # characters of all values together; longer ones are read anew each time


class Remembered(Generic[T]):
    """Reads some fields of an object. Safe to share between threads; what is given back is shared, so nobody writes into it.

    `kept` is open for the busiest caller, which looks up `kept[JOIN(pick(sent))]` itself and calls `learn` where that fails.
    """

    __slots__ = ("_keys", "_read", "kept", "pick")

    def __init__(self, keys: tuple[str, ...], read: Callable[[Mapping[str, Any], Notes], T]) -> None:
        """
        Args:
            keys: two or more; nothing else of an object may be read by `read`.
            read: object, notes → what they say. Numbers that are equal mean the same (true is 1 in this form).
        """
        self._keys, self._read = keys, read
        self.pick = itemgetter(*keys)
        self.kept: dict[Mark, tuple[T, tuple[tuple[str, str], ...]]] = {}

    def of(self, sent: Mapping[str, Any], notes: Notes) -> T:
        """What the fields say; what could not be understood is noted each time."""
        try:
            found, noted = self.kept[JOIN(self.pick(sent))]
        except (KeyError, TypeError):  # new, or not every value is there and a text
            found, noted = self.learn(sent)
        for kind, field in noted:
            notes.add(kind, field)
        return found

    def learn(self, sent: Mapping[str, Any]) -> tuple[T, tuple[tuple[str, str], ...]]:
        """What the fields say and what has to be noted of them (kind, field)."""
        mark = self._mark(sent)
        if mark is not None and mark in self.kept:
            return self.kept[mark]
        quiet = Notes()
        made = self._read(sent, quiet), quiet.taken()
        if mark is not None:
            if len(self.kept) >= KEPT:
                self.kept.clear()
            self.kept[mark] = made
        return made

    def _mark(self, sent: Mapping[str, Any]) -> Mark | None:
        """The values as one text if all are texts, else the values themselves; None if they are not remembered. (No value of a
        remembered text holds the separator, so no other values make the same text.)"""
        raws: tuple[Any, ...] = tuple(map(sent.get, self._keys))
        if sum(len(raw) for raw in raws if type(raw) is str) > _LENGTH:
            return None
        try:
            text = JOIN(raws)
        except TypeError:
            return raws if all(type(raw) is str or is_kept(raw) for raw in raws) else None
        return text if text.count(SEPARATOR) == len(raws) - 1 else None
