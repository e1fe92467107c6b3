"""The engine that door tests use: the starter pack of this repository, opened once."""

from __future__ import annotations

from pathlib import Path

import pytest

import medrules

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def engine() -> medrules.Engine:
    return medrules.open_pack(ROOT / "rulepacks" / "national")
