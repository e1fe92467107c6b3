"""docs/violations.md: every violation that bureaus name is there, each rule with a case in which that very rule speaks."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

from medrules.cases.yaml_reader import read_cases

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "violations.md").read_text("utf-8")
FAMILIES = {p.name.partition("_")[0]: p for p in (ROOT / "rulepacks").glob("*/families/*")}
NAMES = (
    "挂床住院", "分解住院", "冒名住院", "低标准入院", "串换药品", "重复收费", "多计", "虚计", "超标准收费", "超诊疗范围收费", "分解收费", "组套",
    "捆绑收费", "耗材超比例加价", "高值耗材不合规", "进销存不符", "医嘱与收费不符", "票据", "清单", "处方", "检查结果", "病程", "超适应症", "超说明书用药",
    "限定支付用药", "超量开药", "出院带药超量", "重复开药", "中药饮片超量与配伍", "门诊慢特病超范围用药", "重点监控药品", "过度检查", "治疗次数与疗程超限",
    "盗刷医保卡", "药店串换与诱导", "高套编码", "异地就医",
)
SECTIONS = {title: body for title, body in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL) if title != "抓不到的"}
CASES = re.findall(r"^\* 例：`([^`]+)`「(.+)」$", TEXT, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_what_bureaus_name_has_a_section(name: str) -> None:
    assert any(name in title for title in SECTIONS)


def test_each_section_has_rules_facts_and_a_case() -> None:
    for title, body in SECTIONS.items():
        assert re.search(r"^\* 规则：.+", body, re.MULTILINE), title
        assert re.search(r"^\* 事实：.+", body, re.MULTILINE), title
        assert re.search(r"^\* 例：.+", body, re.MULTILINE), title


def test_each_rule_of_a_section_has_a_case_there() -> None:
    for title, body in SECTIONS.items():
        rules = set(re.findall(r"README\.md\)（([A-Z][\w-]*)）", body))
        assert rules == {code for code, _ in re.findall(r"^\* 例：`([^`]+)`「(.+)」$", body, re.MULTILINE)}, title


def test_rules_exist() -> None:
    named = set(re.findall(r"README\.md\)（([A-Z][\w-]*)）", TEXT))
    assert named and named <= set(FAMILIES)


@pytest.mark.parametrize(("code", "title"), CASES, ids=[f"{c}-{n}" for n, (c, _) in enumerate(CASES)])
def test_a_case_shows_it(code: str, title: str) -> None:
    found = next((c for c in read_cases(FAMILIES[code] / "cases.yaml") if c.title == title), None)
    assert found is not None
    # The rule itself is what catches it: `medrules test` runs the case with both evaluators.
    assert any(expected.rule.startswith(code) for expected in found.findings)
