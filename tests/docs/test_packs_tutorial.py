"""docs/packs-tutorial.md works when it is followed to the letter, and says what is seen on the way."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "packs-tutorial.md"
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(sys.platform == "win32" or shutil.which("bash") is None, reason="a page for bash")
def test_every_command_of_the_tutorial(tmp_path: Path) -> None:
    (tmp_path / "examples").mkdir()
    shutil.copytree(ROOT / "examples" / "tutorial", tmp_path / "examples" / "tutorial")
    blocks = BLOCK.findall(PAGE.read_text("utf-8"))
    assert len(blocks) == 8
    python = f'medrules() {{ "{sys.executable}" -m medrules "$@"; }}\n'
    script = "set -e\n" + python + "".join(f"echo '===={n}'\n{block}" for n, block in enumerate(blocks))
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=600,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-4_000:]
    said = [part for part in re.split(r"^====\d+\n", done.stdout, flags=re.MULTILINE) if part]
    assert "已启用 activated" in said[2] and "正常 ok" in said[2]
    assert "单价过高" not in said[3]
    assert "变更公示" in said[4] and "2026.7.1" in said[4] and "没有新的规则包" in said[4] and said[4].count("单价过高") >= 1
    assert "本地回退" in said[5] and "单价过高" not in said[5] and "误报太多" in said[5]
    assert "2026.7.0" in said[6] and "本地回退" not in said[6]
    assert "rollback" in said[7] and "完好 sound" in said[7]
