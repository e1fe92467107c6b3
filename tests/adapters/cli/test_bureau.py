"""`medrules bureau` from the key ceremony to a withdrawal, as people type it."""
from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from cli_runs import Run
from tests.packs.samples import pack_file

from medrules.adapters.cli import exits
from medrules.packs.versions import Version


class Desk:
    """A folder with keys, a passphrase file and the commands of one bureau."""

    def __init__(self, run: Run, at: Path) -> None:
        self.run, self.at = run, at
        self.secret = at / "passphrase"
        self.secret.write_text("correct horse battery\n", "utf-8")

    def key(self, name: str) -> Path:
        if not (self.at / f"{name}.json").exists():
            assert self.run("bureau", "keys", name, "--keys", self.at, "--passphrase-file", self.secret).code == exits.OK
        return self.at / f"{name}.json"

    def do(self, action: str, *words: object) -> dict[str, object]:
        done = self.run("bureau", action, self.at / "bureau", *words, "--json")
        assert done.code == exits.OK, done.err
        return json.loads(done.out)  # type: ignore[no-any-return]

    def sign(self, *names: str) -> dict[str, object]:
        return self.do("sign", *[w for n in names for w in ("--key", self.at / f"{n}.pem")], "--passphrase-file", self.secret)

    def refresh(self, *names: str) -> dict[str, object]:
        return self.do("refresh", *[w for n in names for w in ("--key", self.at / f"{n}.pem")], "--passphrase-file", self.secret)

    def open(self) -> None:
        self.do("init", *self._keys("root", 3), *self._keys("targets", 2), "--snapshot-key", self.key("snapshot"), "--timestamp-key", self.key("timestamp"),
                "--root-threshold", 2, "--days", "timestamp=3")
        self.do("delegate", "province-33", "--path", "330000/*/*", *[w for n in (1, 2) for w in ("--key", self.key(f"zj-{n}"))])
        self.sign("root-1", "root-2", "targets-1", "targets-2", "zj-1", "zj-2")
        self.refresh("snapshot", "timestamp")

    def _keys(self, role: str, count: int) -> list[object]:
        return [w for n in range(1, count + 1) for w in (f"--{role}-key", self.key(f"{role}-{n}"))]


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Desk:
    made = Desk(run, tmp_path)
    made.open()
    return made


def test_a_release_from_publishing_to_withdrawal(desk: Desk, run: Run, tmp_path: Path) -> None:
    pack = tmp_path / "demo.mrpack"
    pack.write_bytes(pack_file(supersedes=()))
    made = desk.do("publish", pack, "--percent", "0.5", "--mode", "shadow", "--level", "三级")
    assert made["role"] == "province-33" and made["release"]["rollout"] == {"percent": 50, "of": 10000, "regions": [], "levels": ["三级"]}  # type: ignore[index]
    assert [p["missing"] for p in desk.sign("zj-1")["pending"]] == [1]  # type: ignore[index, attr-defined]
    desk.sign("zj-2")
    assert desk.refresh("snapshot", "timestamp")["versions"] == {"province-33": 2, "snapshot": 2, "timestamp": 2}
    desk.do("rollout", "330000/demo", "2026.7.1", "--percent", "100", "--everywhere", "--mode", "enforce")
    desk.sign("zj-1", "zj-2")
    desk.refresh("snapshot", "timestamp")
    desk.do("withdraw", "330000/demo", "2026.7.1", "--reason", "年龄写错", "--on", "2026-07-03")
    desk.sign("zj-1", "zj-2")
    desk.refresh("snapshot", "timestamp")
    (shown,) = desk.do("status")["packs"]  # type: ignore[misc]
    (release,) = shown["releases"]
    assert release["withdrawn"] == {"reason": "年龄写错", "on": "2026-07-03"} and release["mode"] == "enforce"
    people = run("bureau", "status", tmp_path / "bureau").out
    assert "年龄写错" in people and "没有等签名的文件" in people and "zj-1" in people


def test_people_see_what_hospitals_will_see(desk: Desk, run: Run, tmp_path: Path) -> None:
    pack = tmp_path / "demo.mrpack"
    pack.write_bytes(pack_file(version=Version(2026, 7, 1)))
    done = run("bureau", "publish", tmp_path / "bureau", pack)
    assert done.code == exits.OK
    assert all(word in done.out for word in ("医院将看到", "330000/demo", "2026.7.1", "取代", "表行有误", "首次发布", "等签名", "zj-1"))


@pytest.mark.parametrize(("words", "code"), [
    (("publish", "nothing.mrpack"), ""), (("rollout", "330000/demo", "1.0.0", "--percent", "5"), "MR-P229"), (("withdraw", "320000/x", "1.0.0", "--reason", "r"), "MR-P223"),
    (("rollout", "330000/demo", "x", "--percent", "5"), "MR-P229"), (("rollout", "330000/demo", "1.0.0", "--percent", "5.001"), "MR-P228"),
    (("rotate", "root", "--remove", "root-1", "--remove", "root-2"), "MR-P222"), (("rotate", "nobody"), "MR-P229"),
])
def test_what_goes_wrong_is_one_sentence(desk: Desk, run: Run, tmp_path: Path, words: tuple[str, ...], code: str) -> None:
    before = sorted(p.name for p in (tmp_path / "bureau").rglob("*"))
    done = run("bureau", words[0], tmp_path / "bureau", *words[1:])
    assert done.code == exits.BAD_INPUT and done.err.startswith(code) and done.err.count("\n") == 1
    assert sorted(p.name for p in (tmp_path / "bureau").rglob("*")) == before


def test_a_folder_that_is_none(run: Run, tmp_path: Path) -> None:
    done = run("bureau", "status", tmp_path / "nowhere")
    assert done.code == exits.BAD_INPUT and done.err.startswith("MR-P226")
    assert not (tmp_path / "nowhere").exists()


def test_a_token_signs_by_a_command(desk: Desk, tmp_path: Path) -> None:
    """A stand-in for a PKCS#11 tool: a program of its own that reads what is signed and writes the signature."""

    tool = tmp_path / "signing_tool.py"
    tool.write_text(
        "import sys\nfrom cryptography.hazmat.primitives.serialization import load_pem_private_key\n"
        f"key = load_pem_private_key(open({str(tmp_path / 'zj-2.pem')!r}, 'rb').read(), b'correct horse battery')\n"
        "sys.stdout.buffer.write(key.sign(sys.stdin.buffer.read()))\n", "utf-8")
    public = json.loads((tmp_path / "zj-2.json").read_text("utf-8"))
    token = tmp_path / "zj-2.token.json"
    token.write_text(json.dumps({**public, "format": "medrules-token", "command": [sys.executable, str(tool)]}), "utf-8")
    (tmp_path / "demo.mrpack").write_bytes(pack_file(supersedes=()))
    desk.do("publish", tmp_path / "demo.mrpack")
    desk.sign("zj-1")
    assert [p["missing"] for p in desk.do("sign", "--key", token)["pending"]] == [0]  # type: ignore[index, attr-defined]
    liar = tmp_path / "liar.token.json"
    liar.write_text(json.dumps({**public, "format": "medrules-token", "command": [sys.executable, "-c", "print('x')"]}), "utf-8")
    done = desk.run("bureau", "sign", tmp_path / "bureau", "--key", liar)
    assert done.code == exits.BAD_INPUT and done.err.startswith("MR-P221")
    for command in (None, [], "sign", [1], {}):
        liar.write_text(json.dumps({**public, "format": "medrules-token", "command": command}), "utf-8")
        done = desk.run("bureau", "sign", tmp_path / "bureau", "--key", liar)
        assert done.code == exits.BAD_INPUT and "command" in done.err


def test_passphrases_are_asked_for(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal, which a test does not have: what a person types is given here."""
    typed = iter(["a long passphrase", "a long passphrase", "a long passphrase", "another passphrase"])
    monkeypatch.setattr("medrules.adapters.cli.bureau_command.getpass", lambda prompt: next(typed))
    done = run("bureau", "keys", "first", "--keys", tmp_path)
    assert done.code == exits.OK and "first.pem" in done.out
    done = run("bureau", "keys", "second", "--keys", tmp_path)
    assert done.code == exits.BAD_INPUT and done.err.startswith("MR-P221") and not (tmp_path / "second.pem").exists()


@pytest.mark.parametrize(("words", "code"), [
    (("publish", "demo.mrpack", "--percent", "x"), "MR-P228"), (("publish", "demo.mrpack", "--percent", "-1"), "MR-P228"),
    (("publish", "demo.mrpack", "--percent", "101"), "MR-P228"),
    (("publish", "demo.mrpack", "--percent", "NaN"), "MR-P228"), (("renew", "snapshot"), "MR-P229"), (("init", "--days", "x"), "MR-P226")])
def test_values_that_are_none(desk: Desk, run: Run, tmp_path: Path, words: tuple[str, ...], code: str) -> None:
    pack = tmp_path / "demo.mrpack"
    pack.write_bytes(pack_file(supersedes=()))
    given = [str(pack) if word == "demo.mrpack" else word for word in words[1:]]
    if words[0] == "init":
        given += [w for role in ("root", "targets", "snapshot", "timestamp") for w in (f"--{role}-key", str(desk.key("root-1")))]
    done = run("bureau", words[0], tmp_path / "bureau", *given)
    assert done.code == exits.BAD_INPUT and done.err.startswith(code)


def test_as_many_passphrase_files_as_keys_or_one(desk: Desk, run: Run, tmp_path: Path) -> None:
    key = tmp_path / "zj-1.pem"
    done = run("bureau", "sign", tmp_path / "bureau", "--key", key, "--key", key, "--key", key, "--passphrase-file", desk.secret, "--passphrase-file", desk.secret)
    assert done.code == exits.BAD_INPUT and done.err.startswith("MR-P221")
