"""Scopes of several lines or stays: groups of a package, prescriptions, encounters, adjacent stays."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from medrules.check import program as ir
from medrules.check.program import Rule
from medrules.engine.reference.candidates import (
    Candidate,
    Option,
    allowed,
    encounter_day,
    item_day,
    judged_day,
    lines_of,
    reviewed_lines,
)
from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.rows import in_force, member_of
from medrules.engine.reference.truth import Truth, Unk, conj
from medrules.engine.reference.values import Group, compare, read
from medrules.engine.reference.windows import Binding, same_key, seen
from medrules.knowledge.table import EMPTY, Row
from medrules.model.order import order_key
from medrules.model.values import UNKNOWN, Instant

__all__ = ["each", "groups", "stay_pairs"]

# Lines that are never on a prescription, whatever their number says (model.prescribing).
NEVER_PRESCRIBED: Final = frozenset(("医疗服务项目", "医用耗材", "长护服务项目"))


def groups(scope: ir.GroupScope, judge: Judge) -> Iterator[Candidate]:
    """Lines that are members of a row's code set, together by the keys; one candidate per row and group."""
    rows = judge.rows(scope.table)
    anchors = [i for i in reviewed_lines(judge) if item_day(i) is not None and i.code is not UNKNOWN]
    for row in rows.table.rows:
        judge.spend(len(anchors))
        done: set[tuple[int, ...]] = set()
        codes = row.cells[scope.column]
        for seed in anchors:
            if _in_group(codes, seed) is not True or seen(seed, seed, judge) is False:
                continue
            group = _group_of(scope, row, codes, seed, judge)
            if not any(m is seed for m in (*group.items, *(m for m, _ in group.unsure))):
                continue  # filtered out itself: the lines it found belong to other anchors, or to none
            key = tuple(id(i) for i in group.items)
            days = [d for i in group.items if (d := item_day(i)) is not None]
            if not days or key in done:
                continue
            done.add(key)
            day = max(days)
            binding = Binding({"group": group}, row, day)
            holds = allowed(row, group.items[0], judge) if in_force(row, day) else False
            if holds is not False:
                yield Candidate(group.items[0], day, (Option(binding, holds),))


def _in_group(codes: Any, item: Any) -> Truth:
    return False if codes is EMPTY or codes is UNKNOWN else member_of(codes, read(item, ("code",), "item.code"))


def _group_of(scope: ir.GroupScope, row: Row, codes: Any, seed: Any, judge: Judge) -> Group:
    sure, unsure = [], []
    b = Binding({"item": seed}, row, item_day(seed) or 0)
    for m in lines_of(seed.encounter):
        judge.spend()
        parts: list[Truth] = [_in_group(codes, m), seen(m, seed, judge)]
        if m is not seed and False not in parts:
            parts += [same_key(k, scope.table, seed, m, b, judge, 0) for k in scope.same if k.kind != "row"]
        if scope.where is not None and False not in parts:
            parts.append(judge.truth(scope.where, b.bind("item", m)))
        truth = conj(parts)
        if truth is True:
            sure.append(m)
        elif isinstance(truth, Unk):
            unsure.append((m, truth))
    sure.sort(key=lambda i: order_key(i) if isinstance(i.at, Instant) else ())
    return Group(tuple(sure), tuple(unsure), sure[0].encounter if sure else seed.encounter)


def each(scope: ir.EachScope, judge: Judge) -> Iterator[Candidate]:
    for encounter in judge.facts.current:
        subjects: list[Any] = [encounter]
        if scope.relation == "prescription":
            held = encounter.prescriptions
            subjects = [] if held is UNKNOWN else [p for p in held if _reviewed(p)]
            loose = _loose(encounter)
            if loose is not None:
                subjects.append(loose)
        for subject in subjects:
            day = judge.facts.business_time.day if isinstance(subject, Group) else judged_day(subject, judge)
            if day is None:
                continue
            binding = Binding({scope.role: subject}, None, day)
            holds = True if scope.where is None else judge.truth(scope.where, binding)
            if holds is not False:
                yield Candidate(subject, day, (Option(binding, holds),))


def _reviewed(prescription: Any) -> bool:
    """Whether a prescription has a line under review; one whose lines were not sent may have."""
    return prescription.items is UNKNOWN or any(i.is_current is not False for i in prescription.items)


def _loose(encounter: Any) -> Group | None:
    """Drugs whose 处方号 was not sent: they may form a prescription of their own, nobody knows which (T19)."""
    if encounter.items is UNKNOWN:
        return None
    lines = [
        i for i in encounter.items
        if i.rx_no is UNKNOWN and i.is_current is not False
        and (i.list_kind is UNKNOWN or i.list_kind not in NEVER_PRESCRIBED)
    ]
    missing = Unk(frozenset(("item.rx_no",)))
    return Group((), tuple((i, missing) for i in lines), encounter) if lines else None


def stay_pairs(rule: Rule, scope: ir.StayPairScope, judge: Judge) -> Iterator[Candidate]:
    """Stays of one patient that meet the filter, adjacent by admission; the later one is under review."""
    for current in judge.facts.current:
        patient: Any = current.patient
        held = () if patient is UNKNOWN or patient.encounters is UNKNOWN else patient.encounters
        own = _stay(scope, current, current, judge)
        if own is False or not isinstance(current.admitted_at, Instant):
            continue
        dated = [
            (e, _stay(scope, e, current, judge)) for e in held if e is not current and isinstance(e.admitted_at, Instant)
            and (e.admitted_at.lo, e.id) < (current.admitted_at.lo, current.id)
        ]
        dated.sort(key=lambda x: (x[0].admitted_at.lo, x[0].id), reverse=True)
        undated = [  # a stay whose admission was not sent may stand anywhere, also next to this one
            (e, conj((_stay(scope, e, current, judge), read(e, ("admitted_at",), "encounter.admitted_at"))))
            for e in held if e is not current and e.admitted_at is UNKNOWN
        ]
        earlier = [*undated, *dated]
        options: list[Option] = []
        between: list[Truth] = []
        for previous, truth in earlier:
            if truth is False:
                continue
            judged = previous if rule.judged == "previous" else current
            binding = Binding({"previous": previous, "current": current}, None, encounter_day(judged, judge))
            holds = conj((own, truth, *between, judge.truth(scope.gap, binding)))
            if holds is not False:
                options.append(Option(binding, holds, current if judged is previous else previous))
            if truth is True:
                break
            between.append(truth)
        for option in options if rule.judged == "previous" else ():
            yield Candidate(option.binding.roles["previous"], option.binding.day, (option,))
        if options and rule.judged != "previous":
            yield Candidate(current, options[0].binding.day, tuple(options))


def _stay(scope: ir.StayPairScope, encounter: Any, current: Any, judge: Judge) -> Truth:
    """Whether an encounter is one of the stays that the scope puts in line with `current`."""
    parts: list[Truth] = []
    judge.spend()
    if any(k.kind == "institution" for k in scope.same) and encounter is not current:
        parts.append(compare("=", read(encounter, ("institution", "id"), "institution.id"),
                             read(current, ("institution", "id"), "institution.id")))
    if scope.where is not None:
        parts.append(judge.truth(scope.where, Binding({"encounter": encounter}, None, encounter_day(encounter, judge))))
    return conj(parts)
