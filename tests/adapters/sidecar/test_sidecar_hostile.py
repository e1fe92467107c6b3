"""The local service against callers that mean ill or work badly: web pages, slow senders, many at once, full disks."""

from __future__ import annotations

import http.client
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from medrules import Engine, Facts, Report, SiteSettings
from medrules.adapters.cli.main import main
from medrules.adapters.nhsa import read_feedback
from medrules.adapters.sidecar import Desk, FeedbackFile, ServiceSettings
from medrules.adapters.sidecar.web import build_app

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples" / "3101"
BEFORE = "/fsi/api/riskConService/beforeAnalyze"
PATHS = (BEFORE, "/fsi/api/riskConService/courseAnalyze", "/fsi/api/riskConService/feedback", "/nhsa", "/review")
OUTPATIENT = (EXAMPLES / "01-outpatient-adult.json").read_bytes()


def client_of(engine: Any, **settings: Any) -> TestClient:
    return TestClient(build_app(Desk(engine, settings=ServiceSettings(**settings))), base_url="http://localhost")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8310", "127.0.0.1.evil.example", "localhost.evil.example", "localhost@evil.example"])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_that_rebinds_its_name_to_this_machine_reads_nothing(engine: Engine, host: str, path: str) -> None:
    with client_of(engine) as client:
        answer = client.post(path, content=OUTPATIENT, headers={"host": host})
        assert answer.status_code == 403 and "vola_cont" not in answer.text
        health = client.get("/health", headers={"host": host})
        assert health.status_code == 403 and "pack" not in health.text


@pytest.mark.parametrize("host", ["127.0.0.1:8310", "localhost", "LOCALHOST:8310", "[::1]:8310", "192.0.2.7:8310"])
def test_addresses_in_figures_and_localhost_are_ours(engine: Engine, host: str) -> None:
    with client_of(engine) as client:
        assert client.post(BEFORE, content=OUTPATIENT, headers={"host": host}).status_code == 200


def test_a_site_lists_further_names_and_a_proxy_answers_for_its_own(engine: Engine) -> None:
    for settings in ({"hosts": ("his-01.local",)}, {"allow_remote": True}):
        with client_of(engine, **settings) as client:
            assert client.get("/health", headers={"host": "his-01.local:8310"}).status_code == 200


@pytest.mark.parametrize("host", ["localhost/review?x=", "localhost/health?", "[", "a b", "localhost#", "localhost\\@"])
def test_the_host_header_cannot_change_the_address(engine: Engine, host: str) -> None:
    with client_of(engine, allow_remote=True) as client:  # where the name itself is not looked at
        answer = client.post(BEFORE, content=b"{", headers={"host": host})
        assert answer.status_code == 200 and answer.json()["infcode"] == -1


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://localhost:8310.evil.example", "https://his.example.evil.example"])
@pytest.mark.parametrize("path", PATHS)
def test_no_page_that_is_not_listed_gets_an_answer(engine: Engine, origin: str, path: str) -> None:
    with client_of(engine, origins=("https://his.example",)) as client:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json"):
            answer = client.post(path, content=OUTPATIENT, headers={"origin": origin, "content-type": kind})
            assert answer.status_code == 403 and "access-control-allow-origin" not in answer.headers
        health = client.get("/health", headers={"origin": origin})
        assert "access-control-allow-origin" not in health.headers
        asked = client.options(path, headers={"origin": origin, "access-control-request-method": "POST"})
        assert asked.status_code == 403 and "access-control-allow-origin" not in asked.headers


def test_a_listed_page_may_reach_this_machine_from_a_server(engine: Engine) -> None:
    with client_of(engine, origins=("https://his.example",)) as client:
        headers = {"origin": "https://his.example", "access-control-request-private-network": "true"}
        assert client.options(BEFORE, headers=headers).headers["access-control-allow-private-network"] == "true"
        del headers["access-control-request-private-network"]
        assert "access-control-allow-private-network" not in client.options(BEFORE, headers=headers).headers


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_wrong_methods_and_paths(engine: Engine, method: str) -> None:
    with client_of(engine) as client:
        for path in PATHS:
            assert client.request(method, path).status_code == 405
        for path in ("/", "/nhsa/", "/nhsa/../review", "/REVIEW", "/fsi/api/riskConService", "/health/x"):
            assert client.request(method, path, follow_redirects=False).status_code in (404, 405, 307)


def test_many_at_once_get_their_own_answers(engine: Engine) -> None:
    with client_of(engine, workers=4) as client:
        seen: list[bool] = []

        def work(n: int) -> None:
            for k in range(5):
                body = OUTPATIENT.replace(b"P90000000001", f"P9{n:03d}{k:03d}0001".encode())
                answer = client.post(BEFORE, content=body).json()
                seen.append(answer["infcode"] == 0 and {i["patn_id"] for i in answer["output"]["result"]} == {f"P9{n:03d}{k:03d}0001"})

        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    assert len(seen) == 40 and all(seen)


def test_what_nobody_waits_for_any_more_is_not_begun() -> None:
    begun: list[int] = []

    class Slow:
        def review(self, facts: Facts, *, deadline: float | None = None) -> Report:
            begun.append(1)
            time.sleep(0.6)
            return Report()

    with client_of(Slow(), workers=1, waiting=8, timeout_ms=200) as client:
        threads = [threading.Thread(target=client.post, args=(BEFORE,), kwargs={"content": OUTPATIENT}) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        time.sleep(0.8)
        assert len(begun) == 1
        assert client.post(BEFORE, content=OUTPATIENT).json()["infcode"] == -1  # late again, and not "busy"
        assert client.get("/health").json()["answers"] == {"late": 5}


def test_nothing_that_was_sent_is_logged(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    secret = "张示例13800000000"
    with caplog.at_level(logging.DEBUG), client_of(engine) as client:
        for body in (secret.encode(), json.dumps({"infno": secret, "input": secret}).encode(), OUTPATIENT):
            for path in PATHS:
                client.post(f"{path}?{secret}", content=body, headers={"x-patient": "P90000000001"})
                client.post(path, content=body, headers={"origin": "https://evil.example/P90000000001"})
        client.post("/nowhere/P90000000001", content=OUTPATIENT)
    ours = [r for r in caplog.records if r.name.startswith("medrules")]
    text = "\n".join(r.getMessage() for r in ours)
    assert len(ours) == 30 and BEFORE in text
    for word in (secret[:3], "1380", "P9000", "MZ2026", "示例"):
        assert word not in text


def test_half_a_line_of_feedback_never_meets_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "feedback.jsonl"
    feedback = read_feedback((EXAMPLES / "10-feedback-3103.json").read_bytes())
    keep = FeedbackFile(path)
    keep(feedback)
    good = path.read_bytes()

    def full(_: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError):
        keep(feedback)
    monkeypatch.undo()
    assert path.read_bytes() == good
    path.write_bytes(good + b'{"msgid": "cut')  # the power went
    keep(feedback)
    lines = path.read_bytes().splitlines()
    assert len(lines) == 5 and [json.loads(x)["outcome"] for x in lines[:2] + lines[3:]] == ["go_on", "change"] * 2
    assert json.loads(lines[0])["at"] == "2026-07-06 09:43:00"


PROGRAM = """
import sys
from medrules.adapters.cli.main import main
raise SystemExit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path, Any]]:
    """`medrules serve` as a process, with a site file whose [service] table says something."""
    folder = tmp_path_factory.mktemp("serve")
    site = folder / "site.toml"
    site.write_text("[nhsa]\nwarn_msg = true\n[service]\nread_ms = 1500\nhosts = ['his.local']\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "log.txt"
    command = [sys.executable, "-c", PROGRAM, "serve", "--pack", str(ROOT / "rulepacks" / "national"), "--site", str(site), "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"}, stdout=out, stderr=out)
    try:
        for _ in range(300):
            try:
                httpx.get(f"http://127.0.0.1:{port}/health")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        else:
            pytest.fail(log.read_text(encoding="utf-8"))
        yield port, log, process
    finally:
        process.kill()
        process.wait()


pytestmark_process = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytestmark_process
def test_the_command_honours_the_service_table(served: tuple[int, Path, Any]) -> None:
    port, _, _ = served
    assert httpx.get(f"http://127.0.0.1:{port}/health", headers={"host": "his.local"}).status_code == 200
    assert httpx.get(f"http://127.0.0.1:{port}/health", headers={"host": "other.local"}).status_code == 403


@pytestmark_process
def test_a_sender_that_stops_halfway_is_told_after_its_time(served: tuple[int, Path, Any]) -> None:
    port, _, _ = served
    with socket.create_connection(("127.0.0.1", port)) as half:
        half.sendall(f"POST {BEFORE} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(OUTPATIENT)}\r\n\r\n".encode() + OUTPATIENT[:100])
        started = time.monotonic()
        assert httpx.post(f"http://127.0.0.1:{port}{BEFORE}", content=OUTPATIENT).json()["infcode"] == 0  # nobody else waits
        half.settimeout(20)
        answer = half.recv(65_536)
        while b"\r\n\r\n" not in answer or not answer.endswith(b"}"):
            more = half.recv(65_536)
            assert more, answer
            answer += more
        assert time.monotonic() - started > 0.3
        assert b'"infcode":-1' in answer and "未检查".encode() in answer


@pytestmark_process
def test_a_body_that_is_too_large_is_answered_and_not_cut_off(served: tuple[int, Path, Any]) -> None:
    port, _, _ = served
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", BEFORE, body=b" " * 20_000_000)
    answer = json.loads(connection.getresponse().read())
    assert answer["infcode"] == -1 and "超过上限" in answer["err_msg"]


@pytestmark_process
def test_the_log_has_one_line_for_each_request_and_nothing_of_it(served: tuple[int, Path, Any]) -> None:
    port, log, process = served
    assert httpx.post(f"http://127.0.0.1:{port}{BEFORE}", content=OUTPATIENT).json()["infcode"] == 0
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=15)
    text = log.read_text(encoding="utf-8")
    assert f"{BEFORE} 200 reviewed bytes={len(OUTPATIENT)}" in text and "Traceback" not in text
    assert f"serving http://127.0.0.1:{port} " in text
    for word in ("P9000", "MZ2026", "示例患者", "A0000"):
        assert word not in text


@pytest.mark.parametrize("more", [["--host", "0.0.0.0", "--port", "0"], ["--host", "192.0.2.1"]])
def test_a_service_that_does_not_start_does_not_say_that_it_serves(more: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--pack", str(ROOT / "rulepacks" / "national"), *more]) != 0
    said = capfd.readouterr()
    assert "serving" not in said.out + said.err and "本机地址" in said.err


def test_half_a_surrogate_pair_and_odd_line_ends_stay_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    sent = json.loads((EXAMPLES / "10-feedback-3103.json").read_bytes())
    reason = "病情\ud800需\u2028要\x85"
    sent["input"]["data"]["warns"][0]["dspo_way_rea"] = reason
    FeedbackFile(path, lambda: datetime(2026, 7, 6, 9, 50, 1, 99))(read_feedback(json.dumps(sent).encode()))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2 and "病情" in lines[0]
    assert json.loads(lines[0])["reason"] == reason.rstrip() and json.loads(lines[0])["received"] == "2026-07-06 09:50:01"


def test_the_desk_speaks_for_an_engine_without_a_pack() -> None:
    class Bare:
        def review(self, facts: Facts, *, deadline: float | None = None) -> Report:
            return Report()

    desk = Desk(Bare(), site=SiteSettings())
    assert json.loads(desk.health().body)["pack"] == ""
