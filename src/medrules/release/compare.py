"""Two versions' texts side by side: rules clause by clause, everything else line by line."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from medrules.release.reach import Thing
from medrules.release.texts import RuleText, Texts

__all__ = ["WORDING", "Kind", "NamedChange", "RuleChange", "WordChange", "judges_alike", "named_changes", "rule_changes"]

Kind = Literal["added", "removed", "changed"]
WORDING: Final = frozenset(("basis", "category", "message", "suggestion", "name"))  # clauses that judge nothing


@dataclass(frozen=True, slots=True)
class WordChange:
    """One clause or line: `old` → `new`; "" = was not there, or is no longer there. `head`: canonical id of the clause."""

    old: str
    new: str
    head: str = ""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that is new, gone, or written otherwise; what in it, in the order of the rule (() unless changed)."""

    kind: Kind
    code: str
    name: str
    clauses: tuple[WordChange, ...] = ()

    @property
    def words_only(self) -> bool:
        """Whether it judges as before: only what people read is otherwise."""
        return self.kind == "changed" and all(c.head in WORDING for c in self.clauses)


@dataclass(frozen=True, slots=True)
class NamedChange:
    """A parameter, definition, code set, catalogue or file of defaults that is new, gone or changed; what of it in words."""

    kind: Kind
    thing: Thing
    words: tuple[WordChange, ...]


def rule_changes(old: Texts, new: Texts) -> Iterator[RuleChange]:
    """In the order of codes."""
    for code in sorted({*old.rules, *new.rules}):
        before, after = old.rules.get(code), new.rules.get(code)
        if before is None and after is not None:
            yield RuleChange("added", code, after.name)
        elif after is None and before is not None:
            yield RuleChange("removed", code, before.name)
        elif before is not None and after is not None and (clauses := tuple(_clauses(before, after))):
            yield RuleChange("changed", code, after.name, clauses)


def _clauses(old: RuleText, new: RuleText) -> Iterator[WordChange]:
    if old.name != new.name:
        yield WordChange(f"规则「{old.name}」", f"规则「{new.name}」", "name")
    for key in dict.fromkeys((*new.clauses, *old.clauses)):
        before, after = old.clauses.get(key, ""), new.clauses.get(key, "")
        if before != after:
            yield WordChange(before, after, key[0])


def judges_alike(old: RuleText, new: RuleText) -> bool:
    """Whether all clauses that hold for a rule and judge are the same, its own and those that it takes from elsewhere."""
    return all(old.whole.get(key) == new.whole.get(key) for key in {*old.whole, *new.whole} if key[0] not in WORDING)


def named_changes(old: Mapping[Thing, tuple[str, ...]], new: Mapping[Thing, tuple[str, ...]]) -> Iterator[NamedChange]:
    """In the order of kinds and names."""
    for thing in sorted({*old, *new}):
        before, after = old.get(thing), new.get(thing)
        if before is None:
            yield NamedChange("added", thing, ())
        elif after is None:
            yield NamedChange("removed", thing, ())
        elif before != after:
            yield NamedChange("changed", thing, tuple(_lines(before, after)))


def _lines(old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[WordChange]:
    """Lines that are gone, lines that are new; a lone pair is one line that changed."""
    had, has = set(old), set(new)
    gone, come = [x for x in old if x not in has], [x for x in new if x not in had]
    if len(gone) == len(come) == 1:
        yield WordChange(gone[0], come[0])
        return
    yield from (WordChange(x, "") for x in gone)
    yield from (WordChange("", x) for x in come)
    if not gone and not come:
        yield WordChange("、".join(old), "、".join(new))  # their order
