"""A pack folder with the doors that its cases come through."""
from __future__ import annotations

from pathlib import Path

from medrules.adapters.cli.case_facts import facts_of
from medrules.api import check_pack
from medrules.cases.packs import CasePack as _CasePack
from medrules.cases.packs import CaseRules

__all__ = ["CasePack", "CaseRules"]


class CasePack(_CasePack):
    """A pack folder, ready to run its cases.

    Raises:
        NoSuchPack: there is no such folder.
    """

    def __init__(self, folder: str | Path) -> None:
        super().__init__(check_pack(folder), facts_of)
