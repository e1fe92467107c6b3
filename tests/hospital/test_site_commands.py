"""`medrules site why | overlay | shadow`, and `--store` of the commands that judge, as people call them."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import medrules
from medrules.adapters.cli import exits
from medrules.adapters.cli.main import main
from medrules.adapters.sidecar.desk import Desk
from medrules.packs.manifest import Extended
from medrules.packs.versions import Version
from tests.hospital.held_samples import version
from tests.hospital.samples import AREAS, pack
from tests.hospital.store_samples import activate, content_of
from tests.hospital.test_reasons import OVERLAY, TUNE

REQUEST: dict[str, Any] = {
    "业务时间": "2026-08-02 18:00:00", "环节": "事中", "患者": {"唯一号": "P1", "性别": "男", "出生日期": "2020-01-01"},
    "就诊": {
        "标识": "E1", "就医方式": "门诊", "结算险种": "基本医疗", "入院时间": "2026-08-02 08:00:00", "出院时间": None, "入院科室": "A03",
        "机构": {"编码": "H1", "级别": "三级", "地区": AREAS["hospital"]}, "诊断": [], "手术": [],
        "明细": [{"标识": "L1", "种类": "费用", "编码": "XA09", "名称": "示例", "数量": "1", "单价": "150", "金额": "150.00", "自费金额": "0",
                "执行时间": "2026-08-02 09:00:00"}]},
    "历次就诊": []}


@pytest.fixture
def layers(tmp_path: Path) -> list[str]:
    made = [version(1), pack("province", "province", {"tune.toml": TUNE}, extends=(Extended("national", Version(1, 0, 0), Version(2, 0, 0)),))]
    words = []
    for n, one in enumerate(made):
        (tmp_path / f"{n}.mrpack").write_bytes(content_of(one))
        words += ["--pack", str(tmp_path / f"{n}.mrpack")]
    (tmp_path / "overlay.toml").write_text(OVERLAY, encoding="utf-8")
    return words


def test_why_says_who_said_what(layers: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["site", "why", "N1001", *layers, "--overlay", str(tmp_path / "overlay.toml"), "--day", "2026-04-01"]
    assert main([*words, "--json"]) == exits.OK
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["interaction"], found["day"]) == ("hard", "2026-04-01")
    assert [s["level"] for s in found["says"]] == ["national", "province", "province", "overlay"]
    assert main(words) == exits.OK
    shown = capsys.readouterr().out
    assert "拦截" in shown and "省文件一" in shown and "儿科专项" in shown and "本院调整" in shown


def test_why_of_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    activate(tmp_path, [version(1, end="2026-07-01"), version(2, "2026-07-01")], overlay=OVERLAY.encode())
    for day, wanted in (("2026-06-30", "1.1.0"), ("2026-07-01", "1.2.0")):
        assert main(["site", "why", "N1001", "--store", str(tmp_path), "--day", day, "--json"]) == exits.OK
        assert json.loads(capsys.readouterr().out)[0]["says"][0]["version"] == wanted
    assert main(["site", "why", "N1001", "--store", str(tmp_path), "--day", "2019-01-01"]) == exits.BAD_INPUT
    assert main(["site", "why", "N1001"]) == exits.BAD_INPUT


def test_an_overlay_is_checked_before_it_counts(layers: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "overlay.toml"
    assert main(["site", "overlay", str(path), *layers, "--json"]) == exits.OK
    assert json.loads(capsys.readouterr().out)["changes"][0]["interaction"] == "hard"
    assert main(["site", "overlay", str(path), *layers]) == exits.OK and "没有问题" in capsys.readouterr().out
    path.write_text(OVERLAY.replace("拦截", "静默"), encoding="utf-8")
    assert main(["site", "overlay", str(path), *layers]) == exits.PROBLEMS and "MR-P407" in capsys.readouterr().out
    assert main(["site", "overlay", str(path), *layers, "--json"]) == exits.PROBLEMS
    assert json.loads(capsys.readouterr().out)["problems"][0]["code"] == "MR-P407"


def test_review_and_screen_by_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, request = tmp_path / "store", tmp_path / "request.json"
    activate(store, [version(1, end="2026-07-01"), version(2, "2026-07-01")])
    request.write_text(json.dumps(REQUEST, ensure_ascii=False), encoding="utf-8")
    assert main(["review", str(request), "--store", str(store), "--json"]) == exits.OK
    assert "第2版" in capsys.readouterr().out
    assert main(["screen", str(request), "--store", str(store), "--json"]) == exits.OK
    assert json.loads(capsys.readouterr().out)["findings"][0]["说明"] == "第2版"
    assert main(["review", str(request), "--store", str(store), "--pack", str(store)]) == exits.USAGE
    assert main(["review", str(request), "--store", str(tmp_path / "nowhere")]) == exits.BAD_INPUT


def test_shadow_shows_what_a_version_in_trial_would_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:


    activate(tmp_path, [version(1), version(2, "2026-07-01", limit="200")], modes={2: "shadow"})
    engine = medrules.open_store(tmp_path, shadow_log=tmp_path / "shadow.jsonl")
    assert [f.rule for f in engine.review(medrules.read_facts(REQUEST)).findings] == ["N1002"]
    assert main(["site", "shadow", str(tmp_path / "shadow.jsonl"), "--json"]) == exits.OK
    found = json.loads(capsys.readouterr().out)
    assert found["rules"] == [{"code": "N1002", "name": "单价过高", "more": 0, "less": 1, "changed": 0, "amount_was": "150.00", "amount_is": "0.00",
                               "departments": {"A03": 1}}]
    assert main(["site", "shadow", str(tmp_path / "shadow.jsonl")]) == exits.OK
    shown = capsys.readouterr().out
    assert "N1002" in shown and "A03" in shown and "1.1.0 → 1.2.0" in shown and "P1" not in shown
    (tmp_path / "shadow.jsonl").write_text("{}\n")
    assert main(["site", "shadow", str(tmp_path / "shadow.jsonl")]) == exits.BAD_INPUT and "MR-P412" in capsys.readouterr().err


def test_explain_lists_the_layers_of_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, folder = version(1), tmp_path / "pack"
    for name, content in made.members.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "manifest.json").unlink()
    activate(tmp_path / "store", [made], overlay=OVERLAY.encode())
    words = ["explain", str(folder), "N1001", "--store", str(tmp_path / "store"), "--day", "2026-04-01"]
    assert main([*words, "--json"]) == exits.OK
    assert [s["level"] for s in json.loads(capsys.readouterr().out)["layers"][0]["says"]] == ["national", "overlay"]
    assert main(words) == exits.OK and "儿科专项" in capsys.readouterr().out
    assert main(["explain", str(folder), "--store", str(tmp_path / "store")]) == exits.BAD_INPUT


def test_the_service_says_which_activation_it_uses(tmp_path: Path) -> None:



    activate(tmp_path, [version(1)])
    engine = medrules.open_store(tmp_path)
    desk = Desk(engine)
    said = json.loads(desk.health().body)
    assert (said["pack"], said["pack_version"], said["activation"], said["activation_problem"]) == ("national", "1.1.0", 1, "")
    (tmp_path / "state.json").chmod(0o600)
    (tmp_path / "state.json").write_bytes(b"{")
    engine.refresh()
    said = json.loads(desk.health().body)
    assert (said["pack_version"], said["activation_problem"]) == ("1.1.0", "MR-P303")
    reply = desk.answer("/review", "application/json", {}, json.dumps(REQUEST, ensure_ascii=False).encode())
    assert reply.status == 200 and "第1版".encode() in reply.body
