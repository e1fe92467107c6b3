"""Data-quality notes of one request: counted by field, worded once, never with a value that was sent."""
from __future__ import annotations

from typing import Final

__all__ = ["Notes"]

_WORDS: Final[dict[str, str]] = {
    "unreadable": "{field}：{n} 处读不懂，按未知处理",
    "med_type": "med_type：{n} 处医疗类别不在对照表中，就医方式未知；请在站点设置 med_type 中登记",
    "insutype": "insutype：{n} 处险种不在对照表中，结算险种未知；请在站点设置 insutype 中登记",
    "matn_stas": "matn_stas：{n} 处生育状态有值，但站点设置没有选定编码方案，按未知处理",
    "medins_lv": "medins_lv：{n} 处医疗机构等级没有对照，机构级别未知；请在站点设置 institutions 或 medins_lv 中登记",
    "no_current": "curr_mdtrt_id：与各次就诊都不对应，全部 {n} 次就诊都按本次就诊审核",
    "none_flagged": "curr_drord_flag：本次就诊没有一条明细标为当前处方，{n} 条全部审核",
    "none_reviewed": "curr_drord_flag：本次就诊没有一条明细标为当前处方，{n} 条均未审核",
    "same_encounter": "mdtrt_id：{n} 次就诊的标识与前面的重复，已并入前一次",
    "repeated_line": "rx_id：{n} 条明细的标识与前面的重复，按位置区分",
    "later_line": "drord_begn_date：{n} 条明细晚于交易时间，按最晚的一条的时间审核",
    "far_line": "drord_begn_date：{n} 条明细晚于交易时间 31 日以上，时间按未知处理",
    "zero_value": "{field}：{n} 条明细为 0，与数量、单价、金额中的另外两项不符，按未填处理",
    "self_paid": "ownpay_amt：{n} 条明细的自费金额大于金额，自费金额按未知处理",
    "discharge_before": "dscg_date：{n} 次就诊的出院时间早于入院时间，出院时间按未知处理",
    "zero_total": "medfee_sumamt：{n} 次就诊的总费用为 0 而有明细，就诊的各项金额按未知处理",
    "unmapped_code": "hilist_code：{n} 条明细的编码在编码对照表里查不到，编码按未知处理；见 medrules knowledge unmatched",
    "no_time": "inf_time：没有可用的交易时间，改用{field}",
    "no_infno": "infno：没有交易编号，按事前（3101）审核",
    "ill_formed_list": "{field}：{n} 处不是对象，已略去",
}


class Notes:
    """Collects while one request is read; belongs to that request only."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, kind: str, field: str = "", n: int = 1) -> None:
        key = (kind, field)
        self._counts[key] = self._counts.get(key, 0) + n

    def taken(self) -> tuple[tuple[str, str], ...]:
        """(kind, field) of the notes so far, each as often as it was taken."""
        return tuple(key for key, n in self._counts.items() for _ in range(n))

    def worded(self) -> tuple[str, ...]:
        """One sentence for each kind and field, in the order in which they were first met."""
        return tuple(_WORDS[kind].format(field=field, n=n) for (kind, field), n in self._counts.items())
