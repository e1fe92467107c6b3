"""The integration guide says what the code does: every setting, address and example that it names exists, and none is missing."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

import medrules
from medrules.adapters.nhsa import SiteSettings
from medrules.adapters.sidecar import ServiceSettings
from medrules.adapters.sidecar.desk import HEALTH_PATH, NATIONAL_PATHS, NATIVE_PATH
from medrules.adapters.sidecar.web import build_app, run

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "integration.md").read_text(encoding="utf-8")
CLIENTS = sorted((ROOT / "docs" / "clients").iterdir())


def test_every_setting_is_explained() -> None:
    for field in dataclasses.fields(SiteSettings):
        assert re.search(rf"`{field.name}`", GUIDE), field.name
    for field in dataclasses.fields(ServiceSettings):
        assert f"`{field.name}`" in GUIDE, field.name


def test_every_setting_that_is_explained_exists() -> None:
    section = GUIDE[GUIDE.index("## 7.") : GUIDE.index("## 8.")]
    known = {f.name for f in (*dataclasses.fields(SiteSettings), *dataclasses.fields(ServiceSettings))}
    for row in re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE):
        assert set(re.findall(r"`(\w+)`", row)) <= known, row


def test_defaults_in_the_guide() -> None:
    section = GUIDE[GUIDE.index("`deadline_ms` |") : GUIDE.index("## 8.")]
    default = ServiceSettings()
    for name in ("deadline_ms", "timeout_ms"):
        assert re.search(rf"`{name}` \| {getattr(default, name)} ", section), name
    assert f"{default.read_ms}、{default.grace_ms}" in section and f"{default.workers}、{default.waiting}" in section
    assert f"{SiteSettings().limits.lines:,} 条" in GUIDE and f"嵌套 {SiteSettings().limits.depth} 层" in GUIDE


def test_addresses() -> None:
    for path in (*NATIONAL_PATHS, NATIVE_PATH, HEALTH_PATH):
        assert f"`{path}`" in GUIDE, path


def test_toml_examples_are_valid(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    assert blocks
    for block in blocks:
        path = tmp_path / "site.toml"
        path.write_text(block, encoding="utf-8")
        assert tomllib.loads(block) and SiteSettings.from_toml(path) and ServiceSettings.from_toml(path)


def test_python_examples_use_names_that_exist() -> None:
    blocks = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        compile(block, "integration.md", "exec")
        for name in re.findall(r"medrules\.(\w+)\(", block):
            assert hasattr(medrules, name), name


@pytest.mark.parametrize("client", CLIENTS, ids=lambda p: p.name)
def test_clients_call_addresses_that_exist(client: Path) -> None:
    text = client.read_text(encoding="utf-8")
    for path in re.findall(r"8310(/[\w/]*)|\"(/fsi[\w/]*)\"", text):
        assert (path[0] or path[1]) in (*NATIONAL_PATHS, NATIVE_PATH, HEALTH_PATH)
    for name in re.findall(r"examples/3101/([\w.-]+\.json)", text):
        assert (ROOT / "examples" / "3101" / name).exists()
    assert "未检查" in text or client.suffix == ".md"


def test_the_web_file_is_the_only_one_that_knows_the_framework() -> None:
    assert build_app and run
    for path in (ROOT / "src" / "medrules").rglob("*.py"):
        if path.name != "web.py":
            assert not re.search(r"^\s*(import|from) (starlette|uvicorn)", path.read_text(encoding="utf-8"), re.MULTILINE)
