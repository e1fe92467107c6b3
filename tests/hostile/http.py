"""Hostile callers of the local service: what comes over a socket and is not HTTP, or not the HTTP that it says it is.
(Origins, host names, methods, slow bodies, full disks: tests/adapters/sidecar/test_sidecar_hostile.py.)"""
from __future__ import annotations

import functools
import json
import logging
import socket
import threading
import time
from collections.abc import Callable
from functools import partial

import uvicorn

from medrules.adapters.sidecar import Desk, ServiceSettings
from medrules.adapters.sidecar.web import build_app
from tests.hostile.cage import Attack
from tests.hostile.messages import example, lines
from tests.hostile.native import engine, many, request

__all__ = ["ATTACKS", "HARMLESS", "is_alive"]

BEFORE = "/fsi/api/riskConService/beforeAnalyze"
PATIENCE = 10.0  # seconds for an answer: the service answers within its timeout whatever happens


@functools.cache
def port() -> int:
    """A service of our own, started once in this process, on a port of its own."""
    logging.disable(logging.CRITICAL)
    desk = Desk(engine(), settings=ServiceSettings(read_ms=1_500, deadline_ms=1_500, timeout_ms=6_000))
    server = uvicorn.Server(uvicorn.Config(build_app(desk), host="127.0.0.1", port=0, access_log=False, log_level="critical"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    found: int = server.servers[0].sockets[0].getsockname()[1]
    return found


def send(*parts: bytes, pause: float = 0.0, close: bool = False) -> bytes:
    """What the service says to these bytes; b"" if it hangs up."""
    with socket.create_connection(("127.0.0.1", port()), timeout=PATIENCE) as link:
        link.settimeout(PATIENCE)
        try:
            for part in parts:
                link.sendall(part)
                if pause:
                    time.sleep(pause)
            if close:
                link.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # hung up while we were sending: what it said before can still be read
        said, needed = bytearray(), 0
        try:
            while chunk := link.recv(65_536):
                said += chunk
                if not needed and (end := said.find(b"\r\n\r\n")) >= 0:
                    length = [line for line in bytes(said[:end]).lower().split(b"\r\n") if line.startswith(b"content-length:")]
                    needed = end + 4 + int(length[0].split(b":")[1]) if length else -1
                if 0 < needed <= len(said):
                    break
        except ConnectionError:
            pass
        return bytes(said)


def head(path: str, *more: str) -> bytes:
    return ("\r\n".join((f"POST {path} HTTP/1.1", "host: localhost", "connection: close", *more)) + "\r\n\r\n").encode("latin-1")


def answered(said: bytes) -> list[str]:
    """The status, and what the answer calls what was wrong; "hung up" where no HTTP was spoken."""
    if not said:
        return ["hung up"]
    first, _, rest = said.partition(b"\r\n")
    status = first.split(b" ")[1].decode()
    body = rest.partition(b"\r\n\r\n")[2]
    try:
        told = json.loads(body)
    except ValueError:
        return [f"status {status}"]
    assert told.get("error") != "fault" and "审核没有完成" not in (told.get("err_msg") or ""), told
    if "infcode" in told:
        return ["ok"] if told["infcode"] == 0 else [f"infcode -1: {told['err_msg']}"]
    return [str(told["error"])] if "error" in told else ["ok"]


def post(path: str, body: bytes, *more: str, length: int | None = None) -> bytes:
    return send(head(path, f"content-length: {len(body) if length is None else length}", *more), body)


def small() -> bytes:
    return json.dumps(example()).encode()


TALK: dict[str, Callable[[], bytes]] = {
    "no http": lambda: send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", close=True),
    "binary": lambda: send(bytes(range(256)) * 1_000, close=True),
    "an endless request line": lambda: send(b"POST /" + b"a" * 3_000_000, close=True),
    "endless headers": lambda: send(b"POST /review HTTP/1.1\r\nhost: localhost\r\n" + b"x: " + b"y" * 3_000_000, close=True),
    "thousands of headers": lambda: send(head("/review", *(f"x{k}: y" for k in range(20_000)), "content-length: 0")),
    "a length that is none": lambda: send(head("/review", "content-length: abc"), b"{}"),
    "a negative length": lambda: send(head("/review", "content-length: -5"), b"{}"),
    "a length without end": lambda: send(head("/review", "content-length: " + "9" * 30), b"{}"),
    "two lengths": lambda: send(head(BEFORE, "content-length: 5", "content-length: 700"), small()),
    "a length and chunks": lambda: send(head(BEFORE, "content-length: 5", "transfer-encoding: chunked"), b"0\r\n\r\n"),
    "chunks that are none": lambda: send(head(BEFORE, "transfer-encoding: chunked"), b"zz\r\nabc\r\n"),
    "a chunk without end": lambda: send(head(BEFORE, "transfer-encoding: chunked"), b"ffffffff\r\n" + b"x" * 100_000, close=True),
    "an unknown transfer": lambda: send(head(BEFORE, "transfer-encoding: gzip, chunked"), b"0\r\n\r\n"),
    "less than was said": lambda: post(BEFORE, small(), length=1_000_000),
    "more than was said": lambda: post(BEFORE, small(), length=10),
    "a letter at a time": lambda: send(head(BEFORE, "content-length: 100"), *[b"x"] * 30, pause=0.1),
    "no body": lambda: post(BEFORE, b""),
    "a body for a get": lambda: send(b"GET /health HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\nhello"),
    "a wrong content type": lambda: post(BEFORE, small(), "content-type: image/png"),
    "a content type of a megabyte": lambda: post(BEFORE, small(), "content-type: application/json; charset=" + "x" * 60_000),
    "a charset that is none": lambda: post(BEFORE, small(), "content-type: application/json; charset=utf-7"),
    "gbk that is utf-8": lambda: post(BEFORE, "{“规则”：".encode(), "content-type: application/json; charset=gbk"),
    "gzip": lambda: post(BEFORE, b"\x1f\x8b\x08\x00" + b"\0" * 500, "content-encoding: gzip"),
    "expect": lambda: post(BEFORE, small(), "expect: 100-continue"),
    "upgrade": lambda: post(BEFORE, small(), "upgrade: websocket", "connection: upgrade"),
    "an absolute address": lambda: post("http://evil.example/review", b"{}"),
    "a path out of the way": lambda: post("/../../etc/passwd", b"{}"),
    "a path of nul": lambda: post("/review%00", b"{}"),
    "a query without end": lambda: post("/review?" + "lang=en&" * 5_000, b"{}"),
    "http/0.9": lambda: send(b"GET /health\r\n\r\n", close=True),
    "http/9.9": lambda: send(b"POST /review HTTP/9.9\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}"),
    "folded headers": lambda: send(b"POST /review HTTP/1.1\r\nhost: localhost\r\nx: a\r\n b\r\ncontent-length: 2\r\n\r\n{}"),
    "requests in a row": lambda: send((head("/review", "content-length: 2") + b"{}") * 200),
    "native: a million brackets": lambda: post("/review", b"[" * 1_000_000),
    "native: NaN": lambda: post("/review", b'{"\xe6\x82\xa3\xe8\x80\x85":NaN}'),
    "native: thousands of lines": lambda: post("/review", json.dumps(request(many(8_000))).encode()),
    "3101: thousands of lines": lambda: post(BEFORE, lines(4_500)),
    "3101: too large": lambda: post(BEFORE, b" " * 6_000_000),
    "a caller that hangs up": lambda: send(head(BEFORE, "content-length: 50000"), b"{", close=True),
}
ATTACKS: dict[str, Attack] = {name: partial(lambda talk: answered(talk()), talk) for name, talk in TALK.items()}
HARMLESS = frozenset((
    "a body for a get", "a wrong content type", "a content type of a megabyte", "a charset that is none", "expect", "upgrade",
    "native: thousands of lines", "3101: thousands of lines"))


def is_alive() -> bool:
    return answered(post(BEFORE, small())) == ["ok"]
