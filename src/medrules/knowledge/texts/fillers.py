"""The closed list of words that add no condition, and of words that look like a reading and are none. Reviewed word by word.

A text is complete only when every character is a typed reading or one of these fillers, in an order that the grammar knows.
Nothing is ever added here because it would make more texts complete: a word belongs here only if the text without it
restricts exactly the same.
"""
from __future__ import annotations

import re
from typing import Final

from medrules.knowledge.texts.tokens import Found, Matcher

__all__ = ["FILLERS", "NOT_READ"]


def _nothing(found: re.Match[str]) -> Found:
    return "", "确定"


def _fillers(kind: str, words: str) -> Matcher:
    return Matcher(kind, "", re.compile("|".join(re.escape(w) for w in sorted(words.split(), key=len, reverse=True))), _nothing)


FILLERS: Final = (
    _fillers("l", "限于 仅限于 仅限用于 限用于 仅限 限"),
    _fillers("u", "本品适用于 本品用于 适用于 用于 治疗 本品主要用于"),
    _fillers("d", "的 之"),
    _fillers("p", "患者 病人 者"),
    _fillers("t", "使用"),
    _fillers("z", "方可支付 方予支付"),
    _fillers("g", "应"),
    _fillers("c", ","),
    _fillers("s", "。"),
    _fillers("m", ";"),
    _fillers("n", "、"),
    _fillers("o", "或者 或"),
    _fillers("h", "以及 和 及 与"),
    _fillers("y", "药典用量"),
    _fillers("k", "儿童和青少年 儿童及青少年 儿童、青少年"),  # beside an age in numbers it adds nothing; alone it is unread
    _fillers("j", "的中药饮片"),
    _fillers(":", ":"),
    Matcher("#", "", re.compile(r"(?:(?<=^)|(?<=[:;。]))[0-9]{1,2}[.、](?![0-9]{1,2}(?:[^0-9岁个月日]|$))"), _nothing),
    _fillers("(", "("),
    _fillers(")", ")"),
    Matcher(" ", "", re.compile(" "), _nothing),
    # Descriptions of what an item is, not of whom it is for; only where they are the whole text beside one reading.
    Matcher("e", "", re.compile(
        r"(?<=^[男女]性)(?:泌尿生殖(?:器官|系统)|孕产|生产)相关(?:疾病|手术操作|手术|检查|诊疗操作)$"), _nothing),
    Matcher("e", "", re.compile(r"(?:(?<=^儿童)|(?<=^小儿)|(?<=^婴儿)|(?<=^婴幼儿)|(?<=^新生儿))(?:专用项目|相关疾病诊断)$"), _nothing),
)

_DEPARTMENT: Final = r"(?:医院|内科|外科|科|保健|专科|重症|监护|福利院|医学)"
NOT_READ: Final = (
    Matcher("?", "", re.compile(
        rf"(?:妇女儿童|儿童|小儿|新生儿|老年人?|婴幼儿|妇女|男性|女性){_DEPARTMENT}|老年(?:性|期|痴呆)|小儿麻痹|小儿推拿"
        r"|住院(?:医师|医生|部|号|费|总)|急诊(?:科|抢救|医师|医生|手术|室)|门诊(?:特殊病|大病|统筹|部|手术)|男性化|(?:男性|女性)激素"
        r"|成人教育|(?:成人|儿童|小儿)(?:用法|用量|剂量)|产后|孕产|孕产妇|抗孕|育龄|未成年人?|早产婴儿|早产儿|再次?住院|非住院"), _nothing),
)
