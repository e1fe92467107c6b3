"""Exceptions for integrators (programmers who call medrules). Findings and diagnostics are values, never exceptions."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from medrules.diagnostics import Diagnostic

__all__ = [
    "FACT_ERRORS", "FactError", "InvalidCompiledPack", "InvalidFacts", "InvalidMessage", "InvalidPack", "InvalidSettings", "MedRulesError",
    "MissingExtra", "NoSuchPack",
]


class MedRulesError(Exception):
    """Base of everything medrules raises. `code` is stable; `str(error)` is a Chinese sentence with an English twin."""

    code = "MR-E000"


class InvalidPack(MedRulesError):
    """A pack's rules or tables have errors. `diagnostics` lists all of them."""

    code = "MR-E100"

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)


class NoSuchPack(MedRulesError):
    """There is no folder where a pack was looked for; the message names it. What is wrong inside a folder is `InvalidPack`."""

    code = "MR-E101"


class InvalidCompiledPack(MedRulesError):
    """A compiled pack that cannot be opened. code MR-E111: damaged, torn, or no compiled pack at all. MR-E112: made by another
    version of medrules, or in another form: compile it again."""

    code = "MR-E111"

    def __init__(self, message: str, code: str = "MR-E111") -> None:
        super().__init__(message)
        self.code = code


# The stable codes of what can be wrong with native facts: in Chinese and in English.
FACT_ERRORS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "MR-E201": ("不是能读的 JSON", "JSON that cannot be read"),
    "MR-E202": ("过大、过长、过多或嵌套过深", "too large, too long, too many, or nested too deeply"),
    "MR-E203": ("没有这个名字的事实，或写了两次", "no fact of that name, or a fact written twice"),
    "MR-E204": ("缺少必须填写的项", "a required field is missing"),
    "MR-E205": ("不能为空的项是空的", "a field that cannot be empty is empty"),
    "MR-E206": ("JSON 类型不对", "the wrong JSON type"),
    "MR-E207": ("不是规定的取值", "a word that is not in the list"),
    "MR-E208": ("数字、单位、日期或时间不对", "a number, unit, date or time that cannot be read"),
    "MR-E209": ("含有不合法的字符", "characters that are not allowed"),
})


class FactError(NamedTuple):
    """One error of native facts: where (a path of field names), a Chinese sentence, and its stable code
    (`FACT_ERRORS`). Neither repeats a value that was sent."""

    path: str
    message: str
    code: str


class InvalidFacts(MedRulesError):
    """Native facts that do not fit the documented models. `errors` lists a `FactError` for each thing that is wrong."""

    code = "MR-E200"

    def __init__(self, message: str, errors: Sequence[FactError] = ()) -> None:
        super().__init__(message)
        self.errors = tuple(errors)


class InvalidMessage(MedRulesError):
    """A 3101/3102/3103 message outside the national form; `str(error)` is fit for `err_msg` (≤ 200 characters)."""

    code = "MR-E300"


class InvalidSettings(MedRulesError):
    """Settings of a site or a service (TOML) that cannot be understood; the message names the key."""

    code = "MR-E350"


class MissingExtra(MedRulesError):
    """An optional library is not installed; the message says which extra to install."""

    code = "MR-E400"
