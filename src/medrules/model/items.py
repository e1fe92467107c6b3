"""Facts about one line (医嘱 or 费用明细), the prescription that holds it, and a group of lines."""
from __future__ import annotations

from typing import Any

from medrules.model import derive
from medrules.model import types as t
from medrules.model.entity import Entity, fact

__all__ = ["Group", "Item", "Prescription"]


class Item(Entity):
    """One order or charge line. 3101 sends orders, 3102 charges; no line is both (T18).

    Beside the facts an item has `position` (its place in the request, an int that tells repeated ids apart) and,
    when it is a day piece of a longer line, `piece_of` (the whole net line; T06) and `piece` (its number, from 0).
    """

    zh = "明细"

    position: int = -1
    piece_of: Any = None
    piece: int = 0

    id: Any = fact("标识", t.code("id"), nhsa="rx_id", doc="明细标识（3101 中可能重复）")
    line_no: Any = fact("行号", t.code("id"), doc="在请求中的位置；同时刻的明细按它排先后")
    reverses: Any = fact("原明细标识", t.code("id").as_optional(), doc="退费所冲的原明细标识")
    line_kind: Any = fact("种类", t.code("line_kind"), doc="医嘱或费用")
    code: Any = fact(
        "编码", t.code("item").as_optional(), nhsa="hilist_code", doc="医保目录编码；未对码（有院内编码）填空")
    name: Any = fact("名称", t.TEXT, nhsa="hilist_name", doc="项目名称")
    local_code: Any = fact("医院编码", t.code("local_item").as_optional(), nhsa="hosplist_code", doc="院内目录编码")
    generic: Any = fact("通用名", t.code("generic").as_optional(), doc="药品通用名（由药品目录补）")
    dose_form: Any = fact("剂型", t.TEXT.as_optional(), nhsa="hilist_dosform", doc="剂型")
    product: Any = fact("产品名", t.code("product").as_optional(), doc="药品或耗材产品名（由目录补）")
    list_kind: Any = fact(
        "目录类别", t.code("list_kind"), nhsa="hilist_type", doc="西药中成药、中药饮片、医疗服务项目、医用耗材等")
    charge_kind: Any = fact("收费类别", t.code("charge_kind"), nhsa="chrg_type", doc="床位、检查、化验、治疗、手术等")
    list_level: Any = fact("目录等级", t.code("list_level"), nhsa="hilist_lv", doc="甲、乙、丙")
    quantity: Any = fact("数量", t.number(4), nhsa="cnt", doc="数量，单位见 单位；退费已冲减", non_negative=True)
    unit: Any = fact("单位", t.TEXT.as_optional(), nhsa="spec_unt", doc="数量的单位（次、小时、日、盒等）")
    unit_price: Any = fact("单价", t.number(4, "元"), nhsa="pric", doc="单价，元，四位小数", non_negative=True)
    purchase_price: Any = fact(
        "采购价", t.number(4, "元").as_optional(), doc="采购平台、进销存系统的进价，元，四位小数", non_negative=True)
    amount: Any = fact("金额", t.MONEY, nhsa="sumamt", doc="金额，元；退费已冲减", non_negative=True)
    self_paid: Any = fact("自费金额", t.MONEY, nhsa="ownpay_amt", doc="自费金额，元", non_negative=True)
    copay: Any = fact("自付金额", t.MONEY, nhsa="selfpay_amt", doc="自付金额，元", non_negative=True)
    pooled: Any = fact("统筹金额", t.MONEY, doc="本条统筹基金支付，元", non_negative=True)
    account_paid: Any = fact("账户支付", t.MONEY, doc="本条个人账户支付，元", non_negative=True)
    performed_at: Any = fact("执行时间", t.INSTANT.as_optional(), doc="执行时间")
    charged_at: Any = fact("计费时间", t.INSTANT.as_optional(), doc="计费时间")
    begin: Any = fact("开始时间", t.INSTANT.as_optional(), nhsa="drord_begn_date", doc="开始时间", en="from")
    end: Any = fact(
        "结束时间", t.INSTANT.as_optional(), nhsa="drord_stop_date", doc="结束时间；未停的长期医嘱填空", en="to")
    uploaded_at: Any = fact("上传时间", t.INSTANT, doc="上传时间")
    at: Any = fact("时间", t.INSTANT, derived=True, doc="执行时间，没有时为计费时间，再没有为开始时间")
    on: Any = fact("日期", t.DATE, derived=True, doc="时间的日期：明细按这一天的规则、知识点、参数判定")
    rank: Any = fact("次序", t.number(0), compute=derive.rank, doc="在该患者全部明细中的先后（时间、就诊、行号）")
    run_hours: Any = fact(
        "执行时长", t.number(4, "小时").as_optional(), compute=derive.run_hours,
        doc="结束时间减开始时间，小时", non_negative=True)
    billed_hours: Any = fact(
        "计价时长", t.number(4, "小时"), compute=derive.billed_hours, doc="数量乘一个单位的小时数", non_negative=True)
    paired: Any = fact("已配对", t.BOOL, compute=derive.paired, doc="退费已找到所冲的原明细")
    spec: Any = fact("规格", t.TEXT.as_optional(), nhsa="spec", doc="规格，如 0.25g×12片/盒")
    pack_size: Any = fact("包装数", t.number(4).as_optional(), doc="一个包装的数量", non_negative=True)
    dose: Any = fact("单次剂量", t.number(4, "mg").as_optional(), doc="单次剂量，mg（可写 g、mg）", non_negative=True)
    frequency: Any = fact("频次", t.number(4).as_optional(), doc="每日次数", non_negative=True)
    route: Any = fact("给药途径", t.code("route").as_optional(), doc="给药途径")
    days: Any = fact("用药天数", t.number(0, "天").as_optional(), doc="用药天数，天", non_negative=True)
    packets: Any = fact("剂数", t.number(0, "剂").as_optional(), doc="饮片剂数", non_negative=True)
    daily_amount: Any = fact(
        "每日用量", t.number(4, "g").as_optional(), doc="每日用量，g（可写 g、mg）", non_negative=True)
    use_period: Any = fact(
        "用药期", t.DATE, compute=derive.use_period, doc="自开始日起用药天数，或至结束日；都没有时只有当日是确定的")
    purpose: Any = fact("用药目的", t.code("purpose").as_optional(), doc="治疗、预防")
    long_term: Any = fact("长期医嘱", t.BOOL, nhsa="long_drord_flag", doc="长期医嘱；按一日的计划量计，不分日")
    order_no: Any = fact("医嘱号", t.code("id").as_optional(), doc="收费对应的医嘱号")
    rx_no: Any = fact("处方号", t.code("id").as_optional(), nhsa="rxno", doc="处方号")
    group_no: Any = fact("组号", t.code("id").as_optional(), nhsa="grpno", doc="组号（同组用药）")
    operation_no: Any = fact("手术编号", t.code("id").as_optional(), doc="所属手术的编号", declarative=True)
    specimen: Any = fact("标本号", t.code("id").as_optional(), doc="检验标本号")
    site: Any = fact("部位", t.code("site").as_optional(), doc="检查、手术部位", declarative=True)
    tooth: Any = fact("牙位", t.code("tooth").as_optional(), doc="牙位")
    trace: Any = fact("追溯码", t.code("trace").as_optional(), doc="药品、耗材追溯码")
    device: Any = fact("设备", t.code("device").as_optional(), doc="设备编号")
    ordering_dept: Any = fact("开单科室", t.code("dept").as_optional(), nhsa="drord_dept_codg", doc="开单科室标准代码")
    performing_dept: Any = fact("执行科室", t.code("dept").as_optional(), doc="执行科室标准代码")
    physician: Any = fact("开单医师", t.entity("physician").as_optional(), nhsa="drord_dr_codg", doc="开单医师")
    performer: Any = fact("执行人", t.code("id").as_optional(), doc="执行人代码")
    consulted: Any = fact("会诊标志", t.BOOL, doc="已会诊", declarative=True)
    moved_to_inpatient: Any = fact("转入住院标志", t.BOOL, doc="入院前门诊费用并入住院", declarative=True)
    take_home: Any = fact("出院带药", t.BOOL, nhsa="drord_bhvr", doc="出院带药")
    is_current: Any = fact("本次处方标志", t.BOOL, nhsa="curr_drord_flag", doc="是本次的处方；否为历史明细")
    already_deducted: Any = fact(
        "已扣减金额", t.MONEY, doc="以前各次已扣减的金额，元；来源没有台账即为0", non_negative=True)
    encounter: Any = fact("就诊", t.entity("encounter"), derived=True, doc="所属就诊")
    prescription: Any = fact(
        "处方", t.entity("prescription").as_optional(), compute=derive.prescription_of, doc="所属处方（处方号相同）")


class Prescription(Entity):
    """Lines with one 处方号 in one encounter (T19)."""

    zh = "处方"

    no: Any = fact("处方号", t.code("id"), nhsa="rxno", doc="处方号")
    kind: Any = fact("类别", t.code("prescription_kind"), doc="处方类别")
    date: Any = fact("开方日期", t.DATE, doc="开方日期；没有时取其明细最早的日期")
    items: Any = fact("明细", t.list_of(t.entity("item")), derived=True, doc="本处方的明细")
    herbs: Any = fact("饮片", t.list_of(t.entity("item")), derived=True, doc="本处方的中药饮片和中药颗粒")
    long_supply: Any = fact("长期处方标志", t.BOOL, doc="长期处方", declarative=True)
    packets: Any = fact("剂数", t.number(0, "剂").as_optional(), doc="饮片剂数", non_negative=True)
    encounter: Any = fact("就诊", t.entity("encounter"), derived=True, doc="所属就诊")


class Group(Entity):
    """The lines that a 每组明细 scope puts together."""

    zh = "组"

    items: Any = fact("明细", t.list_of(t.entity("item")), derived=True, doc="组内的明细")
