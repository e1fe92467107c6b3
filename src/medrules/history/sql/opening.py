"""Connects to a history database, prepares its tables, and says in a sentence what is wrong with an address."""
from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from medrules.errors import InvalidHistory, MissingExtra
from medrules.history.sql.tables import REVISION, VERSION_TABLE

__all__ = ["connect", "named", "prepare"]

_STUCK_MS: Final = 5_000  # a statement that nobody waits for any more ends by itself


def connect(address: str, *, make: bool = False, may_write: bool = False) -> Engine:
    """A pool of connections to a database. `make`: it may be new (SQLite: the file is made).

    Raises:
        InvalidHistory: the address is wrong, the database is not there, or was not prepared for this version of medrules.
        MissingExtra: the driver of the address is not installed.
    """
    url = _url(address)
    if url.get_backend_name() == "sqlite" and not make and not (url.database and Path(url.database).is_file()):
        raise InvalidHistory(f"没有这个数据库：{named(url)}；先运行 medrules history init / no such database, run `medrules history init`")
    try:
        alone = {} if may_write else {"isolation_level": "AUTOCOMMIT"}  # one statement needs no transaction around it
        engine = create_engine(url, pool_pre_ping=True, connect_args=_arguments(url, may_write), **alone)
    except ImportError as missing:
        raise MissingExtra(
            f"没有装 {missing.name} 驱动：pip install \"medrules[history-postgresql]\" / this database needs a driver") from None
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _obey_keys)
    try:
        found = _revision(engine)
    except SQLAlchemyError as error:
        engine.dispose()
        raise InvalidHistory(f"数据库连不上：{named(url)}（{type(error).__name__}）/ cannot connect") from None
    if not make and found != REVISION:
        engine.dispose()
        raise InvalidHistory(
            f"数据库还没有准备好（{found or '没有表'}，需要 {REVISION}）：运行 medrules history init / not prepared, run `medrules history init`")
    return engine


def prepare(address: str) -> str:
    """Make or bring up to date the tables of a database, in one transaction; the version it has now. Running it again changes nothing.

    Raises:
        InvalidHistory, MissingExtra: as `connect`.
    """
    from alembic import command  # only this command needs it
    from alembic.config import Config

    engine = connect(address, make=True, may_write=True)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return _revision(engine)
    except SQLAlchemyError as error:
        raise InvalidHistory(f"建表没有成功：{named(engine.url)}（{type(error).__name__}）/ the tables could not be made") from None
    finally:
        engine.dispose()


def named(url: URL) -> str:
    """An address that may be shown: without its password."""
    return url.render_as_string(hide_password=True)


def _url(address: str) -> URL:
    try:
        url = make_url(address)
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise InvalidHistory(
            "数据库地址不对，应如 sqlite:///history.db 或 postgresql+psycopg://user@host/name / not the address of a database") from None
    except ImportError as missing:
        raise MissingExtra(
            f"没有装 {missing.name} 驱动：pip install \"medrules[history-postgresql]\" / this database needs a driver") from None
    return url


def _arguments(url: URL, may_write: bool) -> dict[str, Any]:
    """Statements end by themselves when they hang; while answering nothing is written."""
    match url.get_backend_name():
        case "postgresql" if url.get_driver_name() in ("psycopg", "psycopg2"):
            limits = "" if may_write else f"-c statement_timeout={_STUCK_MS} -c default_transaction_read_only=on"
            return {"connect_timeout": _STUCK_MS // 1000, **({"options": limits} if limits else {})}
        case "sqlite":
            return {"timeout": _STUCK_MS // 1000}
        case _:
            return {}


def _obey_keys(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA foreign_keys=ON")


def _revision(engine: Engine) -> str:
    """The version of the tables; "" if there are none."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(VERSION_TABLE):
            return ""
        return str(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() or "")
