"""`medrules review`: the screen, JSON, the 3101 response, several files, files that cannot be read."""
from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path

import pytest
from cli_runs import NATIONAL, ROOT, Run

from medrules.adapters.cli import exits
from medrules.adapters.native import read_facts
from medrules.adapters.native_report import report_to_json
from medrules.api import open_pack

EXAMPLES = ROOT / "examples" / "3101"
ADULT = EXAMPLES / "01-outpatient-adult.json"
CHILD = EXAMPLES / "02-outpatient-child.json"
SITE = EXAMPLES / "site.toml"
NATIVE = {
    "业务时间": "2026-07-01 10:00:00", "环节": "事前", "患者": {"唯一号": "P1", "性别": "女", "出生日期": "1980-01-01"},
    "就诊": {
        "标识": "E1", "就医方式": "门诊", "结算险种": "基本医疗", "入院时间": "2026-07-01 09:00:00", "出院时间": None,
        "机构": {"编码": "H1", "级别": "三级"}, "诊断": [{"编码": "J06.9", "名称": "上呼吸道感染"}],
        "明细": [{"标识": "L1", "种类": "医嘱", "编码": "XN05CCS273S003010101587", "名称": "水合氯醛灌肠剂", "数量": "1", "单价": "41", "金额": "41.00",
                "自费金额": "0", "执行时间": "2026-07-01 09:30:00"}],
    },
}


def native(folder: Path, name: str = "facts.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(NATIVE, ensure_ascii=False), encoding="utf-8")
    return path


def test_the_screen_shows_line_rule_reason_amount_basis_and_advice(run: Run) -> None:
    done = run("review", ADULT, "--pack", NATIONAL, "--site", SITE)
    assert done.code == exits.OK
    for word in ("明确违规", "GZ10000101007000", "水合氯醛灌肠剂", "患者36岁", "41.00 元", "目录》备注", "怎么办", "女 · 36岁 · 门诊", "合计"):
        assert word in done.out
    assert "示例患者甲" not in done.out  # no name on the screen
    assert "\x1b" not in done.out


@pytest.mark.parametrize("name", ["[/x]灌肠剂", "维生素[b1]", "[bold]甲", "甲:pill:", "甲[/]", "C:\\\\[x]"])
def test_names_are_shown_as_they_are(run: Run, tmp_path: Path, name: str) -> None:
    """What looks like our markup in a name is a name; a closing tag ended the process."""
    request = ADULT.read_text("utf-8").replace("水合氯醛灌肠剂", name)
    (tmp_path / "request.json").write_text(request, encoding="utf-8")
    done = run("review", tmp_path / "request.json", "--pack", NATIONAL, "--site", SITE)
    assert done.code == exits.OK, done.err
    assert name.replace("\\\\", "\\").replace("[bold]", "") in done.out


def test_a_terminal_does_not_obey_what_was_sent(run: Run, tmp_path: Path) -> None:
    """Escape sequences in a name could write to the clipboard, change the title, or hide a warning; turning marks reverse a line."""
    request = ADULT.read_text("utf-8").replace("水合氯醛灌肠剂", "水合\\u001b[2J\\u0007\\u009b31m\\u202e灌肠剂")
    (tmp_path / "request.json").write_text(request, encoding="utf-8")
    done = run("review", tmp_path / "request.json", "--pack", NATIONAL, "--site", SITE)
    assert done.code == exits.OK and "灌肠剂" in done.out
    assert not set(done.out) & {"\x1b", "\x07", "\x9b", "\u202e"}


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no file without end here")
@pytest.mark.parametrize("command", [["review", "/dev/zero", "--pack", NATIONAL], ["fmt", "/dev/zero"]])
def test_a_file_without_end_is_not_read_to_its_end(run: Run, command: list[object]) -> None:
    done = run(*command)
    assert done.code == exits.BAD_INPUT and "过大" in done.err


def test_a_clean_request_says_so(run: Run) -> None:
    done = run("review", CHILD, "--pack", NATIONAL, "--site", SITE)
    assert done.code == exits.OK
    assert "无违规提示" in done.out


def test_json_of_one_request_is_the_report(run: Run, tmp_path: Path) -> None:
    done = run("review", native(tmp_path), "--pack", NATIONAL, "--json")
    assert done.json == report_to_json(open_pack(NATIONAL).review(read_facts(NATIVE)))
    assert done.json["违规提示"][0]["金额"] == "41.00"
    english = run("review", native(tmp_path), "--pack", NATIONAL, "--json", "--lang", "en").json
    assert english["status"] == "findings"
    assert english["findings"][0]["claims"][0]["amount"] == "41.00"


def test_json_of_several_requests_is_a_list_with_their_files(run: Run) -> None:
    answers = run("review", ADULT, CHILD, "--pack", NATIONAL, "--json").json
    assert [a["file"] for a in answers] == [ADULT.name, CHILD.name]
    assert [a["report"]["结论"] for a in answers] == ["有违规提示", "无违规提示，有待核"]


def test_json_lines_hold_one_request_each(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text(f"{json.dumps(NATIVE, ensure_ascii=False)}\n" * 2, encoding="utf-8")
    answers = run("review", path, "--pack", NATIONAL, "--json").json
    assert [a["file"] for a in answers] == ["many.jsonl:1", "many.jsonl:2"]


def test_the_response_goes_to_standard_output_one_a_line(run: Run) -> None:
    done = run("review", ADULT, CHILD, "--pack", NATIONAL, "--response")
    first, second = (json.loads(line) for line in done.out.splitlines())
    assert first["infcode"] == 0 and len(first["output"]["result"]) == 2
    assert second["infcode"] == 0 and not second["output"]["result"]


def test_responses_into_a_folder(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(CHILD, other / ADULT.name)  # the same name from another folder
    done = run("review", ADULT, other / ADULT.name, "--pack", NATIONAL, "--response-dir", tmp_path / "out" / "deep")
    assert done.code == exits.OK
    names = sorted(p.name for p in (tmp_path / "out" / "deep").iterdir())
    assert names == ["01-outpatient-adult-2-response.json", "01-outpatient-adult-response.json"]
    answer = json.loads((tmp_path / "out" / "deep" / "01-outpatient-adult-response.json").read_bytes())
    assert [r["rule_id"] for r in answer["output"]["result"]] == ["GZ10000101007000", "GZ10000301002000"]
    assert "应答已写到" in done.out


def test_patterns_and_folders_are_expanded_here(run: Run, tmp_path: Path) -> None:
    native(tmp_path, "a.json")
    native(tmp_path, "b.json")
    for words in ((tmp_path / "*.json",), (tmp_path,), (tmp_path, tmp_path / "a.json")):
        assert len(run("review", *words, "--pack", NATIONAL, "--json").json) == 2
    done = run("review", tmp_path / "*.xml", "--pack", NATIONAL)
    assert done.code == exits.BAD_INPUT
    assert "no such files" in done.err


def test_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ADULT.read_bytes())))
    done = run("review", "-", "--pack", NATIONAL)
    assert done.code == exits.OK
    assert "stdin" in done.out and "41.00" in done.out


def test_a_file_that_cannot_be_read_does_not_stop_the_others(run: Run, tmp_path: Path) -> None:
    bad, none = tmp_path / "bad.json", tmp_path / "none.json"
    bad.write_text('{"infno": "3101"', encoding="utf-8")
    done = run("review", bad, none, ADULT, "--pack", NATIONAL)
    assert done.code == exits.BAD_INPUT
    assert "bad.json MR-E300" in done.err and "none.json" in done.err
    assert "GZ10000101007000" in done.out
    answers = run("review", bad, ADULT, "--pack", NATIONAL, "--json").json
    assert answers[0]["error"]["code"] == "MR-E300"
    assert answers[1]["report"]["结论"] == "有违规提示"
    alone = run("review", bad, "--pack", NATIONAL, "--json")
    assert alone.code == exits.BAD_INPUT
    assert alone.json["error"]["code"] == "MR-E300"


def test_facts_that_do_not_fit_are_told_with_their_place(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps({**NATIVE, "患者": {"唯一号": "P1", "性别": "其他"}}, ensure_ascii=False), encoding="utf-8")
    done = run("review", path, "--pack", NATIONAL)
    assert done.code == exits.BAD_INPUT
    assert "MR-E200" in done.err and "性别" in done.err


def test_fail_on_findings(run: Run) -> None:
    assert run("review", ADULT, "--pack", NATIONAL, "--fail-on-findings").code == exits.PROBLEMS
    assert run("review", CHILD, "--pack", NATIONAL, "--fail-on-findings").code == exits.OK


def test_the_form_can_be_forced(run: Run, tmp_path: Path) -> None:
    done = run("review", native(tmp_path), "--pack", NATIONAL, "--3101")
    assert done.code == exits.BAD_INPUT and "MR-E300" in done.err
    done = run("review", ADULT, "--pack", NATIONAL, "--facts")
    assert done.code == exits.BAD_INPUT and "MR-E200" in done.err


def test_site_settings_that_are_wrong(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text("[nhsa]\nnonsense = 1\n", encoding="utf-8")
    done = run("review", ADULT, "--pack", NATIONAL, "--site", path)
    assert done.code == exits.BAD_INPUT and "MR-E350" in done.err
