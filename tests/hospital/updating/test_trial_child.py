"""The trial load in a real child process: what passes, what is refused and how it is named, and children that do not behave."""
from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from medrules.errors import StoreError
from medrules.hospital.site_file import TrialLimits
from medrules.hospital.updating.child import Child
from medrules.hospital.updating.update import Passed, Request
from medrules.packs.archive import PackFile
from medrules.packs.manifest import Extended
from medrules.packs.store.writer import Store
from medrules.packs.versions import Version
from tests.hospital.samples import NATIONAL, RULE, pack
from tests.hospital.store_samples import AT, content_of

TODAY = date(2026, 8, 15).toordinal()
CASES = "families/N2_dear/cases.json"


def case(price: str, found: bool, rule: str = "N1002") -> dict[str, Any]:
    facts = {
        "业务时间": "2026-03-01 18:00:00", "环节": "事中", "患者": {"唯一号": "P1", "性别": "男", "出生日期": "1990-01-01"},
        "就诊": {
            "标识": "E1", "就医方式": "门诊", "结算险种": "基本医疗", "入院时间": "2026-03-01 08:00:00", "出院时间": None,
            "机构": {"编码": "H1", "级别": "三级", "地区": "990101"}, "诊断": [], "手术": [],
            "明细": [{"标识": "L1", "种类": "费用", "编码": "XA01", "名称": "示例", "数量": "1", "单价": price, "金额": f"{price}.00",
                    "自费金额": "0", "执行时间": "2026-03-01 09:00:00"}]},
        "历次就诊": [], "历史": {"覆盖起": "2020-01-01", "覆盖范围": "统筹区"}}
    return {"title": f"单价 {price}", "facts": facts, "expect": {"findings": [{"rule": rule, "line": "L1"}] if found else []}}


def national(*cases: dict[str, Any], **files: str) -> PackFile:
    return pack(files={**NATIONAL, CASES: json.dumps(list(cases), ensure_ascii=False), **files})


def tried(folder: Path, *packs: PackFile, limits: TrialLimits = TrialLimits(), overlay: bytes | None = None, **more: Any) -> Passed:  # noqa: B008
    with Store(folder / "store").writing(AT) as writer:
        for one in packs:
            writer.put_pack(content_of(one))
    request = Request(tuple((p, "enforce") for p in packs), overlay, frozenset(p.sha256 for p in packs), TODAY, {})
    return Child(folder / "store", limits, **more)(request)


def refused(folder: Path, *packs: PackFile, **more: Any) -> StoreError:
    with pytest.raises(StoreError) as told:
        tried(folder, *packs, **more)
    return told.value


def test_cases_that_hold_and_the_compiled_form(tmp_path: Path) -> None:
    passed = tried(tmp_path, national(case("50", False), case("300", True)))
    assert passed.cases == 2 and [c[:10] for c in passed.compiled.values() if c] and all(passed.compiled.values())


def test_a_case_that_fails_names_the_case(tmp_path: Path) -> None:
    error = refused(tmp_path, national(case("50", False), case("300", False)))
    assert error.code == "MR-P330" and "单价 300" in str(error) and CASES in str(error)


def test_cases_that_cannot_be_read(tmp_path: Path) -> None:
    assert refused(tmp_path, national({"title": "x"})).code == "MR-P330"


def test_a_pack_that_does_not_compile_names_the_first_error(tmp_path: Path) -> None:
    error = refused(tmp_path, national(**{"families/N2_dear/rule.medrule": "规则 N1002「坏」{ 针对：没有的事 }"}))
    assert error.code == "MR-P329" and "MR-" in error.where


def test_a_province_runs_its_cases_on_what_it_stands_on(tmp_path: Path) -> None:
    rule = RULE.format(code="P1001", name="省单价", tier="提醒", scope="明细 其中 明细.单价 超过 0.01元", condition="当：明细.单价 超过 200.00元")
    files = {"families/P1_dear/rule.medrule": rule, "families/P1_dear/cases.json": json.dumps([case("300", True, "P1001"), case("150", False)])}
    extends = (Extended("national", Version(1, 0, 0), Version(2, 0, 0)),)
    passed = tried(tmp_path, national(), pack("province", "province", files, extends=extends))
    assert passed.cases == 2 and len(passed.compiled) == 1
    gone = (Extended("national", Version(7, 0, 0), Version(8, 0, 0)),)
    assert "MR-P401" in refused(tmp_path, national(), pack("province", "province", files, extends=gone)).where


def test_an_overlay_that_does_what_it_may_not(tmp_path: Path) -> None:
    assert refused(tmp_path, national(), overlay=b"no toml").code == "MR-P329"


def test_a_stored_pack_that_was_exchanged(tmp_path: Path) -> None:
    one = national()
    tried(tmp_path, one)
    (tmp_path / "store" / "packs" / f"{one.sha256}.mrpack").write_bytes(b"other")
    request = Request(((one, "enforce"),), None, frozenset(), TODAY, {})
    with pytest.raises(StoreError) as told:
        Child(tmp_path / "store")(request)
    assert told.value.code == "MR-P306"


def test_too_little_memory_ends_in_a_code(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("no limit of the address space")
    assert refused(tmp_path, national(), limits=TrialLimits(60, 64)).code == "MR-P331"


@pytest.mark.parametrize("behaves", range(1, 10))
def test_children_that_do_not_behave(behaves: int, tmp_path: Path) -> None:
    if behaves in (2, 3, 4) and sys.platform == "win32":
        pytest.skip("no such limits")
    before = set(os.listdir(tmp_path))
    child = Child(tmp_path, TrialLimits(2 if behaves == 1 else 60, 256), entry="tests.hospital.updating.bad_child")
    with pytest.raises(StoreError) as told:
        child(Request((), None, frozenset(), behaves, {}))
    assert told.value.code == "MR-P331" and set(os.listdir(tmp_path)) == before


def test_no_interpreter(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as told:
        Child(tmp_path, python=str(tmp_path / "none"))(Request((), None, frozenset(), TODAY, {}))
    assert told.value.code == "MR-P331"
