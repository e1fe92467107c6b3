"""The suite's client command as the suite runs it: exit codes, kept metadata, files, and the requests in their order."""
from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from tuf.api.metadata import Targets

from medrules.packs.conformance import main
from tests.packs.repository import NATIONAL, Repository, signer

PATH = "100000/a b/päck.txt"


class Site:
    """A repository on a web server of this machine; `asked` are the paths of its requests."""

    def __init__(self, repository: Repository) -> None:
        self.repository, self.asked = repository, list[str]()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, _, rest = self.path.lstrip("/").partition("/")
                path = f"{kind}/{rest if kind == 'metadata' else unquote(rest)}"
                site.asked.append(path)
                content = site.repository.files.get(path)
                self.send_response(404 if content is None else 200)
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


class Client:
    def __init__(self, folder: Path, site: Site) -> None:
        self.metadata, self.files, self.site = folder / "metadata", folder / "files", site
        self.metadata.mkdir()

    def init(self) -> int:
        root = self.metadata.parent / "initial.json"
        root.write_bytes(self.site.repository.first_root)
        return main(["--metadata-dir", str(self.metadata), "init", str(root)])

    def refresh(self) -> int:
        self.site.asked.clear()
        return main(["--metadata-dir", str(self.metadata), "--metadata-url", f"{self.site.url}/metadata", "refresh"])

    def download(self, name: str) -> int:
        self.site.asked.clear()
        return main(["--metadata-dir", str(self.metadata), "--metadata-url", f"{self.site.url}/metadata/", "--target-name", name,
                     "--target-base-url", f"{self.site.url}/targets", "--target-dir", str(self.files), "download"])

    def version(self, role: str) -> int:
        return int(json.loads((self.metadata / f"{role}.json").read_bytes())["signed"]["version"])


@pytest.fixture
def site() -> Iterator[Site]:
    repository = Repository(now=datetime.now(UTC))
    repository.add(NATIONAL, PATH, b"content")
    repository.publish()
    made = Site(repository)
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def client(tmp_path: Path, site: Site) -> Client:
    made = Client(tmp_path, site)
    assert made.init() == 0 and site.asked == []
    return made


def test_a_refresh_asks_in_the_order_of_the_specification(client: Client, site: Site) -> None:
    assert client.refresh() == 0
    assert site.asked == ["metadata/2.root.json", "metadata/timestamp.json", "metadata/2.snapshot.json", "metadata/2.targets.json"]
    assert {role: client.version(role) for role in ("root", "timestamp", "snapshot", "targets")} == {"root": 1, "timestamp": 2, "snapshot": 2, "targets": 2}
    assert {p.name for p in client.metadata.glob("*.json")} == {"root.json", "timestamp.json", "snapshot.json", "targets.json"}
    assert client.refresh() == 0 and site.asked == ["metadata/2.root.json", "metadata/timestamp.json"]
    site.repository.rotate_root()
    assert client.refresh() == 0 and client.version("root") == 2


def test_a_download_and_its_second_time(client: Client, site: Site) -> None:
    assert client.download(PATH) == 0
    assert [p.read_bytes() for p in client.files.iterdir()] == [b"content"]
    assert client.download(PATH) == 0 and not any(p.startswith("targets/") for p in site.asked)
    site.repository.add(NATIONAL, PATH, b"content of tomorrow")
    site.repository.publish()
    assert client.download(PATH) == 0 and [p.read_bytes() for p in client.files.iterdir()] == [b"content of tomorrow"]
    assert client.download("nothing of that name") == 1


def test_refusals_keep_what_was_trusted(client: Client, site: Site) -> None:
    assert client.refresh() == 0
    old = dict(site.repository.files)
    site.repository.publish()
    site.repository.files["metadata/3.targets.json"] = old["metadata/2.targets.json"]
    assert client.refresh() == 1
    assert client.version("targets") == 2 and client.version("timestamp") == 3
    site.repository.files["metadata/timestamp.json"] = old["metadata/timestamp.json"]
    assert client.refresh() == 1 and client.version("timestamp") == 3


def test_an_unsigned_first_root_asks_for_nothing(tmp_path: Path, site: Site) -> None:
    site.repository.files["metadata/1.root.json"] = json.dumps({**json.loads(site.repository.first_root), "signatures": []}).encode()
    client = Client(tmp_path, site)
    client.init()
    assert client.refresh() == 1 and site.asked == []


def test_expired_metadata(client: Client, site: Site) -> None:
    site.repository.timestamp.expires = datetime.now(UTC) - timedelta(minutes=1)
    site.repository.publish()
    assert client.refresh() == 1
    assert not (client.metadata / "timestamp.json").exists()


@pytest.mark.parametrize("role", ["?", "#", "a/b", "../x", "é", "a b"])
def test_role_names_that_are_no_file_names(client: Client, site: Site, role: str) -> None:
    site.repository.delegate(role, ["other/*"], threshold=1)
    site.repository.signers[role] = [signer("odd")]
    assert site.repository.targets.delegations is not None and site.repository.targets.delegations.roles is not None
    site.repository.targets.delegations.roles[role].keyids = []
    site.repository.targets.add_key(signer("odd").public_key, role)
    site.repository.roles[role] = Targets(expires=site.repository.roles[NATIONAL].expires)
    site.repository.add(role, "other/file", b"odd")
    site.repository.publish()
    name = next(p for p in site.repository.files if p.endswith(f".{role}.json"))
    site.repository.files[f"metadata/{name.removeprefix('metadata/').split('.')[0]}.{quote(role, '')}.json"] = site.repository.files[name]
    assert client.download("other/file") == 0
    assert (client.metadata / f"{quote(role, '')}.json").exists()


def test_without_consistent_snapshots(client: Client, site: Site) -> None:
    site.repository.root.consistent_snapshot = False
    site.repository.rotate_root()
    for version, role in ((2, "snapshot"), (2, "targets"), (2, NATIONAL)):
        site.repository.files[f"metadata/{role}.json"] = site.repository.files[f"metadata/{version}.{role}.json"]
    site.repository.files[f"targets/{PATH}"] = b"content"
    assert client.download(PATH) == 0


def test_the_command_of_the_suite(tmp_path: Path, site: Site) -> None:
    root = tmp_path / "root.json"
    root.write_bytes(site.repository.first_root)
    base = [sys.executable, "-m", "medrules.packs.conformance", "--metadata-dir", str(tmp_path / "m")]
    assert subprocess.run([*base, "init", str(root)], check=False).returncode == 0
    assert subprocess.run([*base, "--metadata-url", f"{site.url}/metadata/", "refresh"], check=False).returncode == 0
    site.repository.files["metadata/timestamp.json"] = b"<html>"
    done = subprocess.run([*base, "--metadata-url", f"{site.url}/metadata/", "refresh"], check=False, capture_output=True)
    assert done.returncode == 1 and done.stderr.startswith(b"MR-P207")
