"""A web server that is slow, endless, torn, a gateway or somebody else ends in a code, in time."""
from __future__ import annotations

import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from medrules.errors import InvalidSettings
from medrules.packs.channel import NotThere
from medrules.packs.fetch import FolderFetcher, HttpFetcher, Pace, SourceTrouble, fetcher_for
from tests.packs.fetch.servers import Answer, answering, plain, serving, slowly

QUICK = Pace(connect=1.0, total=1.0, rate=1, grace=10.0)
PATH = "metadata/timestamp.json"


def code_of(answer: Answer, pace: Pace = QUICK, limit: int = 1_000) -> str:
    with serving(answer) as address, pytest.raises(SourceTrouble) as told:
        HttpFetcher(address, pace).fetch(PATH, limit)
    return told.value.fault.code


def test_what_is_there_comes_whole() -> None:
    asked = []

    def answer(connection: socket.socket, path: str) -> None:
        asked.append(path)
        connection.sendall(plain(b"x" * 1_000))

    with serving(answer) as address:
        assert HttpFetcher(address + "/").fetch(PATH, 1_000) == b"x" * 1_000
    assert asked == ["/packs/metadata/timestamp.json"]


def test_chunks_are_put_together() -> None:
    content = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
    with serving(answering(content)) as address:
        assert HttpFetcher(address).fetch(PATH, 7) == b"abcdefg"


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_what_is_not_there_is_no_trouble(status: str) -> None:
    with serving(answering(plain(b"<html>", status))) as address, pytest.raises(NotThere):
        HttpFetcher(address).fetch(PATH, 1_000)


def test_an_object_store_forbids_the_root_that_is_not_there() -> None:
    with serving(answering(plain(b"<Error/>", "403 Forbidden"))) as address:
        with pytest.raises(NotThere):
            HttpFetcher(address).fetch("metadata/2.root.json", 1_000)
        with pytest.raises(SourceTrouble):
            HttpFetcher(address).fetch("metadata/2.snapshot.json", 1_000)


@pytest.mark.parametrize(("answer", "code"), [
    (plain(b"x" * 1_001), "MR-P313"),
    (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_001, "MR-P313"),  # it does not say how much comes
    (plain(b"", announced=10**15), "MR-P313"),
    (plain(b"x" * 10, announced=20), "MR-P316"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", "MR-P316"),
    (plain(b"x", "500 Oops"), "MR-P316"),
    (plain(b"x", "403 Forbidden"), "MR-P316"),
    (plain(b"x", "206 Partial Content"), "MR-P316"),
    (plain(b"x", "200 OK", "Content-Encoding: gzip"), "MR-P316"),
    (b"not HTTP\r\n\r\n", "MR-P316"),
    (b"", "MR-P316"),
    (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000, "MR-P316"),
    (plain(b"<!DOCTYPE html><title>login</title>"), "MR-P315"),
    (plain(b"\xef\xbb\xbf\n <!-- gateway --> <HTML><body>"), "MR-P315"),
    (plain(b"please log in", "200 OK", "Content-Type: text/html; charset=gbk"), "MR-P315"),
    (plain(b"", "302 Found", "Location: http://login.example/"), "MR-P314"),
    (plain(b"", "301 Moved", "Location: https://127.0.0.1/packs/x"), "MR-P314"),
    (plain(b"", "307 Moved", "Location: //127.0.0.1:1/x"), "MR-P314"),
    (plain(b"", "302 Found", "Location: file:///etc/passwd"), "MR-P314"),
    (plain(b"", "302 Found", "Location: http://a:b@[::bad/"), "MR-P316"),
    (plain(b"", "302 Found", "Location: elsewhere"), "MR-P316"),  # and there again, and again
])
def test_every_wrong_answer_has_its_code(answer: bytes, code: str) -> None:
    assert code_of(answering(answer)) == code


def test_a_redirect_on_the_same_server_is_followed() -> None:
    def answer(connection: socket.socket, path: str) -> None:
        connection.sendall(plain(b"here") if path == "/other?a=1" else plain(b"", "302 Found", "Location: /other?a=1"))

    with serving(answer) as address:
        assert HttpFetcher(address).fetch(PATH, 100) == b"here"


@pytest.mark.parametrize("answer", [
    slowly(b"x" * 1_000, 0.05, b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
    slowly(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000, 0.05),  # already the header
    lambda connection, path: time.sleep(3),
])
def test_one_byte_now_and_then_ends_at_the_deadline(answer: Answer) -> None:
    began = time.monotonic()
    assert code_of(answer) == "MR-P312"
    assert time.monotonic() - began < 2.5


def test_less_than_the_least_rate_ends_before_the_deadline() -> None:
    slow = slowly(b"x" * 1_000, 0.01, b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    assert code_of(slow, Pace(total=60, rate=100_000, grace=0.2), 2_000) == "MR-P312"


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with pytest.raises(SourceTrouble) as told:
        HttpFetcher(f"http://127.0.0.1:{port}", QUICK).fetch(PATH, 10)
    assert told.value.fault.code == "MR-P311"


def test_https_speaks_with_nobody_whose_certificate_it_cannot_check(tmp_path: Path) -> None:
    own = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    with serving(answering(plain(b"x")), context) as address:
        address = address.replace("http://127.0.0.1", "https://localhost")
        assert HttpFetcher(address, QUICK, certificates=own).fetch(PATH, 10) == b"x"
        for wrong, authorities in ((address, None), (address.replace("localhost", "127.0.0.1"), own)):
            with pytest.raises(SourceTrouble) as told:
                HttpFetcher(wrong, QUICK, authorities).fetch(PATH, 10)
            assert told.value.fault.code == "MR-P311"


def certificate(folder: Path) -> str:
    """A key and a certificate for `localhost`, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256()))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "both.pem").write_bytes(private + made.public_bytes(Encoding.PEM))
    return str(folder / "both.pem")


@pytest.mark.parametrize("path", ["../x", "/x", "a//b", "", "a/../b", "a b", "http://x/y", ".hidden", "a\n", "表"])
def test_paths_are_plain(path: str, tmp_path: Path) -> None:
    for fetcher in (HttpFetcher("http://127.0.0.1:1"), FolderFetcher(tmp_path)):
        with pytest.raises(SourceTrouble) as told:
            fetcher.fetch(path, 10)
        assert told.value.fault.code == "MR-P316"


@pytest.mark.parametrize("url", ["ftp://x/y", "dir:", "http://", "http://a:b@x/", "http://x/?a", "http://x/#a", "x"])
def test_sources_that_are_none(url: str) -> None:
    with pytest.raises(InvalidSettings):
        fetcher_for(url)
