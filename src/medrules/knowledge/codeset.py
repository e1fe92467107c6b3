"""Sets of codes with hierarchy: ICD categories and their children, code prefixes, exceptions, parts not yet coded."""
from __future__ import annotations

from typing import Any

from medrules.frozen import dataclass
from medrules.model.values import UNKNOWN

__all__ = ["CodeSet"]


@dataclass(frozen=True, slots=True)
class CodeSet:
    """A named or inline set of codes of one system ("icd10", "icd9cm3", "item", "generic", "dept", …).

    exact     codes that are members as they stand (drug, service codes; generic names)
    prefixes  every code that starts with one is a member (ICD categories `I63` hold `I63`, `I63.9`, `I63.900`; ranges
              were expanded to categories when read; `0031070102*`)
    except_exact, except_prefixes  members taken out again (`C00-C97 除 C44`)
    partial   True when the set is 待编 beyond what is listed: a code that is not listed is an UNKNOWN member
    """

    name: str
    system: str
    exact: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    except_exact: frozenset[str] = frozenset()
    except_prefixes: tuple[str, ...] = ()
    partial: bool = False
    text: str = ""  # as written, for messages
    en: str = ""  # its English name, when it has one

    def member(self, code: str) -> Any:
        """True, False or UNKNOWN for a known, well-formed code (folded, upper-case)."""
        if code in self.except_exact or (self.except_prefixes and code.startswith(self.except_prefixes)):
            return False
        if code in self.exact or (self.prefixes and code.startswith(self.prefixes)):
            return True
        return UNKNOWN if self.partial else False
