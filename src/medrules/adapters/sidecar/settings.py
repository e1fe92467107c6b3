"""Time limits and other options of the local service, with defaults that suit a doctor who waits."""
from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from medrules.errors import InvalidSettings

__all__ = ["ServiceSettings"]


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Options of the service; times in milliseconds.

    deadline_ms   rules that are not done by then are answered as 未检查
    timeout_ms    the whole answer, whatever happens; below the 10 s that real pages wait
    read_ms       receiving the body
    grace_ms      finishing requests under way when the service stops
    workers       reviews at the same time; one review uses one processor
    waiting       requests that may wait for a worker; more are answered "busy" at once
    allow_remote  listen beyond loopback (put a reverse proxy with TLS before it)
    origins       web pages (scheme://host:port) that may call the service from a browser
    hosts         names besides localhost by which callers on this machine address it; others are refused, so that no
                  web page can reach the service under a name of its own (DNS rebinding)
    """

    deadline_ms: int = 3_000
    timeout_ms: int = 8_000
    read_ms: int = 5_000
    grace_ms: int = 10_000
    workers: int = 2
    waiting: int = 64
    allow_remote: bool = False
    origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in ("allow_remote", "origins", "hosts"):
                continue
            if not isinstance(value, int) or isinstance(value, bool) or value < (0 if field.name == "waiting" else 1):
                raise InvalidSettings(f"服务设置「{field.name}」应为正整数 (`{field.name}`: a whole number from 1 on)")

    @classmethod
    def from_toml(cls, path: str | Path) -> ServiceSettings:
        """From the `[service]` table of a site file; the defaults if it has none."""
        try:
            given = tomllib.loads(Path(path).read_text(encoding="utf-8-sig")).get("service", {})
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InvalidSettings(f"服务设置读不出来：{error} (cannot read the service settings)") from error
        if not isinstance(given, Mapping):
            raise InvalidSettings("服务设置「service」应为表 (`service` must be a table)")
        return cls.from_mapping(given)

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> ServiceSettings:
        """From the `[service]` table of a TOML file. Unknown keys are errors."""
        names = {f.name for f in fields(cls)}
        for key in given:
            if key not in names:
                raise InvalidSettings(f"服务设置没有「{key}」这一项 (unknown service setting `{key}`)")
        values = dict(given)
        for key in ("origins", "hosts"):
            listed = values.get(key, ())
            if not isinstance(listed, (list, tuple)) or not all(isinstance(o, str) for o in listed):
                raise InvalidSettings(f"服务设置「{key}」应为字符串列表 (`{key}` must be a list of strings)")
            values[key] = tuple(o.strip().lower() for o in listed)
        if not isinstance(values.get("allow_remote", False), bool):
            raise InvalidSettings("服务设置「allow_remote」应为 true 或 false (`allow_remote` must be true or false)")
        return cls(**values)
