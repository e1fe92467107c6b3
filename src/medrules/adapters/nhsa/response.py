"""A report → the answer of 3101 and 3102, written as JSON text the way existing clients can read it.

What clients need (each is a test): `infcode` is the number 0; `err_msg` is null on success; `output.result` and
`judge_result_detail_dtos` are always lists; codes are strings; amounts are JSON numbers with two decimals; the most
serious item comes first; no text is longer than its field. The text is written here directly, because amounts are
exact fen and must not pass through a binary fraction.
"""
from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Final

from medrules.adapters.nhsa.codes import SEVERITIES
from medrules.adapters.nhsa.lines import LineIds
from medrules.adapters.nhsa.reader import Request
from medrules.adapters.nhsa.refusals import ERR_MSG_LENGTH
from medrules.adapters.nhsa.site import DEFAULT_SITE, SiteSettings
from medrules.model.folding import unturned
from medrules.model.reports import Claim, Deduction, Finding, LineRef, Report

__all__ = ["NOTHING_JUDGED", "UNCHECKED_RULE", "write_acceptance", "write_failure", "write_response"]

Quote = Callable[[str], str]

UNCHECKED_RULE: Final = "MR-UNCHECKED"
NOTHING_JUDGED: Final = "本次未检查：审核没有完成，请不要当作没有问题；可继续诊疗 (not checked)"

_LEFT_OUT: Final[dict[str, str]] = {"deadline": "超时", "budget": "超过步数上限", "no_pack": "业务日没有施行的规则包"}
_RESULT_WORDS: Final[dict[str, str]] = {"definite": "明确违规", "suspect": "可疑", "monitor": "监测"}
_RULES: Final = 2_048  # rules, and sets of knowledge points, whose words are remembered: a pack's, never a message's
_ROWS: Final = 8_192
_MARKS: Final = str.maketrans("", "", "-:.T")
_AT_FAULT: Final = "1"  # vola_item_type 违规项
_INVOLVED: Final = "2"  # 涉及项


def write_response(
    report: Report, request: Request, site: SiteSettings = DEFAULT_SITE, now: datetime | None = None,
    received: datetime | None = None, rules: Collection[str] = (),
) -> bytes:
    """The answer to one request, in the request's encoding. The same request gives the same ids.

    Args:
        now, received: when the answer is written and when the request came; only the envelope's times depend on them.
        rules: codes of all rules that can speak of the request, if they are at hand: when each of them is unchecked, nothing was
            judged and the answer is a failure.
    """
    if report.unchecked and not report.findings:
        unchecked = {u.rule for u in report.unchecked}
        if "" in unchecked or (rules and unchecked.issuperset(rules)):
            return write_failure(NOTHING_JUDGED, request.seed, request.area, request.encoding, now, received)
    warning = f"待核 {len(report.undecided)} 项" if site.warn_msg and report.undecided else None

    def write(quote: Quote) -> str:
        writer = _Writer(report, request, site, quote)
        items = ",".join(writer.items())
        head = _head(0, request.seed, request.area, None, warning, now, received, quote)
        return f'{head},"output":{{"result":[{items}]}}}}'

    return _bytes(write, request.encoding)


def write_failure(
    message: str, seed: str = "", area: str = "", encoding: str = "utf-8", now: datetime | None = None,
    received: datetime | None = None,
) -> bytes:
    """infcode -1 with a message for the screen; the result is an empty list all the same."""

    def write(quote: Quote) -> str:
        head = _head(-1, seed, area, message[:ERR_MSG_LENGTH], None, now, received, quote)
        return f'{head},"output":{{"result":[]}}}}'

    return _bytes(write, encoding)


def write_acceptance(
    seed: str, area: str = "", encoding: str = "utf-8", now: datetime | None = None, received: datetime | None = None
) -> bytes:
    """The answer to 3103. What its output holds is published nowhere; clients return it unread."""
    return _bytes(lambda quote: f'{_head(0, seed, area, None, None, now, received, quote)},"output":{{}}}}', encoding)


def _bytes(write: Callable[[Quote], str], encoding: str) -> bytes:
    """In the request's encoding; where that lacks a character, the same JSON with escapes, which any of them can
    read."""
    try:
        return write(encode_basestring).encode("gbk" if encoding == "gb18030" else "utf-8")
    except UnicodeEncodeError:
        return write(encode_basestring_ascii).encode("ascii")


def _head(
    infcode: int, seed: str, area: str, message: str | None, warning: str | None, now: datetime | None,
    received: datetime | None, quote: Quote,
) -> str:
    """The envelope up to `output`, without the closing brace. 接收方报文ID is area (6), time (14), serial (10)."""
    responded = now or datetime.now()
    came = received or responded
    serial = int(sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:12], 16) % 10**10
    stamp = _stamp(came)
    reference = f"{area[:6]:0<6}{stamp[:14]}{serial:010d}"
    return (
        f'{{"infcode":{infcode},"inf_refmsgid":{quote(reference)},"refmsg_time":"{stamp}",'
        f'"respond_time":"{_stamp(responded)}","enctype":null,"signtype":null,"cainfo":null,'
        f'"err_msg":{"null" if message is None else quote(message)},'
        f'"warn_msg":{"null" if warning is None else quote(warning)}'
    )


def _stamp(at: datetime) -> str:
    """yyyyMMddHHmmssSSS."""
    return at.isoformat(timespec="milliseconds")[:23].translate(_MARKS)


def _yuan(fen: int) -> str:
    whole, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{part:02d}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


class _Writer:
    """Writes the result items of one answer."""

    def __init__(self, report: Report, request: Request, site: SiteSettings, quote: Quote) -> None:
        self._report, self._request, self._site, self._quote = report, request, site, quote
        self._deductions: Mapping[LineRef, Deduction] = {d.line: d for d in report.deductions}
        self._taken: dict[str, int] = {}  # ids, and up to which number those of an equal place are given away
        self._owners: dict[tuple[str, str], str] = {}
        self._tail = f'"vola_bhvr_type":{quote(site.vola_bhvr_type)},"task_id":{quote(request.task_id)}}}'

    def items(self) -> list[str]:
        written = []
        if self._report.unchecked:
            written.append(self._unchecked())
        for finding in self._report.findings:
            if self._site.include_passive or finding.interaction != "passive":
                written.append(self._finding(finding))
        return written

    def _id(self, prefix: str, *parts: str) -> str:
        """32 characters that depend on the request and the place only; equal places are counted."""
        base = "|".join((self._request.seed, *parts))
        first = made = _digest(prefix, base)
        n = self._taken.get(first, 1)
        while made in self._taken:
            n += 1
            made = _digest(prefix, f"{base}|{n}")
        self._taken[first] = n
        self._taken.setdefault(made, 1)
        return made

    def _ids_of(self, line: LineRef) -> LineIds:
        """(patn_id, mdtrt_id, rx_id) as the client sent them."""
        lines = self._request.lines
        if line.kind == "item" and 0 <= line.position < len(lines):
            return lines[line.position]
        patn_id, mdtrt_id = self._request.encounters.get(line.encounter, ("", ""))
        return patn_id, mdtrt_id, ""

    def _owner(self, patn_id: str, mdtrt_id: str) -> str:
        """The two members that stand in each item and each detail, mostly the same in all of them."""
        written = self._owners.get((patn_id, mdtrt_id))
        if written is None:
            written = f'"patn_id":{self._quote(patn_id)},"mdtrt_id":{self._quote(mdtrt_id)}'
            self._owners[patn_id, mdtrt_id] = written
        return written

    def _finding(self, finding: Finding) -> str:
        quote, anchor, result, name = self._quote, finding.anchor, finding.result, finding.name
        rule, carried_by, amount = finding.rule, finding.carried_by, finding.amount
        patn_id, mdtrt_id, _ = self._ids_of(anchor)
        jr_id = self._id("JR", rule, result, _place(anchor))
        content = unturned(finding.message) or f"{name}（{_RESULT_WORDS[result]}）"
        if carried_by and carried_by not in content:
            content = f"{content}（金额已由 {carried_by} 扣减）"
        claims = finding.claims
        details = [
            self._detail(jr_id, line, _AT_FAULT, self._amount(rule, result, line, _claimed(claims, line))) for line in finding.at_fault
        ]
        details += [self._detail(jr_id, line, _INVOLVED, 0) for line in finding.involved]
        return self._item(
            jr_id, rule, name, content, self._owner(patn_id, mdtrt_id), details, finding.credited,
            "0" if amount is None else "1", SEVERITIES[result], quote(_evidence(finding)),
        )

    def _amount(self, rule: str, result: str, line: LineRef, claimed: int | None) -> int:
        """What a finding really takes from a line: nothing where another finding carries the amount."""
        if claimed is None:
            return 0
        deduction = self._deductions.get(line)
        if deduction is None:
            return claimed
        if result == "definite":
            return deduction.definite if deduction.definite_rule == rule else 0
        return deduction.suspect if deduction.suspect_rule == rule else 0

    def _detail(self, jr_id: str, line: LineRef, kind: str, fen: int) -> str:
        patn_id, mdtrt_id, rx_id = self._ids_of(line)
        jrd_id = self._id("JD", jr_id, kind, _place(line))
        return (
            f'{{"jrd_id":"{jrd_id}",{self._owner(patn_id, mdtrt_id)},"rx_id":{self._quote(rx_id)},'
            f'"vola_item_type":"{kind}","vola_amt":{_yuan(fen)}}}'
        )

    def _unchecked(self) -> str:
        """The first item where rules were left out (deadline, step budget, fault): silence must not look like clean."""
        rules = sorted({u.rule for u in self._report.unchecked if u.rule})
        named = "、".join(rules[:5]) + (" 等" if len(rules) > 5 else "")
        content = f"有 {len(rules) or len(self._report.unchecked)} 条规则未检查" + (f"（{named}）" if named else "")
        why = "、".join(dict.fromkeys(_LEFT_OUT.get(u.reason.partition(":")[0], "故障") for u in self._report.unchecked))
        content += f"，原因：{why}；其余结果有效；未检查不等于没有问题，可继续诊疗"
        patn_id, mdtrt_id = next(iter(self._request.encounters.values()), ("", ""))
        jr_id = self._id("JR", UNCHECKED_RULE)
        return self._item(jr_id, UNCHECKED_RULE, "未检查", content, self._owner(patn_id, mdtrt_id), [], 0, "1", "3", '""')

    def _item(
        self, jr_id: str, rule: str, name: str, content: str, owner: str, details: list[str], fen: int, amount_state: str,
        severity: str, evidence: str,
    ) -> str:
        quote = self._quote
        return (
            f'{{"jr_id":"{jr_id}",{_named(rule, name, quote)},"vola_cont":{quote(_cut(content, 500))},{owner},"judge_result_detail_dtos":[{",".join(details)}],'
            f'"vola_amt":{_yuan(fen)},"vola_amt_stas":"{amount_state}","sev_deg":"{severity}","vola_evid":{evidence},{self._tail}'
        )


@lru_cache(maxsize=_RULES)
def _named(rule: str, name: str, quote: Quote) -> str:
    """The two members that all items of a rule share."""
    return f'"rule_id":{quote(_cut(rule, 50))},"rule_name":{quote(_cut(name, 200))}'


def _claimed(claims: tuple[Claim, ...], line: LineRef) -> int | None:
    """Fen that a finding claims on a line; None = undetermined."""
    for claim in claims:
        if claim.line is line or claim.line == line:
            return claim.amount
    return 0


def _digest(prefix: str, text: str) -> str:
    return prefix + sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:30].upper()


def _place(line: LineRef) -> str:
    ident = line.line
    return f"{line.kind}:{line.encounter}:{ident}:{'' if ident else line.position}"


def _evidence(finding: Finding) -> str:
    """Basis, knowledge points, exemptions that may be claimed: what the doctor needs to argue."""
    claimable, suggestion = finding.claimable, finding.suggestion
    text = _grounds(finding.basis, finding.rows[:11])
    if claimable:
        text += ("。" if text else "") + "可申报的除外情形：" + "、".join(claimable)
    if suggestion:
        text += ("。" if text else "") + "建议：" + suggestion
    return _cut(text, 500)


@lru_cache(maxsize=_ROWS)
def _grounds(basis: tuple[str, ...], rows: tuple[str, ...]) -> str:
    """What a rule and its rows rest on; of many rows the first ones."""
    parts = ["；".join(basis)] if basis else []
    if rows:
        parts.append("知识点 " + "、".join(rows[:10]) + (" 等" if len(rows) > 10 else ""))
    return "。".join(parts)
