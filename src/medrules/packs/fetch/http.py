"""A repository on a web server. The standard library's HTTP, over a socket whose every wait ends at one deadline: decision 0052.

A deadline for one read is not enough: a server that sends a byte a second would hold an update for days. Here the whole of a file
(names looked up, connected, asked, answered) has one deadline, and a minimum rate besides.
"""
from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from medrules import __version__
from medrules.packs.channel.fetcher import NotThere
from medrules.packs.fetch.trouble import SourceTrouble, checked_path, looks_like_a_web_page, trouble

__all__ = ["HttpFetcher", "Pace"]

_SLICE: Final = 64 * 1024
_HOPS: Final = 3
_MOVED: Final = frozenset((301, 302, 303, 307, 308))
_ABSENT: Final = frozenset((404, 410))
# Which root is the newest is found by asking for one more, and object stores answer 403 for what is not there.
_NEXT_ROOT: Final = ".root.json"
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one file may take.

    connect  seconds until the connection stands
    total    seconds for everything
    rate     bytes a second, on average, once `grace` seconds are over
    """

    connect: float = 10.0
    total: float = 300.0
    rate: int = 1_024
    grace: float = 20.0


class HttpFetcher:
    """Files below an address `http(s)://host[:port]/path`. Certificates are always checked; proxies of the environment are not asked.

    Args:
        certificates: a PEM file of authorities to trust instead of the system's, for an intranet's own.
    """

    def __init__(self, address: str, pace: Pace | None = None, certificates: str | None = None,
                 clock: Callable[[], float] = time.monotonic) -> None:
        """
        Raises:
            ValueError: no http or https address, or one with a name and password.
        """
        parts = urlsplit(address)
        if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None or parts.query or parts.fragment:
            raise ValueError(address)
        self._base = parts._replace(path=parts.path.rstrip("/") + "/")
        self._pace, self._clock = pace or Pace(), clock
        self._tls = ssl.create_default_context(cafile=certificates) if parts.scheme == "https" else None

    def fetch(self, path: str, limit: int) -> bytes:
        """
        Raises:
            NotThere: 404 or 410; for a root, which is asked for until there is none, 403 too. SourceTrouble: MR-P311 … MR-P316.
        """
        target = urlsplit(urljoin(self._base.geturl(), quote(checked_path(path))))
        until = self._clock() + self._pace.total
        for _ in range(_HOPS):
            try:
                found = self._ask(target, path, limit, until)
            except TimeoutError as error:
                raise trouble("MR-P312", f"{path} 超过 {self._pace.total:g} 秒", f"{path}: more than {self._pace.total:g} seconds") from error
            except ssl.SSLError as error:
                raise trouble("MR-P311", f"{target.hostname} 的证书或加密：{error.reason or '不对'}", f"TLS of {target.hostname}") from error
            except (OSError, http.client.HTTPException, UnicodeError) as error:
                kind = type(error).__name__
                code = "MR-P316" if isinstance(error, http.client.HTTPException) else "MR-P311"
                raise trouble(code, f"{target.hostname} {kind}") from error
            if isinstance(found, bytes):
                return found
            target = self._moved(target, found)
        raise trouble("MR-P316", f"{path} 转来转去", f"{path}: too many redirects")

    def _moved(self, here: SplitResult, location: str) -> SplitResult:
        """Where a redirect leads, if that is the same server: what else it may be, a source does not decide whom we ask."""
        try:
            there = urlsplit(urljoin(here.geturl(), location))
        except ValueError:
            raise trouble("MR-P316", "转到的地址不是地址", "a redirect to what is no address") from None
        if (there.scheme, there.hostname, _port(there)) != (self._base.scheme, self._base.hostname, _port(self._base)):
            raise trouble("MR-P314", f"{self._base.hostname} → {_named(there)}")
        return there

    def _ask(self, target: SplitResult, path: str, limit: int, until: float) -> bytes | str:
        """The content, or where it has moved to."""
        connection = _Connection(target.hostname or "", _port(target), self._tls, until, self._pace.connect, self._clock)
        try:
            connection.request("GET", (target.path or "/") + (f"?{target.query}" if target.query else ""), headers={
                "Accept-Encoding": "identity", "User-Agent": f"medrules/{__version__}", "Connection": "close"})
            answer = connection.getresponse()
            if answer.status in _MOVED:
                return answer.getheader("Location") or ""
            if answer.status in _ABSENT or (answer.status == 403 and path.endswith(_NEXT_ROOT)):
                raise NotThere(path)
            if answer.status != 200:
                raise trouble("MR-P316", f"{path} 状态 {answer.status}", f"{path}: status {answer.status}")
            if answer.getheader("Content-Encoding", "identity").strip().lower() != "identity":
                raise trouble("MR-P316", f"{path} 被压缩", f"{path}: has a content encoding")
            if answer.length is not None and answer.length > limit:
                raise _too_large(path, limit)
            content = self._content(answer, path, limit)
            kind = answer.getheader("Content-Type", "").partition(";")[0].strip().lower()
        finally:
            connection.end()
        if kind in ("text/html", "application/xhtml+xml") or looks_like_a_web_page(content):
            raise trouble("MR-P315", path)
        return content

    def _content(self, answer: http.client.HTTPResponse, path: str, limit: int) -> bytes:
        pieces: list[bytes] = []
        size, began = 0, self._clock()
        while piece := answer.read1(_SLICE):
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                raise _too_large(path, limit)
            passed = self._clock() - began
            if passed > self._pace.grace and size < passed * self._pace.rate:
                raise trouble("MR-P312", f"{path} 每秒不到 {self._pace.rate} 字节", f"{path}: fewer than {self._pace.rate} bytes a second")
        if answer.length:  # bytes that were announced and did not come
            raise trouble("MR-P316", f"{path} 不完整", f"{path}: torn")
        return b"".join(pieces)


class _Connection(http.client.HTTPConnection):
    """An HTTP connection all of whose waits end at one instant."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None, until: float, connect: float, clock: Callable[[], float]) -> None:
        super().__init__(host, port)
        self._context, self._until, self._connect, self._clock = tls, until, connect, clock
        self._open: socket.socket | None = None

    def end(self) -> None:
        if self._open is not None:
            self._open.close()

    def connect(self) -> None:
        until = min(self._until, self._clock() + self._connect)
        trouble_seen: OSError | None = None
        for family, kind, protocol, _, address in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            made = socket.socket(family, kind, protocol)
            try:
                made.settimeout(_left(until, self._clock))
                made.connect(address)
                if self._context is not None:
                    made.settimeout(_left(until, self._clock))
                    made = self._context.wrap_socket(made, server_hostname=self.host)
            except OSError as error:
                made.close()
                if isinstance(error, ssl.SSLError):
                    raise
                trouble_seen = error
                continue
            self._open = made
            self.sock = _Timed(made, self._until, self._clock)
            return
        raise trouble_seen or OSError(self.host)


class _Timed:
    """As much of a socket as `http.client` asks for, with the time that is left as the timeout of every wait."""

    def __init__(self, inner: socket.socket, until: float, clock: Callable[[], float]) -> None:
        self._inner, self._until, self._clock = inner, until, clock

    def sendall(self, content: Any) -> None:
        self._inner.settimeout(_left(self._until, self._clock))
        self._inner.sendall(content)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self._inner, self._until, self._clock), _SLICE)

    def close(self) -> None:
        """http.client lets go of the socket before the answer is read; `_Connection.end` closes it."""


class _Incoming(io.RawIOBase):
    """What a server sends, each piece waited for no longer than the deadline."""

    def __init__(self, inner: socket.socket, until: float, clock: Callable[[], float]) -> None:
        super().__init__()
        self._inner, self._until, self._clock = inner, until, clock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._inner.settimeout(_left(self._until, self._clock))
        return self._inner.recv_into(buffer)


def _left(until: float, clock: Callable[[], float]) -> float:
    left = until - clock()
    if left <= 0:
        raise TimeoutError
    return left


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return 0


def _named(parts: SplitResult) -> str:
    return "".join(c if c.isprintable() else "�" for c in f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"[:100])


def _too_large(path: str, limit: int) -> SourceTrouble:
    return trouble("MR-P313", f"{path} 大于 {limit} 字节", f"{path} is larger than {limit} bytes")
