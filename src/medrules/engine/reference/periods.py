"""Period scopes (每个 机构 每 月 记为 期): all lines, diagnoses and discharges of a subject in a month, quarter or year.

Screening only: one request never says what a month held (T39). What was not sent makes counts lower bounds and lists open.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from medrules.check.program import PeriodScope, Rule
from medrules.engine.reference.expressions import Judge
from medrules.engine.reference.regions import HISTORY, WIDE
from medrules.engine.reference.scopes import Candidate, Option
from medrules.engine.reference.truth import Truth
from medrules.engine.reference.values import Group, Interval
from medrules.engine.reference.windows import Binding
from medrules.model.entities import Day, Department, Period
from medrules.model.values import ABSENT, UNKNOWN

__all__ = ["Key", "period_candidates", "period_keys"]

OUTPATIENT: Final = frozenset(("门诊", "急诊", "门诊慢特病"))
KINDS: Final = {
    "drug": frozenset(("西药中成药", "中药饮片", "自制剂", "民族药", "中药颗粒")), "consumable": frozenset(("医用耗材",)),
    "service": frozenset(("医疗服务项目",)),
}
Key = tuple[tuple[str, ...], int, int]  # subjects, first day, day after the last


class _Agreed:
    """One subject as all who speak of it describe it: what two of them say differently is not known, whoever came first."""

    __slots__ = ("kind", "said", "values")

    def __init__(self, first: Any) -> None:
        self.kind, self.values, self.said = type(first), dict[str, Any](), set[int]()

    def add(self, entity: Any) -> None:
        if id(entity) in self.said:
            return
        self.said.add(id(entity))
        for name, sent in entity.__dict__.items():
            declared = self.kind.fields.get(name)
            if declared is None or declared.derived or sent is UNKNOWN:
                continue
            held = self.values.setdefault(name, sent)
            if held is not sent and held is not UNKNOWN and (held is ABSENT or sent is ABSENT or held != sent):
                self.values[name] = UNKNOWN

    def entity(self) -> Any:
        return self.kind(self.values)


@dataclass
class _Gathered:
    """What falls into one period of one subject."""

    described: dict[str, _Agreed] = field(default_factory=dict)
    roles: dict[str, Any] = field(default_factory=dict)
    items: list[Any] = field(default_factory=list)
    visits: list[Any] = field(default_factory=list)
    discharges: list[Any] = field(default_factory=list)


def _span(kind: str, day: int) -> tuple[int, int]:
    """First day of the period that holds `day`, and the day after its last."""
    d = date.fromordinal(day)
    if kind == "day":
        return day, day + 1
    months = {"month": 1, "quarter": 3}.get(kind, 12)
    first = d.replace(month=(d.month - 1) // months * months + 1, day=1)
    later = first.month - 1 + months
    return first.toordinal(), date(first.year + later // 12, later % 12 + 1, 1).toordinal()


def _label(kind: str, first: int) -> str:
    d = date.fromordinal(first)
    match kind:
        case "day":
            return f"{d.year}年{d.month}月{d.day}日"
        case "month":
            return f"{d.year}年{d.month}月"
        case "quarter":
            return f"{d.year}年第{(d.month + 2) // 3}季度"
        case _:
            return f"{d.year}年"


def _subject(name: str, encounter: Any, item: Any) -> tuple[str, Any] | None:
    """Id and entity of one subject that an encounter or line belongs to; None when it belongs to none or none was sent."""
    found: Any
    match name:
        case "institution" | "patient":
            found = getattr(encounter, name)
        case "physician":
            found = UNKNOWN if item is None else item.physician
        case "department":
            code = encounter.dept_out if item is None else item.ordering_dept
            return None if code is UNKNOWN or code is ABSENT else (code, Department({"std_code": code}))
        case _:
            fits = item is not None and item.list_kind is not UNKNOWN and item.list_kind in KINDS[name]
            return (item.code, item) if fits and item.code is not UNKNOWN and item.code is not ABSENT else None
    if found is UNKNOWN or found is ABSENT or found.id is UNKNOWN:
        return None
    return found.id, found


def _gather(scope: PeriodScope, encounters: Iterable[Any]) -> dict[Key, _Gathered]:
    out: dict[Key, _Gathered] = {}

    def into(encounter: Any, item: Any, day: Any, add: Callable[[_Gathered], None]) -> None:
        subjects = [_subject(s, encounter, item) for s in scope.subjects]
        if isinstance(day, int) and all(subjects):
            known = [s for s in subjects if s is not None]
            key = (tuple(i for i, _ in known), *_span(scope.period, day))
            group = out.setdefault(key, _Gathered())
            for name, (_, entity) in zip(scope.subjects, known, strict=True):
                if name == "patient":  # one object per request, with its encounters
                    group.roles[name] = entity
                else:
                    group.described.setdefault(name, _Agreed(entity)).add(entity)
            add(group)

    for e in encounters:
        into(e, None, e.admitted_on, lambda g, e=e: g.visits.append(e))  # type: ignore[misc]
        if e.visit_kind is not UNKNOWN and e.visit_kind == "住院":
            into(e, None, e.discharged_on, lambda g, e=e: g.discharges.append(e))  # type: ignore[misc]
        for i in () if e.items is UNKNOWN else e.items:
            into(e, i, i.on, lambda g, i=i: g.items.append(i))  # type: ignore[misc]
    for g in out.values():
        g.roles |= {name: described.entity() for name, described in g.described.items()}
    return out


def _gaps(scope: PeriodScope, gathered: _Gathered, first: int) -> frozenset[str]:
    """Why the period of a patient may lack visits to other institutions. Those of an institution are what was given."""
    patient: Any = gathered.roles.get("patient", UNKNOWN)
    if patient is UNKNOWN:
        return frozenset()
    history: Any = patient.history
    known = history is not UNKNOWN and isinstance(history.covered_from, int) and history.covered_from <= first
    wide = known and history.coverage is not UNKNOWN and history.coverage in WIDE
    return frozenset() if wide or (known and "institution" in scope.subjects) else frozenset((HISTORY,))


def _count(encounters: Iterable[Any], kinds: frozenset[str], gaps: frozenset[str]) -> Any:
    """How many of the visits are of these kinds; a lower bound where some may be missing or their kind is not known."""
    certain, causes = 0, gaps
    for e in encounters:
        if e.visit_kind is UNKNOWN:
            causes |= {"encounter.visit_kind"}
        else:
            certain += e.visit_kind in kinds
    return Interval(Fraction(certain), None, causes) if causes else certain


def _period(scope: PeriodScope, key: Key, g: _Gathered, judge: Judge) -> Period:
    subjects, first, _ = key
    gaps = _gaps(scope, g, first)
    values: dict[str, Any] = {
        "id": f"{'/'.join(subjects)}@{date.fromordinal(first)}", "name": _label(scope.period, first),
        "items": Group(tuple(g.items), (), None, gaps), "discharges": Group(tuple(g.discharges), (), None, gaps),
        "diagnoses": Group(
            tuple(d for e in g.visits if e.diagnoses is not UNKNOWN for d in e.diagnoses), (), None,
            gaps | {"encounter.diagnoses" for e in g.visits if e.diagnoses is UNKNOWN}),
        "outpatient_visits": _count(g.visits, OUTPATIENT, gaps), "purchases": _count(g.visits, frozenset(("购药",)), gaps),
        "stays": _count(g.visits, frozenset(("住院",)), gaps),
        "daily": Group(tuple(
            Day({"date": day, "outpatient_visits": _count(held, OUTPATIENT, gaps), "purchases": _count(held, frozenset(("购药",)), gaps)})
            for day in sorted({e.admitted_on for e in g.visits}) if (held := [e for e in g.visits if e.admitted_on == day])
        ), (), None, gaps),
    }
    return Period({**values, **_stock(scope, key, judge)})


def _stock(scope: PeriodScope, key: Key, judge: Judge) -> dict[str, Any]:
    """The 进销存 record of the subject that spans the whole period, if one was given."""
    subjects, first, end = key
    if judge.facts.periods is UNKNOWN:
        return {}
    named = dict(zip(scope.subjects, subjects, strict=True))
    code = next((named[k] for k in KINDS if k in named), "")
    for s in judge.facts.periods:
        if s.institution == named.get("institution") and s.code == code and s.begin == first and s.end == end - 1:
            names = ("opening", "purchased", "returned", "closing", "claimed", "avg_price", "trace")
            return {n: getattr(s, n) for n in names if getattr(s, n) is not UNKNOWN}
    return {}


def _stocked(scope: PeriodScope, judge: Judge) -> Iterator[tuple[Key, _Gathered]]:
    """Periods that only a stock record speaks of."""
    if judge.facts.periods is UNKNOWN or set(scope.subjects) - {"institution", *KINDS}:
        return
    for s in judge.facts.periods:
        by = {"institution": s.institution}
        key = tuple(str(by.get(n, s.code)) for n in scope.subjects)
        if isinstance(s.begin, int) and _span(scope.period, s.begin)[0] == s.begin:
            yield (key, *_span(scope.period, s.begin)), _Gathered()


def _gathered(scope: PeriodScope, judge: Judge) -> dict[Key, _Gathered]:
    encounters = [e for p in judge.facts.patients if p.encounters is not UNKNOWN for e in p.encounters]
    gathered = _gather(scope, encounters)
    for key, empty in _stocked(scope, judge):
        gathered.setdefault(key, empty)
    return gathered


def period_keys(rule: Rule, judge: Judge) -> frozenset[Key]:
    """The subjects and periods to which these facts contribute."""
    assert isinstance(rule.scope, PeriodScope)
    return frozenset(_gathered(rule.scope, judge))


def period_candidates(rule: Rule, judge: Judge, wanted: Callable[[Key], bool] = lambda key: True) -> Iterator[Candidate]:
    """One candidate per subject and period. The period's last day is its day.

    wanted: which subjects and periods, where the facts hold only parts of others.
    """
    scope = rule.scope
    assert isinstance(scope, PeriodScope)
    for key, g in sorted(_gathered(scope, judge).items(), key=lambda x: (x[0][1], x[0][0])):
        if not wanted(key):
            continue
        period = _period(scope, key, g, judge)
        day = (date.fromordinal(key[2]) - timedelta(days=1)).toordinal()
        binding = Binding({"period": period, **g.roles}, None, day)
        holds: Truth = True if scope.where is None else judge.truth(scope.where, binding)
        if holds is not False:
            yield Candidate(period, day, (Option(binding, holds),))
