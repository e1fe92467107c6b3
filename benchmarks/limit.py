"""The hand-written, hand-optimised limit: one merged record per item, one dict probe per line, no abstractions.

It knows nothing of dates, fees, unknown facts, evidence or deductions: it only says which line breaks which family. That is the
point: whoever wants to be fast in Python would write this, so medrules is held against it on the same encounters.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.workload.encounters import Visit
from benchmarks.workload.knowledge import Knowledge

__all__ = ["Check", "build", "request_of"]

Answer = tuple[Any, ...]
Check = Callable[[dict[str, Any]], list[Answer]]


def request_of(visit: Visit) -> dict[str, Any]:
    """The encounter as the limit likes it best: plain dicts, the age already computed."""
    return {
        "patient": {"age": visit.age, "sex": visit.sex}, "level": visit.level, "dx": list(visit.diagnoses),
        "lines": [{"item": x.item, "day": x.day, "qty": x.quantity, "supply": x.supply} for x in visit.lines],
    }


def build(k: Knowledge) -> Check:
    """A function from one encounter to (family, line) and ("pair", i, j), i < j."""
    record: dict[str, list[Any]] = {}

    def of(item: str) -> list[Any]:
        return record.setdefault(item, [0, 999, None, None, 0, None, None, None, None])

    for item, low, high in k.age:
        of(item)[0:2] = low, high
    for place, rows in ((2, k.sex), (3, k.diagnosis), (4, k.level), (5, k.quantity), (6, k.group), (7, k.supply)):
        for item, value in rows:
            of(item)[place] = value
    partners: dict[str, set[str]] = {}
    for a, b in k.pair:
        partners.setdefault(a, set()).add(b)
        partners.setdefault(b, set()).add(a)
    for item, others in partners.items():
        of(item)[8] = frozenset(others)
    get = {item: tuple(values) for item, values in record.items()}.get

    def check(request: dict[str, Any]) -> list[Answer]:
        lines = request["lines"]; p = request["patient"]; age = p["age"]; sex = p["sex"]  # noqa: E702
        lv = request["level"]; dxs = request["dx"]  # noqa: E702
        out: list[Answer] = []
        tot: dict[Any, int] | None = None
        groups: dict[str, Any] | None = None
        days: dict[int, dict[str, Any]] | None = None
        for i, line in enumerate(lines):
            r = get(line["item"])
            if r is None:
                continue
            lo, hi, rs, rd, rl, rq, rg, ry, rx = r
            if age < lo or age > hi:
                out.append(("age", i))
            if rs is not None and rs != sex:
                out.append(("sex", i))
            if rd is not None:
                for d in dxs:
                    if d.startswith(rd):
                        break
                else:
                    out.append(("diagnosis", i))
            if rl > lv:
                out.append(("level", i))
            if ry is not None and line["supply"] > ry:
                out.append(("supply", i))
            if rq is not None:
                if tot is None:
                    tot = {}
                    for m in lines:
                        key = m["item"], m["day"]
                        tot[key] = tot.get(key, 0) + m["qty"]
                if tot[line["item"], line["day"]] > rq:
                    out.append(("quantity", i))
            if rg is not None:
                it = line["item"]
                if groups is None:
                    groups = {rg: it}
                else:
                    f = groups.get(rg)
                    if f is None:
                        groups[rg] = it
                    elif f is not True:
                        if f != it:
                            out.append(("group", i))
                            groups[rg] = True
                    else:
                        out.append(("group", i))
            if rx is not None:
                if days is None:
                    days = {}
                    for j, m in enumerate(lines):
                        t = days.get(m["day"])
                        if t is None:
                            t = days[m["day"]] = {}
                        x = t.get(m["item"])
                        if x is None:
                            t[m["item"]] = j
                        elif x.__class__ is int:
                            t[m["item"]] = [x, j]
                        else:
                            x.append(j)
                t = days[line["day"]]
                if len(t) > 1:
                    for o in rx.intersection(t):
                        j = t[o]
                        if j.__class__ is int:
                            if j > i:
                                out.append(("pair", i, j))
                        else:
                            out.extend(("pair", i, jj) for jj in j if jj > i)
        return out

    return check
