"""overlay.toml: what a hospital changes for itself: an interaction upwards, or a rule switched off for a time, each with its reason.

    [[rule]]
    code = "GZ10000101007000"      # a rule, or with -n one of its parts
    interaction = "须填原因"       # the same or stronger; or:
    disabled = true                # not for rules that an upper layer made mandatory
    reason = "…"
    by = "医保办"                  # the office, not a person
    on = 2026-03-01                # when it was decided
    from = 2026-03-01              # business days [from, until); from = on if it is not written
    until = 2026-06-01             # must be there where a rule is disabled

`overlaid` is a pure function of the program: it never lowers an interaction, and touches no other rule.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from medrules.check.program import Program, Rule
from medrules.frozen import dataclass
from medrules.hospital.problems import LayerProblem, problem
from medrules.hospital.written import INTERACTIONS, OPEN_END, TIERS, read_sections, tier

__all__ = ["NO_OVERLAY", "Overlay", "OverlayEntry", "checked_overlay", "overlaid", "raised", "read_overlay", "speaks_of"]


@dataclass(frozen=True, slots=True)
class OverlayEntry:
    """interaction "" = not changed. It holds on business days [begin, end)."""

    code: str
    interaction: str
    disabled: bool
    reason: str
    by: str
    on: int
    begin: int
    end: int
    place: str


@dataclass(frozen=True, slots=True)
class Overlay:
    entries: tuple[OverlayEntry, ...]


NO_OVERLAY: Final = Overlay(())


def read_overlay(content: bytes, file: str = "overlay.toml") -> tuple[Overlay, list[LayerProblem]]:
    """What the file says; what is wrong with it is MR-P407."""
    problems: list[LayerProblem] = []
    entries = []
    for e in read_sections(content, file, "MR-P407", ("rule",), problems)["rule"]:
        code, disabled = e.text("code"), e.flag("disabled")
        interaction = e.interaction("interaction", needed=not disabled)
        reason, by, on = e.text("reason"), e.text("by"), e.day("on", None)
        begin, end = e.day("from", on), e.day("until", None if disabled else OPEN_END)
        e.close()
        if disabled and interaction:
            e.wrong("停用和调高只能写一个", "either `disabled` or `interaction`, not both")
        if begin >= end:
            e.wrong("「until」要晚于「from」", "`until` must be later than `from`")
        entries.append(OverlayEntry(code, interaction, disabled, reason, by, on, begin, end, e.place))
    return Overlay(tuple(entries)), problems


def checked_overlay(overlay: Overlay, program: Program, mandatory: Callable[[Rule], bool]) -> list[LayerProblem]:
    """What an overlay may not do to these rules (MR-P407, MR-P408)."""
    problems = []
    for e in overlay.entries:
        rules = [r for r in program.rules if speaks_of(e.code, r)]
        if not rules:
            problems.append(problem("MR-P407", e.place, f"没有规则 {e.code}", f"there is no rule {e.code}"))
        for rule in rules:
            own = rule.header.interaction
            if e.disabled and mandatory(rule):
                problems.append(problem("MR-P408", e.place, f"规则 {rule.code} 必须执行，不能停用", f"rule {rule.code} is mandatory: it cannot be disabled"))
            elif not e.disabled and e.interaction and tier(e.interaction) < tier(own):
                problems.append(problem("MR-P407", e.place, f"规则 {rule.code} 已是「{TIERS[own]}」，不能调低为「{TIERS[e.interaction]}」",
                                        f"rule {rule.code} is `{own}` already: it cannot be lowered to `{e.interaction}`"))
    return problems


def speaks_of(code: str, rule: Rule) -> bool:
    return code in (rule.code, rule.parent)


def overlaid(program: Program, overlay: Overlay, mandatory: Callable[[Rule], bool] = lambda rule: False) -> Program:
    """The program with the overlay's changes. A rule that is changed on some days only is there once for each span of days.

    An entry that has no say here changes nothing: of a rule that this program does not have, or to disable a mandatory one.
    """
    out: list[Rule] = []
    for rule in program.rules:
        entries = [e for e in overlay.entries if speaks_of(e.code, rule) and not (e.disabled and mandatory(rule))]
        out.extend(_pieces(rule, entries) if entries else (rule,))
    return replace(program, rules=tuple(out))


def raised(rule: Rule, interactions: Iterable[str]) -> Rule:
    """The rule with the strongest of these interactions and its own: never a weaker one."""
    strongest: Any = max((rule.header.interaction, *interactions), key=INTERACTIONS.index)
    if strongest == rule.header.interaction:
        return rule
    return replace(rule, header=replace(rule.header, interaction=strongest))


def _pieces(rule: Rule, entries: Sequence[OverlayEntry]) -> list[Rule]:
    first, last = rule.valid_from, rule.valid_to
    cuts = sorted({first, last, *(d for e in entries for d in (e.begin, e.end) if first < d < last)})
    out: list[Rule] = []
    for begin, end in pairwise(cuts):
        held = [e for e in entries if e.begin <= begin and end <= e.end]
        if any(e.disabled for e in held):
            continue
        made = raised(rule, (e.interaction for e in held if e.interaction))
        if out and out[-1].valid_to == begin and out[-1].header == made.header:
            out[-1] = replace(out[-1], valid_to=end)
        else:
            out.append(replace(made, valid_from=begin, valid_to=end))
    return out
