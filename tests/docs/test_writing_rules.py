"""The tutorial docs/writing-rules.md works when it is followed to the letter, and its examples stand in the rule packs."""
from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from medrules.adapters.cli.main import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "writing-rules.md").read_text("utf-8")
FAMILY = "LK-901_my_rule"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def made(folder: Path) -> Path:
    """The pack with the tutorial's empty family."""
    pack = folder / "my-pack"
    shutil.copytree(ROOT / "rulepacks" / "national", pack)
    assert main(["new", "family", "LK-901", "my_rule", "--pack", str(pack), "--name", "示例药限儿童"]) == 0
    return pack


def test_the_tutorial_can_be_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = made(tmp_path)
    test = ["test", str(pack), "--family", FAMILY]
    assert main(test) != 0
    assert "1 不符" in capsys.readouterr().out
    folder, five, more = pack / "families" / FAMILY, *blocks("yaml")
    (folder / "rule.medrule").write_text(blocks("medrule")[0], "utf-8")
    (folder / "tables" / "my_rule.toml").write_text(blocks("toml")[0], "utf-8")
    (folder / "tables" / "my_rule.csv").write_text(blocks("csv")[0], "utf-8")
    (folder / "cases.yaml").write_text(five, "utf-8")
    assert main(test) == 0
    assert "5 通过 passed，0 不符 failed" in capsys.readouterr().out
    (folder / "cases.yaml").write_text(f"{five}\n{more}", "utf-8")
    assert main(test) == 0
    assert "8 通过 passed，0 不符 failed" in capsys.readouterr().out
    assert main(["check", str(pack)]) == 0
    assert main(["fmt", "--check", str(folder / "rule.medrule")]) == 0


def test_the_short_examples_stand_in_the_edition() -> None:
    rules = [p.read_text("utf-8") for p in (ROOT / "rulepacks").glob("*/families/*/rule.medrule")]
    lines = {re.sub(r"\s+#.*", "", line).strip() for rule in rules for line in rule.splitlines()}
    shown = [line for block in blocks("medrule")[1:] for line in block.splitlines()]
    assert len(shown) == 10
    assert [line for line in shown if line not in lines] == []
