"""Site settings: every key of the TOML form, and a typing error found at start and named."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from medrules.adapters.nhsa import SiteSettings, site
from medrules.errors import InvalidSettings

FULL = """
[nhsa]
med_type = { "140104" = "门诊慢特病", "9907" = "online" }
med_type_first_two = true
reim_flag_online = true
matn_stas = "five"
medins_lv = { "01" = "三级", "02" = "level_2" }
profttl = "single"
insutype = { "31" = "基本医疗" }
recer_sys_code = { GSXT = "工伤" }
out_setl_flag = { "0" = false, "1" = true }
placeholder_codes = ["0", "无"]
departments = { "0201" = "A50.01" }
institutions = { H11000000001 = { level = "三级", grade = "甲等", kind = "定点医疗机构", specialty = "综合" } }
midnight_is_time = true
missing_order_time = "request"
empty_operations_mean_none = true
input_may_be_text = true
none_current = "none"
history_coverage = "本院"
history_days = 90
encoding = "gbk"
warn_msg = true
include_passive = false
vola_bhvr_type = "1"
limits = { body_bytes = 1000000, lines = 500 }
"""


def test_every_key_can_be_set(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(FULL.replace("[nhsa]\n", '[nhsa]\ncode_mapping = "codes.csv"\n', 1), encoding="utf-8")
    (tmp_path / "codes.csv").write_text("医院编码,国家编码\nH1,001102000010000\n", encoding="utf-8")
    found = SiteSettings.from_toml(path)
    default = SiteSettings()
    for field in dataclasses.fields(SiteSettings):
        if field.name != "recer_sys_code" and field.name != "out_setl_flag":
            assert getattr(found, field.name) != getattr(default, field.name), field.name
    assert found.medins_lv == {"01": "三级", "02": "二级"} and found.med_type["9907"] == "互联网诊疗"
    assert found.limits.lines == 500 and found.limits.depth == 64


@pytest.mark.parametrize(
    "given",
    [
        {"med_typ": {}},
        {"med_type": "x"},
        {"med_type": {"11": "门疹"}},
        {"matn_stas": "six"},
        {"medins_lv": {"1": "四级"}},
        {"midnight_is_time": "yes"},
        {"history_days": -1},
        {"history_days": True},
        {"history_coverage": "全省"},
        {"institutions": {"H": {"lvl": "三级"}}},
        {"institutions": {"H": "三级"}},
        {"departments": {"1": "内科"}},
        {"placeholder_codes": "0"},
        {"out_setl_flag": {"2": "是"}},
        {"limits": {"size": 1}},
        {"vola_bhvr_type": ""},
        {"encoding": "big5"},
        {"none_current": "some"},
        {"profttl": {"1": "院长"}},
    ],
)
def test_a_wrong_setting_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidSettings) as error:
        SiteSettings.from_toml(given)
    assert next(iter(given)) in str(error.value)


def test_an_unreadable_file_is_an_integrators_error(tmp_path: Path) -> None:
    broken = tmp_path / "site.toml"
    broken.write_text("a = ", encoding="utf-8")
    for path in (broken, tmp_path / "none.toml"):
        with pytest.raises(InvalidSettings):
            SiteSettings.from_toml(path)


def test_every_setting_is_documented() -> None:
    described = site.SiteSettings.__doc__ or ""
    for field in dataclasses.fields(SiteSettings):
        if field.name != "limits":
            assert re.search(rf"\b{field.name}\b", described), field.name
