"""What a rule's scope binds in a request: the lines, pairs, groups, prescriptions, stays that it judges.

A candidate is one thing that may be at fault; its options are the rows (item scopes), the partners and rows (pairs), or the
one binding (other scopes) under which it is looked at. Openness of facts never makes candidates.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from medrules.check import program as ir
from medrules.check.program import Rule
from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.frames import together
from medrules.engine.reference.rows import in_force, member_of
from medrules.engine.reference.truth import Truth, Unk, conj, disj
from medrules.engine.reference.values import Group, compare, day_of, read
from medrules.engine.reference.windows import Binding, same_key, seen
from medrules.knowledge.table import EMPTY, Row
from medrules.model.order import order_key
from medrules.model.values import ABSENT, UNKNOWN, Frame, Instant

__all__ = ["Candidate", "Option", "candidates", "item_candidate", "item_day", "judged_day", "pair_candidate", "reviewed_lines"]

# Lines that are never on a prescription, whatever their number says (model.prescribing).
NEVER_PRESCRIBED: Final = frozenset(("医疗服务项目", "医用耗材", "长护服务项目"))


@dataclass(frozen=True, slots=True)
class Option:
    """One way of looking at a candidate: a binding, and how sure it is that the scope holds for it."""

    binding: Binding
    holds: Truth
    partner: Any = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be at fault: `subject` names it in Undecided, `options` are rows or partners."""

    subject: Any
    day: int
    options: tuple[Option, ...]


def reviewed_lines(judge: Judge) -> Iterator[Any]:
    """Net lines under review."""
    for encounter in judge.facts.current:
        if encounter.items is not UNKNOWN:
            yield from (i for i in encounter.items if i.is_current is not False)


def item_day(item: Any) -> int | None:
    day = day_of(item)
    return day if isinstance(day, int) else None


def judged_day(entity: Any, judge: Judge) -> int | None:
    """t(b), the day whose rules, rows and parameters apply (T05); None when the entity has no day."""
    match type(entity).key:
        case "item":
            return item_day(entity)
        case "encounter":
            return _encounter_day(entity, judge)
        case "operation" | "prescription":
            day = entity.date
            return day if isinstance(day, int) else None
        case _:
            return _encounter_day(entity.encounter, judge)


def _encounter_day(encounter: Any, judge: Judge) -> int:
    """Discharge day, else the day of settlement, else the day of the request."""
    day = encounter.discharged_on
    if isinstance(day, int):
        return day
    settlement: Any = encounter.settlement
    if settlement is not UNKNOWN and settlement is not ABSENT and isinstance(settlement.at, Instant):
        return settlement.at.day
    return judge.facts.business_time.day


def candidates(rule: Rule, judge: Judge) -> Iterator[Candidate]:
    """All that the rule's scope binds, for anchors under review."""
    match rule.scope:
        case ir.ItemScope():
            yield from _items(rule, rule.scope, judge)
        case ir.PairScope():
            yield from _pairs(rule, rule.scope, judge)
        case ir.GroupScope():
            yield from _groups(rule.scope, judge)
        case ir.EachScope():
            yield from _each(rule.scope, judge)
        case ir.StayPairScope():
            yield from _stay_pairs(rule, rule.scope, judge)
        case ir.PeriodScope():
            return


# ---------------------------------------------------------------- lines, diagnoses, operations


def _anchors(relation: str, judge: Judge) -> Iterator[Any]:
    if relation == "item":
        yield from reviewed_lines(judge)
        return
    name = {"raw_item": "raw_items", "diagnosis": "diagnoses", "operation": "operations"}[relation]
    for encounter in judge.facts.current:
        held = getattr(encounter, name)
        if held is not UNKNOWN and held is not ABSENT:
            yield from (x for x in held if getattr(x, "is_current", True) is not False)


def _items(rule: Rule, scope: ir.ItemScope, judge: Judge) -> Iterator[Candidate]:
    for entity in _anchors(scope.relation, judge):
        found = item_candidate(scope, entity, judge)
        if found is not None:
            yield found


def item_candidate(scope: ir.ItemScope, entity: Any, judge: Judge) -> Candidate | None:
    """One anchor with the rows that match it; None when the scope does not bind it."""
    day = judged_day(entity, judge)
    if day is None or (scope.relation != "raw_item" and entity.code is UNKNOWN):
        return None  # one Unjudged entry says so
    plain = Binding({scope.role: entity}, None, day)
    if not scope.table:
        held: list[tuple[Row | None, Truth]] = [(None, True if scope.codes is None else _in_codes(scope.codes, entity))]
    else:
        held = [(row, conj((t, _allowed(row, entity, judge)))) for row, t in judge.rows(scope.table).matching(entity, day)]
    options = []
    for row, holds in held:
        b = Binding(plain.roles, row, day)
        if holds is not False and scope.where is not None:
            holds = conj((holds, judge.truth(scope.where, b)))
        if holds is not False:
            options.append(Option(b, holds))
    return Candidate(entity, day, tuple(options)) if options else None


def _in_codes(codes: Any, entity: Any) -> Truth:
    """Membership in the code set that the scope names, by the fact that carries codes of its system."""
    name = {"generic": "generic", "product": "product", "device": "device"}.get(codes.system, "code")
    return member_of(codes, read(entity, (name,), f"{type(entity).key}.{name}"))


def _allowed(row: Row, entity: Any, judge: Judge) -> Truth:
    """The row's own restrictions: 环节, 场景, 地区 (T20)."""
    if row.stages is not None and judge.facts.stage not in row.stages:
        return False
    encounter = entity if type(entity).key == "encounter" else entity.encounter
    parts: list[Truth] = []
    if row.scenes is not None:
        kind = read(encounter, ("visit_kind",), "encounter.visit_kind")
        known: Truth = kind if isinstance(kind, Unk) else kind in row.scenes
        away: Truth = False
        if "out_of_area" in row.scenes:
            found = read(encounter, ("out_of_area",), "encounter.out_of_area")
            away = found if isinstance(found, Unk) else found is True
        parts.append(disj((known, away)))
    if row.area is not None:
        area = read(encounter, ("institution", "area"), "institution.area")
        parts.append(area if isinstance(area, Unk) else area is not ABSENT and area.startswith(row.area))
    return conj(parts)


# ---------------------------------------------------------------- pairs


def _pairs(rule: Rule, scope: ir.PairScope, judge: Judge) -> Iterator[Candidate]:
    """Lines at fault with their partners: at most one candidate per line, whatever the number of partners and rows."""
    reviewed = {id(i) for i in reviewed_lines(judge)}
    for patient in {id(e if e.patient is UNKNOWN else e.patient): e for e in judge.facts.current}.values():
        lines = list(_lines_of(patient))
        for b in lines:
            found = _pair_candidate(rule, scope, b, lines, reviewed, judge)
            if found is not None:
                yield found


def pair_candidate(rule: Rule, scope: ir.PairScope, line: Any, judge: Judge) -> Candidate | None:
    """One line at fault with its partners; None when it has none."""
    reviewed = {id(i) for i in reviewed_lines(judge)}
    lines = list(_lines_of(line.encounter))
    return _pair_candidate(rule, scope, line, lines, reviewed, judge)


def _pair_candidate(
    rule: Rule, scope: ir.PairScope, b: Any, lines: list[Any], reviewed: set[int], judge: Judge
) -> Candidate | None:
    day = item_day(b)
    if b.code is UNKNOWN or day is None:
        return None
    rows = judge.rows(scope.table)
    options: list[Option] = []
    for role in (f.role for f in rule.fault if isinstance(f, ir.RoleFault)):
        columns = (0, 1) if rows.table.unordered else ((0,) if role == "first" else (1,))
        for column in columns:
            for row, matched in rows.matching(b, day, column):
                holds = conj((matched, _allowed(row, b, judge)))
                if holds is not False:
                    options += _partners(rule, scope, judge, b, role, column, row, holds, lines, reviewed)
    return Candidate(b, day, tuple(options)) if options else None


def _lines_of(encounter: Any) -> Iterator[Any]:
    patient: Any = encounter.patient
    held = (encounter,) if patient is UNKNOWN or patient.encounters is UNKNOWN else patient.encounters
    for e in held:
        if e.items is not UNKNOWN:
            yield from e.items


def _partners(
    rule: Rule, scope: ir.PairScope, judge: Judge, b: Any, role: str, column: int, row: Row, holds: Truth,
    lines: list[Any], reviewed: set[int],
) -> Iterator[Option]:
    """The partners of line b under one row, all of them reachable from each binding (`合计 主项.数量`)."""
    other = "first" if role == "second" else "second"
    day = item_day(b)
    assert day is not None
    rows = judge.rows(scope.table)
    found: list[tuple[Any, Truth]] = []
    for a in lines:
        if a.position == b.position and a.encounter is b.encounter:
            continue  # the line itself, or another day piece of it
        main, included = (b, a) if column == 0 else (a, b)
        code = read(main, ("code",), "item.code")
        matched = rows.match(row, a, day, 1 - column)
        if matched is False or seen(a, b, judge) is False or code in row.excluded:
            continue
        parts: list[Truth] = [holds, matched, seen(a, b, judge)]
        if isinstance(code, Unk) and row.excluded:
            parts.append(code)
        if row.same_site:
            parts.append(compare("=", read(main, ("site",), "item.site"), read(included, ("site",), "item.site")))
        binding = Binding({role: b, other: a}, row, day)
        parts.append(_in_span(scope, binding, a, b, judge))
        truth = conj(parts)
        if truth is not False:
            found.append((a, truth))
    itself = Group((b,), (), b.encounter)

    def bound(a: Any, partners: list[tuple[Any, Truth]]) -> Binding:
        sure = tuple(x for x, t in partners if t is True)
        group = Group(sure, tuple((x, t) for x, t in partners if isinstance(t, Unk)), b.encounter)
        return Binding({role: b, other: a, f"partners:{other}": group, f"partners:{role}": itself}, row, day)

    if scope.where is not None:  # there 合计 of the partners means those of key and span
        filtered = [(a, conj((t, judge.truth(scope.where, bound(a, found))))) for a, t in found]
        found = [(a, t) for a, t in filtered if t is not False]
    for a, truth in found:
        if id(a) in reviewed or id(b) in reviewed:
            yield Option(bound(a, found), truth, a)


def _in_span(scope: ir.PairScope, binding: Binding, a: Any, b: Any, judge: Judge) -> Truth:
    """One span; day, hour and distance spans also need one institution (T16)."""
    frame = judge.value(scope.frame, binding)
    if isinstance(frame, Unk):
        return frame
    if frame is EMPTY or frame is ABSENT:
        return True
    if not isinstance(frame, Frame):
        frame = Frame("days", int(frame))
    near = together(frame, a, b)
    if near is False or frame.kind not in ("day", "hours", "hour_bucket") or a.encounter is b.encounter:
        return near
    return conj((near, compare(
        "=", read(a, ("encounter", "institution", "id"), "institution.id"),
        read(b, ("encounter", "institution", "id"), "institution.id"),
    )))


# ---------------------------------------------------------------- groups, prescriptions, stays


def _groups(scope: ir.GroupScope, judge: Judge) -> Iterator[Candidate]:
    """Lines that are members of a row's code set, together by the keys; one candidate per row and group."""
    rows = judge.rows(scope.table)
    anchors = [i for i in reviewed_lines(judge) if item_day(i) is not None and i.code is not UNKNOWN]
    for row in rows.table.rows:
        done: set[tuple[int, ...]] = set()
        codes = row.cells[scope.column]
        for seed in anchors:
            if _in_group(codes, seed) is not True or seen(seed, seed, judge) is False:
                continue
            group = _group_of(scope, row, codes, seed, judge)
            key = tuple(id(i) for i in group.items)
            if not key or key in done:
                continue
            done.add(key)
            day = max(d for i in group.items if (d := item_day(i)) is not None)
            binding = Binding({"group": group}, row, day)
            holds = _allowed(row, group.items[0], judge) if in_force(row, day) else False
            if holds is not False:
                yield Candidate(group.items[0], day, (Option(binding, holds),))


def _in_group(codes: Any, item: Any) -> Truth:
    return False if codes is EMPTY or codes is UNKNOWN else member_of(codes, read(item, ("code",), "item.code"))


def _group_of(scope: ir.GroupScope, row: Row, codes: Any, seed: Any, judge: Judge) -> Group:
    sure, unsure = [], []
    b = Binding({"item": seed}, row, item_day(seed) or 0)
    for m in _lines_of(seed.encounter):
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


def _each(scope: ir.EachScope, judge: Judge) -> Iterator[Candidate]:
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


def _stay_pairs(rule: Rule, scope: ir.StayPairScope, judge: Judge) -> Iterator[Candidate]:
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
            binding = Binding({"previous": previous, "current": current}, None, _encounter_day(judged, judge))
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
    if any(k.kind == "institution" for k in scope.same) and encounter is not current:
        parts.append(compare("=", read(encounter, ("institution", "id"), "institution.id"),
                             read(current, ("institution", "id"), "institution.id")))
    if scope.where is not None:
        parts.append(judge.truth(scope.where, Binding({"encounter": encounter}, None, _encounter_day(encounter, judge))))
    return conj(parts)


