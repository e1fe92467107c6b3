"""Law 5 where it is hardest: windows and quotas over a history that is cut off, and facts that are dropped from many lines."""
from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any

from hypothesis import given

from medrules.check.program import Program
from tests.property.judging import judged
from tests.property.programs import compile_rules
from tests.property.requests import encounter
from tests.property.strategies import SEEDS, WINDOWS
from tests.property.test_information import dropped, flips, whole_request

BODIES = (
    "令：超出 = 超额 明细.数量 限 2 每 近 7天 按 同一 患者、限定\n  当：超出 大于 0",
    "令：超出 = 超额 明细.数量 限 3 每 近 15天 按 同一 患者、机构、明细.编码\n  当：超出 大于 1",
    "令：超出 = 超额 明细.数量 限 4 每 自然月 按 同一 患者\n  当：超出 大于 0",
    "令：超出 = 超额 明细.数量 限 2 每 单日 按 同一 患者、机构\n  当：超出 大于 0",
    "当：合计 同期明细.数量 取 近 7天 按 同一 患者 含本次 超过 4",
    "当：合计 同期明细.数量 取 近 7天 按 同一 患者、机构 含本次 不超过 4",
    "当：次数 同期明细 取 近 15天 按 同一 患者 含本次 其中（同期明细.部位 = 「左」）不少于 2次",
    "当：天数 同期明细 取 自然月 按 同一 患者 含本次 超过 2天",
    "当：种数 同期明细.通用名 取 近 7天 按 同一 患者 含本次 不超过 1种",
    "须：有 同期明细 取 近 7天 按 同一 患者 不含本次 其中 同期明细 属于 编码集「项目」",
    "须：无 同期明细 取 单次就诊 按 同一 患者 不含本次 其中 同期明细.编码 = 明细.编码",
    "当：最早 同期明细.日期 取 近 15天 按 同一 患者 含本次 早于 明细.日期",
    "当：最大 同期明细.单价 取 近 7天 按 同一 患者 含本次 超过 30元",
    "令：序 = 第几天 取 近 15天 按 同一 患者、限定\n  当：序 超过 2",
    "令：序 = 第几天 取 同一疗程 按 同一 患者、限定\n  当：序 不超过 2",
    "令：名次 = 第几项 按 明细.单价 从高到低 取 近 7天 按 同一 患者\n  当：名次 大于 1",
    "当：自第 2种 起 同期明细.编码 取 近 7天 按 同一 患者",
    "当：有 同期明细 记为 他 取 用药期重叠 按 同一 患者 不含本次 其中（他.编码 = 明细.编码）",
)
HEAD = "依据：例\n  结果：可疑\n  环节：事前、事中、事后\n  费用：全部费用\n  有效：2025-01-01 起\n  提醒方式：静默"


def window_rules(seed: int) -> Program:
    """Six of the window rules over random tables."""
    chosen = Random(seed).sample(range(len(BODIES)), 6)
    texts = [
        f"规则 LK-{900 + n}「例」{{\n  {HEAD}\n  针对：明细 属于 知识表「前缀表」记为 限定\n  {BODIES[n]}\n  扣减：无\n  说明：「x」\n  建议：「x」\n}}\n"
        for n in chosen
    ]
    program, problems = compile_rules(texts, seed)
    assert len(program.rules) == len(chosen), [p.message for p in problems]
    return program


def crowded(rng: Random) -> Any:
    """A request with many lines of few codes over some weeks, all of it known."""
    data = whole_request(rng)
    data["业务时间"] = "2026-04-30 12:00:00"
    data["历史"] = {"覆盖起": "2025-01-01", "覆盖范围": "全国"}
    data.pop("有扣减台账", None)
    kind = data["就诊"][0]["明细"][0]["种类"] if data["就诊"][0]["明细"] else "费用"
    data["就诊"] = data["就诊"][:1]
    data["历次就诊"] = [encounter(rng, f"E{n}", "住院", kind, 4) for n in range(2)]
    data["就诊"][0]["明细"] += encounter(rng, "E9", "住院", kind, 4)["明细"]
    for e in (*data["就诊"], *data["历次就诊"]):
        e["明细"] = [i for i in e["明细"] if not i["数量"].startswith("-") and i["单位"] != "小时"]
        for line in e["明细"]:
            line |= {"编码": rng.choice(("A100", "A101", "B100")), "单位": "次", "种类": kind}
            line.pop("已扣减金额", None)
    return data


def cut(data: Any, day: str) -> Any:
    """The same request from a source that knows nothing before `day` but the stay under review."""
    out = deepcopy(data)
    first = min(day, str(out["就诊"][0]["入院时间"])[:10])
    out["历史"]["覆盖起"] = day
    for e in out["历次就诊"]:
        e["明细"] = [i for i in e["明细"] if str(i["执行时间"])[:10] >= first]
    return out


@WINDOWS
@given(SEEDS)
def test_law_5_what_came_before_the_history_never_flips_an_answer(seed: int) -> None:
    program, whole = window_rules(seed), crowded(Random(seed))
    full = judged(program, whole)
    for day in ("2026-02-24", "2026-03-01", "2026-03-05"):
        assert flips(judged(program, cut(whole, day)), full) == [], day


@WINDOWS
@given(SEEDS)
def test_law_3_facts_missing_on_other_lines_never_flip_an_answer(seed: int) -> None:
    program, whole = window_rules(seed), crowded(Random(seed))
    less = deepcopy(whole)
    dropped(Random(seed + 1), less, 0.1)
    for e in (*less["就诊"], *less["历次就诊"]):
        for line in e.get("明细", ()):
            if Random(f"{seed}{line['标识']}").random() < 0.15:
                line.pop("数量", None)
    assert flips(judged(program, less), judged(program, whole)) == []
