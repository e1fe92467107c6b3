"""Updates over real sockets: an honest web server, and servers that are none. The status names the fault, and the next update succeeds."""
from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from medrules.packs.fetch import FolderFetcher, HttpFetcher, Pace
from tests.hospital.updating.bureau import NATIONAL_PACK, Bureau, Hospital
from tests.packs.fetch.servers import Answer, answering, plain, serving, slowly

QUICK = Pace(connect=1.0, total=1.5, rate=1, grace=10.0)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        """Nothing."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "repository").mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path / "repository"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def hospital(tmp_path: Path, address: str) -> Hospital:
    bureau = Bureau()
    bureau.release(NATIONAL_PACK, "2026.7.0")
    bureau.publish()
    bureau.repository.write(tmp_path / "repository")
    made = Hospital(bureau, tmp_path)
    made.fetcher = lambda entry: HttpFetcher(address, QUICK)
    return made


def newer(hospital: Hospital, folder: Path, number: str) -> None:
    hospital.bureau.release(NATIONAL_PACK, number)
    hospital.bureau.publish()
    hospital.bureau.repository.write(folder / "repository")


def test_a_web_server(hospital: Hospital, tmp_path: Path) -> None:
    assert not hospital.update().problems and hospital.active == {"national": "2026.7.0"}
    newer(hospital, tmp_path, "2026.7.1")
    assert not hospital.update().problems and hospital.active == {"national": "2026.7.1"}
    assert not hospital.update().activated


def torn(connection: socket.socket, path: str) -> None:
    connection.sendall(plain(b"{", announced=100))


@pytest.mark.parametrize(("answer", "code"), [
    (answering(plain(b"<html>login</html>", "200 OK", "Content-Type: text/html")), "MR-P315"),
    (answering(plain(b"", "302 Found", "Location: http://login.example/")), "MR-P314"),
    (answering(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 600_000), "MR-P313"),
    (slowly(b"x" * 1_000, 0.05, b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"), "MR-P312"),
    (torn, "MR-P316"),
    (answering(plain(b"", "500 Oops")), "MR-P316"),
    (answering(plain(b"{}")), "MR-P207"),
])
def test_servers_that_are_none(hospital: Hospital, tmp_path: Path, answer: Answer, code: str) -> None:
    hospital.update()
    newer(hospital, tmp_path, "2026.7.1")
    honest = hospital.fetcher
    with serving(answer) as wrong:
        hospital.fetcher = lambda entry: HttpFetcher(wrong, QUICK)
        assert [(p.code, p.where) for p in hospital.update().problems] == [(code, "national")]
    assert hospital.active == {"national": "2026.7.0"}
    hospital.fetcher = honest
    assert not hospital.update().problems and hospital.active == {"national": "2026.7.1"}


class Pulled:
    """A stick that is pulled out when the `left`-th file is asked for."""

    def __init__(self, folder: Path, left: int) -> None:
        self.folder, self.left = folder, left

    def fetch(self, path: str, limit: int) -> bytes:
        self.left -= 1
        return FolderFetcher(self.folder if self.left > 0 else self.folder / "gone").fetch(path, limit)


def test_a_stick_that_is_pulled_out_in_the_middle(hospital: Hospital, tmp_path: Path) -> None:
    hospital.update()
    newer(hospital, tmp_path, "2026.7.1")
    for at in range(1, 20):
        stick = Pulled(tmp_path / "repository", at)
        hospital.fetcher = lambda entry, stick=stick: stick  # type: ignore[misc]
        outcome = hospital.update()
        if stick.left > 0:
            break
        assert [p.code for p in outcome.problems] == ["MR-P311"] and hospital.active == {"national": "2026.7.0"}
    assert at > 4 and hospital.active == {"national": "2026.7.1"}
