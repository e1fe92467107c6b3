"""Draws the encounters of the workload: median 6 lines, most 200, about 4.7 % of the lines at fault."""
from __future__ import annotations

import math
import random
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate

from benchmarks.workload.knowledge import N_SPECIALTIES, Knowledge, Market

__all__ = ["Visit", "VisitLine", "draw_visits"]

SHARE_MEANT_BAD = 0.043
N_TRIES = 60


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One line: `day` counts from the first of the month."""

    item: str
    day: int
    quantity: int
    supply: int


@dataclass(frozen=True, slots=True)
class Visit:
    """One encounter, in the plainest terms; limit and medrules each get it in their own form."""

    number: int
    patient: str
    age: int
    sex: str
    level: int
    diagnoses: tuple[str, ...]
    lines: tuple[VisitLine, ...]


class _Checker:
    """Says whether one more line would break a row: lines are drawn again until it is as meant."""

    def __init__(self, k: Knowledge) -> None:
        self.age = {item: (low, high) for item, low, high in k.age}
        self.sex, self.level, self.quantity, self.supply = dict(k.sex), dict(k.level), dict(k.quantity), dict(k.supply)
        self.diagnosis, self.group = dict(k.diagnosis), dict(k.group)
        self.partners: dict[str, set[str]] = defaultdict(set)
        for a, b in k.pair:
            self.partners[a].add(b)
            self.partners[b].add(a)
        self.members: dict[str, list[str]] = defaultdict(list)
        for item, group in k.group:
            self.members[group].append(item)

    def breaks(self, visit: Visit, line: VisitLine, so_far: _SoFar) -> bool:
        item = line.item
        low, high = self.age.get(item, (0, 10_000))
        return (
            not low <= visit.age <= high
            or self.sex.get(item, visit.sex) != visit.sex
            or self.level.get(item, 0) > visit.level
            or (item in self.diagnosis and not any(d.startswith(self.diagnosis[item]) for d in visit.diagnoses))
            or so_far.total.get((item, line.day), 0) + line.quantity > self.quantity.get(item, 10_000)
            or line.supply > self.supply.get(item, 10_000)
            or (item in self.group and so_far.first_of.get(self.group[item], item) != item)
            or (item in self.partners and not self.partners[item].isdisjoint(so_far.items_on.get(line.day, ())))
        )


class _SoFar:
    """What the lines drawn before have used."""

    def __init__(self) -> None:
        self.total: dict[tuple[str, int], int] = defaultdict(int)
        self.items_on: dict[int, set[str]] = defaultdict(set)
        self.first_of: dict[str, str] = {}

    def add(self, line: VisitLine, group: str | None) -> None:
        self.total[line.item, line.day] += line.quantity
        self.items_on[line.day].add(line.item)
        if group is not None:
            self.first_of.setdefault(group, line.item)


def draw_visits(draw: random.Random, knowledge: Knowledge, market: Market, n: int) -> tuple[Visit, ...]:
    """`n` encounters."""
    checker = _Checker(knowledge)
    weights = tuple(accumulate(1 / (place + 20) ** 0.9 for place in range(len(market.items))))
    return tuple(_draw_visit(draw, checker, market, weights, number) for number in range(n))


def _draw_visit(draw: random.Random, checker: _Checker, market: Market, weights: tuple[float, ...], number: int) -> Visit:
    specialty = draw.randrange(N_SPECIALTIES)
    kind = draw.random()
    age = draw.randint(0, 17) if kind < 0.2 else draw.randint(18, 64) if kind < 0.6 else draw.randint(65, 95)
    sex = draw.choice("MF")
    level = draw.choices((1, 2, 3), (2, 3, 5))[0]
    n_diagnoses = min(8, max(1, round(draw.lognormvariate(math.log(3), 0.5))))
    diagnoses = tuple(_draw_diagnosis(draw, market, specialty) for _ in range(n_diagnoses))
    n_lines = min(200, max(1, round(draw.lognormvariate(math.log(6), 0.9))))
    n_days = 1 if n_lines <= 4 else draw.choice((1, 1, 2, 3))
    first = draw.randint(1, 25)
    visit = Visit(number, f"P{draw.randrange(10**7):07d}", age, sex, level, diagnoses, ())
    lines: list[VisitLine] = []
    so_far = _SoFar()
    for _ in range(n_lines):
        line = _draw_line(draw, checker, market, weights, visit, specialty, range(first, first + n_days), so_far)
        so_far.add(line, checker.group.get(line.item))
        lines.append(line)
    lines.sort(key=lambda line: line.day)  # in order of time, as hospitals send them
    return Visit(number, visit.patient, age, sex, level, diagnoses, tuple(lines))


def _draw_diagnosis(draw: random.Random, market: Market, specialty: int) -> str:
    own = draw.random() < 0.8
    category = draw.choice(market.diagnoses_of[specialty] if own else draw.choice(market.diagnoses_of))
    return f"{category}.{draw.randrange(10)}{draw.randrange(10) if draw.random() < 0.5 else ''}"


def _draw_line(
    draw: random.Random, checker: _Checker, market: Market, weights: tuple[float, ...], visit: Visit, specialty: int,
    days: range, so_far: _SoFar,
) -> VisitLine:
    meant_bad = draw.random() < SHARE_MEANT_BAD
    meant_double = meant_bad and bool(so_far.first_of) and draw.random() < 0.5
    line = VisitLine("", 0, 0, 0)
    for _ in range(N_TRIES):
        if meant_double:
            item = draw.choice(checker.members[draw.choice(list(so_far.first_of))])
        elif draw.random() < 0.5:
            item = draw.choices(market.items, cum_weights=weights)[0]
        else:
            item = draw.choice(market.items_of[specialty])
        line = VisitLine(item, draw.choice(days), draw.choice((1, 1, 1, 2, 2, 3)), draw.choice((1, 3, 5, 7, 14, 30)))
        if checker.breaks(visit, line, so_far) == meant_bad:
            break
    return line
