"""Screening by a store: November's claims meet November's rules, whenever they are screened."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.engine.screening import Screening, screen
from medrules.hospital.opening import joined_packs
from medrules.hospital.store_engine import StoreEngine
from tests.hospital.held_samples import Memory, version
from tests.hospital.samples import NATIONAL, facts, pack

CHILD = {"出生": "2020-01-01"}
PERIOD = """规则 N1005「单月次数」{{
  分类：管理类
  依据：示例
  结果：可疑
  环节：事后
  费用：列入统筹费用
  有效：2020-01-01 起
  提醒方式：静默
  针对：每个 患者 每 月 记为 期
  当：  期.门诊次数 超过 {limit}次
  扣减：无
  说明：「超过{limit}次」
}}
"""


def engine(*packs: Any) -> StoreEngine:
    return StoreEngine(Memory(*packs), today=lambda: date(2027, 1, 20))


def visits(*lines: tuple[str, str]) -> list[Any]:
    return [facts(on, 单价=price, 标识=f"E{n}", **CHILD) for n, (on, price) in enumerate(lines)]


def texts(found: Screening) -> list[tuple[str, str, str]]:
    return sorted((f.finding.anchor.encounter, f.finding.message, f.month) for f in found.findings if f.finding.rule == "N1002")


def test_each_claim_meets_the_rules_of_its_day() -> None:
    stored = engine(version(1, end="2026-12-01"), version(2, "2026-12-01", limit="200"))
    found = screen(stored, visits(("2026-11-20", "150"), ("2026-12-05", "150"), ("2026-12-06", "300")))
    assert texts(found) == [("E0", "第1版", "2026-11"), ("E2", "第2版", "2026-12")]
    assert found.definite == 45000 and not found.unchecked


def test_days_without_a_version_are_told() -> None:
    found = screen(engine(version(1, end="2026-11-01"), version(2, "2026-12-01")), visits(("2026-11-20", "150"), ("2026-12-06", "300")))
    assert texts(found) == [("E1", "第2版", "2026-12")] and {reason for _, reason in found.unchecked} == {"no_pack"}


def test_a_month_is_judged_by_the_version_of_its_last_day() -> None:
    def limited(n: int, limit: int, **more: Any) -> Any:
        made = version(n, **more)
        files = {**NATIONAL, "families/N5_month/rule.medrule": PERIOD.format(limit=limit)}
        return pack(files=files, version=made.manifest.version, effective=made.manifest.effective)

    stored = engine(limited(1, 1, end="2026-11-15"), limited(2, 2, begin="2026-11-15"))
    for days, told in ((("2026-11-01", "2026-11-02"), []), (("2026-11-01", "2026-11-02", "2026-11-20"), ["超过2次"]), (("2026-10-01", "2026-10-02"), ["超过1次"])):
        found = screen(stored, visits(*((d, "50") for d in days)))
        assert [f.finding.message for f in found.findings if f.finding.rule == "N1005"] == told


def same(a: Screening, b: Screening) -> None:
    def findings(s: Screening) -> Any:
        return sorted((f.finding.rule, f.finding.anchor.encounter, f.finding.anchor.position, f.finding.claims, f.finding.credited, f.month) for f in s.findings)

    assert findings(a) == findings(b)
    assert (a.definite, a.suspect, a.undecided, a.unjudged, a.unchecked, a.unmatched, a.lines) == (
        b.definite, b.suspect, b.undecided, b.unjudged, b.unchecked, b.unmatched, b.lines)


LINES = st.lists(st.tuples(st.integers(1, 28).map(lambda d: f"2026-11-{d:02d}"), st.sampled_from(["50", "150", "300"])), min_size=1, max_size=6)


@settings(deadline=None, max_examples=25)
@given(LINES)
def test_law_one_version_screens_as_its_pack(lines: Sequence[tuple[str, str]]) -> None:
    one = version(1)
    same(screen(engine(one), visits(*lines)), screen(joined_packs([one], None).program, visits(*lines)))


@settings(deadline=None, max_examples=25)
@given(LINES, st.integers(2, 28))
def test_law_two_versions_that_say_the_same_screen_as_one(lines: Sequence[tuple[str, str]], cut: int) -> None:
    day = f"2026-11-{cut:02d}"
    one, two = version(1, end=day), pack(files={n: c.decode() for n, c in version(1).members.items() if n.startswith(("families/", "shared/"))},
                                         version=version(2).manifest.version, effective=version(2, day).manifest.effective)
    same(screen(engine(one, two), visits(*lines)), screen(joined_packs([one], None).program, visits(*lines)))
