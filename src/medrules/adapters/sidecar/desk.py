"""What the service answers, without any web framework: path and bytes in, status and bytes out. Never raises."""
from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from medrules.adapters.native import read_facts
from medrules.adapters.native_report import Language, dump_report
from medrules.adapters.nhsa.envelope import decode
from medrules.adapters.nhsa.feedback import Feedback
from medrules.adapters.nhsa.service import Answer, Engine, Service
from medrules.adapters.nhsa.site import DEFAULT_SITE, SiteSettings
from medrules.adapters.sidecar.settings import ServiceSettings
from medrules.engine.engine import ENGINE_VERSION
from medrules.errors import InvalidFacts, InvalidMessage

__all__ = ["NATIONAL_PATHS", "Desk", "PackInfo", "Reply"]

# Addresses of the national transactions, and the transaction each takes ("" = by its infno).
NATIONAL_PATHS: Final[Mapping[str, str]] = MappingProxyType({
    "/fsi/api/riskConService/beforeAnalyze": "3101",
    "/fsi/api/riskConService/courseAnalyze": "3102",
    "/fsi/api/riskConService/feedback": "3103",
    "/nhsa": "",
})
NATIVE_PATH: Final = "/review"
HEALTH_PATH: Final = "/health"

_WHY: Final[Mapping[str, tuple[int, str]]] = MappingProxyType({
    "large": (413, "报文超过上限，未检查 (body too large, not checked)"),
    "slow": (408, "报文没有及时收完，未检查 (body not received in time, not checked)"),
    "late": (504, "审核超时，未检查；不等于没有问题，可继续诊疗 (timed out, not checked)"),
    "busy": (503, "服务繁忙，未检查；不等于没有问题，可继续诊疗 (busy, not checked)"),
    "origin": (403, "来源网页不在 origins 名单中 (origin not allowed)"),
    "host": (403, "请用本机地址（127.0.0.1、localhost）访问，其他主机名须写进 hosts (host name not allowed)"),
    "path": (404, "没有这个地址，见接入指南第 3 节 (no such address)"),
    "method": (405, "这个地址不收这种请求方法：审核用 POST，/health 用 GET (method not allowed: POST to review, GET for /health)"),
})


class Reply(NamedTuple):
    """An HTTP answer. `outcome` is for counting and logging: it never holds anything that was sent."""

    status: int
    body: bytes
    media_type: str
    outcome: str


@dataclass(frozen=True, slots=True)
class PackInfo:
    """What /health says about the active pack."""

    name: str = ""
    version: str = ""
    hash: str = ""
    engine_version: str = ""


class Desk:
    """Answers requests with one engine. Safe between threads."""

    def __init__(
        self, engine: Engine, *, site: SiteSettings = DEFAULT_SITE, settings: ServiceSettings | None = None,
        info: PackInfo | None = None, store: Callable[[Feedback], None] | None = None,
        clock: Callable[[], datetime] = datetime.now, ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings or ServiceSettings()
        self.body_limit = site.limits.body_bytes
        self._engine, self._site = engine, site
        self._service = Service(engine, site=site, store=store, clock=clock)
        self._info = info
        self._ticks, self._started = ticks, ticks()
        self._counts: dict[str, int] = {}
        self._lock = Lock()

    def answer(self, path: str, content_type: str, query: Mapping[str, str], body: bytes) -> Reply:
        """Answer a POST. `path` is one of NATIONAL_PATHS or /review."""
        deadline = self._ticks() + self.settings.deadline_ms / 1000
        charset = _charset(content_type)
        if path == NATIVE_PATH:
            return self._native("en" if query.get("lang") == "en" else "zh", body, charset, deadline)
        return _national(self._service.answer(body, charset, NATIONAL_PATHS[path], deadline))

    def refuse(self, path: str, content_type: str, why: str) -> Reply:
        """The answer where nothing could be reviewed: a key of _WHY.

        National addresses answer with HTTP 200 and infcode -1, because their clients read the body and not the status;
        except to callers that are not their clients: a wrong address, method, page or host name.
        """
        status, text = _WHY[why]
        if path in NATIONAL_PATHS and status not in (403, 404, 405):
            return _national(self._service.refuse(text, _charset(content_type)))._replace(outcome=why)
        return _in_charset(_json(status, {"error": why, "message": text}, why), _charset(content_type))

    def health(self) -> Reply:
        """GET /health: 200 while the service can review."""
        with self._lock:
            counts = dict(sorted(self._counts.items()))
        info = self._info or _info_of(self._engine)  # asked each time: an engine may get another pack while it runs
        return _json(200, {
            "status": "ok", "pack": info.name, "pack_version": info.version, "pack_hash": info.hash,
            "engine_version": info.engine_version, "uptime_seconds": int(self._ticks() - self._started),
            "answers": counts, **_store_of(self._engine),
        }, "health")

    def count(self, reply: Reply) -> None:
        """Count one answer by its outcome."""
        with self._lock:
            self._counts[reply.outcome] = self._counts.get(reply.outcome, 0) + 1

    def _native(self, language: Language, body: bytes, charset: str, deadline: float) -> Reply:
        return _in_charset(self._review(language, body, charset, deadline), charset)

    def _review(self, language: Language, body: bytes, charset: str, deadline: float) -> Reply:
        try:
            text = decode(body, self._site.limits, charset)[0] if charset else body
            facts = read_facts(text, midnight_is_time=self._site.midnight_is_time, codes=self._site.code_mapping)
        except InvalidFacts as error:
            return _json(400, {
                "error": error.code, "message": str(error),
                "errors": [{"path": e.path, "message": e.message, "code": e.code} for e in error.errors],
            }, "refused")
        except InvalidMessage as error:
            return _json(400, {"error": error.code, "message": str(error), "errors": []}, "refused")
        except Exception:
            return _json(500, {"error": "fault", "message": "未检查：事实没有读懂 (not checked)"}, "failed")
        try:
            text = dump_report(self._engine.review(facts, deadline=deadline), language)
        except Exception:
            return _json(500, {"error": "fault", "message": "未检查：审核没有完成 (not checked)"}, "failed")
        return Reply(200, text.encode("utf-8", "replace"), "application/json; charset=utf-8", "reviewed")


def _national(answer: Answer) -> Reply:
    return Reply(200, answer.body, f"application/json; charset={answer.encoding}", answer.outcome)


def _json(status: int, content: Mapping[str, Any], outcome: str) -> Reply:
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    return Reply(status, body, "application/json; charset=utf-8", outcome)


def _in_charset(reply: Reply, charset: str) -> Reply:
    """GBK in, GBK out, as at the national addresses: a character that GBK lacks becomes its JSON escape."""
    if not charset.startswith(("gb", "cp936")):
        return reply
    text = reply.body.decode("utf-8")
    try:
        body = text.encode("gbk")
    except UnicodeEncodeError:
        body = b"".join(_gbk_or_escape(c) for c in text)
    return reply._replace(body=body, media_type="application/json; charset=gbk")


def _gbk_or_escape(character: str) -> bytes:
    try:
        return character.encode("gbk")
    except UnicodeEncodeError:
        return json.dumps(character)[1:-1].encode("ascii")


def _charset(content_type: str) -> str:
    """The charset parameter of a Content-Type, "" if there is none or it is not one of ours (then the body decides)."""
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
            return charset if charset in _CHARSETS else ""
    return ""


def _store_of(engine: Any) -> dict[str, Any]:
    """Of an engine on a store: the activation in use, and the code of what is wrong with a newer one that is not in use ("" = nothing)."""
    sequence = getattr(engine, "sequence", None)
    if sequence is None:
        return {}
    return {"activation": sequence, "activation_problem": getattr(getattr(engine, "problem", None), "code", "")}


def _info_of(engine: Any) -> PackInfo:
    """What the engine says of its pack; a field that it does not have stays empty."""
    program = getattr(engine, "program", None)

    def said(holder: Any, name: str) -> str:
        return str(getattr(holder, name, ""))

    return PackInfo(said(program, "pack"), said(program, "pack_version"), said(program, "pack_hash"), ENGINE_VERSION)


_CHARSETS: Final = frozenset({"utf-8", "utf8", "gbk", "gb2312", "gb18030", "cp936"})
