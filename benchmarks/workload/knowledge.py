"""Draws the knowledge of the workload: which items there are and what each of the 8 families says about them."""
from __future__ import annotations

import random
from dataclasses import dataclass, replace
from itertools import accumulate

__all__ = ["FAMILIES", "Knowledge", "Market", "draw_knowledge", "part_of"]

FAMILIES = ("age", "sex", "diagnosis", "level", "quantity", "group", "supply", "pair")

N_ITEMS = 20_000
N_SPECIALTIES = 40
N_PAIRS = 200_000
NO_AGE_LIMIT = 999
CATEGORIES = tuple(f"{letter}{n:02d}" for letter in "ABCDEFGHIJKLMNOPQRSTZ" for n in range(100))


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Rows per family. Ages are completed years (both ends included), quantities are per day, supply is in days."""

    age: tuple[tuple[str, int, int], ...]
    sex: tuple[tuple[str, str], ...]
    diagnosis: tuple[tuple[str, tuple[str, ...]], ...]
    level: tuple[tuple[str, int], ...]
    quantity: tuple[tuple[str, int], ...]
    group: tuple[tuple[str, str], ...]
    supply: tuple[tuple[str, int], ...]
    pair: tuple[tuple[str, str], ...]

    @property
    def size(self) -> int:
        return sum(len(getattr(self, family)) for family in FAMILIES)


@dataclass(frozen=True, slots=True)
class Market:
    """How often items are used and what goes together: popularity is Zipf-like, items and diagnoses belong to a specialty."""

    items: tuple[str, ...]
    popularity: tuple[float, ...]  # cumulative weights
    specialty: dict[str, int]
    items_of: tuple[tuple[str, ...], ...]
    diagnoses_of: tuple[tuple[str, ...], ...]


def draw_knowledge(draw: random.Random) -> tuple[Knowledge, Market]:
    """227,500 rows and the market they were drawn from."""
    items = tuple(f"D{n:06d}" for n in draw.sample(range(1_000_000), N_ITEMS))
    diagnoses_of = tuple(tuple(draw.sample(CATEGORIES, 30)) for _ in range(N_SPECIALTIES))
    specialty = {item: draw.randrange(N_SPECIALTIES) for item in items}
    popularity = tuple(accumulate(1 / (place + 20) ** 0.9 for place in range(N_ITEMS)))
    items_of = tuple(tuple(i for i in items if specialty[i] == s) for s in range(N_SPECIALTIES))
    market = Market(items, popularity, specialty, items_of, diagnoses_of)
    grouped = draw.sample(items, 3_000)
    return Knowledge(
        age=tuple((item, *_age_limit(draw)) for item in draw.sample(items, 4_000)),
        sex=tuple((item, draw.choice("MF")) for item in draw.sample(items, 1_500)),
        diagnosis=tuple((item, _indications(draw, diagnoses_of[specialty[item]])) for item in draw.sample(items, 6_000)),
        level=tuple((item, draw.choice((2, 2, 3))) for item in draw.sample(items, 2_000)),
        quantity=tuple((item, draw.choice((1, 2, 3, 4, 6, 8, 10))) for item in draw.sample(items, 8_000)),
        group=tuple((item, f"G{n % 300:03d}") for n, item in enumerate(grouped)),
        supply=tuple((item, draw.choice((3, 5, 7, 14, 30))) for item in draw.sample(items, 3_000)),
        pair=_draw_pairs(draw, market),
    ), market


def _age_limit(draw: random.Random) -> tuple[int, int]:
    kind = draw.random()
    if kind < 0.45:
        return 0, draw.choice((11, 13, 17))
    if kind < 0.9:
        return draw.choice((1, 6, 12, 14, 18, 60)), NO_AGE_LIMIT
    return 12, 65


def _indications(draw: random.Random, categories: tuple[str, ...]) -> tuple[str, ...]:
    """1 to 30 ICD prefixes, six in ten of them whole categories."""
    chosen = draw.sample(categories, draw.randint(1, 30))
    return tuple(c if draw.random() < 0.6 else f"{c}.{draw.randrange(10)}" for c in chosen)


def _draw_pairs(draw: random.Random, market: Market) -> tuple[tuple[str, str], ...]:
    """Exclusive pairs: a popular item with one of its specialty (six in ten) or with any; the mean item has 20, some 1,000."""
    pairs: list[tuple[str, str]] = []
    seen: set[tuple[str, str]] = set()
    while len(pairs) < N_PAIRS:
        for a in draw.choices(market.items, cum_weights=market.popularity, k=20_000):
            b = draw.choice(market.items_of[market.specialty[a]]) if draw.random() < 0.6 else draw.choice(market.items)
            pair = (a, b) if a < b else (b, a)
            if a != b and pair not in seen and len(pairs) < N_PAIRS:
                seen.add(pair)
                pairs.append(pair)
    return tuple(pairs)


def part_of(knowledge: Knowledge, rows: int) -> Knowledge:
    """The same mix of families with about `rows` rows in all."""
    whole = knowledge.size
    if rows >= whole:
        return knowledge
    cut = {f: getattr(knowledge, f)[: max(1, round(len(getattr(knowledge, f)) * rows / whole))] for f in FAMILIES}
    return replace(knowledge, **cut)
