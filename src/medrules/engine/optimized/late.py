"""Findings whose words are written when somebody reads them: most are counted, filtered or sent as codes and never read."""
from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

from medrules.model.reports import Finding

__all__ = ["LateFinding", "Words", "settled"]

Words = tuple[tuple[tuple[str, str], ...], str, str, str]  # facts, formula, message, suggestion
FIELDS: Final = tuple(f.name for f in dataclasses.fields(Finding))


class LateFinding(Finding):
    """A `Finding` like any other (equal to it, if its fields are). `facts`, `formula`, `message` and `suggestion` are worked out at
    first reading, by the reference, from the same frozen facts."""

    __slots__ = ("_tell", "_words")

    def __new__(cls, *args: Any, **fields: Any) -> Any:
        """Copies (`dataclasses.replace`) are plain findings."""
        return Finding(*args, **fields)

    def _said(self) -> Words:
        words: Words | None = _get_words(self)
        if words is None:
            words = _get_tell(self)()
            _set_words(self, words)
        return words

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:  # type: ignore[override]
        return self._said()[0]

    @property
    def formula(self) -> str:  # type: ignore[override]
        return self._said()[1]

    @property
    def message(self) -> str:  # type: ignore[override]
        return self._said()[2]

    @property
    def suggestion(self) -> str:  # type: ignore[override]
        return self._said()[3]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Finding) and all(getattr(self, f) == getattr(other, f) for f in FIELDS)

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, f) for f in FIELDS))

    def __reduce__(self) -> tuple[Any, ...]:
        return Finding, tuple(getattr(self, f) for f in FIELDS)


_new: Final = object.__new__
_set_words: Final = LateFinding.__dict__["_words"].__set__
_get_words: Final = LateFinding.__dict__["_words"].__get__
_set_tell: Final = LateFinding.__dict__["_tell"].__set__
_get_tell: Final = LateFinding.__dict__["_tell"].__get__
# Frozen dataclasses set fields by object.__setattr__ and pay for it 19 times per finding; slots are set directly here.
_RULE_FIELDS: Final = tuple(
    Finding.__dict__[f].__set__
    for f in ("rule", "sub_rules", "name", "version", "result", "interaction", "basis", "pack", "pack_version", "pack_hash"))
_OWN_FIELDS: Final = tuple(
    Finding.__dict__[f].__set__
    for f in ("anchor", "at_fault", "involved", "rows", "claims", "amount", "credited", "carried_by", "claimable"))


def settled(by_rule: tuple[Any, ...], own: tuple[Any, ...], tell: Callable[[], Words]) -> LateFinding:
    """A finding from what its rule gives (`_RULE_FIELDS`), what is its own (`_OWN_FIELDS`) and how its words are found."""
    made: LateFinding = _new(LateFinding)
    for put, value in zip(_RULE_FIELDS, by_rule, strict=True):
        put(made, value)
    for put, value in zip(_OWN_FIELDS, own, strict=True):
        put(made, value)
    _set_words(made, None)
    _set_tell(made, tell)
    return made
