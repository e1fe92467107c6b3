"""The only file that knows Starlette and uvicorn: reads bodies under limits, runs reviews in threads, stops
gracefully."""
from __future__ import annotations

import asyncio
import gc
import ipaddress
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Final

from medrules.adapters.sidecar.desk import HEALTH_PATH, NATIONAL_PATHS, NATIVE_PATH, Desk, Reply
from medrules.errors import InvalidSettings, MissingExtra

try:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.requests import ClientDisconnect, Request
    from starlette.responses import Response
    from starlette.routing import Route
except ImportError as error:  # pragma: no cover
    raise MissingExtra(
        '本机服务需要扩展：pip install "medrules[server]"（在源码目录里：pip install -e ".[server]"）'
        ' / the local service needs this extra: pip install "medrules[server]" (from a checkout: pip install -e ".[server]")'
    ) from error

__all__ = ["build_app", "run"]

log: Final = logging.getLogger("medrules.sidecar")
_THROWN_AWAY: Final = 10  # times the limit


class _TooLarge(Exception):
    """The body is longer than the limit."""


def build_app(desk: Desk) -> Starlette:
    """The ASGI application of a desk."""
    settings = desk.settings
    pool = ThreadPoolExecutor(settings.workers, thread_name_prefix="review")
    # Counts reviews in hand, also those whose client was already told that they are late.
    places = asyncio.Semaphore(settings.workers + settings.waiting)

    def is_named(request: Request) -> bool:
        """Whether the caller addresses this machine by a name that no web page can own. Behind a proxy that is the
        proxy's to say."""
        return settings.allow_remote or _host_is_ours(request.headers.get("host", ""), settings.hosts)

    async def post(request: Request) -> Response:
        started = time.monotonic()
        # The path as routed: request.url is put together with the Host header, which may hold anything.
        path, kind = request.scope["path"], request.headers.get("content-type", "")
        origin = request.headers.get("origin")
        if not is_named(request):
            reply, size = desk.refuse(path, kind, "host"), 0
        elif origin is not None and origin not in settings.origins:
            reply, size = desk.refuse(path, kind, "origin"), 0
        else:
            reply, size = await review(request, path, kind)
        desk.count(reply)
        elapsed = int((time.monotonic() - started) * 1000)
        log.info("%s %s %s bytes=%d ms=%d", path, reply.status, reply.outcome, size, elapsed)
        return _response(reply, origin if origin in settings.origins else None)

    async def review(request: Request, path: str, kind: str) -> tuple[Reply, int]:
        try:
            body = await asyncio.wait_for(_read(request, desk.body_limit), settings.read_ms / 1000)
        except _TooLarge:
            return desk.refuse(path, kind, "large"), desk.body_limit
        except (TimeoutError, ClientDisconnect):
            return desk.refuse(path, kind, "slow"), 0
        if places.locked():
            return desk.refuse(path, kind, "busy"), len(body)
        await places.acquire()
        loop, query = asyncio.get_running_loop(), dict(request.query_params)
        job = pool.submit(desk.answer, path, kind, query, body)
        job.add_done_callback(lambda _: _tell(loop, places.release))
        work = asyncio.wrap_future(job)
        try:
            return await asyncio.wait_for(asyncio.shield(work), settings.timeout_ms / 1000), len(body)
        except TimeoutError:
            job.cancel()  # nobody waits for it any more: if it has not begun it need not
            return desk.refuse(path, kind, "late"), len(body)

    async def health(request: Request) -> Response:
        if not is_named(request):
            return _response(desk.refuse(HEALTH_PATH, "", "host"), None)
        return _response(desk.health(), None)

    async def preflight(request: Request) -> Response:
        """A browser asks before it posts JSON; only listed pages get a yes."""
        origin = request.headers.get("origin", "")
        if origin not in settings.origins or not is_named(request):
            return _response(desk.refuse(request.scope["path"], "", "host" if origin in settings.origins else "origin"), None)
        headers = {
            "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "content-type", "Vary": "Origin",
        }
        if request.headers.get("access-control-request-private-network") == "true":
            headers["Access-Control-Allow-Private-Network"] = "true"  # a page of a server calls this machine
        return Response(status_code=204, headers=headers)

    async def elsewhere(request: Request, error: Exception) -> Response:
        """No such address, or not this method there."""
        method = isinstance(error, HTTPException) and error.status_code == 405
        answer = _response(desk.refuse(request.scope["path"], "", "method" if method else "path"), None)
        if isinstance(error, HTTPException) and error.headers:
            answer.headers.update(error.headers)  # Allow
        return answer

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        pool.shutdown(wait=False, cancel_futures=True)

    routes = [Route(HEALTH_PATH, health, methods=["GET"])]
    for path in (*NATIONAL_PATHS, NATIVE_PATH):
        routes += [Route(path, post, methods=["POST"]), Route(path, preflight, methods=["OPTIONS"])]
    return Starlette(routes=routes, lifespan=lifespan, exception_handlers={404: elsewhere, 405: elsewhere})


class _Server(uvicorn.Server):
    """Tells the address as soon as the port is open, and not before."""

    def __init__(self, config: uvicorn.Config, started: Callable[[str], None] | None) -> None:
        super().__init__(config)
        self._tell_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._tell_started is not None:
            host, port = self.config.host, self.servers[0].sockets[0].getsockname()[1]  # the port that 0 became
            self._tell_started(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")


def run(desk: Desk, host: str, port: int, started: Callable[[str], None] | None = None) -> None:
    """Listen until SIGINT or SIGTERM. `started` is called with the address once the port is open.

    Raises:
        InvalidSettings: the host is not loopback and `allow_remote` is off.
    """
    if not desk.settings.allow_remote and not _is_loopback(host):
        raise InvalidSettings(
            f"{host} 不是本机地址；确需对外监听时打开 allow_remote，并在前面放置 TLS 代理 (not a loopback address)"
        )
    # The pack stays for the life of the process: the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    server = _Server(uvicorn.Config(
        build_app(desk), host=host, port=port, access_log=False, server_header=False, log_level="warning",
        timeout_graceful_shutdown=max(1, desk.settings.grace_ms // 1000),
    ), started)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise SystemExit(3)  # uvicorn has said why


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_is_ours(host: str, more: tuple[str, ...]) -> bool:
    """An address in figures, localhost, or a name that the site has listed. A page that was loaded from a name of its own
    cannot send any of these."""
    name = host.strip().lower()
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    if name in ("", "localhost") or name in more:  # "": HTTP/1.0, which no browser speaks
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _tell(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
    """Do something in the event loop, from any thread, unless the service has stopped."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(act)


async def _read(request: Request, limit: int) -> bytes:
    """The body, refused when it is too long. What is somewhat too long is received and thrown away, because a client that
    is cut off while it sends never reads the answer that says why."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and (len(declared) > 18 or int(declared) > _THROWN_AWAY * limit):
        raise _TooLarge
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            parts.clear()
            if size > _THROWN_AWAY * limit:
                raise _TooLarge
        else:
            parts.append(part)
    if size > limit:
        raise _TooLarge
    return b"".join(parts)


def _response(reply: Reply, origin: str | None) -> Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if origin is not None:
        headers |= {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    return Response(reply.body, reply.status, headers | {"Content-Type": reply.media_type})
