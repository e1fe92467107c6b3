"""The command line as a whole: help, complaints, exit codes, and that no error is ever a traceback."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runs import NATIONAL, ROOT, Run

from medrules.adapters.cli import exits, schema_command
from medrules.adapters.cli.main import COMMANDS, main, parser


def process(*words: str, **given: object) -> subprocess.CompletedProcess[bytes]:
    """A command line in a process of its own, with an encoding that has no Chinese, as a Windows console may have."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "cp1252"}
    return subprocess.run([sys.executable, "-m", "medrules", *words], capture_output=True, env=environment, cwd=ROOT, timeout=60)


def test_no_words_show_the_help(run: Run) -> None:
    done = run()
    assert done.code == exits.OK
    assert "用法 usage: medrules" in done.out
    assert all(name in done.out for name, _ in COMMANDS)


def test_the_help_lists_every_exit_code(run: Run) -> None:
    out = run("--help").out
    assert all(f"{code} {word}" in out.replace("\n", " ") for code, word, *_ in exits.TABLE)


@pytest.mark.parametrize("name", [name for name, _ in COMMANDS])
def test_every_command_explains_itself_in_both_languages(run: Run, name: str) -> None:
    done = run(name, "--help")
    assert done.code == exits.OK
    assert f"用法 usage: medrules {name}" in done.out
    assert "选项 options" in done.out
    known = next(a for a in parser(name)._actions if a.dest == "command").choices
    assert known is not None
    for action in known[name]._actions:  # type: ignore[index]
        assert action.help, (name, action.dest)
        assert any("一" <= c <= "鿿" for c in action.help), (name, action.dest)


def test_every_command_module_says_what_it_is_for() -> None:
    for name, _ in COMMANDS:
        text = (ROOT / "src/medrules/adapters/cli" / f"{name}_command.py").read_text("utf-8")
        assert text.startswith('"""`medrules ' + name), name


@pytest.mark.parametrize(("words", "said"), [
    (("revieww",), "是不是「review」？"),
    (("check",), "还缺：pack"),
    (("check", "x", "--nonsense"), "不认识：--nonsense"),
    (("review", "x", "--pack", "y", "--json", "--response"), "--response 不能和 --json 一起用"),
    (("serve", "--pack", "x", "--port", "many"), "--port 的值「many」不对"),
    (("bureau", "withdraw", "x", "330000/demo", "1.0.0", "--reason", "r", "--on", "tomorrow"), "--on 是日期，写成 2026-07-01 的样子，不是「tomorrow」"),
    (("review", "x", "--pack"), "--pack 后面要有一个值"),
    (("fmt", "x", "--lang", "fr"), "--lang 不能是「fr」"),
])
def test_a_wrong_command_line_is_one_sentence_and_code_2(run: Run, words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.code == exits.USAGE
    assert said in done.err
    assert " / " in done.err  # the English half
    assert done.out == ""


def test_a_file_that_is_not_there(run: Run) -> None:
    done = run("fmt", "没有.medrule")
    assert (done.code, done.out) == (exits.BAD_INPUT, "")
    assert "没有这个文件：没有.medrule / no such file" in done.err


def test_a_file_that_is_not_utf_8(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "gbk.medrule"
    path.write_bytes("规则 LK-1「某」{ }".encode("gbk"))
    done = run("fmt", path)
    assert done.code == exits.BAD_INPUT
    assert "不是 UTF-8" in done.err


def test_a_pack_with_errors_cannot_review(run: Run, broken: Path) -> None:
    done = run("review", ROOT / "examples/3101/01-outpatient-adult.json", "--pack", broken, "--json")
    assert (done.code, done.out) == (exits.BAD_PACK, "")
    assert "MR-N" in done.err and "岁数" in done.err


def test_a_fault_inside_is_a_sentence_without_its_text(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(arguments: object) -> int:
        raise ZeroDivisionError("张三 110101199001011234")

    monkeypatch.setattr(schema_command, "run", fail)
    monkeypatch.delenv("MEDRULES_DEBUG", raising=False)
    done = run("schema")
    assert done.code == exits.INTERNAL
    assert "ZeroDivisionError" in done.err and "张三" not in done.err
    monkeypatch.setenv("MEDRULES_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["schema"])


def test_ctrl_c_is_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(schema_command, "run", stop)
    done = run("schema")
    assert done.code == exits.INTERRUPTED
    assert "已中断" in done.err


def test_as_a_module_with_an_encoding_that_has_no_chinese() -> None:
    done = process("check", str(NATIONAL))
    assert done.returncode == exits.OK, done.stderr
    assert "检查通过" in done.stdout.decode("utf-8")
    assert process("--version").stdout.startswith(b"medrules ")
    wrong = process("check")
    assert wrong.returncode == exits.USAGE
    assert "还缺" in wrong.stderr.decode("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="a pipe to head is a shell's")
def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = f'"{sys.executable}" -m medrules schema | head -1'
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, timeout=60, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
    assert done.stdout == b"{\n"
    assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize(("absent", "words"), [
    ("rich", ("check", "x")), ("yaml", ("test", str(NATIONAL))), ("starlette", ("serve", "--pack", str(NATIONAL), "--port", "0")),
])
def test_a_missing_extra_is_a_sentence_that_says_what_to_install(absent: str, words: tuple[str, ...]) -> None:
    code = f"import sys; sys.modules[{absent!r}] = None; from medrules.adapters.cli.main import main; sys.exit(main({list(words)!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
    assert done.returncode == exits.MISSING, done.stderr
    assert "medrules[" in done.stderr.decode("utf-8")


def test_help_needs_no_extra() -> None:
    code = "import sys; sys.modules['rich'] = None; from medrules.adapters.cli.main import main; sys.exit(main([]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
    assert done.returncode == exits.OK


def test_the_exit_codes_are_documented() -> None:
    page = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    for code, _, zh, en in exits.TABLE:
        assert f"| {code} | {zh} | {en} |" in page
