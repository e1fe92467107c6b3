"""docs/bureau-guide.md works when it is followed to the letter: every command of it, in its order, in one folder."""
from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from medrules.adapters.cli.main import main
from medrules.packs.channel import TrustedChannel
from medrules.packs.releases import read_releases
from tests.packs.repository import MemoryFetcher
from tests.release.samples import changed, written

GUIDE = Path(__file__).parents[2] / "docs" / "bureau-guide.md"
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECRET = ("keys", "sign", "refresh")


def commands() -> list[list[str]]:
    return [shlex.split(line) for block in BLOCK.findall(GUIDE.read_text("utf-8")) for line in block.splitlines() if line.strip()]


def test_every_command_of_the_guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("口令").write_text("只有自己知道的很长的口令", "utf-8")
    written(Path("浙江规则包"), changed(one=("pack.toml", 'name = "demo"', 'name = "zhejiang"')))
    done = set()
    for words in commands():
        assert words[0] == "medrules" and words[1] in ("bureau", "pack"), words
        extra = ["--passphrase-file", "口令"] if words[2] in SECRET else []
        assert main([*words[1:], *extra]) == 0, (words, capsys.readouterr().err)
        done.add(words[2])
    assert done == {"build", "show", "init", "keys", "delegate", "publish", "rollout", "withdraw", "rotate", "renew", "sign", "refresh", "status"}
    files = {p.relative_to("发布/repository").as_posix(): p.read_bytes() for p in Path("发布/repository").rglob("*") if p.is_file()}
    channel = TrustedChannel(MemoryFetcher(files), files["metadata/1.root.json"], clock=lambda: datetime.now(UTC))
    assert channel.refresh().versions["root"] == 2
    (release,) = read_releases(channel.target("330000/zhejiang/releases.json")).releases
    assert release.withdrawn is not None and release.rollout.percent == 10_000 and release.mode == "enforce"


def test_the_guide_names_pages_that_exist() -> None:
    text = GUIDE.read_text("utf-8")
    named = set(re.findall(r"MR-P2\d\d", text))
    assert named and all((GUIDE.parent / "errors" / f"{code}.md").exists() for code in named)
    assert "tests/packs/bureau/test_drills.py" in text and (GUIDE.parents[1] / "tests/packs/bureau/test_drills.py").exists()
