"""A client for the public TUF conformance suite: `python -m medrules.packs.conformance … init | refresh | download`.

The suite runs a program of this command line against repositories of its own, honest and hostile, and looks at exit codes, at the metadata that is
kept, at the files that are fetched and at the requests that are made. Everything that decides is `TrustedChannel`; here are only the suite's
command line, its folder of metadata and a plain HTTP transport (its role names have characters that hospitals' fetchers refuse).
"""
from __future__ import annotations

import argparse
import http.client
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import quote

from medrules.errors import PackError
from medrules.packs.channel import NotThere, TrustedChannel, Unreachable
from medrules.packs.channel.fetcher import Fetcher

__all__ = ["LocalMetadata", "main"]

_FIRST: Final = "root_history/first"  # no .json: the suite counts such files as trusted roles
_SECONDS: Final = 30


class WebFetcher:
    """`metadata/…` below one address, `targets/…` below another."""

    def __init__(self, metadata: str, targets: str) -> None:
        self._bases = {"metadata": metadata.rstrip("/"), "targets": targets.rstrip("/")}
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def fetch(self, path: str, limit: int) -> bytes:
        kind, _, rest = path.partition("/")
        # metadata names come quoted (a role may be called `a/b`), target paths do not
        address = f"{self._bases[kind]}/{rest if kind == 'metadata' else quote(rest)}"
        try:
            with self._open(address, timeout=_SECONDS) as answer:
                content: bytes = answer.read(limit + 1)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (403, 404):
                raise NotThere(path) from None
            raise Unreachable(f"HTTP {error.code}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(type(error).__name__) from error
        return content


class LocalMetadata:
    """The suite's metadata folder: current files without version numbers, the first root, the roots since then."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, root: bytes) -> None:
        self._write(_FIRST, root)
        self._write("root.json", root)

    def channel(self, fetcher: Fetcher) -> TrustedChannel:
        kept = {p.relative_to(self.folder).as_posix(): p.read_bytes() for p in self.folder.rglob("*.json")}
        kept.pop("root.json")
        return TrustedChannel(fetcher, (self.folder / _FIRST).read_bytes(), metadata=kept, clock=lambda: datetime.now(UTC))

    def keep(self, channel: TrustedChannel) -> None:
        """Everything that verified, after a failure too."""
        roots = []
        for name, content in channel.metadata.items():
            self._write(name, content)
            if name.startswith("root_history/"):
                roots.append((int(name.removeprefix("root_history/").split(".")[0]), content))
        if roots:
            self._write("root.json", max(roots)[1])

    def _write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.part")
        aside.write_bytes(content)
        os.replace(aside, path)


def main(words: Sequence[str] | None = None) -> int:
    """0 done, 1 refused, as the suite's protocol asks."""
    parser = argparse.ArgumentParser(prog="python -m medrules.packs.conformance", description="TUF 一致性测试的客户端 | client for the TUF conformance suite")
    for name in ("--metadata-dir", "--metadata-url", "--target-name", "--target-base-url", "--target-dir"):
        parser.add_argument(name, required=name == "--metadata-dir")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("init").add_argument("root")
    actions.add_parser("refresh")
    actions.add_parser("download")
    arguments = parser.parse_args(words)
    local = LocalMetadata(Path(arguments.metadata_dir))
    if arguments.action == "init":
        local.start(Path(arguments.root).read_bytes())
        return 0
    channel = local.channel(WebFetcher(arguments.metadata_url, arguments.target_base_url or arguments.metadata_url))
    try:
        channel.refresh()
        if arguments.action == "download":
            _download(channel, arguments.target_name, Path(arguments.target_dir))
    except PackError as error:
        sys.stderr.write(f"{error.code} {error}\n")
        return 1
    finally:
        local.keep(channel)
    return 0


def _download(channel: TrustedChannel, name: str, folder: Path) -> None:
    """A file that is there already with the right hash is not fetched again."""
    facts = channel.find(name)
    path = folder / quote(name, "")
    if facts is not None and path.is_file() and sha256(path.read_bytes()).hexdigest() == facts.sha256:
        return
    content = channel.target(name)
    folder.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{sha256(name.encode()).hexdigest()}.part")
    aside.write_bytes(content)
    os.replace(aside, path)


if __name__ == "__main__":
    sys.exit(main())
