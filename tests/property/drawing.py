"""What a seed means: one Program and its requests. The campaign and the Hypothesis laws draw through the same functions."""
from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from medrules.adapters.native import NATIVE, read_facts
from medrules.adapters.nhsa import SiteSettings, door_of
from medrules.model.facts import Facts
from tests.property.histories import crowded, cut, window_texts
from tests.property.packtexts import pack_written
from tests.property.programs import line_written, random_written
from tests.property.requests import request, stay
from tests.property.test_information import dropped
from tests.property.written import Written

FEES = ("全部费用", "全部费用", "列入统筹费用", "个人账户")
# Of eight seeds: rules of every kind and the packs' own rules twice each, windows over crowded histories twice, rules about lines
# alone with requests of one stay, which most requests are, twice.
KINDS = ("any", "pack", "lines", "windows", "any", "pack", "lines", "windows")


@dataclass(frozen=True)
class Asked:
    """One request and the door it comes through."""

    data: dict[str, Any]
    door: str = "native"

    def facts(self) -> Facts:
        """Read anew: facts remember what was derived from them."""
        return read_facts(self.data, door=NATIVE if self.door == "native" else DOOR_3101)


DOOR_3101 = door_of("3101", SiteSettings())


def written(seed: int) -> Written:
    """The Program of a seed, as text."""
    match KINDS[seed % len(KINDS)]:
        case "pack":
            return pack_written(seed)
        case "windows":
            return window_texts(seed, FEES)
        case "lines":
            return line_written(seed, 8)
        case _:
            return random_written(seed)


def asked(seed: int, n: int) -> Asked:
    """The n-th request of a seed."""
    rng = Random(seed * 1_000 + n)
    kind = KINDS[seed % len(KINDS)]
    if kind == "windows" and n % 4:
        return Asked(_crowded(rng, n))
    if kind == "lines" and n % 4:
        return Asked(stay(rng), "3101" if n % 8 == 1 else "native")
    return Asked(request(rng), "3101" if rng.random() < 0.1 else "native")


def _crowded(rng: Random, n: int) -> dict[str, Any]:
    """A crowded request: whole, with its history cut off, or with facts dropped."""
    data = crowded(rng)
    if n % 4 == 1:
        data = cut(data, rng.choice(("2026-02-24", "2026-03-01", "2026-03-05")))
    elif n % 4 == 2:
        dropped(rng, data, 0.08)
    return data
