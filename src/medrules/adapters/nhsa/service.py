"""One message in, one answer out, and never an exception: the calls a hospital system or a service makes."""
from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from medrules.adapters.nhsa.envelope import Envelope, decode, open_envelope, read_exactly_if_needed, shown_infno
from medrules.adapters.nhsa.feedback import Feedback, feedback_of
from medrules.adapters.nhsa.reader import reader_for
from medrules.adapters.nhsa.response import NOTHING_JUDGED, write_acceptance, write_failure, write_response
from medrules.adapters.nhsa.site import DEFAULT_SITE, SiteSettings
from medrules.adapters.nhsa.values import FractionSent
from medrules.check.contents import tables_of
from medrules.check.program import PeriodScope
from medrules.errors import InvalidMessage
from medrules.model.facts import Facts
from medrules.model.parting import take_apart
from medrules.model.reports import Report
from medrules.model.values import Instant

__all__ = ["Answer", "Engine", "Service", "accept_feedback", "review_message"]


class Engine(Protocol):
    """What judges facts: any plan's engine.

    An engine whose own class says `keeps_facts = False` reads neither facts nor report again once the answer is written: the service then
    takes the facts apart, which is quicker than leaving them to the garbage collector. A subclass has to say it anew.
    """

    def review(self, facts: Facts, *, deadline: float | None = None) -> Report: ...


class Answer(NamedTuple):
    """The bytes of an answer, their encoding ("utf-8" or "gbk"), and what became of the message."""

    body: bytes
    encoding: str
    outcome: str  # reviewed, accepted, refused, failed


def review_message(
    engine: Engine, body: bytes, *, site: SiteSettings = DEFAULT_SITE, encoding: str | None = None, infno: str = "",
    deadline: float | None = None, clock: Callable[[], datetime] = datetime.now,
) -> bytes:
    """Review one 3101 or 3102 message and answer it in its own encoding. Never raises.

    Args:
        engine: what judges the facts.
        body: the message as received.
        site: what the site has settled.
        encoding: what the transport declared; None = find out.
        infno: the transaction of the address, for an envelope that does not name one.
        deadline: a moment on `time.monotonic`; rules that are not judged by then are answered as 未检查.
        clock: the time of receipt and answer; a message's own time decides what law applies.
    """
    return Service(engine, site=site, clock=clock).answer(body, encoding or "", infno, deadline).body


def accept_feedback(
    body: bytes, store: Callable[[Feedback], None], *, site: SiteSettings = DEFAULT_SITE, encoding: str | None = None,
    clock: Callable[[], datetime] = datetime.now,
) -> bytes:
    """Read one 3103 message, hand it to `store`, answer it. Never raises; a store that fails is answered with
    infcode -1, so that the client sends the feedback again."""
    return Service(None, site=site, store=store, clock=clock).answer(body, encoding or "", "3103").body


class Service:
    """Answers 3101, 3102 and 3103 by transaction number. Safe to share between threads if engine and store are."""

    def __init__(
        self, engine: Engine | None, *, site: SiteSettings = DEFAULT_SITE,
        store: Callable[[Feedback], None] | None = None, clock: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._engine, self._site, self._store, self._clock = engine, site, store, clock

    def answer(self, body: bytes, encoding: str = "", infno: str = "", deadline: float | None = None) -> Answer:
        """Answer one message.

        Args:
            infno: the transaction of the address it came to; a 3103 address takes feedback only, any other one no
                feedback. "" = whatever the envelope says.
        """
        received = self._clock()
        return read_exactly_if_needed(lambda exact: self._answer(body, encoding, infno, deadline, received, exact))

    def _answer(
        self, body: bytes, encoding: str, infno: str, deadline: float | None, received: datetime, exact: bool
    ) -> Answer:
        envelope: Envelope | None = None
        try:
            envelope = open_envelope(body, self._site, encoding, infno, exact)
            wants_feedback = envelope.infno == "3103"
            if infno and wants_feedback != (infno == "3103"):
                text = f"交易编号 {shown_infno(envelope.infno)} 发到了 {infno} 的地址 (wrong address for this transaction)"
                return self._fail(text, envelope, body, encoding, received, "refused")
            if wants_feedback:
                return self._accept(envelope, received)
            request = reader_for(self._site).read_envelope(envelope, _instant(received))
            if self._engine is None:
                return self._fail(NOTHING_JUDGED, envelope, body, encoding, received, "failed")
            report = self._engine.review(request.facts, deadline=deadline)
            rules = _rules_of(self._engine, request.facts) if report.unchecked else ()
            answer = write_response(report, request, self._site, self._clock(), received, rules)
            if type(self._engine).__dict__.get("keeps_facts") is False:
                take_apart(request.facts)
            return Answer(answer, _sent_as(envelope.encoding), "reviewed")
        except InvalidMessage as error:
            return self._fail(str(error), envelope, body, encoding, received, "refused")
        except Exception as error:
            if isinstance(error, FractionSent) and not exact:
                raise
            # A fault of ours must not stop a doctor: it is answered as "not checked", and nothing that was sent is
            # repeated.
            return self._fail(NOTHING_JUDGED, envelope, body, encoding, received, "failed")

    def refuse(self, message: str, encoding: str = "") -> Answer:
        """An answer for a message that was not even read (too large, too slow, too busy)."""
        used = "gb18030" if encoding.lower().startswith("gb") else "utf-8"
        return Answer(write_failure(message, encoding=used, now=self._clock()), _sent_as(used), "failed")

    def _accept(self, envelope: Envelope, received: datetime) -> Answer:
        feedback = feedback_of(envelope, self._site)
        try:
            if self._store is None:
                raise LookupError("no store")
            self._store(feedback)
        except Exception:
            text = "反馈没有保存，请稍后重发 (feedback not stored, send it again)"
            answer = write_failure(text, envelope.seed, envelope.area, envelope.encoding, self._clock(), received)
            return Answer(answer, _sent_as(envelope.encoding), "failed")
        answer = write_acceptance(envelope.seed, envelope.area, envelope.encoding, self._clock(), received)
        return Answer(answer, _sent_as(envelope.encoding), "accepted")

    def _fail(
        self, message: str, envelope: Envelope | None, body: bytes, encoding: str, received: datetime, outcome: str
    ) -> Answer:
        if envelope is not None:
            seed, area, used = envelope.seed, envelope.area, envelope.encoding
        else:
            seed, area, used = "", "", _encoding_of(body, self._site, encoding)
        return Answer(write_failure(message, seed, area, used, self._clock(), received), _sent_as(used), outcome)


def _rules_of(engine: Any, facts: Facts) -> frozenset[str]:
    """The codes of the rules that can say something of these facts; nothing for an engine that does not tell.

    Not those of other stages, those of periods (screening only), or those whose tables have no rows.
    """
    program = getattr(engine, "program", None)
    if program is None:
        return frozenset()
    return frozenset(
        rule.parent for rule in program.rules
        if facts.stage in rule.header.stages and not isinstance(rule.scope, PeriodScope)
        and all(len(program.tables[name].rows) for name in tables_of(rule) if name in program.tables))


def _sent_as(encoding: str) -> str:
    return "gbk" if encoding == "gb18030" else "utf-8"


def _instant(at: datetime) -> Instant:
    lo = at.toordinal() * 86_400 + at.hour * 3_600 + at.minute * 60 + at.second
    return Instant(lo, lo)


def _encoding_of(body: bytes, site: SiteSettings, declared: str) -> str:
    """The encoding in which a refused message can at least be answered."""
    try:
        return decode(body, site.limits, declared or site.encoding)[1]
    except Exception:
        return "utf-8"
