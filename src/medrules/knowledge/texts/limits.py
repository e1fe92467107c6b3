"""Amounts: days of payment and their window, frequency, least interval, number of packs, latest start, daily dose; and the words that forbid."""
from __future__ import annotations

import re
from typing import Final

from medrules.knowledge.texts.folded import NUMERAL, numeral
from medrules.knowledge.texts.tokens import Found, Matcher

__all__ = ["LIMITS"]

_DAYS: Final = {"天": "天", "日": "天", "周": "周", "个月": "个月", "月": "个月", "年": "年"}
_WINDOWS: Final[dict[str, str]] = {
    "单次住院": "单次就诊", "每次住院": "单次就诊", "单次就诊": "单次就诊", "每次就诊": "单次就诊", "单次": "单次就诊",
    "一个疾病过程": "同一疗程", "一个疗程": "同一疗程", "同一疗程": "同一疗程", "每个疗程": "同一疗程", "每疗程": "同一疗程",
    "每个自然年": "自然年", "每自然年": "自然年",
}
# 禁 … 慎 … : what a warning does. 慎重使用 and 慎用 are one thing.
_WARNINGS: Final[dict[str, str]] = {
    "禁用": "禁用", "禁止使用": "禁用", "忌用": "禁用", "禁忌": "禁用", "慎用": "慎用", "慎重使用": "慎用", "慎重用药": "慎用",
    "不推荐用于": "不推荐", "不推荐使用": "不推荐", "禁止用于": "禁用", "禁用于": "禁用", "谨慎使用": "慎用",
}
# Whose documents a text may name as its source; any other words in the brackets could be a condition.
_ISSUERS: Final = "人社部发|人社厅发|人社部函|医保发|医保办发|医保函|国医保发|国办发|国发|国卫医发|国卫办医发|卫医发"
_AT_MOST: Final = r"(?:不超过|不得超过|不能超过|最多|最长|至多)"
_END: Final = r"(?![0-9一二三四五六七八九十百两]|/|每|[-~至到或])"  # 14天/年, 三至五天: another amount


def _amount(found: re.Match[str]) -> Found:
    n = numeral(found["n"])
    return None if n is None or n == 0 else (f"{n}{_DAYS[found['u']]}", "确定")


def _window(found: re.Match[str]) -> Found:
    return _WINDOWS[found[0]], "较确定"


def _often(found: re.Match[str]) -> Found:
    n, every = numeral(found["n"]), numeral(found["every"]) if found["every"] else 1
    if n is None or every is None:
        return None
    return f"{n}次/{every if every > 1 else ''}{found['u']}", "确定"


def _packs(found: re.Match[str]) -> Found:
    n = numeral(found["n"])
    return None if n is None else (f"{n}{found['u']}/{found['per']}", "较确定")


def _hours(found: re.Match[str]) -> Found:
    n = numeral(found["n"])
    return None if n is None else (f"{n}小时", "较确定")


def _dose(found: re.Match[str]) -> Found:
    return f"{found[1]}g~{found[2]}g", "确定"


_NU: Final = rf"(?P<n>{NUMERAL})\s?(?P<u>天|日|周|个月|月|年)"
LIMITS: Final = (
    Matcher("D", "天数", re.compile(rf"(?:支付(?:总?(?:时间|天数|疗程))?{_AT_MOST}|总时间{_AT_MOST}|{_AT_MOST}支付){_NU}{_END}"), _amount),
    Matcher("D", "天数", re.compile(rf"最大开药天数{_NU}{_END}"), _amount),
    Matcher("P", "周期", re.compile("(?:" + "|".join(sorted(_WINDOWS, key=len, reverse=True)) + rf")(?=支付|{_AT_MOST})"), _window),
    Matcher("F", "频次", re.compile(rf"每(?:(?P<every>{NUMERAL})个?)?(?P<u>周|月|日|天|年|季度){_AT_MOST}(?:支付)?(?P<n>{NUMERAL})次{_END}"), _often),
    Matcher("G", "最短间隔", re.compile(rf"(?:(?:两次)?评定)?间隔(?:时间)?(?:不短于|不少于|不低于|至少){_NU}{_END}"), _amount),
    Matcher("Q", "数量上限", re.compile(
        rf"(?P<per>每眼累计|每个年度|每年度|每年|第{NUMERAL}年度|每次|每疗程)最多支付(?P<n>{NUMERAL})(?P<u>支|盒|瓶|次|片|粒)"), _packs),
    Matcher("T", "启用时限", re.compile(rf"(?:应?在)?(?:发病|发作|起病)后?(?P<n>{NUMERAL})小时之?内(?:开始使用|使用|开始用药)?"), _hours),
    # 药典用量: 用药 per day (《中国药典》). 鲜品 before the amount stays unread.
    Matcher("M", "每日剂量", re.compile(r"(?:(?<=药典用量)|(?<=药典用量鲜品))([0-9]{1,4}(?:\.[0-9]{1,3})?)[~-]([0-9]{1,4}(?:\.[0-9]{1,3})?)g"), _dose),
    Matcher("W", "用药告诫", re.compile("|".join(sorted(_WARNINGS, key=len, reverse=True))), lambda m: (_WARNINGS[m[0]], "确定")),
    Matcher("2", "用药线别", re.compile(r"(?:作为)?二线用药"), lambda m: ("二线", "确定")),
    Matcher("B", "依据", re.compile(rf"(?<=[(])(?:{_ISSUERS})〔[0-9]{{4}}〕[0-9]{{1,4}}号(?=[)])"), lambda m: (m[0], "确定")),
    Matcher("Z", "支付", re.compile(r"不得纳入(?:医保)?基金支付范围"), lambda m: ("不予支付", "确定")),
)
