"""A pack for commands that only look: what is wrong with it is said, and the rules without errors are shown all the same."""
from __future__ import annotations

from medrules.adapters.cli.console import error_console, working
from medrules.api import CheckedPack, check_pack
from medrules.diagnostics import Severity
from medrules.errors import InvalidPack

__all__ = ["usable"]


def usable(folder: str) -> CheckedPack:
    """The pack, if it has any rule that can be shown.

    Raises:
        InvalidPack: it has none.
    """
    with working("读规则包 reading the pack"):
        checked = check_pack(folder)
    errors = [d for d in checked.diagnostics if d.severity is Severity.ERROR]
    if not checked.program.rules:
        raise InvalidPack("规则包里没有能用的规则 / no usable rules", errors)
    if errors:
        error_console().print(
            f"规则包有 {len(errors)} 处错误，这里只有没有错误的规则；见 medrules check / {len(errors)} errors, rules without errors shown",
            markup=False)
    return checked
