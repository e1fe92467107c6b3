"""`medrules check`, `test`, `new family`, `fmt`, `schema`: the commands of people who write packs."""
from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from cli_runs import NATIONAL, ROOT, Run

from medrules.adapters.cli import exits
from medrules.api import check_pack

# ---------------------------------------------------------------- check


def test_check_of_a_good_pack(run: Run) -> None:
    done = run("check", NATIONAL)
    assert done.code == exits.OK
    assert "检查通过" in done.out and "逐条 item" in done.out
    summary = run("check", NATIONAL, "--json").json
    checked = check_pack(NATIONAL)
    assert summary["hash"] == checked.sources.hash
    assert summary["rules"] == len(checked.program.rules) == sum(summary["costs"].values())
    assert {d["severity"] for d in summary["diagnostics"]} <= {"note"}


def test_check_shows_the_line_the_caret_and_what_to_do(run: Run, broken: Path) -> None:
    done = run("check", broken)
    assert done.code == exits.PROBLEMS
    assert "岁数" in done.out and "^" in done.out and "怎么改" in done.out
    assert "rule.medrule:" in done.out
    assert str(broken) not in done.out  # names inside the pack, never a machine's path
    english = run("check", broken, "--lang", "en").out
    assert "help:" in english
    found = run("check", broken, "--json")
    assert found.code == exits.PROBLEMS
    assert {d["severity"] for d in found.json["diagnostics"]} == {"error"}
    assert found.json["diagnostics"][0]["line"] > 1


def test_sarif(run: Run, broken: Path) -> None:
    log = run("check", broken, "--sarif").json
    assert log["version"] == "2.1.0"
    assert log["runs"][0]["results"][0]["level"] == "error"


def test_strict_counts_warnings(run: Run, whole_pack: Path) -> None:
    assert run("check", whole_pack, "--strict").code == exits.OK
    rule = next(whole_pack.glob("families/GZ10000101007000*/rule.medrule"))
    rule.write_text(rule.read_text("utf-8").replace("  须：", "  令：  没用 = 明细.数量\n  须：", 1), encoding="utf-8")
    done = run("check", whole_pack)
    assert done.code == exits.OK and "提醒" in done.out
    assert run("check", whole_pack, "--strict").code == exits.PROBLEMS


@pytest.mark.parametrize("command", [("check",), ("test",), ("coverage",), ("explain",)])
def test_a_folder_that_is_no_pack(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        done = run(*command, folder)
        assert done.code in (exits.PROBLEMS, exits.BAD_PACK, exits.BAD_INPUT)
        assert ("pack.toml" if folder == tmp_path else "没有这个文件夹") in done.out + done.err


# ---------------------------------------------------------------- test


def test_cases_of_a_pack(run: Run, pack: Path) -> None:
    done = run("test", pack)
    assert done.code == exits.OK
    assert "0 不符" in done.out
    answers = run("test", pack, "--json").json
    assert answers["failed"] == 0 and answers["passed"] == len(answers["cases"]) > 10
    one = run("test", pack, "--family", "GZ10000101007000", "--verbose").out
    assert "通过 GZ10000101007000_drug_for_children" in one and "1 族" in one


def test_a_case_that_fails_says_where_it_differs(run: Run, pack: Path) -> None:
    cases = next(pack.glob("families/*007000*/cases.yaml"))
    cases.write_text(cases.read_text("utf-8").replace("amount: 41.00", "amount: 42.00"), encoding="utf-8")
    done = run("test", pack)
    assert done.code == exits.PROBLEMS
    assert "不符" in done.out and "金额应为 42.00" in done.out


def test_a_case_file_that_cannot_be_read_is_one_failure(run: Run, pack: Path) -> None:
    next(pack.glob("families/*007000*/cases.yaml")).write_text("- title: [\n", encoding="utf-8")
    answers = run("test", pack, "--json")
    assert answers.code == exits.PROBLEMS
    assert [a["passed"] for a in answers.json["cases"]].count(False) == 1


def test_no_cases_is_not_a_pass(run: Run, pack: Path) -> None:
    for path in pack.glob("families/*/cases.yaml"):
        path.unlink()
    done = run("test", pack)
    assert done.code == exits.PROBLEMS and "没有用例" in done.out


def test_a_family_that_is_not_there(run: Run, pack: Path) -> None:
    done = run("test", pack, "--family", "LK-999")
    assert done.code == exits.BAD_INPUT
    assert "GZ10000101007000_drug_for_children" in done.err


# ---------------------------------------------------------------- new family


def test_a_new_family_checks_cleanly_and_its_case_fails(run: Run, whole_pack: Path) -> None:
    pack = whole_pack
    done = run("new", "family", "LK-901", "my_rule", "--pack", pack, "--name", "我的规则")
    assert done.code == exits.OK
    assert "medrules test" in done.out and "LK-901_my_rule" in done.out
    checked = run("check", pack)  # what the template leaves to be filled in is a warning
    assert checked.code == exits.OK and "MR-W311" in checked.out
    answers = run("test", pack, "--family", "LK-901_my_rule", "--json")
    assert answers.code == exits.PROBLEMS
    assert (answers.json["passed"], answers.json["failed"]) == (0, 1)
    assert "多出提示：规则 LK-901" in answers.json["cases"][0]["differences"][0]
    assert run("fmt", pack / "families" / "LK-901_my_rule", "--check").code == exits.OK
    folder = pack / "families" / "LK-901_my_rule"
    assert b"\r" not in b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())


def test_two_new_families_do_not_clash(run: Run, pack: Path) -> None:
    made = run("new", "family", "LK-901", "first_rule", "--pack", pack, "--name", "第一条", "--json").json
    assert made["files"] == ["README.md", "cases.yaml", "rule.medrule", "tables/first_rule.csv", "tables/first_rule.toml"]
    assert run("new", "family", "LK-902", "second_rule", "--pack", pack, "--name", "第二条").code == exits.OK
    assert run("check", pack).code == exits.OK


@pytest.mark.parametrize(("words", "said"), [
    (("lk901", "my_rule"), "规则编码形如"),
    (("LK-901", "My-Rule"), "英文短名"),
    (("LK-901", "my_rule", "--name", "坏「名」"), "规则名称"),
    (("LK-901", "my_rule", "--year", "26"), "年份"),
    (("GZ10000101007000", "my_rule"), "已经有规则族"),
    (("LK-901", "drug_for_children"), "已经有规则族"),
])
def test_what_would_not_make_a_good_family_is_refused(run: Run, pack: Path, words: tuple[str, ...], said: str) -> None:
    before = sorted(pack.rglob("*"))
    done = run("new", "family", *words, "--pack", pack)
    assert done.code == exits.BAD_INPUT
    assert said in done.err
    assert sorted(pack.rglob("*")) == before


def test_a_new_family_needs_a_pack(run: Run, tmp_path: Path) -> None:
    done = run("new", "family", "LK-901", "my_rule", "--pack", tmp_path)
    assert done.code == exits.BAD_INPUT and "pack.toml" in done.err


# ---------------------------------------------------------------- fmt

UGLY = "规则 LK-1「某」{\n依据:某文\n结果:可疑\n针对:明细 属于 知识表「限儿童药品」记为 限定\n须:患者.年龄 属于 限定.年龄段\n扣减:全额\n说明:「某」\n}\n"


def test_fmt_writes_one_layout(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rule.medrule"
    path.write_text(UGLY, encoding="utf-8")
    assert run("fmt", path, "--check").code == exits.PROBLEMS
    shown = run("fmt", path)
    assert shown.code == exits.OK and shown.out.startswith("规则 LK-1「某」{\n  依据：某文\n")
    assert path.read_text("utf-8") == UGLY
    assert run("fmt", path, "--write").code == exits.OK
    assert path.read_text("utf-8") == shown.out
    assert run("fmt", path, "--check").code == exits.OK
    assert run("fmt", path, "--check", "--json").json == [{"file": str(path), "formatted": True, "diagnostics": []}]


def test_fmt_translates_with_the_names_of_the_pack_around_it(run: Run, pack: Path) -> None:
    path = next(pack.glob("families/*007000*/rule.medrule"))
    english = run("fmt", path, "--lang", "en")
    assert 'item in table "child_drugs"' in english.out
    assert "patient.age in 限定.age_range" in english.out
    twin = path.with_name("rule.medrule")
    twin.write_text(english.out, encoding="utf-8")
    assert run("check", pack).code == exits.OK  # the translation means the same
    assert run("test", pack, "--family", "GZ10000101007000").code == exits.OK
    back = run("fmt", twin, "--lang", "zh").out
    assert "针对：明细 属于 知识表「限儿童药品」记为 限定" in back


def test_fmt_reads_a_byte_order_mark_and_windows_line_ends(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rule.medrule"
    path.write_bytes(b"\xef\xbb\xbf" + UGLY.replace("\n", "\r\n").encode())
    assert run("fmt", path).out.startswith("规则 LK-1「某」{\n")


def test_fmt_tells_what_it_cannot_read(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rule.medrule"
    path.write_text("规则 LK-1「某」{\n  须：（患者.年龄\n}\n", encoding="utf-8")
    done = run("fmt", path)
    assert (done.code, done.out) == (exits.PROBLEMS, "")
    assert "MR-" in done.err
    answers = run("fmt", path, "--json")
    assert answers.code == exits.PROBLEMS
    assert answers.json[0]["formatted"] is None and answers.json[0]["diagnostics"]


def test_the_packs_of_this_repository_are_formatted(run: Run) -> None:
    for name in ("national", "typical-problems"):
        done = run("fmt", ROOT / "rulepacks" / name, "--check", "--json")
        assert all(a["formatted"] is not None for a in done.json)


# ---------------------------------------------------------------- schema


def test_schema_in_both_languages(run: Run, tmp_path: Path) -> None:
    chinese, english = run("schema").json, run("schema", "--lang", "en").json
    assert "患者" in json.dumps(chinese, ensure_ascii=False)
    assert "patient" in english["properties"]
    path = tmp_path / "schema.json"
    assert run("schema", "--out", path).code == exits.OK
    assert json.loads(path.read_text("utf-8")) == chinese


# ---------------------------------------------------------------- serve


def test_serve_refuses_to_listen_beyond_this_machine(run: Run) -> None:
    done = run("serve", "--pack", NATIONAL, "--host", "0.0.0.0", "--port", "0")
    assert done.code == exits.BAD_INPUT
    assert "MR-E350" in done.err


def test_serve_needs_a_good_pack(run: Run, broken: Path) -> None:
    assert run("serve", "--pack", broken).code == exits.BAD_PACK


def test_serve_says_that_the_port_is_taken(run: Run) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        done = run("serve", "--pack", NATIONAL, "--port", held.getsockname()[1])
    assert done.code == exits.BAD_INPUT
    assert "端口被占用" in done.err
    assert run("serve", "--pack", NATIONAL, "--port", "70000").code == exits.BAD_INPUT


def test_serve_needs_a_folder_for_feedback(run: Run, tmp_path: Path) -> None:
    done = run("serve", "--pack", NATIONAL, "--port", "0", "--feedback-file", tmp_path / "none" / "feedback.jsonl")
    assert done.code == exits.BAD_INPUT and "文件夹不存在" in done.err
