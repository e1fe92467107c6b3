"""medrules: medical-insurance audit rules that live inside the hospital information system.

    rule text ─ language ─ AST ─ check ─ Program ─ plan ─ Plan ─ engine ─ Report

Three lines are enough:

    engine = medrules.open_pack("rulepacks/national")
    answer = medrules.review_message(engine, request_bytes)      # 3101/3102 bytes in, response bytes out
    report = engine.review(medrules.read_facts(native_json))     # or: native facts in, Report out

Public names are those of `__all__`; everything else may change between minor versions. See docs/stability.md.
"""
from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from medrules.adapters.history_source import open_history
    from medrules.adapters.native import read_facts
    from medrules.adapters.nhsa import SiteSettings, review_message
    from medrules.api import check_pack, open_pack
    from medrules.engine.engine import Engine
    from medrules.engine.metering import StepBudget
    from medrules.engine.screening import screen
    from medrules.errors import InvalidCompiledPack, InvalidFacts, InvalidMessage, InvalidPack, InvalidPackFile, MedRulesError
    from medrules.history.reviewing import WithHistory
    from medrules.hospital.store_engine import StoreEngine
    from medrules.hospital.store_states import open_store
    from medrules.model.facts import Facts
    from medrules.model.reports import Finding, Report, Undecided

_HOME = {
    "Engine": "medrules.engine.engine",
    "Facts": "medrules.model.facts",
    "Finding": "medrules.model.reports",
    "InvalidCompiledPack": "medrules.errors",
    "InvalidFacts": "medrules.errors",
    "InvalidMessage": "medrules.errors",
    "InvalidPack": "medrules.errors",
    "InvalidPackFile": "medrules.errors",
    "MedRulesError": "medrules.errors",
    "Report": "medrules.model.reports",
    "SiteSettings": "medrules.adapters.nhsa",
    "StepBudget": "medrules.engine.metering",
    "StoreEngine": "medrules.hospital.store_engine",
    "Undecided": "medrules.model.reports",
    "WithHistory": "medrules.history.reviewing",
    "check_pack": "medrules.api",
    "open_history": "medrules.adapters.history_source",
    "open_pack": "medrules.api",
    "open_store": "medrules.hospital.store_states",
    "read_facts": "medrules.adapters.native",
    "review_message": "medrules.adapters.nhsa",
    "screen": "medrules.engine.screening",
}

__all__ = [
    "Engine",
    "Facts",
    "Finding",
    "InvalidCompiledPack",
    "InvalidFacts",
    "InvalidMessage",
    "InvalidPack",
    "InvalidPackFile",
    "MedRulesError",
    "Report",
    "SiteSettings",
    "StepBudget",
    "StoreEngine",
    "Undecided",
    "WithHistory",
    "__version__",
    "check_pack",
    "open_history",
    "open_pack",
    "open_store",
    "read_facts",
    "review_message",
    "screen",
]


def __getattr__(name: str) -> Any:
    """Public names are imported on first use: a hospital's process pays only for the doors it uses."""
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'medrules' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
