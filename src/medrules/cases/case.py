"""What a case says: facts or a message, the door it comes through, and the findings and open questions expected."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Final

from medrules.errors import MedRulesError

__all__ = ["ANY_AMOUNT", "Case", "CaseError", "ExpectedFinding", "ExpectedUndecided", "cases_of"]

ANY_AMOUNT: Final = -1  # the case does not say
MOST_DIGITS: Final = 18  # of an amount in yuan
UNDETERMINED: Final = ("待定", "undetermined")
_RESULTS: Final = {"明确违规": "definite", "可疑": "suspect", "监测": "monitor"}
_WORDS: Final[dict[str, str]] = {
    "标题": "title", "用例": "title", "事实": "facts", "报文": "request", "来源": "door", "期望": "expect", "提示": "findings",
    "待核": "undecided", "未判": "unjudged", "规则": "rule", "明细": "line", "对象": "line", "金额": "amount", "结果": "result",
    "知识点": "rows", "涉及": "involved", "可申报": "claimable", "缺": "missing", "扣减": "credited", "由": "carried_by",
    "明确合计": "definite_total", "可疑合计": "suspect_total", "违规明细": "at_fault", "原因": "reason", "说明": "message",
    "备注": "note", "表": "tables", "编码集": "codesets", "同时运行": "rules", "筛查": "screening",
}
_TOP: Final = frozenset(("title", "facts", "request", "door", "expect", "note", "tables", "codesets", "rules", "screening"))
_EXPECT: Final = frozenset(("findings", "undecided", "unjudged", "definite_total", "suspect_total"))
_FINDING: Final = frozenset((
    "rule", "line", "amount", "result", "rows", "involved", "claimable", "credited", "carried_by", "at_fault", "message"))
_UNDECIDED: Final = frozenset(("rule", "line", "missing"))
_UNJUDGED: Final = frozenset(("line", "reason"))


_NO_TABLES: Final[Mapping[str, tuple[Mapping[str, str], ...]]] = MappingProxyType({})
_NO_SETS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})


class CaseError(MedRulesError):
    """A case file that does not have the form of cases; the sentence names the file and the case."""

    code = "MR-E210"


@dataclass(frozen=True, slots=True)
class ExpectedFinding:
    """A finding as a case expects it; None (amounts: ANY_AMOUNT) = not compared. Amounts are fen, None = 待定."""

    rule: str
    line: str | None = None
    amount: int | None = ANY_AMOUNT
    result: str | None = None
    rows: frozenset[str] | None = None
    involved: frozenset[str] | None = None
    claimable: frozenset[str] | None = None
    credited: int | None = ANY_AMOUNT
    carried_by: str | None = None
    at_fault: frozenset[str] | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class ExpectedUndecided:
    rule: str
    line: str | None = None
    missing: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One case. Exactly one of `facts` (native) and `request` (3101) is given; `door` names what the source can carry.

    facts      one request, or the requests of several people (screening only)
    unjudged   None = not compared: (line, reason) pairs
    tables     rows that stand in a table for this case, instead of the pack's: cells by column, by table
    codesets   members that a code set has in this case, whole, instead of the pack's
    rules      codes of rules that run beside those of the case's family
    screening  the facts are a file that is screened: period rules run too
    """

    title: str
    facts: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
    request: Mapping[str, Any] | None
    door: str
    findings: tuple[ExpectedFinding, ...]
    undecided: tuple[ExpectedUndecided, ...]
    unjudged: frozenset[tuple[str, str]] | None = None
    definite_total: int | None = None
    suspect_total: int | None = None
    file: str = ""
    number: int = 0
    tables: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=lambda: _NO_TABLES)
    codesets: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NO_SETS)
    rules: frozenset[str] = frozenset()
    screening: bool = False


class _Reader:
    """Reads the cases of one file; every error names its place."""

    def __init__(self, file: str) -> None:
        self.file, self.place = file, ""

    def fail(self, sentence: str) -> CaseError:
        return CaseError(f"{self.file} {self.place}：{sentence}".replace(" ：", "："))

    def keys(self, data: Any, allowed: frozenset[str]) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            raise self.fail("应为一个对象（键: 值）")
        out: dict[str, Any] = {}
        for key, value in data.items():
            word = _WORDS.get(str(key), str(key))
            if word not in allowed:
                raise self.fail(f"不认识的键「{key}」，可用：{'、'.join(sorted(allowed))}")
            if word in out:
                raise self.fail(f"键「{key}」写了两次")
            out[word] = value
        return out

    def list(self, data: Any) -> Sequence[Any]:
        if data is None:
            return ()
        if not isinstance(data, list):
            raise self.fail("应为列表，没有请写 []")
        return data

    def words(self, data: Any) -> frozenset[str] | None:
        return None if data is None else frozenset(str(x) for x in self.list(data))

    def fen(self, data: Any) -> int | None:
        if str(data) in UNDETERMINED:
            return None
        written = str(data)
        try:
            yuan = Decimal(written)
        except InvalidOperation:
            yuan = Decimal("NaN")
        if not yuan.is_finite() or yuan.adjusted() >= MOST_DIGITS:
            raise self.fail(f"金额「{written[:40]}」应为元，例如 41.00，或写「待定」")
        fen = yuan * 100
        if fen != int(fen):
            raise self.fail(f"金额「{data}」多于两位小数")
        return int(fen)

    def finding(self, data: Any) -> ExpectedFinding:
        d = self.keys(data, _FINDING)
        if "rule" not in d:
            raise self.fail("每条提示都要写 rule（规则编码）")
        return ExpectedFinding(
            str(d["rule"]), None if "line" not in d else str(d["line"]),
            self.fen(d["amount"]) if "amount" in d else ANY_AMOUNT,
            _RESULTS.get(str(d["result"]), str(d["result"])) if "result" in d else None,
            self.words(d.get("rows")), self.words(d.get("involved")), self.words(d.get("claimable")),
            self.fen(d["credited"]) if "credited" in d else ANY_AMOUNT,
            str(d["carried_by"]) if "carried_by" in d else None, self.words(d.get("at_fault")),
            str(d["message"]) if "message" in d else None,
        )

    def undecided(self, data: Any) -> ExpectedUndecided:
        d = self.keys(data, _UNDECIDED)
        if "rule" not in d:
            raise self.fail("每条待核都要写 rule（规则编码）")
        return ExpectedUndecided(str(d["rule"]), None if "line" not in d else str(d["line"]), self.words(d.get("missing")))

    def tables(self, data: Any) -> Mapping[str, tuple[Mapping[str, str], ...]]:
        """Rows by table, every cell as text."""
        if data is None:
            return _NO_TABLES
        if not isinstance(data, Mapping):
            raise self.fail("tables 应为「表名: [行, …]」")
        out: dict[str, tuple[Mapping[str, str], ...]] = {}
        for name, rows in data.items():
            held = self.list(rows)
            if not all(isinstance(row, Mapping) for row in held):
                raise self.fail(f"表「{name}」的每一行应为「列: 值」")
            out[str(name)] = tuple(MappingProxyType({str(k): "" if v is None else str(v) for k, v in row.items()}) for row in held)
        return MappingProxyType(out)

    def codesets(self, data: Any) -> Mapping[str, tuple[str, ...]]:
        if data is None:
            return _NO_SETS
        if not isinstance(data, Mapping):
            raise self.fail("codesets 应为「编码集名: [成员, …]」")
        return MappingProxyType({str(name): tuple(str(m) for m in self.list(members)) for name, members in data.items()})

    def screening(self, data: Any, facts: Any) -> bool:
        if not isinstance(data, bool):
            raise self.fail("screening 应为 true 或 false")
        if isinstance(facts, list) and not data:
            raise self.fail("facts 写成列表（多人）时要写 screening: true")
        return data

    def case(self, data: Any, number: int) -> Case:
        self.place = f"第{number}条"
        d = self.keys(data, _TOP)
        title = str(d.get("title", ""))
        self.place = f"第{number}条「{title}」"
        if not title:
            raise self.fail("缺 title（一句话说明）")
        facts, request = d.get("facts"), d.get("request")
        if (facts is None) == (request is None):
            raise self.fail("facts 与 request 写且只写一个")
        if "expect" not in d:
            raise self.fail("缺 expect")
        expect = self.keys(d["expect"], _EXPECT)
        pairs = None
        if "unjudged" in expect:
            held = [self.keys(x, _UNJUDGED) for x in self.list(expect["unjudged"])]
            pairs = frozenset((str(x.get("line", "")), str(x.get("reason", ""))) for x in held)
        totals = {k: self.fen(expect[k]) for k in ("definite_total", "suspect_total") if k in expect}
        return Case(
            title, facts, request, str(d.get("door", "native")),
            tuple(self.finding(x) for x in self.list(expect.get("findings"))),
            tuple(self.undecided(x) for x in self.list(expect.get("undecided"))), pairs,
            totals.get("definite_total"), totals.get("suspect_total"), self.file, number, self.tables(d.get("tables")),
            self.codesets(d.get("codesets")), self.words(d.get("rules")) or frozenset(), self.screening(d.get("screening", False), facts),
        )


def cases_of(data: Any, file: str) -> tuple[Case, ...]:
    """The cases of a parsed file (YAML or JSON).

    Raises:
        CaseError: the data do not have the form of cases.
    """
    reader = _Reader(file)
    return tuple(reader.case(one, n) for n, one in enumerate(reader.list(data), 1))
