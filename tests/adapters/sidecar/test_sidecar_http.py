"""The local service over HTTP: addresses, encodings, limits, time limits, health; always an answer that the client can read."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from medrules import Engine, Facts, Report, SiteSettings
from medrules.adapters.nhsa import Limits
from medrules.adapters.sidecar import Desk, FeedbackFile, ServiceSettings
from medrules.adapters.sidecar.web import build_app, run
from medrules.errors import InvalidSettings

EXAMPLES = Path(__file__).parents[3] / "examples" / "3101"
BEFORE, DURING, FEEDBACK = (f"/fsi/api/riskConService/{tail}" for tail in ("beforeAnalyze", "courseAnalyze", "feedback"))
OUTPATIENT = (EXAMPLES / "01-outpatient-adult.json").read_bytes()
NATIVE = {
    "业务时间": "2026-07-06 10:00:00",
    "环节": "事前",
    "患者": {"唯一号": "P1", "性别": "男", "出生日期": "1990-01-01"},
    "就诊": {
        "标识": "E1",
        "就医方式": "门诊",
        "结算险种": "基本医疗",
        "入院时间": "2026-07-06 09:00:00",
        "明细": [
            {
                "标识": "L1",
                "种类": "医嘱",
                "编码": "XN05CCS273S003010101587",
                "名称": "水合氯醛灌肠剂",
                "数量": "1",
                "单价": "41",
                "金额": "41.00",
                "自费金额": "0",
                "开始时间": "2026-07-06 09:30:00",
            }
        ],
    },
}


class SlowEngine:
    """Takes its time, so that waiting can be tested."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def review(self, facts: Facts, *, deadline: float | None = None) -> Report:
        time.sleep(self.seconds)
        return Report()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "feedback.jsonl"


@pytest.fixture
def client(engine: Engine, kept: Path) -> Iterator[TestClient]:
    site = SiteSettings.from_toml(EXAMPLES / "site.toml")
    with TestClient(build_app(Desk(engine, site=site, store=FeedbackFile(kept))), base_url="http://localhost") as made:
        yield made


def slow_client(seconds: float, **settings: Any) -> TestClient:
    return TestClient(build_app(Desk(SlowEngine(seconds), settings=ServiceSettings(**settings))), base_url="http://localhost")


def test_3101(client: TestClient) -> None:
    answer = client.post(BEFORE, content=OUTPATIENT, headers={"content-type": "application/json"})
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json; charset=utf-8"
    sent = answer.json()
    assert sent["infcode"] == 0 and [i["sev_deg"] for i in sent["output"]["result"]] == ["1", "2"]


def test_3102_and_the_generic_address(client: TestClient) -> None:
    charges = (EXAMPLES / "04-inpatient-charges-3102.json").read_bytes()
    first, second = client.post(DURING, content=charges).json(), client.post("/nhsa", content=charges).json()
    assert first["output"] == second["output"] and len(first["output"]["result"]) == 1


@pytest.mark.parametrize("content_type", ["application/json; charset=GBK", 'text/plain; charset="gb2312"', "application/json"])
def test_gbk_in_gbk_out(client: TestClient, content_type: str) -> None:
    body = OUTPATIENT.decode("utf-8").encode("gbk")
    answer = client.post(BEFORE, content=body, headers={"content-type": content_type})
    assert answer.headers["content-type"] == "application/json; charset=gbk"
    assert "水合氯醛灌肠剂" in json.loads(answer.content.decode("gbk"))["output"]["result"][0]["vola_cont"]


def test_feedback_is_on_disk_before_it_is_answered(client: TestClient, kept: Path) -> None:
    for address in (FEEDBACK, "/nhsa"):
        assert client.post(address, content=(EXAMPLES / "10-feedback-3103.json").read_bytes()).json()["infcode"] == 0
    lines = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    assert [line["outcome"] for line in lines] == ["go_on", "change"] * 2 and lines[0]["reason"].startswith("病情需要")
    assert kept.stat().st_mode & 0o077 == 0


def test_feedback_without_a_store_is_not_accepted(engine: Engine) -> None:
    client = TestClient(build_app(Desk(engine)), base_url="http://localhost")
    assert client.post(FEEDBACK, content=(EXAMPLES / "10-feedback-3103.json").read_bytes()).json()["infcode"] == -1


def test_a_message_at_the_wrong_address_is_told_so(client: TestClient) -> None:
    assert "地址" in client.post(FEEDBACK, content=OUTPATIENT).json()["err_msg"]
    assert "地址" in client.post(BEFORE, content=(EXAMPLES / "10-feedback-3103.json").read_bytes()).json()["err_msg"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"infno":"3101"}', b"\xff\xfe\x00"])
def test_broken_bodies_are_answered_in_the_form(client: TestClient, body: bytes) -> None:
    answer = client.post(BEFORE, content=body)
    assert answer.status_code == 200
    sent = json.loads(answer.content.decode("gbk" if "gbk" in answer.headers["content-type"] else "utf-8"))
    assert sent["infcode"] == -1 and sent["err_msg"] and sent["output"] == {"result": []}


def test_native_facts_in_a_native_report_out(client: TestClient) -> None:
    zh = client.post("/review", json=NATIVE).json()
    assert zh["结论"] == "有违规提示" and zh["违规提示"][0]["规则"] == "GZ10000101007000" and zh["合计"]["明确"] == "41.00"
    en = client.post("/review?lang=en", json=NATIVE).json()
    assert en["status"] == "findings" and en["findings"][0]["result"] == "definite" and en["totals"]["definite"] == "41.00"


def test_broken_native_facts_are_a_400_with_the_places(client: TestClient) -> None:
    answer = client.post("/review", json={**NATIVE, "业务时间": "昨天"})
    assert answer.status_code == 400 and answer.json()["errors"]
    assert client.post("/review", content=b"{").status_code == 400


@pytest.mark.parametrize("charset", ["GBK", "gb18030"])
def test_native_facts_in_gbk_when_declared(client: TestClient, charset: str) -> None:
    body, kind = json.dumps(NATIVE, ensure_ascii=False).encode(charset), {"content-type": f"application/json; charset={charset}"}
    answer = client.post("/review", content=body, headers=kind)
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json; charset=gbk"
    found = json.loads(answer.content.decode("gbk"))
    assert found == client.post("/review", json=NATIVE).json()
    assert client.post("/review", content=b"\xff\xff", headers=kind).status_code == 400
    undeclared = client.post("/review", content=body)
    assert undeclared.status_code == 400 and "UTF-8" in undeclared.json()["message"]


def test_what_gbk_lacks_is_escaped(client: TestClient) -> None:
    sent = json.dumps({**NATIVE, "环节": "事前"}, ensure_ascii=False).replace("水合氯醛灌肠剂", "水合氯醛\U00020000")
    kind = {"content-type": "application/json; charset=gb18030"}
    answer = client.post("/review", content=sent.encode("gb18030"), headers=kind)
    assert json.loads(answer.content.decode("gbk")) == client.post("/review", content=sent.encode()).json()


def test_health(client: TestClient) -> None:
    client.post(BEFORE, content=OUTPATIENT)
    client.post(BEFORE, content=b"{")
    sent = client.get("/health").json()
    assert sent["status"] == "ok" and sent["pack"] == "national" and sent["pack_version"] and len(sent["pack_hash"]) >= 32
    assert sent["engine_version"] and sent["uptime_seconds"] >= 0 and sent["answers"] == {"refused": 1, "reviewed": 1}


def test_addresses_and_methods(client: TestClient) -> None:
    assert client.get("/").status_code == 404 and client.post("/health").status_code == 405
    assert client.get(BEFORE).status_code == 405 and client.get(BEFORE).headers["allow"]
    page = {"origin": "https://evil.example"}
    for answer, error in (
        (client.get("/"), "path"), (client.get(BEFORE), "method"), (client.post("/health"), "method"),
        (client.get("/health", headers={"host": "evil.example"}), "host"),
        (client.post(BEFORE, content=OUTPATIENT, headers=page), "origin"), (client.options(BEFORE, headers=page), "origin"),
    ):
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        message = answer.json()["message"]
        assert answer.json()["error"] == error and not message.isascii() and message.rstrip(")").endswith(("address", "health", "allowed"))


def test_a_body_over_the_limit_is_refused_with_and_without_its_length(engine: Engine) -> None:
    site = SiteSettings(limits=Limits(body_bytes=1000))
    with TestClient(build_app(Desk(engine, site=site)), base_url="http://localhost") as client:

        def stream() -> Iterator[bytes]:
            for _ in range(20):
                yield b" " * 100

        for content in (OUTPATIENT, stream()):
            sent = client.post(BEFORE, content=content).json()
            assert sent["infcode"] == -1 and "超过上限" in sent["err_msg"]
        assert client.post("/review", content=b" " * 2000).status_code == 413
        assert client.get("/health").json()["answers"] == {"large": 3}


def test_a_late_answer_says_not_checked_in_time() -> None:
    started = time.monotonic()
    with slow_client(1.0, timeout_ms=100) as client:
        sent = client.post(BEFORE, content=OUTPATIENT).json()
        assert time.monotonic() - started < 0.8
        assert sent["infcode"] == -1 and "未检查" in sent["err_msg"]
        assert client.post("/review", json=NATIVE).status_code == 504


def test_when_busy_the_doctor_does_not_wait() -> None:
    with slow_client(0.6, workers=1, waiting=0) as client:
        answers: list[Any] = []
        first = threading.Thread(target=lambda: answers.append(client.post(BEFORE, content=OUTPATIENT).json()))
        first.start()
        time.sleep(0.2)
        started = time.monotonic()
        sent = client.post(BEFORE, content=OUTPATIENT).json()
        assert time.monotonic() - started < 0.3 and "繁忙" in sent["err_msg"]
        first.join()
        assert answers[0]["infcode"] == 0
        assert client.post(BEFORE, content=OUTPATIENT).json()["infcode"] == 0  # the place is free again


def test_rules_past_the_deadline_are_not_checked(engine: Engine) -> None:
    late = iter([0.0, -10.0])  # started, then a moment so early that the deadline has passed
    desk = Desk(engine, ticks=lambda: next(late, -10.0))
    with TestClient(build_app(desk), base_url="http://localhost") as client:
        sent = client.post(BEFORE, content=OUTPATIENT).json()
    assert sent["infcode"] == -1 and "未检查" in sent["err_msg"]


def test_an_engine_that_breaks_does_not_break_the_answer() -> None:
    class Broken:
        def review(self, facts: Facts, *, deadline: float | None = None) -> Report:
            raise RuntimeError("示例患者甲")

    with TestClient(build_app(Desk(Broken())), base_url="http://localhost") as client:
        answer = client.post(BEFORE, content=OUTPATIENT)
        assert answer.json()["infcode"] == -1 and "示例患者甲" not in answer.text
        assert client.post("/review", json=NATIVE).status_code == 500


def test_logs_hold_no_body(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="medrules"):
        client.post(BEFORE, content=OUTPATIENT)
        client.post(BEFORE, content=OUTPATIENT[:-10])
    assert len(caplog.records) == 2 and BEFORE in caplog.text and "reviewed" in caplog.text
    for secret in ("示例患者甲", "P90000000001", "MZ20260706001", "1990-03-15", "A00001"):
        assert secret not in caplog.text


def test_web_pages_must_be_listed(engine: Engine) -> None:
    page = {"origin": "https://his.example"}
    with TestClient(build_app(Desk(engine)), base_url="http://localhost") as client:
        assert client.post(BEFORE, content=OUTPATIENT, headers=page).status_code == 403
        assert client.options(BEFORE, headers=page).status_code == 403
    settings = ServiceSettings(origins=("https://his.example",))
    with TestClient(build_app(Desk(engine, settings=settings)), base_url="http://localhost") as client:
        answer = client.post(BEFORE, content=OUTPATIENT, headers=page)
        assert answer.status_code == 200 and answer.headers["access-control-allow-origin"] == "https://his.example"
        assert client.options(BEFORE, headers=page).status_code == 204


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "his.example"])
def test_only_loopback_by_default(engine: Engine, host: str) -> None:
    with pytest.raises(InvalidSettings):
        run(Desk(engine), host, 8310)


def test_settings_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text("[nhsa]\nwarn_msg = true\n[service]\ntimeout_ms = 4000\n", encoding="utf-8")
    assert ServiceSettings.from_toml(path).timeout_ms == 4000 and SiteSettings.from_toml(path).warn_msg
    assert ServiceSettings.from_toml(EXAMPLES / "site.toml") == ServiceSettings()
    path.write_text("[service", encoding="utf-8")
    with pytest.raises(InvalidSettings):
        ServiceSettings.from_toml(path)
    found = ServiceSettings.from_mapping({"deadline_ms": 1500, "origins": ["https://his.example"], "waiting": 0})
    assert found.deadline_ms == 1500 and found.origins == ("https://his.example",)
    for wrong in ({"deadline": 1}, {"deadline_ms": 0}, {"deadline_ms": "1"}, {"origins": "x"}, {"allow_remote": 1}):
        with pytest.raises(InvalidSettings):
            ServiceSettings.from_mapping(wrong)
