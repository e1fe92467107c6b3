"""The hospital's overlay: raising and disabling with reasons, by business day; what it may not do; its laws."""
from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.engine.engine import Engine
from medrules.engine.reference.evaluator import evaluate
from medrules.errors import InvalidLayers
from medrules.hospital.layers import join
from medrules.hospital.overlay import Overlay, OverlayEntry, overlaid
from medrules.hospital.written import INTERACTIONS, OPEN_END, TIERS, tier
from medrules.packs.manifest import Mandatory
from tests.hospital.samples import facts, layer

ENTRY = '[[rule]]\ncode = "N1001"\nreason = "示例"\nby = "医保办"\non = 2026-03-01\n'
ADULT = {"编码": "XA02", "出生": "1990-01-01"}


def tiers(text: str, on: str) -> list[str]:
    """The interactions of rule N1001's findings about a line of a day, by both evaluators."""
    program = join([layer()], (ENTRY + text).encode()).program
    one, other = Engine(program).review(facts(on, **ADULT)), evaluate(program, facts(on, **ADULT))
    assert one.canonical() == other.canonical()
    assert [f.interaction for f in one.findings] == [f.interaction for f in other.findings]
    return [f.interaction for f in one.findings if f.rule == "N1001"]


def test_a_tier_is_raised_from_its_day_on() -> None:
    text = 'interaction = "拦截"\n'
    assert tiers(text, "2026-02-28") == ["soft"] and tiers(text, "2026-03-01") == ["hard"]
    assert tiers(text + "until = 2026-04-01\n", "2026-04-01") == ["soft"]


def test_a_disabled_rule_is_silent_on_its_days_only() -> None:
    text = "disabled = true\nuntil = 2026-06-01\n"
    assert [tiers(text, on) for on in ("2026-02-28", "2026-03-01", "2026-05-31", "2026-06-01")] == [["soft"], [], [], ["soft"]]
    assert tiers(text + "from = 2026-04-01\n", "2026-03-31") == ["soft"]


@pytest.mark.parametrize(("text", "code", "word"), [
    ('interaction = "静默"\n', "MR-P407", "不能调低"), ("disabled = true\n", "MR-P407", "until"), ("", "MR-P407", "interaction"),
    ('interaction = "拦截"\ndisabled = true\nuntil = 2026-06-01\n', "MR-P407", "只能写一个"), ('interaction = "停"\n', "MR-P407", "之一"),
    ('interaction = "拦截"\nresult = "可疑"\n', "MR-P407", "没有「result」"), ('interaction = "拦截"\nuntil = 2026-03-01\n', "MR-P407", "晚于"),
    ('interaction = "拦截"\nuntil = "2026-04-01"\n', "MR-P407", "日期"),
])
def test_what_an_overlay_may_not_do(text: str, code: str, word: str) -> None:
    with pytest.raises(InvalidLayers) as caught:
        join([layer()], (ENTRY + text).encode())
    assert caught.value.code == code and any(word in p.message for p in caught.value.problems)


def test_a_mandatory_rule_is_raised_but_not_disabled() -> None:
    upper = layer(mandatory=Mandatory(True))
    join([upper], (ENTRY + 'interaction = "拦截"\n').encode())
    with pytest.raises(InvalidLayers) as caught:
        join([upper], (ENTRY + "disabled = true\nuntil = 2026-06-01\n").encode())
    assert caught.value.code == "MR-P408"


def test_a_reason_an_office_and_a_day_are_needed() -> None:
    for gone in ("reason", "by", "on", "code"):
        text = "\n".join(line for line in (ENTRY + 'interaction = "拦截"').splitlines() if not line.startswith(gone))
        with pytest.raises(InvalidLayers) as caught:
            join([layer()], text.encode())
        assert caught.value.code == "MR-P407" and gone in caught.value.problems[0].message


DAY = date(2026, 1, 1).toordinal()
ENTRIES = st.lists(st.builds(
    lambda code, tier, off, begin, length: OverlayEntry(
        code, "" if off else tier, off, "示例", "医保办", begin, begin, min(begin + length, OPEN_END), "overlay"),
    st.sampled_from(["N1001", "N1002"]), st.sampled_from(INTERACTIONS), st.booleans(), st.integers(DAY - 5, DAY + 25), st.integers(1, 20)), max_size=6)


@settings(deadline=None, max_examples=40)
@given(ENTRIES, st.integers(0, 30))
def test_law_an_overlay_never_lowers_and_touches_no_other_rule(entries: list[OverlayEntry], offset: int) -> None:
    program = join([layer()]).program
    after = overlaid(program, Overlay(tuple(entries)))
    on = (date.fromordinal(DAY) + timedelta(days=offset)).isoformat()
    request = facts(on, 单价="200", **ADULT)
    plain, changed = Engine(program).review(request), Engine(after).review(request)
    assert changed.canonical() == evaluate(after, request).canonical()
    left = {f.rule: f for f in changed.findings}
    for finding in plain.findings:
        held = [e for e in entries if e.code == finding.rule and e.begin <= DAY + offset < e.end]
        if any(e.disabled for e in held):
            assert finding.rule not in left
            continue
        found = left[finding.rule]
        wanted = max((finding.interaction, *(e.interaction for e in held)), key=INTERACTIONS.index)
        assert found.interaction == wanted and tier(found.interaction) >= tier(finding.interaction)
        assert (found.result, found.claims, found.anchor, found.rows) == (finding.result, finding.claims, finding.anchor, finding.rows)
    assert left.keys() <= {f.rule for f in plain.findings}


def test_every_interaction_has_its_word() -> None:
    assert tuple(TIERS) == INTERACTIONS
