"""The local HTTP service for systems that cannot load Python: 3101, 3102, 3103 and native facts over loopback.

Takes → HTTP requests on this machine. Gives → the same answers as the library calls. Never → logs a body, judges
anything itself, listens beyond loopback unless told to, or keeps a doctor waiting beyond its time limit.

    HTTP ─ web (the only file that knows Starlette and uvicorn) ─ desk (routes, encodings, answers) ─ nhsa | native
"""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from medrules.adapters.nhsa.service import Engine
from medrules.adapters.nhsa.site import DEFAULT_SITE, SiteSettings
from medrules.adapters.sidecar.desk import Desk, PackInfo, Reply
from medrules.adapters.sidecar.feedback_file import FeedbackFile
from medrules.adapters.sidecar.settings import ServiceSettings

__all__ = ["Desk", "FeedbackFile", "PackInfo", "Reply", "ServiceSettings", "serve"]


def serve(
    engine: Engine, host: str = "127.0.0.1", port: int = 8310, *, site: SiteSettings = DEFAULT_SITE,
    settings: ServiceSettings | None = None, info: PackInfo | None = None, feedback_file: str | Path | None = None,
    started: Callable[[str], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are answered first.

    Args:
        engine: what judges the facts (`medrules.open_pack`).
        host: an address of this machine; anything beyond loopback needs `settings.allow_remote`.
        port: 0 = any free port.
        site: what the site has settled.
        settings: time limits and the like.
        info: what /health says about the pack; None = asked of the engine.
        feedback_file: where 3103 feedback is appended (JSON lines); None = 3103 is refused.
        started: called with the address once the port is open, never when it cannot be opened.

    Raises:
        InvalidSettings: the host is not loopback and `allow_remote` is off.
        MissingExtra: Starlette or uvicorn is not installed.
    """
    from medrules.adapters.sidecar.web import run  # the optional extra

    chosen = settings or ServiceSettings()
    store = FeedbackFile(feedback_file) if feedback_file is not None else None
    run(Desk(engine, site=site, settings=chosen, info=info, store=store), host, port, started)
