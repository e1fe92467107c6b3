"""Rows beside their rule: a row may only tighten (ruling T20), and what it would never do is told."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from medrules.check.program import GroupScope, Header, ItemScope, PairScope, Scope
from medrules.check.reporting import Sink
from medrules.knowledge.table import Table

__all__ = ["check_rows", "table_of"]

_RESULTS: Final[Mapping[str, int]] = MappingProxyType({"monitor": 0, "suspect": 1, "definite": 2})
_INTERACTIONS: Final[Mapping[str, int]] = MappingProxyType({"passive": 0, "soft": 1, "reason": 2, "hard": 3})
_RESULT_ZH: Final = MappingProxyType({"monitor": "监测", "suspect": "可疑", "definite": "明确违规"})
_INTERACTION_ZH: Final = MappingProxyType({"passive": "静默", "soft": "提醒", "reason": "须填原因", "hard": "拦截"})


def table_of(scope: Scope) -> str:
    return scope.table if isinstance(scope, ItemScope | PairScope | GroupScope) else ""


def check_rows(table: Table, header: Header, code: str, sink: Sink) -> None:
    """A row whose 结果 or 提醒方式 is stronger than its rule's is an error; one in other stages than the rule never counts."""
    rows = table.rows
    said = {n for name in ("result", "interaction", "stages", "scenes") for n in rows.where(name, _is_said)}
    for row in (rows[n] for n in sorted(said)):
        place = f"{table.file or table.name} 第 {row.line} 行"
        if row.result is not None and _RESULTS[row.result] > _RESULTS[header.result]:
            sink.add("MR-C213", None, place=f"{place} 结果", rule=code, row=_RESULT_ZH[row.result], own=_RESULT_ZH[header.result])
        if row.interaction is not None and _INTERACTIONS[row.interaction] > _INTERACTIONS[header.interaction]:
            sink.add("MR-C214", None, place=f"{place} 提醒方式", rule=code, row=_INTERACTION_ZH[row.interaction],
                     own=_INTERACTION_ZH[header.interaction])
        if row.stages is not None and not row.stages <= header.stages:
            sink.add("MR-W304", None, place=f"{place} 环节", rule=code)
        if row.scenes is not None and header.scenes and not row.scenes <= header.scenes:
            sink.add("MR-W304", None, place=f"{place} 场景", rule=code)


def _is_said(value: object) -> bool:
    return value is not None
