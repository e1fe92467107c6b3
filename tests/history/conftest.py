"""Databases for the history tests: SQLite always, PostgreSQL where a server can be had (the skip says why not)."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from medrules.history.sql import prepare
from tests.history.postgres import NoServer, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    try:
        with server() as address:
            yield address
    except NoServer as why:
        pytest.skip(f"没有 PostgreSQL 服务器 / no PostgreSQL server: {why}")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a prepared, empty database."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'history.db'}"
        prepare(address)
        yield address
        return
    import psycopg

    base = request.getfixturevalue("postgres")
    plain = base.replace("postgresql+psycopg://", "postgresql://")
    name = f"t{abs(hash(request.node.name)) % 10**12}"
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    address = base.replace("/postgres?", f"/{name}?")
    prepare(address)
    yield address
