"""Makes the facts of a case: natively, or through the national reader, limited to what the case's door can carry."""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from medrules.adapters.native import NATIVE, door_limited, read_facts
from medrules.adapters.nhsa import SiteSettings, door_of, read_request
from medrules.cases import Case, CaseError
from medrules.model.facts import Door, Facts

__all__ = ["door_named", "facts_of", "gathered"]


def door_named(name: str, site: SiteSettings | None = None) -> Door:
    """`native`, `3101`, `3102`, or `native 缺 就诊.抢救标志 明细.部位` (facts that the source cannot carry)."""
    if name in ("", "native"):
        return NATIVE
    if name.startswith("native 缺 "):
        return door_limited("native", name.removeprefix("native 缺 ").split())
    return door_of(name, site or SiteSettings())


def facts_of(case: Case) -> Facts:
    """The facts of a case.

    Raises:
        InvalidFacts, InvalidMessage: the case's facts or message cannot be read.
    """
    if case.request is not None:
        return read_request(json.dumps(case.request, ensure_ascii=False, default=_plain)).facts
    assert case.facts is not None
    door = door_named(case.door)
    if isinstance(case.facts, Mapping):
        return read_facts(case.facts, door=door)
    return gathered([read_facts(one, door=door) for one in case.facts])


def gathered(many: Sequence[Facts]) -> Facts:
    """The requests of several people as one file that is screened; its time is the latest of theirs.

    Raises:
        CaseError: none was given, or one person stands in two requests (whose stays would not see each other).
    """
    if not many:
        raise CaseError("facts 的列表是空的 / no facts")
    patients = tuple(p for one in many for p in one.patients)
    if len({p.id for p in patients}) < len(patients):
        raise CaseError("同一个患者写在两份 facts 里；他的各次就诊写进一份的 就诊、历次就诊 / one person in two requests")
    stock = [s for one in many if isinstance(one.periods, tuple) for s in one.periods]
    return replace(
        many[0], patients=patients, current=tuple(e for one in many for e in one.current),
        business_time=max((one.business_time for one in many), key=lambda at: at.hi),
        attestations=tuple(a for one in many for a in one.attestations),
        declarations=tuple(d for one in many for d in one.declarations),
        unjudged=tuple(u for one in many for u in one.unjudged), notes=tuple(n for one in many for n in one.notes),
        periods=tuple(stock) if stock else many[0].periods,
    )


def _plain(value: Any) -> Any:
    """YAML numbers arrive as Decimal; a message carries them as text, as most clients do."""
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)
