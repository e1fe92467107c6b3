"""Whether typed readings say everything that a text says. The one place where a text is called complete; it errs towards no.

Every character belongs to a token; the letters of the tokens in order must be a sentence of this small grammar. An unread
piece (`?`) is no letter of it. Then the readings must not contradict or qualify each other: one value for a column, no
list of diseases beside an age that may belong to one of them only, codes that are reviewed to be all that the words name.

Letters: A age, S sex, L level, V way of visiting, I insurance, X diagnosis, T latest start, 2 second line, N state,
D days, P window, F frequency, G interval, Q packs, M dose, W warning, B source, Z payment; l 限, u 用于, d 的, p 患者, t 使用,
z 方可支付, g 应, c ,  s 。 m ; n 、 o 或 h 和, k 儿童和青少年, e description, y 药典用量, j 的中药饮片, # number.
"""
from __future__ import annotations

import re
from typing import Final

from medrules.knowledge.texts.ages import CHILD
from medrules.knowledge.texts.tokens import OPAQUE, Token

__all__ = ["doubt"]

_DISEASES: Final = r"X(?:(?:n|o|no)X)*"
_ITEM: Final = rf"(?:Ak?|A?A|S|L|I|T|2|V|{_DISEASES})"
_WHO: Final = rf"{_ITEM}(?:p?d?{_ITEM})*d?p?(?:d?u)?t?z?"
_LIMIT: Final = r"(?:P?D|F|G)"
_MORE: Final = rf"(?:{_LIMIT}|Vz|(?:A|S|L|V){{1,3}}p?)"
_STATES: Final = r"N(?:[hon]N)*"
_SENTENCES: Final[tuple[re.Pattern[str], ...]] = tuple(re.compile(s) for s in (
    rf"l?u*{_WHO}(?:[cs]{_MORE})*s?",                                     # 限二级及以上医疗机构脑梗死患者,支付不超过14天。
    rf"{_LIMIT}(?:c{_LIMIT})*(?:s|(?:s?\(B\)s?))?",                        # 支付不超过14天。
    r"l?:?(?:#Xd?p?m?){2,}s?",                                              # 限:1.甲;2.乙。
    r"l?Xd?p?(?:mXd?p?)+s?",                                                # 限甲;乙。
    rf"(?:u*){_DISEASES}(?:cX)+s?",                                         # 用于甲,乙。
    rf"(?:{_STATES}|A|{_DISEASES})p?g?Ws?",                                 # 孕妇及哺乳期妇女禁用。
    r"yMs?",                                                                # 药典用量3~10g
    r"[SA]es?",                                                             # 女性孕产相关检查
    r"Zjs?",                                                                # 不得纳入基金支付范围的中药饮片
    r"lN?Is?",
))
# What may stand between two diseases of a list; side by side, or with 患者的 between them, they are both asked for.
_ALTERNATIVES: Final = re.compile(r"n|o|no|c|d?p?m#?|d?p?#")
_ONCE: Final = "SLVITDPFGQWM2BZK"


def doubt(tokens: list[Token], folded: str) -> str:
    """Empty when the typed readings say everything; else the reason why that is not certain, in Chinese."""
    unread = [folded[t.start:t.end] for t in tokens if t.kind == OPAQUE]
    if unread:
        return f"没有读出：{'、'.join(_short(u) for u in unread[:5])}{'…' if len(unread) > 5 else ''}"
    kinds = "".join(t.kind for t in tokens if t.kind != " ")
    if len(kinds) > 200 or not any(s.fullmatch(kinds) for s in _SENTENCES):
        return "句式不在已审的句式里" if any(t.column for t in tokens) else "没有可编的内容"
    typed = [t for t in tokens if t.column]
    for kind in _ONCE:
        if kinds.count(kind) > 1:
            return f"{next(t.column for t in typed if t.kind == kind)}有两个值"
    ages = [t.value for t in typed if t.kind == "A"]
    if len(ages) > 1 and not _one_age(ages):
        return "年龄段有两个值"
    if len(ages) > 1 and "AA" not in kinds:
        return "两处年龄不相连"
    diseases = [t for t in typed if t.kind == "X"]
    if not all(_ALTERNATIVES.fullmatch(between) for between in kinds.split("X")[1:-1]):
        return "几个病名之间不是并列"
    if len(diseases) > 1 and any(k in kinds for k in "AST2"):
        return "分不清年龄、性别或时限管哪一种病"
    if "2" in kinds:
        return "哪些是一线药，文字没有说"
    if "W" in kinds and diseases:
        return "禁忌诊断的编码宁窄勿宽，要另审"
    if any(t.kind == "X" and not t.covers for t in typed):
        return f"没有审过全部编码的病名：{'、'.join(t.value for t in diseases if not t.covers)}"
    if any(t.confidence == "不确定" for t in typed):
        return "有不确定的读法"
    return ""


def _one_age(values: list[str]) -> bool:
    """`3岁及以上` beside `儿童`: two limits of one range. Anything else may be two groups of people, `50岁以上` beside `儿童` is nobody."""
    others = [v for v in values if v != CHILD]
    if len(values) != 2 or len(others) != 1 or "参数" in others[0]:
        return False
    low = re.match(r"满([0-9]+)岁", others[0])
    return others[0].startswith(("不满", "不超过", "满")) and (low is None or int(low[1]) < 14)


def _short(words: str) -> str:
    return words if len(words) <= 20 else f"{words[:19]}…"
