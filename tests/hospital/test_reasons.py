"""Why a rule is at its tier here: each layer's say, in order."""
from __future__ import annotations

from datetime import date

import pytest

from medrules.errors import MedRulesError
from medrules.hospital.layers import join
from medrules.hospital.reasons import why
from medrules.packs.manifest import Mandatory
from tests.hospital.samples import layer, province

TUNE = """[[parameter]]
name = "儿童上限"
value = "14岁"
from = 2026-01-01
reason = "省文件一"
[[rule]]
code = "N1001"
interaction = "须填原因"
reason = "省文件二"
"""
ROWS = "知识点号,编码,年龄段,地区\nP-1,XA09,不满6岁,99\n"
OVERLAY = """[[rule]]
code = "N1001"
interaction = "拦截"
reason = "儿科专项"
by = "医保办"
on = 2026-03-01
until = 2026-06-01
"""


def test_every_say_stands_there_with_its_pack_and_reason() -> None:
    nation = layer(mandatory=Mandatory(False, ("N1001",)))
    joined = join([nation, province({"tune.toml": TUNE})], OVERLAY.encode())
    (found,) = why(joined, "N1001")
    assert found.mandatory and found.result == "definite"
    assert [(s.level, s.clause, s.about, s.value, s.reason) for s in found.says] == [
        ("national", "rule", "N1001", "明确违规，提醒", "示例"), ("province", "parameter", "儿童上限", "14岁", "省文件一"),
        ("province", "interaction", "N1001", "须填原因", "省文件二"), ("overlay", "interaction", "N1001", "拦截", "儿科专项")]
    assert found.says[0].sha256 == nation.digest and found.says[-1].by == "医保办"
    on = {d: found.at(date.fromisoformat(d).toordinal()) for d in ("2019-12-31", "2026-02-28", "2026-03-01", "2026-06-01")}
    assert on == {"2019-12-31": "", "2026-02-28": "reason", "2026-03-01": "hard", "2026-06-01": "reason"}
    assert found.as_json()["in_force"][1] == {"from": "2026-03-01", "to": "2026-06-01", "interaction": "hard"}


def test_rows_of_a_lower_layer_are_named() -> None:
    (found,) = why(join([layer(), province({"rows/children.csv": ROWS})]), "N1001")
    assert [(s.clause, s.value) for s in found.says if s.level == "province"] == [("rows", "1 行")]


def test_a_rule_that_nobody_touches_has_one_say() -> None:
    (found,) = why(join([layer(), province({"tune.toml": TUNE})], OVERLAY.encode()), "N1002")
    assert [s.level for s in found.says] == ["national"] and not found.mandatory


def test_an_unknown_rule_is_told() -> None:
    with pytest.raises(MedRulesError):
        why(join([layer()]), "N9")
