"""Random requests as native facts: complete ones, and ones with facts dropped, lists not sent, refunds, ties, boundary dates."""
from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tests.property.pools import CHRONIC, CODES, DEPARTMENTS, GENERICS, ICD10, OPERATIONS, PRODUCTS, SPECIALTIES

Json = dict[str, Any]
BASE = date(2026, 3, 5)
# Facts whose absence says nothing about a violation, only about its amount: dropping them may not be judged by law 3.
AMOUNTS = ("单价", "金额", "自费金额", "账户支付", "统筹金额")
NEVER_DROPPED = ("标识", "唯一号", "行号", "已扣减金额", "种类")
STYLES = ("any", "any", "tidy")


def _day(rng: Random, spread: int = 12) -> date:
    return BASE + timedelta(days=rng.randint(-spread, spread // 2))


def _time(rng: Random, day: date, exact: bool = False) -> str:
    roll = rng.random()
    if roll < 0.12 and not exact:
        return day.isoformat()
    hour, minute = (rng.choice((9, 10)), rng.choice((0, 30, 59))) if roll < 0.7 else (rng.randint(0, 23), rng.randint(0, 59))
    return f"{day.isoformat()} {hour:02d}:{minute:02d}:01"


def _birth(rng: Random) -> str:
    """A birth date near a limit that rules ask about, at days near the lines; some on 29 February."""
    if rng.random() < 0.04:
        return rng.choice(("2008-02-29", "2020-02-29"))
    years = rng.choice((0, 0, 6, 7, 12, 18, 18, 55, 60, 30, 70))
    day = BASE + timedelta(days=rng.randint(-3, 3)) - timedelta(days=rng.choice((0, 28, 180)) if years == 0 else 0)
    try:
        return day.replace(year=day.year - years).isoformat()
    except ValueError:
        return f"{day.year - years}-03-01"


def money(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}" if fen >= 0 else f"-{-fen // 100}.{-fen % 100:02d}"


def _own_share(rng: Random, amount: int) -> int:
    """The self-paid part: mostly none, sometimes all of it or half."""
    return rng.choice((0, 0, 0, 0, 0, amount, amount // 2))


def item(rng: Random, name: str, first: date, last: date, kind: str, tidy: bool = False) -> Json:
    """One line between two days. `tidy`: known to the second, with a code, by the piece."""
    day = first + timedelta(days=rng.randint(0, max(0, (last - first).days)))
    quantity, price = rng.choice((1, 1, 1, 2, 3, 10)), rng.choice((1000, 2000, 3550))
    amount = quantity * price
    own = _own_share(rng, amount)
    code = rng.choice((*CODES, *CODES, *CODES, "Z999", CODES[0] if tidy else None))
    d: Json = {
        "标识": name, "种类": kind, "编码": code, "医院编码": "h1", "名称": f"项{name}", "通用名": rng.choice((*GENERICS, None)),
        "产品名": rng.choice((*PRODUCTS, None)),
        "目录类别": rng.choice(("西药中成药", "中药饮片", "中药饮片", "医疗服务项目", "医用耗材")), "收费类别": rng.choice(("检查", "化验", "治疗", "西药")),
        "数量": str(quantity), "单位": "次" if tidy else rng.choice(("次", "次", "小时", "盒", "日")), "单价": money(price), "金额": money(amount),
        "自费金额": money(own), "账户支付": money(rng.choice((0, amount))), "统筹金额": money(amount - own),
        "执行时间": _time(rng, day, tidy), "上传时间": _time(rng, day + timedelta(days=rng.choice((0, 0, 1, 3)))),
        "用药天数": rng.choice((1, 3, 7, 14, None)), "每日用量": rng.choice(("4", "12g", "20", None)), "用药目的": rng.choice(("治疗", "预防", None)),
        "处方号": rng.choice(("R1", "R1", "R2", None)), "医嘱号": rng.choice(("O1", None)),
        "手术编号": rng.choice(("S1", "S2", None)), "部位": rng.choice(("左", "右", None)), "牙位": rng.choice((None, None, "11")),
        "标本号": rng.choice((None, None, "B1")),
        "开单科室": rng.choice(DEPARTMENTS), "执行科室": rng.choice((*DEPARTMENTS, None)), "会诊标志": rng.random() < 0.3,
        "转入住院标志": rng.random() < 0.3, "长期医嘱": not tidy and rng.random() < 0.06, "出院带药": rng.random() < 0.2,
        "本次处方标志": rng.random() < 0.9, "开始时间": None, "结束时间": None,
        "开单医师": {"编码": "D1", "抗菌药物处方权": rng.choice(("限制使用级", "特殊使用级", None)), "职称": rng.choice(("医师", "主任医师", None))},
    }
    if not tidy and rng.random() < 0.25:
        hours = rng.choice((1, 5, 30))
        start = datetime.combine(day, datetime.min.time()) + timedelta(hours=rng.randint(1, 22), seconds=1)
        d |= {"单位": "小时", "数量": str(hours), "开始时间": str(start), "结束时间": str(start + timedelta(hours=hours)),
              "金额": money(hours * price), "执行时间": str(start), "统筹金额": money(hours * price), "自费金额": "0",
              "账户支付": money(hours * price)}
        if rng.random() < 0.15:
            own = _own_share(rng, hours * price)
            d |= {"自费金额": money(own), "统筹金额": money(hours * price - own)}
    return d


def _refunds(rng: Random, items: list[Json]) -> list[Json]:
    """Red lines for some of the lines, whole or in part, with or without the original's id."""
    out = []
    for one in items:
        if rng.random() < 0.1 and one.get("单位") != "小时":
            units = rng.choice((1, int(one["数量"])))
            back = {**one, "标识": f"{one['标识']}r", "数量": str(-units), "自费金额": "0", "账户支付": "0", "统筹金额": "0",
                    "金额": money(-round(float(one["单价"]) * 100) * units)}
            if rng.random() < 0.3:
                back["自费金额"] = money(-round(float(one["自费金额"]) * 100) * units // int(one["数量"]))
            if rng.random() < 0.6:
                back["原明细标识"] = one["标识"] if rng.random() < 0.8 else "没有的"
            out.append(back)
    return items + out


def _operations(rng: Random, first: date, stay: int) -> list[Json]:
    return [
        {"编号": rng.choice((f"S{n + 1}", None)), "编码": rng.choice(OPERATIONS), "日期": (first + timedelta(days=min(n, stay))).isoformat(),
         "级别": rng.choice(("一级", "三级", "四级")), "主要标志": n == 0, "开始时间": _time(rng, first), "结束时间": _time(rng, first),
         "切口等级": rng.choice(("Ⅰ", "Ⅱ", None)), "部位数": rng.choice((1, 2, None)), "麻醉时长": rng.choice(("1", "2.5", None))}
        for n in range(rng.choice((0, 1, 1, 2)))
    ]


def encounter(rng: Random, name: str, kind: str, line_kind: str, lines: int, tidy: bool = False) -> Json:
    """One visit or stay with its lines."""
    first = _day(rng)
    stay = rng.choice((0, 2, 5)) if kind == "住院" else 0
    last = first + timedelta(days=stay)
    known = rng.random() < 0.7
    held = [item(rng, f"{name}L{n}", first, last, line_kind, tidy) for n in range(lines)]
    return {
        "标识": name, "就医方式": kind, "入院时间": _time(rng, first), "出院时间": _time(rng, last) if known else None,
        "已结算": known, "抢救标志": rng.random() < 0.25, "再入院计划标志": rng.random() < 0.3, "入院途径": rng.choice(("急诊", "门诊")),
        "发病时间": rng.choice((_time(rng, first), None)), "待遇类别": rng.choice(("普通", "生育", "慢特病")),
        "结算险种": rng.choice(("基本医疗", "工伤", "生育")), "异地标志": rng.random() < 0.3, "入院科室": rng.choice(DEPARTMENTS),
        "出院科室": rng.choice(DEPARTMENTS), "总费用": money(rng.choice((0, 5000, 10000))),
        "机构": {"编码": rng.choice(("H1", "H1", "H2")), "级别": rng.choice(("一级", "二级", "三级")), "地区": rng.choice(("610102", "110101")),
               "类型": rng.choice(("定点医疗机构", "定点零售药店")), "等次": rng.choice(("甲等", "乙等", None)), "专科类别": rng.choice(SPECIALTIES),
               "能力": rng.choice(([], ["麻醉恢复室"]))},
        "诊断": [{"编码": rng.choice((*ICD10, "XYZD018987")), "主要标志": n == 0, "疑似标志": rng.random() < 0.2} for n in range(rng.randint(1, 3))],
        "手术": _operations(rng, first, stay),
        "处方": [{"处方号": "R1", "长期处方标志": rng.random() < 0.4}],
        "治疗记录": [{"项目": rng.choice(CODES), "开始时间": f"{first} 09:00:01", "结束时间": f"{first} 12:00:01", "时长": "3"}
                 for _ in range(rng.choice((0, 1)))],
        "明细": held if tidy and rng.random() < 0.7 else _refunds(rng, held),
    }


def _drop(rng: Random, data: Any, share: float) -> None:
    """Take facts out, here and there: nothing was sent."""
    if isinstance(data, dict):
        for key in list(data):
            if key not in NEVER_DROPPED and rng.random() < share:
                del data[key]
            else:
                _drop(rng, data[key], share)
    elif isinstance(data, list):
        for one in data:
            _drop(rng, one, share)


# Facts on which most of what is judged rests.
JUDGED_BY = ("编码", "执行时间", "数量", "单位", "部位", "诊断", "机构", "出生日期", "性别", "就医方式", "入院时间", "手术编号")


def lacking_one(rng: Random, data: Json) -> Json:
    """The request with one more fact not sent: of the patient, a stay, its institution, a line, a diagnosis."""
    stays = [e for key in ("就诊", "历次就诊") for e in data.get(key, ())]
    of = rng.choice(stays)
    holders = [x for x in (data.get("患者"), of, of.get("机构"), *of.get("诊断", ())[:1], *of.get("手术", ())[:1]) if x]
    lines = [line for e in stays for line in e.get("明细", ())]
    holder = rng.choice(lines) if lines and rng.random() < 0.7 else rng.choice(holders)
    keys = [key for key in holder if key in JUDGED_BY] if rng.random() < 0.6 else []
    keys = keys or [key for key in holder if key not in NEVER_DROPPED]
    if keys:
        del holder[rng.choice(keys)]
    return data


CANNOT = (
    "就诊.抢救标志", "明细.手术编号", "明细.部位", "明细.会诊标志", "处方.长期处方标志", "诊断.疑似标志", "明细.转入住院标志", "就诊.再入院计划标志",
    "declarations", "attestations", "明细.用药天数", "就诊.治疗记录", "机构.专科类别", "明细.通用名", "患者.历史",
)


def request(rng: Random, *, drop: float | None = None, lines: int | None = None) -> Json:
    """One request of native facts."""
    stage = rng.choice(("事前", "事中", "事后", "事后"))
    line_kind = "医嘱" if stage == "事前" else "费用"
    kinds = ("住院", "住院", "门诊", "急诊", "门诊慢特病", "购药", "互联网诊疗")
    count = lines if lines is not None else rng.choice((1, 2, 3, 5, 8, 14))
    tidy = rng.choice(STYLES) == "tidy"
    data: Json = {
        "业务时间": f"{BASE + timedelta(days=rng.choice((-2, 2, 10, 20)))} 12:00:00", "环节": stage,
        "患者": {"唯一号": "P1", "性别": rng.choice(("男", "女")), "出生日期": _birth(rng), "体重": "61", "过敏药": rng.choice((["A100"], [])),
               "肌酐清除率": rng.choice(("45", "20", None)), "慢特病病种": rng.choice(([], [CHRONIC[0]])),
               "生育状态": rng.choice(("妊娠期", "非妊娠期或哺乳期"))},
        "就诊": [encounter(rng, f"E{n + 3}", rng.choice(kinds), line_kind, count, tidy) for n in range(rng.choice((1, 1, 1, 2)))],
        "历次就诊": [encounter(rng, f"E{n}", rng.choice(kinds), line_kind, rng.randint(0, 3)) for n in range(rng.choice((0, 1, 2)))],
        "历史": {"覆盖起": rng.choice(("2026-01-01", "2026-02-20", "2026-03-03")), "覆盖范围": rng.choice(("本院", "统筹区", "全国"))},
        "已核记录": [{"知识点号": rng.choice((f"KP-码表-{rng.randint(0, 4)}", "一线无效")), "对象": f"E3L{rng.randint(0, 3)}",
                  "结论": rng.choice(("符合", "不符合")), "人": "U", "时间": "2026-03-05 10:00:01"} for _ in range(rng.choice((0, 2)))],
        "申报记录": [{"标签": rng.choice(("特批", "不同切口")), "对象": rng.choice(("E3", "E3L0")), "人": "U", "时间": "2026-03-05 10:00:01"}
                 for _ in range(rng.choice((0, 1)))],
    }
    if rng.random() < 0.3:
        data["有扣减台账"] = True
        for e in data["就诊"]:
            for line in e["明细"]:
                if not line["数量"].startswith("-"):
                    line["已扣减金额"] = money(rng.choice((0, 0, round(float(line["金额"]) * 100))))
    if rng.random() < (0.1 if tidy else 0.4):
        data["不能提供"] = rng.sample(CANNOT, rng.randint(1, 4))
    share = rng.choice((0.0, 0.0, 0.0 if tidy else 0.03, 0.01 if tidy else 0.15)) if drop is None else drop
    if share:
        for key in ("患者", "就诊", "历次就诊", "历史"):
            _drop(rng, data[key], share)
        if rng.random() < share:
            del data["历史"]
    return data


def stay(rng: Random, **kinds: Any) -> Json:
    """One request about one visit or stay without operations and without a history, the kind that most requests are; many of its
    lines are paid by the patient, so that it matters which part of a line a rule deducts from (费用)."""
    data = request(rng, **kinds)
    data["就诊"], data["历次就诊"] = data["就诊"][:1], []
    data["就诊"][0]["手术"] = []
    for line in data["就诊"][0].get("明细", ()):
        if rng.random() < 0.2 and "金额" in line:
            line["自费金额"] = line["金额"]
    return data
