"""Each attack gets a diagnostic or an error answer with a code, within 60 processor seconds and 1.5 GiB, and the next call works."""
from __future__ import annotations

import functools

import pytest

from tests.hostile import http, messages, native, tables, texts, workbooks
from tests.hostile.cage import Outcome, run, survives

GROUPS = {"texts": texts, "tables": tables, "native": native, "messages": messages, "http": http, "workbooks": workbooks}


@functools.cache
def outcomes(group: str) -> dict[str, Outcome]:
    """One child process runs all attacks of a group."""
    return run(group)


@pytest.mark.parametrize(("group", "name"), [(g, n) for g, module in GROUPS.items() for n in module.ATTACKS])
@pytest.mark.xdist_group("hostile")
def test_attack(group: str, name: str) -> None:
    outcome = outcomes(group)[name]
    survives(outcome)
    if name not in GROUPS[group].HARMLESS:  # what is no message, table or text at all is never taken for one
        assert "ok" not in outcome.codes and not any(c.startswith("unchecked") for c in outcome.codes), outcome.codes
