"""药品限适应症: from a restriction text to typed rows. What cannot be typed without doubt stays text for a person.

A coded part that is false is a certain violation (ruling T03), so a set of diagnoses must hold every code under which
the condition could be recorded: a set that is too wide costs a question, one that is too narrow costs a wrong
deduction. Hence `诊断` (codes that say the term) and `待核诊断` (codes that leave it open) in indication_terms.csv:
a clause that is nothing but typed words → a row 全 with `诊断`, and beside it a row 部分 with `待核诊断`, its id + U;
a clause with more words → one row 部分 with both sets and the clause as 其他条件;
a clause that names a disease that the term list lacks → no diagnosis is typed.
Rows of one point are alternatives, as 须 takes them. indication_readings.csv holds the clauses read by hand.
"""
from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .ages import AgeReading, has_age_word, read_age
from .clauses import Clause, split_clauses
from .outrows import Coded, OutRow, from_point
from .published import Point, read_points

__all__ = ["Reading", "Terms", "indication_drugs", "load_terms", "read_clause"]

HERE = Path(__file__).parent
_BRACKETS = r"(?:\([A-Za-z][A-Za-z0-9 /-]*\))?"  # an abbreviation; any other bracket may hold a condition
# Words that add no condition to a disease. `治疗` and `用于` say what any drug does; anything else is a condition.
_EMPTY_WORDS = re.compile(r"限|有|患者|病人|的|治疗|用于|临床|使用|之|或|和|及|、|，|；|。|\s|于")
_FEMALE = re.compile(r"女性|妇女")
_OPEN_LIST = re.compile(r"等$|等[。；]")
_NEGATION = re.compile(r"除外|不包括|不含|非透析|排除")
# Codes that leave the disease open whatever it is called in a 待核诊断 cell of the term lists.
# A tumour may stand in the record as a metastasis, an unspecified, in-situ or uncertain growth, a course of treatment,
# a follow-up or a history; a disease of a pregnant woman may stand under chapter O alone.
_GROUPS = {
    "肿瘤通用": "C76-C80|C97|D00-D09|D37-D48|Z08|Z09|Z29|Z51|Z54|Z85",
    "血液肿瘤通用": "C76-C97|D37-D48|Z08|Z09|Z29|Z51|Z54|Z85|Z94",
}
_PREGNANCY = "O98|O99"
# Words that look like another disease beside the typed one; the exceptions are findings, courses and drug effects.
_DISEASE = re.compile(
    r"[一-龥A-Za-z]{0,8}(?:癌(?!基因)|瘤(?!激酶|坏死|比例|治疗|药)|病(?!活动|进展|阶段|情|史|灶|毒|例|理)|症(?!状|征)|炎(?!症|药)"
    r"|综合征|感染|衰竭|梗死|休克|烧伤|硬化|贫血|溃疡|腹水|积液)")
_NO_DISEASE = re.compile(r"并发症$|转移性疾病$|发病$|肝硬化$|适应症$")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clause says in typed columns; `whole` when nothing of it is left to attest."""

    diagnoses: str = ""
    open_diagnoses: str = ""
    age: str = ""
    sex: str = ""
    level: str = ""
    rest: str = ""
    whole: bool = False
    why: str = "原文"


@dataclass(frozen=True, slots=True)
class Terms:
    """The disease words with their codes, longest first, and the clauses read by hand."""

    words: tuple[tuple[str, str, str], ...]
    pattern: re.Pattern[str]
    by_hand: Mapping[tuple[str, int], Reading]


def load_terms() -> Terms:
    with (HERE / "indication_terms.csv").open(encoding="utf-8", newline="") as file:
        listed = ((r["词"], r["诊断"], _open_codes(r["诊断"], r["待核诊断"])) for r in csv.DictReader(file))
        words = sorted(listed, key=lambda w: -len(w[0]))
    pattern = re.compile("|".join(f"(?:{re.escape(w[0])})" for w in words))
    by_hand: dict[tuple[str, int], Reading] = {}
    with (HERE / "indication_readings.csv").open(encoding="utf-8", newline="") as file:
        for r in csv.DictReader(file):
            reading = Reading(
                r["诊断"], _open_codes(r["诊断"], r["待核诊断"]), r["年龄段"], r["性别"], r["最低级别"], r["其他条件"],
                r["编全"] == "全", "人工判读")
            by_hand[(r["知识点号"], int(r["序"]))] = reading
    return Terms(tuple(words), pattern, by_hand)


def _open_codes(sure: str, maybe: str) -> str:
    """A 待核诊断 cell with its groups written out; a set of diagnoses always leaves room for a pregnant woman."""
    if not sure and not maybe:
        return ""
    return _join(_GROUPS.get(part, part) for part in (*maybe.split("|"), _PREGNANCY))


def indication_drugs(data: Path) -> list[OutRow]:
    terms = load_terms()
    rows: list[OutRow] = []
    used: set[tuple[str, int]] = set()
    for point in read_points(data, "药品限适应症", "GZ10000101008000"):
        clauses = split_clauses(point.text)
        adults = any("成人" in c.text or "成年" in c.text for c in clauses)
        for i, clause in enumerate(clauses, 1):
            hand = terms.by_hand.get((point.id, i)) or terms.by_hand.get((point.id, 0))
            if hand is not None:
                used |= {(point.id, i), (point.id, 0)}
            rows += _rows(point, hand or read_clause(clause, terms, adults), f"-{i}" if len(clauses) > 1 else "")
        extra = len(clauses) + 1
        while (hand := terms.by_hand.get((point.id, extra))) is not None:
            used.add((point.id, extra))
            rows += _rows(point, hand, f"-{extra}")
            extra += 1
    if unused := set(terms.by_hand) - used:
        raise ValueError(f"readings for clauses that are not published: {sorted(unused)}")
    return rows


def _rows(point: Point, read: Reading, suffix: str) -> list[OutRow]:
    cells = {"年龄段": read.age, "性别": read.sex, "最低级别": read.level}
    if not read.whole:
        both = _join((read.diagnoses, read.open_diagnoses))
        typed = both or any(cells.values())
        coded: Coded = "部分" if typed else "仅文本"
        return [from_point(point, {**cells, "诊断": both, "其他条件": read.rest}, coded, read.why, suffix=suffix)]
    rows = [from_point(point, {**cells, "诊断": read.diagnoses, "其他条件": ""}, "全", read.why, suffix=suffix)]
    if read.open_diagnoses:
        guard = {**cells, "诊断": read.open_diagnoses, "其他条件": f"诊断编码未细分，须核实属于：{read.rest}"}
        rows.append(from_point(point, guard, "部分", f"{read.why}（未细分编码）", suffix=f"{suffix}U"))
    return rows


def read_clause(clause: Clause, terms: Terms, beside_adults: bool = False) -> Reading:
    """Types what is certain in one clause. `beside_adults`: another clause of the text is for adults."""
    text = clause.text
    rest = text.removeprefix("限").strip("，。；;：: ")
    found = list(terms.pattern.finditer(text))
    left = re.sub(rf"(?:{terms.pattern.pattern}){_BRACKETS}", "◆", text)
    age = read_age(text, beside_adults) if has_age_word(text) else None
    sex = "女" if _FEMALE.search(text) else ""
    level = "二级" if re.match(r"^限?二级及以上医疗机构", text) else ""
    if _OPEN_LIST.search(text) or _other_disease(left):
        found = []
    codes = {w[0]: (w[1], w[2]) for w in terms.words}
    sure = _join(codes[m.group()][0] for m in found)
    maybe = _join(codes[m.group()][1] for m in found)
    whole = bool(found) and all(codes[m.group()][0] for m in found) and not clause.shared
    whole = whole and not _NEGATION.search(text) and not _left_over(left, age, sex)
    return Reading(sure, maybe, age.cell if age is not None else "", sex, level, rest, whole)


def _join(cells: Iterable[str]) -> str:
    """One set of the members of several, without those that a wider member holds."""
    parts = list(dict.fromkeys(p for cell in cells for p in cell.split("|") if p))
    return "|".join(p for p in parts if not any(q != p and _holds(q, p) for q in parts))


def _holds(wide: str, narrow: str) -> bool:
    low, _, high = wide.partition("-")
    first, _, last = narrow.partition("-")
    return low <= first[:3] and (last or first)[:3] <= high if high else first.startswith(wide) and not last


def _other_disease(left: str) -> bool:
    return any(not _NO_DISEASE.search(m.group()) for m in _DISEASE.finditer(left))


def _left_over(left: str, age: AgeReading | None, sex: str) -> bool:
    for word in sorted(age.words if age is not None else (), key=len, reverse=True):
        left = left.replace(word, "")
    if sex:
        left = _FEMALE.sub("", left)
    return bool(_EMPTY_WORDS.sub("", left).replace("◆", "").strip("()（）：:."))
