"""Windows and quotas where they are hardest: crowded histories, cut off somewhere, with facts missing."""
from __future__ import annotations

from copy import deepcopy
from random import Random

from tests.property.programs import written_rules
from tests.property.requests import Json, encounter, request
from tests.property.written import Written

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
    "当：次数 同期明细 取 同一疗程 按 同一 患者、限定 含本次 超过 3次",
    "令：超出 = 超额 明细.数量 限 3 每 单次就诊 按 同一 患者、限定.组号\n  当：超出 大于 0",
    "令：超出 = 超额 明细.金额 限 限定.限额 每 限定.周期 按 同一 患者、限定.组号\n  当：超出 大于 0元",
)
HEAD = "依据：例\n  结果：可疑\n  环节：事前、事中、事后\n  费用：{fees}\n  有效：2025-01-01 起\n  提醒方式：静默"


def window_texts(seed: int, fees: tuple[str, ...] = ("全部费用",)) -> Written:
    """Six of the window rules over random tables."""
    rng = Random(seed)
    return written_rules([
        f"规则 LK-{900 + n}「例」{{\n  {HEAD.format(fees=rng.choice(fees))}\n  针对：明细 属于 知识表「前缀表」记为 限定\n  {BODIES[n]}\n  扣减：无\n"
        f"  说明：「x」\n  建议：「x」\n}}\n" for n in rng.sample(range(len(BODIES)), 6)
    ], rng)


def whole_request(rng: Random) -> Json:
    """A request with nothing missing and no refunds (netting pairs them by facts that may be missing)."""
    data = request(rng, drop=0.0)
    for e in (*data["就诊"], *data["历次就诊"]):
        e["明细"] = [i for i in e["明细"] if not i["数量"].startswith("-")]
    return data


def crowded(rng: Random) -> Json:
    """A request with many lines of few codes over some weeks, all of it known."""
    data = whole_request(rng)
    data["业务时间"] = "2026-04-30 12:00:00"
    data["历史"] = {"覆盖起": "2025-01-01", "覆盖范围": "全国"}
    data.pop("有扣减台账", None)
    kind = data["就诊"][0]["明细"][0]["种类"] if data["就诊"][0]["明细"] else "费用"
    data["就诊"] = data["就诊"][:1]
    data["历次就诊"] = [encounter(rng, f"E{n}", "住院", kind, 4) for n in range(2)]
    data["就诊"][0]["明细"] = data["就诊"][0]["明细"][:8] + encounter(rng, "E9", "住院", kind, 4)["明细"]
    for e in (*data["就诊"], *data["历次就诊"]):
        e["明细"] = [i for i in e["明细"] if not i["数量"].startswith("-") and i["单位"] not in ("小时", "日")]
        for line in e["明细"]:
            line |= {"编码": rng.choice(("A100", "A101", "B100")), "单位": "次", "种类": kind, "长期医嘱": False}
            line.pop("已扣减金额", None)
    return data


def cut(data: Json, day: str) -> Json:
    """The same request from a source that knows nothing before `day` but the stay under review."""
    out = deepcopy(data)
    first = min(day, str(out["就诊"][0]["入院时间"])[:10])
    out["历史"]["覆盖起"] = day
    for e in out["历次就诊"]:
        e["明细"] = [i for i in e["明细"] if str(i["执行时间"])[:10] >= first]
    return out
