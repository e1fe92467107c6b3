"""Random rules as text: every scope, clause and kind of expression, with conditions that read what tables.py makes."""
from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.property.tables import PAIR_SPANS

_PLAIN = (
    "患者.年龄 不满 18岁", "患者.年龄 满 6月", "患者.性别 = 女", "患者.性别 ≠ 男", "就诊.抢救标志", "就诊.就医方式 = 住院",
    "任一 就诊.诊断 属于 编码集「慢病」", "无一 就诊.诊断 属于 编码集「待定病」", "全部 就诊.确诊诊断 属于 编码集「慢病」", "就诊.主诊断 属于 编码集「慢病」",
    "机构.级别 不低于 二级", "机构.能力 含 麻醉恢复室", "就诊.结算险种 属于（工伤、生育）", "医师.抗菌药物处方权 不低于 限制使用级",
    "有 就诊.手术 其中 手术.编码 属于（「81.65」、「36.01」）", "最大 就诊.手术.级别 不低于 三级", "次数 就诊.诊断 超过 1次",
    "合计 就诊.明细.金额 超过 100元", "有 就诊.诊断 其中（非 诊断.编码 在册「名录」）",
    "相隔（就诊.入院日期，就诊.出院日期）超过 3天", "就诊.住院天数 不少于 2天", "患者.体重 超过 60kg", "就诊.入院科室 = 就诊.出院科室",
    "占比（合计 就诊.明细.金额 其中 明细.收费类别 属于（检查、化验），合计 就诊.明细.金额）超过 50%",
    "任一 患者.慢特病病种 属于（「高血压」、「糖尿病」）",
)
_ITEM = (
    "明细.数量 超过 2", "明细.单价 不少于 20元", "明细.金额 超过 30.5元", "明细.用药天数 超过 7天", "明细.医嘱号 未填", "明细.长期医嘱",
    "明细 属于 编码集「项目」", "明细 属于 知识表「码表」", "明细.开单科室 = 明细.执行科室", "明细.目录类别 属于（中药饮片、中药颗粒）",
    "明细.时间 早于 就诊.入院时间 + 6小时", "明细.日期 晚于 就诊.出院日期 − 1天", "相隔（明细.时间，明细.上传时间）超过 24小时", "明细.执行时长 不少于 2小时",
    "处方.长期处方标志",
    "有 同期明细 取 近 7天 按 同一 患者 不含本次 其中 同期明细 属于 编码集「项目」",
    "无 同期明细 取 单次就诊 按 同一 患者 不含本次 其中 同期明细.编码 = 明细.编码",
    "有 同期明细 记为 他 取 用药期重叠 按 同一 患者 不含本次 其中（他.次序 小于 明细.次序 且 他.编码 ≠ 明细.编码）",
    "合计 同期明细.数量 取 单日 按 同一 患者、机构 含本次 超过 3", "次数 同期明细 取 近 30天 按 同一 患者 含本次 超过 2次",
    "天数 同期明细 取 单次就诊 按 同一 患者、机构 含本次 超过 2天", "种数 同期明细.通用名 取 单日 按 同一 患者 含本次 不少于 2种",
    "最大 同期明细.单价 取 单次就诊 按 同一 患者 含本次 超过 50元", "最早 同期明细.日期 取 近 30天 按 同一 患者 含本次 早于 明细.日期",
    "自第 2种 起 同期明细.通用名 取 单日 按 同一 患者", "合计 就诊.治疗记录.时长 取 单日 按 同一 患者 超过 4小时",
    "次数 同期明细 取 6小时 按 同一 患者、机构 不含本次 其中（同期明细 属于 编码集「抗菌」）超过 0次",
    "次数 同期明细 取 同一小时 按 同一 患者、机构 含本次 超过 1次",
    "最小 同期明细.金额 取 单日 按 同一 患者、明细.编码 含本次 小于 20元",
)
_ROW = (
    "患者.年龄 属于 限定.年龄段", "就诊.入院年龄 属于 限定.年龄段", "患者.性别 属于 限定.性别", "任一 就诊.诊断 属于 限定.诊断",
    "任一 就诊.确诊诊断 属于 限定.诊断", "机构.级别 不低于 限定.最低级别", "就诊.结算险种 属于 限定.险种", "就诊.就医方式 属于 限定.就医方式",
)
_ITEM_ROW = (
    "明细.数量 超过 限定.上限", "明细.用药天数 超过 限定.天数", "明细.金额 超过 限定.限额", "明细.开单科室 属于 限定.科室 或 明细.执行科室 属于 限定.科室",
    "有 同期明细 取 限定.周期 按 同一 患者 不含本次 其中 同期明细 属于 限定.配套", "次数 同期明细 取 限定.周期 按 同一 患者、限定 含本次 超过 限定.上限",
    "合计 同期明细.数量 取 近 限定.天数 按 同一 患者、限定.组号 含本次 超过 限定.上限", "明细 不属于 限定.配套",
)
_EXEMPT = (
    "就诊.抢救标志", "明细.会诊标志", "任一 就诊.诊断 属于 编码集「慢病」", "已申报「特批」", "患者.年龄 不满 18岁 且 就诊.抢救标志",
    "就诊.抢救标志，但 明细.用药天数 超过 7天", "处方.长期处方标志，但 明细.数量 超过 3", "明细.手术编号 未填 或 明细.部位 ≠ 「左」",
    "非 明细.转入住院标志", "有 同期明细 取 单日 按 同一 患者 不含本次 其中 同期明细.会诊标志",
)
# What findings say: facts, cells, parameters and aggregates as people read them.
_ITEM_WORDS = (
    "提示", "{明细.名称}{限定.原文}：{明细.数量}，{患者.年龄}", "{限定.知识点号}；诊断 {就诊.诊断}",
    "本日{合计 同期明细.数量 取 单日 按 同一 患者、机构 含本次}次，{机构.级别}", "{明细.时间}在 {就诊.入院时间} 之后，{明细.金额}",
    "占{占比（合计 就诊.明细.金额 其中 明细.收费类别 属于（检查、化验），合计 就诊.明细.金额）}，自{最早 同期明细.日期 取 近 30天 按 同一 患者 含本次}",
)
_PAIR_WORDS = ("提示", "{增.名称}与{平.名称}：{限定.原文}{增.数量}", "{平.时间}、{增.时间}")
_PAIR_WHEN = ("增.部位 = 平.部位", "增.数量 不少于 平.数量", "合计 增.数量 超过 1", "增.金额 超过 平.金额", "平.医嘱号 未填")
_PAIR_EXEMPT = ("增.手术编号 ≠ 平.手术编号", "增.部位 ≠ 平.部位",
                "平.时间 早于 增.时间 且（平.手术编号 未填 或 平.手术编号 ≠ 增.手术编号）", "就诊.抢救标志")


def _condition(rng: Random, atoms: tuple[str, ...], depth: int = 0) -> str:
    roll = rng.random()
    if depth >= 2 or roll < 0.45:
        return rng.choice(atoms)
    if roll < 0.55:
        return f"非（{_condition(rng, atoms, depth + 1)}）"
    word = rng.choice((" 且 ", " 或 "))
    return word.join(f"（{_condition(rng, atoms, depth + 1)}）" for _ in range(rng.randint(2, 3)))


def _header(rng: Random, code: str) -> list[str]:
    result = rng.choice(("明确违规", "明确违规", "可疑", "监测"))
    lines = [
        "依据：例", f"结果：{result}", f"环节：{rng.choice(('事前、事中、事后',) * 6 + ('事前', '事中、事后'))}",
        f"费用：{rng.choice(('列入统筹费用', '列入统筹费用', '全部费用', '全部费用', '全部费用', '全部费用', '个人账户'))}",
        f"有效：{rng.choice(('2025-01-01 起', '2025-01-01 起', '2026-03-04 起', '2025-01-01 至 2026-03-04'))}",
        f"提醒方式：{rng.choice(('静默', '提醒', '须填原因', '拦截'))}",
    ]
    if rng.random() < 0.15:
        lines.append(f"场景：{rng.choice(('门急诊', '住院', '门急诊、住院', '购药、互联网诊疗', '异地就医'))}")
    if rng.random() < 0.1:
        lines.append("险种：基本医疗")
    if rng.random() < 0.1:
        lines.append("机构级别：二级、三级")
    return lines


def _excess(rng: Random) -> str:
    value, limit = rng.choice((("明细.数量", "限定.上限"), ("明细.数量", "2"), ("明细.统筹金额", "限定.限额"), ("明细.金额", "限定.限额")))
    window = rng.choice(("单日", "单次就诊", "近 7天", "近 15天", "限定.周期", "自然月", "同台手术"))
    same = rng.choice(("患者、机构、限定.组号", "患者、限定", "患者、机构、限定", "患者、限定.组号", "限定", "患者、就诊、限定"))
    return f"超额 {value} 限 {limit} 每 {window} 按 同一 {same}"


def _item_rule(rng: Random) -> tuple[list[str], str]:
    table = rng.choice(("码表", "码表", "码表", "前缀表", "名表", "组合表"))
    where = f" 其中（{rng.choice(_ITEM + _ROW)}）" if rng.random() < 0.2 else ""
    lines = [f"针对：明细 属于 知识表「{table}」记为 限定{where}"]
    roll = rng.random() if rng.random() < 0.94 else 2.0
    deduct = rng.choice(("全额", "全额", "无", "按比例（明细.金额，1，3）", "较大者（明细.金额 − 10元，0元）", "明细.数量 × 1.37元"))
    if roll < 0.3:
        lines.append(f"令：超出 = {_excess(rng)}")
        money = "元" if "金额 限" in lines[-1] else ""
        lines.append(f"当：超出 大于 0{money}" + rng.choice(("", "", " 且 就诊.就医方式 = 住院")))
        deduct = "超出" if money else "超出 × 明细.单价"
    elif roll < 0.38:
        lines += ["令：序 = 第几天 取 限定.周期 按 同一 患者、限定", "当：序 超过 2"]
    elif roll < 0.45:
        lines += ["令：名次 = 第几项 按 明细.单价 从高到低 取 单次就诊 按 同一 限定.组号", "当：名次 大于 1"]
    elif roll < 0.72:
        extra = " 且 已核 限定.其他条件" if rng.random() < 0.4 else ""
        lines.append(f"须：（{_condition(rng, _ROW + _ROW + _ITEM_ROW + _PLAIN + _ITEM)}）{extra}")
    elif roll < 0.95:
        lines.append(f"当：{_condition(rng, _ROW + _ITEM_ROW + _PLAIN + _ITEM)}")
    elif roll == 2.0:
        lines += ["令：价 = 查 知识表「价表」（明细.编码，机构.级别，机构.地区）.限额",
                  "令：应收 = 若 患者.年龄 属于 限定.年龄段 则 价 × 2 否则 价", "当：明细.单价 超过 应收"]
        deduct = rng.choice(("（明细.单价 − 应收）× 明细.数量", "全额"))
    else:
        lines.append("当：一律")
    for label in ("甲除外", "乙除外")[: rng.choice((0, 0, 1, 1, 2))]:
        lines.append(f"除外「{label}」：{rng.choice((*_EXEMPT, '限定.儿童除外 且 患者.年龄 不满 18岁'))}")
    return lines, deduct


def _bare_rule(rng: Random) -> tuple[list[str], str]:
    """What most rules of a real base are: one comparison with a row, at most one exemption, the whole amount."""
    lines = [f"针对：明细 属于 知识表「{rng.choice(('码表', '码表', '前缀表'))}」记为 限定",
             f"{rng.choice(('须', '当'))}：{rng.choice((*_ROW, *_ROW, *_ITEM_ROW, *_ITEM_ROW, *_ITEM, *_PLAIN))}"]
    if rng.random() < 0.35:
        lines.append(f"除外「甲除外」：{rng.choice((*_EXEMPT, '限定.儿童除外 且 患者.年龄 不满 18岁'))}")
    return lines, rng.choice(("全额", "全额", "全额", "无"))


def _scan_rule(rng: Random) -> tuple[list[str], str]:
    noun, fits = rng.choice((("明细", True), ("明细", True), ("原始明细", False)))
    if rng.random() < 0.4 and fits:
        lines = [f"针对：明细 属于 编码集「{rng.choice(('项目', '抗菌'))}」"]
    else:
        where = rng.choice(("明细.数量 小于 0 且 非 明细.已配对", "明细.编码 未填", "相差（明细.单价 × 明细.数量，明细.金额）超过 0.01元",
                            "明细.单价 超过 25元", "患者.性别 = 女"))
        lines = [f"针对：{noun} 其中（{where}）"]
    lines.append(f"当：{_condition(rng, _PLAIN + _ITEM) if fits else '一律'}")
    if rng.random() < 0.4:
        lines.append(f"除外「甲除外」：{rng.choice(_EXEMPT)}" if fits else "除外「甲除外」：就诊.抢救标志")
    return lines, rng.choice(("全额", "无"))


def _pair_rule(rng: Random) -> tuple[list[str], str]:
    table = rng.choice(("对表", "对表", "无序表"))
    span = rng.choice(("限定.频度", "限定.频度", *PAIR_SPANS))
    where = f" 其中 {rng.choice(_PAIR_WHEN)}" if rng.random() < 0.2 else ""
    lines = [f"针对：两项明细 增、平 属于 知识表「{table}」记为 限定 同在 {span}{where}"]
    if rng.random() < 0.4:
        lines.append(f"当：{_condition(rng, _PAIR_WHEN + _PLAIN)}")
    for label, text in zip(("甲除外", "乙除外"), rng.sample(_PAIR_EXEMPT, rng.choice((0, 1, 2))), strict=False):
        lines.append(f"除外「{label}」：{text}")
    both = rng.random() < 0.3
    lines.append(f"违规：{'增、平' if both else rng.choice(('平', '平', '增'))}")
    return lines, "无" if both else rng.choice(("全额", "无", "平.金额", "增.金额 × 0.5"))


def _group_rule(rng: Random) -> tuple[list[str], str]:
    same = rng.choice(("患者、机构、单日、限定", "患者、机构、就诊、限定", "患者、限定"))
    lines = [f"针对：每组明细 属于 知识表「套餐表」.配套 记为 限定 按 同一 {same} 记为 组",
             f"当：{rng.choice(('种数 组.明细.编码 达到 限定.最少项数', '合计 组.明细.金额 超过 限定.限额', '次数 组.明细 超过 1次'))}",
             "违规：组.明细"]
    return lines, rng.choice(("较大者（合计 组.明细.金额 − 限定.限额，0元）", "合计 组.明细.金额", "全额", "无"))


def _prescription_rule(rng: Random) -> tuple[list[str], str]:
    where = rng.choice(("", " 其中（有 方.明细 属于 知识表「码表」）"))
    condition = rng.choice(("全部 方.饮片 属于（知识表「码表」、知识表「前缀表」）", "种数 方.明细.通用名 超过 1种", "合计 方.明细.金额 超过 50元",
                            "有 方.饮片 属于 编码集「项目」", "次数 方.饮片 超过 1次"))
    lines = [f"针对：每张处方 记为 方{where}", f"当：{condition}", f"违规：{rng.choice(('方.明细', '方.饮片'))}"]
    return lines, rng.choice(("全额", "无"))


def _encounter_rule(rng: Random) -> tuple[list[str], str]:
    condition = rng.choice(("次.主诊断.编码 未填", "次.出院时间 早于 次.入院时间", "合计 次.明细.金额 超过 60元", "次.住院天数 超过 3天",
                            "有 次.诊断 属于 编码集「待定病」", "相差（次.总费用，合计 次.原始明细.金额）超过 0.01元",
                            "最大 次.手术.级别 其中（手术.主要标志 = 是）低于 最大 次.手术.级别"))
    where = rng.choice(("", " 其中 次.就医方式 = 住院", " 其中（有 次.明细 其中 明细 属于 编码集「抗菌」）"))
    lines = [f"针对：每次就诊 记为 次{where}", f"当：{condition}"]
    if rng.random() < 0.3:
        lines.append("违规：次.明细 其中 明细 属于 编码集「抗菌」")
    return lines, "无"


def _diagnosis_rule(rng: Random) -> tuple[list[str], str]:
    lines = ["针对：诊断 属于 知识表「诊断表」记为 限定",
             rng.choice(("须：患者.性别 属于 限定.性别", "当：患者.年龄 属于 限定.年龄段", "须：有 就诊.明细 记为 项 其中（项 属于 限定.配套）", "当：一律"))]
    return lines, "无"


def _operation_rule(rng: Random) -> tuple[list[str], str]:
    lines = ["针对：手术 其中（手术.主要标志 = 是）",
             "当：有 就诊.明细 记为 药 其中（药 属于 编码集「抗菌」 且 药.时间 介于 手术.开始时间 − 2小时 至 手术.开始时间 + 48小时）",
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
    (_item_rule, 10), (_scan_rule, 2), (_pair_rule, 4), (_group_rule, 2), (_prescription_rule, 1), (_encounter_rule, 2),
    (_diagnosis_rule, 1), (_operation_rule, 1), (_stay_rule, 1),
)
STAY = "环节：事后"


def rule_text(rng: Random, code: str) -> str:
    """One random rule."""
    return _text(rng, code, rng.choices([s for s, _ in _SHAPES], [w for _, w in _SHAPES])[0])


def line_rule_text(rng: Random, code: str, valid: str = "") -> str:
    """One random rule about lines of a table, or about pairs of them. valid: its days, where they are not to be drawn."""
    return _text(rng, code, rng.choice((_bare_rule, _bare_rule, _bare_rule, _bare_rule, _item_rule, _pair_rule)), valid)


def _text(rng: Random, code: str, make: Callable[[Random], tuple[list[str], str]], valid: str = "") -> str:
    lines, deduct = make(rng)
    header = [f"有效：{valid}" if valid and line.startswith("有效") else line for line in _header(rng, code)]
    if make is _stay_rule:
        header[2] = STAY
    if not any(line.startswith(("当：", "须：")) for line in lines):
        lines.insert(1, "当：一律")
    words = Random("".join(lines))  # drawn apart, so that rules stay what their seeds made them
    told = words.choice(_ITEM_WORDS if make is _item_rule else _PAIR_WORDS if make is _pair_rule else ("提示",))
    lines = [*header, *lines, f"扣减：{deduct}", f"说明：「{told}」", "建议：「改」"]
    return f"规则 {code}「例」{{\n" + "\n".join(f"  {line}" for line in lines) + "\n}\n"
