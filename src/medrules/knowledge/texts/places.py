"""Who and where: sex, hospital level, way of visiting, insurance, department, and the states of women that warnings name."""
from __future__ import annotations

import re
from typing import Final

from medrules.knowledge.texts.reading import Confidence
from medrules.knowledge.texts.tokens import Found, Matcher

__all__ = ["PLACES"]

_SEX: Final = {"男性": "男", "女性": "女", "妇女": "女"}
_VISIT: Final = {"住院": "住院", "急诊": "急诊", "门诊": "门诊", "门诊慢特病": "门诊慢特病", "互联网诊疗": "互联网诊疗"}
_STATE: Final = {"孕妇": "妊娠期", "妊娠期": "妊娠期", "妊娠期妇女": "妊娠期", "哺乳期妇女": "哺乳期", "哺乳期": "哺乳期"}
_LEVEL: Final = {"一": "一级", "二": "二级", "三": "三级", "1": "一级", "2": "二级", "3": "三级"}
_HOSPITAL: Final = r"(?:定点)?(?:医疗机构|医院)"
_DEPARTMENTS: Final = (
    "风湿免疫科", "神经内科", "心内科", "内分泌科", "消化内科", "呼吸内科", "血液科", "肿瘤科", "皮肤科", "精神科", "感染科", "肾内科", "眼科",
)


def _one(found: re.Match[str], words: dict[str, str], confidence: Confidence = "确定") -> Found:
    return words[found[0]], confidence


def _visits(found: re.Match[str]) -> Found:
    """One way of visiting, or a list of them: one cell."""
    return "|".join(_VISIT[word] for word in re.split("或者|或|、", found[0])), "确定"


def _level(found: re.Match[str]) -> Found:
    return _LEVEL[found["n"]], "确定"


def _same(found: re.Match[str]) -> Found:
    return found[0], "较确定"


def _insurance(found: re.Match[str]) -> Found:
    return found[1], "确定"


def _any_of(words: dict[str, str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


# The whole list or none of it. (A possessive repetition would say so too, but Python 3.11 leaves a half-matched repetition in the match.)
_NEXT_VISIT: Final = rf"(?:或者|或|、)(?:{_any_of(_VISIT)})"

PLACES: Final = (
    Matcher("S", "性别", re.compile(_any_of(_SEX)), lambda m: _one(m, _SEX)),
    # 「二级医疗机构」 alone may mean exactly that level: only 三级, the highest, is a lower limit without 及以上.
    Matcher("L", "最低级别", re.compile(rf"(?P<n>[一二三123])级(?:[(]含[一二三123]级[)])?(?:及|或)?以上{_HOSPITAL}"), _level),
    Matcher("L", "最低级别", re.compile(rf"(?P<n>[三3])级{_HOSPITAL}"), _level),
    Matcher("K", "科室", re.compile("(?:" + "|".join(_DEPARTMENTS) + ")(?=医师|医生|专科|主任|处方|或)"), _same),
    # A specialised or general hospital is narrower than a hospital: the level is read, the word after it stays unread.
    Matcher("L", "最低级别", re.compile(r"(?P<n>[一二三123])级(?:及|或)?以上(?=(?:[^,;。]{1,6}专科|综合)医院)"), _level),
    Matcher("L", "最低级别", re.compile(r"(?P<n>[三3])级(?=综合医院)"), _level),
    Matcher("V", "就医方式", re.compile(
        rf"(?:{_any_of(_VISIT)})(?:{_NEXT_VISIT}){{0,4}}(?!{_NEXT_VISIT})(?!医师|医生|部|号|费|总|科|抢救|手术|室|特殊病|大病|统筹)"), _visits),
    Matcher("I", "险种", re.compile(r"(工伤|生育)保险"), _insurance),
    Matcher("N", "生育状态", re.compile(_any_of(_STATE)), lambda m: _one(m, _STATE, "较确定")),
)
