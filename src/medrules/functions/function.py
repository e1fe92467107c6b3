"""What a declaration of a function says. Checker, documentation, completion and the translator read it."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["Function", "Parameter", "ParameterKind"]

# moment: two dates or two instants · time: a length of time · item: a line · number: any number · money: an amount in 元
ParameterKind = Literal["moment", "item", "number", "money"]


@dataclass(frozen=True, slots=True)
class Parameter:
    zh: str
    en: str
    kind: ParameterKind


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    id: the name executors know: a `Prim` op, or "ratio", which becomes a `Ratio`.
    together: the arguments must agree (one unit, or both dates or both instants).
    result: what it gives, for people; the exact type comes from the arguments.
    """

    id: str
    zh: str
    en: str
    parameters: tuple[Parameter, ...]
    result: str
    doc: str
    doc_en: str
    examples: Mapping[str, str]  # expression → value, in Chinese
    together: bool = True
    synonyms: tuple[str, ...] = ()

    @property
    def signature(self) -> str:
        return f"{self.zh}（{'，'.join(p.zh for p in self.parameters)}）→ {self.result}"
