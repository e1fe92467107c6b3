"""Random rules as text: every scope, clause and kind of expression, with conditions that read what tables.py makes."""
from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tests.property.atoms import EXEMPT, ITEM, ITEM_ROW, PAIR_EXEMPT, PAIR_WHEN, PLAIN, ROW, ROW_CHAINS
from tests.property.cells import PAIR_SPANS


def _condition(rng: Random, atoms: tuple[str, ...], depth: int = 0) -> str:
    roll = rng.random()
    if depth >= 2 or roll < 0.45:
        found = rng.choice(atoms)
        return f"（{found}）" if depth and (" 或 " in found or " 且 " in found) else found
    if roll < 0.55:
        return f"非（{_condition(rng, atoms, depth + 1)}）"
    word = rng.choice((" 且 ", " 或 "))
    return word.join(f"（{_condition(rng, atoms, depth + 1)}）" for _ in range(rng.randint(2, 3)))


def _header(rng: Random) -> list[str]:
    result = rng.choice(("明确违规", "明确违规", "可疑", "监测"))
    lines = [
        "依据：例", f"结果：{result}", f"环节：{rng.choice(('事前、事中、事后',) * 6 + ('事前', '事中、事后'))}",
        f"费用：{rng.choice(('列入统筹费用', '列入统筹费用', '全部费用', '全部费用', '全部费用', '全部费用', '个人账户'))}",
        f"有效：{rng.choice(('2025-01-01 起', '2025-01-01 起', '2026-03-04 起', '2025-01-01 至 2026-03-04'))}",
        f"提醒方式：{rng.choice(('静默', '提醒', '须填原因', '拦截'))}",
    ]
    if rng.random() < 0.15:
        lines.append(f"场景：{rng.choice(('门急诊', '住院', '门急诊、住院', '购药、互联网诊疗', '异地就医', '门急诊、异地就医'))}")
    if rng.random() < 0.1:
        lines.append("险种：基本医疗")
    if rng.random() < 0.1:
        lines.append("机构级别：二级、三级")
    if rng.random() < 0.08:
        lines.append(f"机构类型：{rng.choice(('定点医疗机构', '定点零售药店'))}")
    return lines


def _excess(rng: Random) -> str:
    value, limit = rng.choice((
        ("明细.数量", "限定.上限"), ("明细.数量", "2"), ("明细.统筹金额", "限定.限额"), ("明细.金额", "限定.限额"), ("明细.数量", "（限定.上限 × 1.5）"),
        ("明细.数量", "（合计 同期明细.数量 取 限定.周期 按 同一 患者 含本次 其中 同期明细 属于 限定.配套）"), ("明细.数量", "限定.时长")))
    window = rng.choice(("单日", "单次就诊", "近 7天", "近 15天", "限定.周期", "限定.周期", "自然月", "同台手术", "限定.天数", "同一处方"))
    same = rng.choice(("患者、机构、限定.组号", "患者、限定", "患者、机构、限定", "患者、限定.组号", "限定", "患者、就诊、限定"))
    return f"超额 {value} 限 {limit} 每 {window} 按 同一 {same}"


def _exemptions(rng: Random, texts: tuple[str, ...]) -> list[str]:
    chosen = rng.sample(texts, rng.choice((0, 0, 1, 1, 2, 3)))
    return [f"除外「{label}」：{text}" for label, text in zip(("甲除外", "乙除外", "丙除外"), chosen, strict=False)]


def _code_item_rule(rng: Random) -> tuple[list[str], str]:
    return _item_rule(rng, ("码表", "码表", "前缀表", "组合表"))


def _item_rule(
    rng: Random, tables: tuple[str, ...] = ("码表", "码表", "码表", "前缀表", "名表", "组合表", "产品表"),
) -> tuple[list[str], str]:
    table = rng.choice(tables)
    where = f" 其中（{rng.choice(ITEM + ROW)}）" if rng.random() < 0.2 else ""
    lines = [f"针对：明细 属于 知识表「{table}」记为 限定{where}"]
    roll = rng.random() if rng.random() < 0.94 else 2.0
    deduct = rng.choice(("全额", "全额", "无", "按比例（明细.金额，1，3）", "较大者（明细.金额 − 10元，0元）", "明细.数量 × 1.37元",
                         "按比例（明细.金额，明细.用药天数 − 限定.天数，明细.用药天数）", "若 患者.性别 = 女 则 明细.金额 否则 明细.单价"))
    if roll < 0.3:
        lines.append(f"令：超出 = {_excess(rng)}")
        money = "元" if "金额 限" in lines[-1] else ""
        lines.append(f"当：超出 大于 0{money}" + rng.choice(("", "", " 且 就诊.就医方式 = 住院")))
        deduct = "超出" if money else "超出 × 明细.单价"
    elif roll < 0.38:
        lines += ["令：序 = 第几天 取 限定.周期 按 同一 患者、限定", f"当：序 超过 {rng.choice(('2', '限定.上限'))}"]
    elif roll < 0.45:
        way = rng.choice(("从高到低", "从低到高"))
        lines += [f"令：名次 = 第几项 按 明细.单价 {way} 取 单次就诊 按 同一 限定.组号", "当：名次 大于 1"]
    elif roll < 0.72:
        extra = rng.choice(("且 已核 限定.其他条件", "且 已核「一线无效」")) if rng.random() < 0.4 else ""
        lines.append(f"须：（{_condition(rng, ROW + ROW + ITEM_ROW + PLAIN + ITEM)}）{extra}")
    elif roll < 0.95:
        lines.append(f"当：{_condition(rng, ROW + ITEM_ROW + PLAIN + ITEM)}")
    elif roll == 2.0:
        lines += ["令：价 = 查 知识表「价表」（明细.编码，机构.级别，机构.地区）.限额",
                  "令：应收 = 若 患者.年龄 属于 限定.年龄段 则 价 × 2 否则 价", "当：明细.单价 超过 应收"]
        deduct = rng.choice(("（明细.单价 − 应收）× 明细.数量", "全额"))
    else:
        lines.append("当：一律")
    return [*lines, *_exemptions(rng, (*EXEMPT, "限定.儿童除外 且 患者.年龄 不满 18岁"))], deduct


def _row_rule(rng: Random) -> tuple[list[str], str]:
    """A rule like those of the published families: a table, what its row asks, an exemption or two."""
    table = rng.choice(("码表", "码表", "码表", "前缀表"))
    asked = rng.choice(ROW_CHAINS) if rng.random() < 0.5 else rng.choice(ROW)
    if " 或 " in asked and " 且 " not in asked:
        asked = f"（{asked}）"
    mode = rng.choice(("须：", "须：", "须：", "当："))
    if mode == "当：":
        asked = asked.replace(" 且 已核 限定.其他条件", "")
    excuses = ("就诊.抢救标志", "任一 就诊.诊断 属于 编码集「慢病」", "限定.儿童除外 且 患者.年龄 不满 参数.成年")
    return [f"针对：明细 属于 知识表「{table}」记为 限定", f"{mode}{asked}", *_exemptions(rng, excuses)], rng.choice(("全额", "全额", "无"))


def _bare_rule(rng: Random) -> tuple[list[str], str]:
    """What most rules of a real base are: one comparison with a row, at most one exemption, the whole amount."""
    lines = [f"针对：明细 属于 知识表「{rng.choice(('码表', '码表', '前缀表'))}」记为 限定",
             f"{rng.choice(('须', '当'))}：{rng.choice((*ROW, *ROW, *ITEM_ROW, *ITEM_ROW, *ITEM, *PLAIN))}"]
    if rng.random() < 0.35:
        lines.append(f"除外「甲除外」：{rng.choice((*EXEMPT, '限定.儿童除外 且 患者.年龄 不满 18岁'))}")
    return lines, rng.choice(("全额", "全额", "全额", "无"))


# Conditions that name the line's code: planned as an index where the code is all that they can be true of.
NAMED_CODES = (
    "明细.编码 = 「A100」", "明细.编码 属于（「A101」、「B100」）且 明细.数量 超过 1", "明细.编码 = 「A100」 或（明细.编码 = 「Z999」 且 患者.性别 = 女）",
    "明细.编码 属于 编码集「项目」 且 明细.单价 超过 15元", "非（明细.编码 = 「A100」）", "明细.编码 = 「B100」 或 明细.数量 = 2", "明细.编码 = 「A100」 且 明细.编码 ≠ 「A100」",
)


def _scan_rule(rng: Random) -> tuple[list[str], str]:
    noun, fits = rng.choice((("明细", True), ("明细", True), ("原始明细", False)))
    if rng.random() < 0.4 and fits:
        lines = [f"针对：明细 属于 编码集「{rng.choice(('项目', '抗菌', '药名集'))}」"]
    else:
        where = rng.choice(("明细.数量 小于 0 且 非 明细.已配对", "明细.编码 未填", "相差（明细.单价 × 明细.数量，明细.金额）超过 0.01元",
                            "明细.单价 超过 25元", "患者.性别 = 女", *(NAMED_CODES if fits else ())))
        lines = [f"针对：{noun} 其中（{where}）"]
    lines.append(f"当：{_condition(rng, PLAIN + ITEM) if fits else '一律'}")
    if rng.random() < 0.4:
        lines.append(f"除外「甲除外」：{rng.choice(EXEMPT)}" if fits else "除外「甲除外」：就诊.抢救标志")
    return lines, rng.choice(("全额", "无"))


def _code_pair_rule(rng: Random) -> tuple[list[str], str]:
    return _pair_rule(rng, ("对表", "无序表"))


def _pair_rule(rng: Random, tables: tuple[str, ...] = ("对表", "对表", "无序表", "药对表")) -> tuple[list[str], str]:
    table = rng.choice(tables)
    span = rng.choice(("限定.频度", "限定.频度", *(s.replace("近7天", "近 7天") for s in PAIR_SPANS)))
    where = f" 其中 {rng.choice(PAIR_WHEN)}" if rng.random() < 0.2 else ""
    lines = [f"针对：两项明细 增、平 属于 知识表「{table}」记为 限定 同在 {span}{where}"]
    if rng.random() < 0.4:
        lines.append(f"当：{_condition(rng, PAIR_WHEN + PLAIN)}")
    lines += _exemptions(rng, PAIR_EXEMPT)
    both = rng.random() < 0.3
    lines.append(f"违规：{'增、平' if both else rng.choice(('平', '平', '增'))}")
    return lines, "无" if both else rng.choice(("全额", "无", "平.金额", "增.金额 × 0.5", "按比例（平.金额，重叠时长（增，平），平.执行时长）"))


def _group_rule(rng: Random) -> tuple[list[str], str]:
    same = rng.choice(("患者、机构、单日、限定", "患者、机构、就诊、限定", "患者、限定", "患者、机构、月、限定"))
    where = rng.choice(("", "", " 其中（明细.数量 不超过 3）"))
    lines = [f"针对：每组明细 属于 知识表{rng.choice(('「套餐表」.配套', '「集表」.配套'))} 记为 限定 按 同一 {same} 记为 组{where}",
             f"当：{rng.choice(('种数 组.明细.编码 达到 限定.最少项数', '合计 组.明细.金额 超过 限定.限额', '次数 组.明细 超过 1次', '最大 组.明细.单价 超过 20元'))}",
             "违规：组.明细"]
    return lines, rng.choice(("较大者（合计 组.明细.金额 − 限定.限额，0元）", "合计 组.明细.金额", "全额", "无"))


def _prescription_rule(rng: Random) -> tuple[list[str], str]:
    where = rng.choice(("", " 其中（有 方.明细 属于 知识表「码表」）"))
    condition = rng.choice(("全部 方.饮片 属于（知识表「码表」、知识表「前缀表」）", "种数 方.明细.通用名 超过 1种", "合计 方.明细.金额 超过 50元",
                            "有 方.饮片 属于 编码集「项目」", "次数 方.饮片 超过 1次",
                            "种数 方.明细.通用名 其中 明细.目录类别 属于（西药中成药、自制剂）超过 1种"))
    lines = [f"针对：每张处方 记为 方{where}", f"当：{condition}", f"违规：{rng.choice(('方.明细', '方.饮片'))}"]
    return lines, rng.choice(("全额", "无"))


def _encounter_rule(rng: Random) -> tuple[list[str], str]:
    condition = rng.choice((
        "次.主诊断.编码 未填", "次.出院时间 早于 次.入院时间", "合计 次.明细.金额 超过 60元", "次.住院天数 超过 3天",
        "有 次.诊断 属于 编码集「待定病」", "相差（次.总费用，合计 次.原始明细.金额）超过 0.01元", "患者.年龄 不满 18岁",
        "最大 次.手术.级别 其中（手术.主要标志 = 是）低于 最大 次.手术.级别", "无 次.明细 其中 明细 属于 编码集「项目」",
        "合计 次.明细.计价时长 其中（明细 属于 编码集「项目」）超过 合计 次.手术.麻醉时长 + 1小时"))
    where = rng.choice(("", " 其中 次.就医方式 = 住院", " 其中（有 次.明细 其中 明细 属于 编码集「抗菌」）", " 其中 次.已结算 = 是"))
    lines = [f"针对：每次就诊 记为 次{where}", f"当：{condition}"]
    if rng.random() < 0.3:
        lines.append("违规：次.明细 其中 明细 属于 编码集「抗菌」")
    return lines, "无"


def _diagnosis_rule(rng: Random) -> tuple[list[str], str]:
    lines = ["针对：诊断 属于 知识表「诊断表」记为 限定",
             rng.choice(("须：患者.性别 属于 限定.性别", "当：患者.年龄 属于 限定.年龄段", "须：有 就诊.明细 记为 项 其中（项 属于 限定.配套）", "当：一律",
                         "须：患者.年龄 属于 限定.年龄段 或 就诊.入院年龄 属于 限定.年龄段"))]
    return lines, "无"


def _operation_rule(rng: Random) -> tuple[list[str], str]:
    if rng.random() < 0.5:
        where = rng.choice(("", " 其中 手术.主要标志 = 是"))
        return [f"针对：手术 属于 知识表「手术表」记为 限定{where}",
                rng.choice(("须：患者.性别 = 限定.限性别", "当：就诊.主诊断 属于 限定.诊断", "当：手术.级别 不低于 三级"))], "无"
    lines = ["针对：手术 其中（手术.主要标志 = 是）",
             "当：有 就诊.明细 记为 药 其中（药 属于 编码集「抗菌」 且 "
             + rng.choice(("药.时间 介于 手术.开始时间 − 2小时 至 手术.开始时间 + 48小时", "药.用药目的 = 预防", "药.时间 晚于 手术.结束时间 + 24小时")) + "）",
             "违规：药"]
    return lines, rng.choice(("全额", "无"))


def _stay_rule(rng: Random) -> tuple[list[str], str]:
    same = rng.choice(("患者、机构", "患者"))
    lines = [f"针对：相邻两次就诊 前次、本次 其中 就诊.就医方式 = 住院 按 同一 {same} 相隔 不超过 {rng.choice(('3', '15'))}天"]
    if rng.random() < 0.5:
        lines.append(f"除外「甲除外」：{rng.choice(('本次.再入院计划标志', '任一 本次.诊断 属于 编码集「慢病」', '本次.入院途径 = 急诊'))}")
    lines.append(f"违规：{rng.choice(('本次', '本次', '前次'))}")
    return lines, "无"


_SHAPES = (
    (_item_rule, 10), (_row_rule, 4), (_scan_rule, 2), (_pair_rule, 4), (_group_rule, 2), (_prescription_rule, 1), (_encounter_rule, 2),
    (_diagnosis_rule, 1), (_operation_rule, 1), (_stay_rule, 1),
)
STAY = "环节：事后"


def rule_text(rng: Random, code: str) -> str:
    """One random rule."""
    return _text(rng, code, rng.choices([s for s, _ in _SHAPES], [w for _, w in _SHAPES])[0])


def line_rule_text(rng: Random, code: str, valid: str = "") -> str:
    """One random rule about lines of a table, or about pairs of them. valid: its days, where they are not to be drawn."""
    return _text(rng, code, rng.choice((_bare_rule, _bare_rule, _row_rule, _row_rule, _code_item_rule, _code_pair_rule)), valid)


def _text(rng: Random, code: str, make: Callable[[Random], tuple[list[str], str]], valid: str = "") -> str:
    lines, deduct = make(rng)
    header = [f"有效：{valid}" if valid and line.startswith("有效") else line for line in _header(rng)]
    if make is _stay_rule:
        header[2] = STAY
    if not any(line.startswith(("当：", "须：")) for line in lines):
        lines.insert(1, "当：一律")
    lines = [*header, *lines, f"扣减：{deduct}", *(() if rng.random() < 0.1 else ("说明：「提示」", "建议：「改」"))]
    return f"规则 {code}「例」{{\n" + "\n".join(f"  {line}" for line in lines) + "\n}\n"


def follower_text(rng: Random, code: str, of: str) -> str:
    """A rule that takes another's clauses and writes some again."""
    again = rng.sample((f"结果：{rng.choice(('明确违规', '可疑', '监测'))}", f"费用：{rng.choice(('列入统筹费用', '全部费用', '个人账户'))}", "扣减：无",
                        "除外「丁除外」：就诊.抢救标志"), rng.randint(0, 2))
    return f"规则 {code}「例」{{\n  同：{of}\n" + "".join(f"  {line}\n" for line in again) + "  说明：「提示」\n  建议：「改」\n}\n"


def tables_named(texts: list[str]) -> list[str]:
    """The knowledge tables that rules name."""
    return sorted({name for text in texts for name in re.findall("知识表「([^」]+)」", text)})
