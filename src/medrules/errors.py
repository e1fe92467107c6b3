"""Exceptions for integrators (programmers who call medrules). Findings and diagnostics are values, never exceptions."""
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from medrules.diagnostics import Diagnostic

__all__ = ["InvalidFacts", "InvalidMessage", "InvalidPack", "InvalidSettings", "MedRulesError", "MissingExtra"]


class MedRulesError(Exception):
    """Base of everything medrules raises. `code` is stable; `str(error)` is a Chinese sentence with an English twin."""

    code = "MR-E000"


class InvalidPack(MedRulesError):
    """A pack's rules or tables have errors. `diagnostics` lists all of them."""

    code = "MR-E100"

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)


class InvalidFacts(MedRulesError):
    """Native facts that do not fit the documented models. `errors` lists (path, message) pairs."""

    code = "MR-E200"

    def __init__(self, message: str, errors: Sequence[tuple[str, str]] = ()) -> None:
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
