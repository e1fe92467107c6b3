"""The reader against the labels: precision and recall per column, texts wrongly called complete, every error.

A reading counts as right when the label has the same column and the same value (ages, levels and insurance as the cell
parser reads them, diagnoses by their words). Only typed readings (确定, 较确定) count; diagnoses are counted once more with the suggestions.
A text is wrongly complete when it is called complete and the label says it is not, or when any of its readings differs
from the label, or when the codes of a diagnosis are narrower than or different from those of the label.
"""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from medrules.knowledge.cells import parse_cell
from medrules.knowledge.texts import Lexicon, Reading, ReadText, Stance, read_text
from medrules.knowledge.texts.folded import fold
from medrules.model.enumerations import ENUMERATIONS
from medrules.model.types import AGE, Type
from medrules.model.values import AgeLimit, AgeRange

__all__ = ["LABELS", "SUGGESTED", "TRAPS", "Labelled", "Measured", "Score", "holds", "labelled", "measured", "stance_of", "wrongly_complete"]

HERE: Final = Path(__file__).resolve().parents[2] / "tests" / "knowledge" / "texts"
LABELS: Final = HERE / "labels.jsonl"
TRAPS: Final = HERE / "traps.jsonl"
# Tables that forbid: a disease in their texts is a contraindication even where the text does not say 禁用.
_FORBIDDING: Final = ("drug_contraindications", "elderly_drugs", "pregnancy_drugs", "child_forbidden_drugs", "service_contraindications")
SUGGESTED: Final = "诊断、禁忌诊断（连同不确定）"
_DISEASES: Final = ("诊断", "禁忌诊断", "除外诊断")
_AGES: Final = Type("range", of=AGE)
_ICD: Final = Type("codeset", name="icd10")


@dataclass(frozen=True, slots=True)
class Labelled:
    id: str
    split: str
    file: str
    text: str
    complete: bool
    readings: tuple[dict[str, str], ...]
    note: str


@dataclass(slots=True)
class Score:
    """Counts of one column on one split."""

    right: int = 0
    extra: int = 0
    missed: int = 0

    @property
    def precision(self) -> str:
        return _share(self.right, self.right + self.extra)

    @property
    def recall(self) -> str:
        return _share(self.right, self.right + self.missed)


@dataclass(slots=True)
class Measured:
    """What the reader did on one split. errors: (text id, sentence)."""

    columns: dict[str, Score] = field(default_factory=dict)
    whole: Score = field(default_factory=Score)
    wrong: list[str] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    texts: int = 0
    codes_right: int = 0
    codes_wrong: int = 0


def labelled() -> tuple[Labelled, ...]:
    rows = (json.loads(line) for line in LABELS.read_text("utf-8").splitlines() if line)
    return tuple(Labelled(r["id"], r["split"], r["file"], r["text"], r["complete"], tuple(r["readings"]), r["note"]) for r in rows)


def stance_of(file: str) -> Stance:
    return "禁" if file in _FORBIDDING else "限"


def measured(labels: Iterable[Labelled], lexicon: Lexicon) -> Measured:
    out = Measured()
    for label in labels:
        read = read_text(label.text, lexicon, stance_of(label.file))
        out.texts += 1
        said = {(r.column, _same(r.column, r.value)): r for r in read.readings if r.typed}
        meant = {(r["column"], _same(r["column"], r["value"])): r for r in label.readings}
        for key in said:
            score = out.columns.setdefault(key[0], Score())
            if key in meant:
                score.right += 1
                _compare_codes(out, label, said[key], meant[key])
            else:
                score.extra += 1
                out.errors.append((label.id, f"多读 {key[0]}「{said[key].value}」（标注没有这一项）"))
        for key in meant.keys() - said.keys():
            out.columns.setdefault(key[0], Score()).missed += 1
            out.errors.append((label.id, f"漏读 {key[0]}「{meant[key]['value']}」（{_reason(meant[key], read, lexicon)}）"))
        _suggested(out, read, meant)
        _whole(out, label, read)
    out.errors.sort()
    return out


def wrongly_complete(label: Labelled, read: ReadText) -> str:
    """Why a text called complete should not have been; empty if it should, or if it was not called so."""
    if not read.complete:
        return ""
    if not label.complete:
        return "标注说没有说尽"
    said = {(r.column, _same(r.column, r.value)) for r in read.readings}
    meant = {(r["column"], _same(r["column"], r["value"])) for r in label.readings}
    if said != meant:
        return f"读法与标注不同：{sorted(str(d) for d in said ^ meant)}"
    for r in read.readings:
        codes = next((m.get("codes", "") for m in label.readings if m["value"] == r.value), "")
        if r.codes and not holds(r.codes, codes):
            return f"编码 {r.codes} 没有包住标注的 {codes}"
    return ""


def _whole(out: Measured, label: Labelled, read: ReadText) -> None:
    wrong = wrongly_complete(label, read)
    if wrong:
        out.wrong.append(f"{label.id} {wrong}")
    if read.complete and label.complete:
        out.whole.right += 1
    elif read.complete:
        out.whole.extra += 1
    elif label.complete:
        out.whole.missed += 1
        out.errors.append((label.id, f"说尽的没有认出：{read.why}"))


def _reason(missed: dict[str, str], read: ReadText, lexicon: Lexicon) -> str:
    """Why a labelled value was not read."""
    words = missed["words"]
    if missed["column"] not in _DISEASES:
        return words
    if any(r.value == words for r in read.readings):
        return "有目录词或有没读的字，只作建议"
    return "上下文不清，没有读" if fold(words) in lexicon.terms else "词表没有"


def _suggested(out: Measured, read: ReadText, meant: Mapping[tuple[str, Any], dict[str, str]]) -> None:
    """Diagnoses again, with those that are suggestions only."""
    said = {(r.column, r.value) for r in read.readings if r.column in _DISEASES}
    wanted = {key for key in meant if key[0] in _DISEASES}
    if said or wanted:
        score = out.columns.setdefault(SUGGESTED, Score())
        score.right += len(said & wanted)
        score.extra += len(said - wanted)
        score.missed += len(wanted - said)


def _compare_codes(out: Measured, label: Labelled, said: Reading, meant: dict[str, str]) -> None:
    if "codes" not in meant or not said.covers:
        return
    if holds(said.codes, meant["codes"]):
        out.codes_right += 1
    else:
        out.codes_wrong += 1
        out.errors.append((label.id, f"编码 {said.codes}，标注 {meant['codes']}（{said.value}）"))


def holds(wide: str, narrow: str) -> bool:
    """Whether every code that `narrow` names is one that `wide` names."""
    if not narrow:
        return True
    outer, inner = parse_cell(wide, _ICD), parse_cell(narrow, _ICD)
    return all(any(member.startswith(o) for o in _prefixes(outer)) for member in _prefixes(inner))


def _prefixes(codes: Any) -> Iterator[str]:
    yield from (*codes.prefixes, *codes.exact)


def _same(column: str, value: str) -> Any:
    """The value as the cell parser understands it, so that `不超过14岁` and `不满15岁` are one value."""
    match column:
        case "年龄段" | "禁用年龄段":
            parsed = parse_cell(value, _AGES)
            return _closed(parsed) if isinstance(parsed, AgeRange) else value
        case "险种":
            return ENUMERATIONS["insurance"].value_of(value) or value
        case "就医方式":
            return "|".join(sorted(value.split("|")))
        case _:
            return value


def _closed(ages: AgeRange) -> tuple[object, ...]:
    """Both ends as the first age inside and the first age beyond."""
    low, high = ages.low, ages.high
    first = (low.n if ages.low_closed else low.n + 1, low.unit) if isinstance(low, AgeLimit) else None
    beyond = (high.n + 1 if ages.high_closed else high.n, high.unit) if isinstance(high, AgeLimit) else None
    return first, beyond


def _share(part: int, whole: int) -> str:
    return "—" if not whole else f"{part}/{whole} ({100 * part // whole} %)"
