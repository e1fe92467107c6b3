"""What a lower layer may do, and what is refused; the law that a layer which touches other rules changes nothing for a rule."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.engine.engine import Engine
from medrules.errors import InvalidLayers
from medrules.hospital.layer import Layer
from medrules.hospital.layers import Joined, join
from medrules.packs.manifest import Extended, Mandatory
from medrules.packs.versions import Version
from tests.hospital.samples import NATIONAL, ROOT, ROWS, RULE, TABLE, facts, folder_layer, layer, province

TUNE = '[[parameter]]\nname = "儿童上限"\nvalue = "{value}"\nfrom = {begin}\nreason = "示例文件"\n'
CHILD_ROW = "知识点号,编码,年龄段,地区\nP-1,XA09,不满6岁,99\n"


def refusal(*layers: Layer, overlay: bytes | None = None) -> InvalidLayers:
    with pytest.raises(InvalidLayers) as caught:
        join(layers, overlay)
    assert caught.value.code == caught.value.problems[0].code
    assert all(p.place and p.message and p.message_en and p.help and p.help_en for p in caught.value.problems)
    return caught.value


def codes(error: InvalidLayers) -> set[str]:
    return {p.code for p in error.problems}


def rule(joined: Joined, code: str) -> Any:
    (found,) = (r for r in joined.program.rules if r.code == code)
    return found


def test_one_layer_is_the_pack_itself() -> None:
    one = layer()
    joined = join([one])
    assert (joined.program.pack, joined.program.pack_version, joined.program.pack_hash) == ("national", "1.0.0", one.manifest.content_hash)
    assert [r.code for r in joined.program.rules] == ["N1001", "N1002"]


def test_a_province_uses_names_of_the_nation_and_tunes_inside_the_range() -> None:
    own = RULE.format(code="P1001", name="省", tier="静默", scope="明细 其中 明细.单价 超过 0.01元", condition="当：患者.年龄 满 参数.儿童上限")
    lower = province({"tune.toml": TUNE.format(value="14岁", begin="2026-01-01"), "families/P1_own/rule.medrule": own})
    joined = join([lower, layer()])
    assert joined.program.pack == "national+province" and joined.program.pack_version == "1.0.0+1.0.0"
    versions = joined.program.params["儿童上限"].versions
    begin = date(2026, 1, 1).toordinal()
    assert [(v.value.n, v.valid_from, v.valid_to) for v in versions] == [
        (18, date(2020, 1, 1).toordinal(), begin), (14, begin, 10_000_000)]
    assert joined.owners["P1001"].name == "province" and joined.owners["N1001"].name == "national"
    child_of_15 = {"编码": "XA01", "出生": "2011-01-01"}
    assert not Engine(join([layer()]).program).review(facts("2026-03-01", **child_of_15)).findings
    assert {f.rule for f in Engine(joined.program).review(facts("2026-03-01", **child_of_15)).findings} == {"N1001", "P1001"}
    assert not Engine(joined.program).review(facts("2025-12-31", **child_of_15)).findings  # the day before the province's value


def test_a_city_tunes_what_the_province_tuned() -> None:
    upper = province({"tune.toml": TUNE.format(value="14岁", begin="2026-01-01")})
    lower = layer("city", "city", {"tune.toml": TUNE.format(value="16岁", begin="2026-07-01")}, extends=upper.manifest.extends)
    versions = join([lower, upper, layer()]).program.params["儿童上限"].versions
    assert [v.value.n for v in versions] == [18, 14, 16]


@pytest.mark.parametrize(("value", "begin", "name", "word"), [
    ("13岁", "2026-01-01", "儿童上限", "可调范围"), ("15天", "2026-01-01", "儿童上限", ""), ("6天", "2026-01-01", "固定天数", "没有写「可调」"),
    ("14岁", "2026-01-01", "无此参数", "没有参数"), ("14岁\\n规则", "2026-01-01", "儿童上限", "一行文字"), ("一些", "2026-01-01", "儿童上限", "不是同一类"),
    ("14岁 可调 1岁 至 99岁", "2026-01-01", "儿童上限", "读不懂"),
])
def test_tuning_outside_the_range_is_refused(value: str, begin: str, name: str, word: str) -> None:
    text = TUNE.format(value=value, begin=begin).replace("儿童上限", name)
    error = refusal(layer(), province({"tune.toml": text}))
    assert codes(error) <= {"MR-P404", "MR-P410"} and any(word in p.message for p in error.problems)


@pytest.mark.parametrize("text", ["[[parameter]]\nname=1", "x = 1", "[[rule]]\ncode='N1001'\ninteraction='停'\nreason='x'", "\0", "rule = 1", "[[parameter]]\n"
                                  "name='儿童上限'\nvalue='14岁'\nfrom=2026-01-01\nto=2026-01-01\nreason='x'", "[[rule]]\ncode='N1001'\ninteraction='提醒'\nresult='监测'"])
def test_a_tune_file_that_is_written_otherwise_is_refused(text: str) -> None:
    assert codes(refusal(layer(), province({"tune.toml": text}))) == {"MR-P410"}


def test_an_interaction_is_raised_and_never_lowered() -> None:
    def tune(word: str, code: str = "N1001") -> Layer:
        return province({"tune.toml": f'[[rule]]\ncode = "{code}"\ninteraction = "{word}"\nreason = "示例"\n'})

    joined = join([layer(), tune("须填原因")])
    assert rule(joined, "N1001").header.interaction == "reason" and rule(joined, "N1001").header.result == "definite"
    assert codes(refusal(layer(), tune("静默"))) == {"MR-P405"}
    assert codes(refusal(layer(), tune("提醒", "N9"))) == {"MR-P405"}


def test_rows_of_a_province_count_there_only() -> None:
    joined = join([layer(), province({"rows/children.csv": CHILD_ROW})])
    engine = Engine(joined.program)
    adult = {"编码": "XA09", "出生": "1990-01-01"}
    assert [f.rows for f in engine.review(facts("2026-03-01", 地区="990101", **adult)).findings] == [("P-1",)]
    assert not engine.review(facts("2026-03-01", 地区="110101", **adult)).findings


@pytest.mark.parametrize(("rows", "code", "word"), [
    (CHILD_ROW.replace("99\n", "\n"), "MR-P406", "地区"), (CHILD_ROW.replace("99\n", "33\n"), "MR-P406", "地区"),
    (CHILD_ROW.replace("P-1", "N-1"), "MR-P406", "知识点号"), (CHILD_ROW.replace("不满6岁", "六"), "MR-P409", ""),
])
def test_rows_that_rewrite_the_nation_are_refused(rows: str, code: str, word: str) -> None:
    error = refusal(layer(), province({"rows/children.csv": rows}))
    assert error.code == code and word in error.problems[0].message


def test_rows_for_no_table_are_refused() -> None:
    assert codes(refusal(layer(), province({"rows/nothing.csv": CHILD_ROW}))) == {"MR-P406"}


def test_rows_cannot_weaken_a_mandatory_rule() -> None:
    upper = layer(mandatory=Mandatory(False, ("N1001",)))
    assert codes(refusal(upper, province({"rows/children.csv": CHILD_ROW}))) == {"MR-P408"}


def test_a_table_that_is_asked_in_a_condition_takes_no_rows() -> None:
    asked = RULE.format(code="N1003", name="除外", tier="静默", scope="明细 其中 明细.单价 超过 0.01元", condition="当：明细 属于 知识表「限儿童」")
    upper = layer(files={**NATIONAL, "families/N3_asked/rule.medrule": asked})
    assert codes(refusal(upper, province({"rows/children.csv": CHILD_ROW}))) == {"MR-P406"}


def test_roots_do_not_overlap_and_rules_are_under_their_own() -> None:
    assert codes(refusal(layer(), province({}, roots=("N1002",)))) == {"MR-P402"}
    stranger = RULE.format(code="Q1", name="外", tier="静默", scope="明细 其中 明细.单价 超过 0.01元", condition="当：明细.单价 超过 1.00元")
    assert codes(refusal(layer(), province({"families/Q1_own/rule.medrule": stranger}))) == {"MR-P402"}


@pytest.mark.parametrize("files", [
    {"shared/parameters.medrule": "参数 儿童上限 = 14岁 自 2026-01-01\n"},
    {"families/P1_t/tables/children.toml": TABLE, "families/P1_t/tables/children.csv": ROWS.replace("N-", "P-")},
])
def test_names_of_the_nation_are_not_taken(files: Mapping[str, str]) -> None:
    assert codes(refusal(layer(), province(files))) == {"MR-P403"}


def test_parents_must_be_there_in_a_version_that_fits() -> None:
    assert codes(refusal(province({}))) == {"MR-P401"}
    wanted = (Extended("national", Version(2, 0, 0), Version(3, 0, 0)),)
    assert codes(refusal(layer(), province({}, extends=wanted))) == {"MR-P401"}
    assert codes(refusal(layer(extends=(Extended("province", Version(1, 0, 0), Version(2, 0, 0)),)), province({}))) == {"MR-P401"}
    assert codes(refusal(layer(), layer())) == {"MR-P401", "MR-P402", "MR-P403"}


def test_errors_of_the_checker_are_told_with_their_file() -> None:
    wrong = RULE.format(code="P1001", name="省", tier="静默", scope="明细 其中 明细.单价 超过 0.01元", condition="当：患者.年龄 满 参数.没有")
    error = refusal(layer(), province({"families/P1_own/rule.medrule": wrong}))
    assert error.code == "MR-P409" and error.diagnostics[0].source is not None
    assert error.diagnostics[0].source.name == "province/families/P1_own/rule.medrule"


OTHERS = st.lists(st.sampled_from(["tune", "rows", "rule", "raise"]), unique=True, min_size=1)


@settings(deadline=None, max_examples=30)
@given(OTHERS, st.sampled_from(["XA01", "XA02", "XA09"]), st.integers(0, 40), st.sampled_from(["50", "150"]))
def test_law_a_layer_that_touches_other_rules_changes_nothing_for_a_rule(kinds: list[str], code: str, age: int, price: str) -> None:
    """N1002 is touched by none of these; N1001 neither by a rule of the province's own nor by raising another one."""
    files: dict[str, str] = {}
    if "tune" in kinds:
        files["tune.toml"] = TUNE.format(value="14岁", begin="2026-01-01")
    if "rows" in kinds:
        files["rows/children.csv"] = CHILD_ROW
    if "rule" in kinds:
        files["families/P1_own/rule.medrule"] = RULE.format(
            code="P1001", name="省", tier="静默", scope="明细 其中 明细.单价 超过 0.01元", condition="当：患者.年龄 满 参数.儿童上限")
    if "raise" in kinds:
        files["tune.toml"] = files.get("tune.toml", "") + '[[rule]]\ncode = "N1001"\ninteraction = "拦截"\nreason = "示例"\n'
    request = facts("2026-03-01", 编码=code, 出生=f"{2025 - age}-01-01", 单价=price)
    alone, both = (Engine(j.program).review(request) for j in (join([layer()]), join([layer(), province(files)])))

    def of(report: Any, name: str) -> set[Any]:
        return {(f.anchor, f.rows, f.claims, f.interaction, f.result, f.message) for f in report.findings if f.rule == name}

    assert of(alone, "N1002") == of(both, "N1002")
    if not {"tune", "rows", "raise"} & set(kinds):
        assert of(alone, "N1001") == of(both, "N1001")


def test_the_example_province_stands_on_the_national_pack() -> None:
    nation = folder_layer(ROOT / "rulepacks" / "national", "national", roots=("GZ1", "ZB1", "LK-"))
    wanted = (Extended("national", Version(1, 0, 0), Version(2, 0, 0)),)
    lower = folder_layer(ROOT / "examples" / "layers" / "example-province", "example-province", "province", roots=("SL99",), extends=wanted)
    joined = join([nation, lower], (ROOT / "examples" / "layers" / "overlay.toml").read_bytes())
    assert [r.header.interaction for r in joined.program.rules if r.code == "GZ10000101007000"] == ["soft", "reason"]  # until, and from 2026-03-01
    assert [v.value for v in joined.program.params["分解住院间隔"].versions][-1] == 10
    assert rule(joined, "GZ10000202004000").header.interaction == "soft"
    assert [y.label for y in joined.layers] == ["national 1.0.0", "example-province 1.0.0"]
    assert dict(joined.added)["限儿童药品"][0][1] == 1
