"""Makes the facts of a case: natively, or through the national reader, limited to what the case's door can carry."""
from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from medrules.adapters.native import NATIVE, door_limited, read_facts
from medrules.adapters.nhsa import SiteSettings, door_of, read_request
from medrules.cases import Case
from medrules.model.facts import Door, Facts

__all__ = ["door_named", "facts_of"]


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
    return read_facts(case.facts, door=door_named(case.door))


def _plain(value: Any) -> Any:
    """YAML numbers arrive as Decimal; a message carries them as text, as most clients do."""
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)
