"""3103 事前事中服务反馈服务: what was done about each warning.

A response is stored and reported; it neither attests (已核) nor declares (已申报).
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from medrules.adapters.nhsa.envelope import Envelope, open_envelope, shown_infno
from medrules.adapters.nhsa.refusals import refuse
from medrules.adapters.nhsa.site import DEFAULT_SITE, SiteSettings
from medrules.adapters.nhsa.values import as_instant, as_text
from medrules.model.values import Instant

__all__ = ["Feedback", "FeedbackResponse", "feedback_of", "read_feedback"]

_STAGES: Final[dict[str, Literal["before", "during"]]] = {"1": "before", "2": "during"}
_OUTCOMES: Final[dict[str, Literal["go_on", "change"]]] = {"1": "go_on", "2": "change"}
_MAX_ID: Final = 50
_MAX_REASON: Final = 2_000  # no length is stated anywhere; one client's screen counts down from 500


@dataclass(frozen=True, slots=True, repr=False)
class FeedbackResponse:
    """One answer to one warning: `warning` is the jr_id of the result item; `reason` is required when the doctor
    went on."""

    warning: str
    outcome: Literal["go_on", "change"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One 3103 message. `stage` is "" when warn_type was not sent; `at` is inf_time, None when not sent."""

    msgid: str
    institution: str
    stage: Literal["before", "during", ""]
    at: Instant | None
    responses: tuple[FeedbackResponse, ...]
    encoding: str = "utf-8"


def read_feedback(
    message: bytes | str | Mapping[str, Any], *, site: SiteSettings = DEFAULT_SITE, encoding: str = "",
) -> Feedback:
    """Parse and check one 3103 message.

    Raises:
        InvalidMessage: outside the limits or the national form, or going on without a reason.
    """
    return feedback_of(open_envelope(message, site, encoding, "3103"), site)


def feedback_of(envelope: Envelope, site: SiteSettings) -> Feedback:
    """The feedback in an envelope that was opened already."""
    if envelope.infno != "3103":
        raise refuse("infno", infno=shown_infno(envelope.infno))
    data = envelope.data
    stage: Literal["before", "during", ""] = ""
    kind = as_text(data.get("warn_type"))
    if type(kind) is str:
        if kind not in _STAGES:
            raise refuse("warn_type")
        stage = _STAGES[kind]
    given = data.get("warns")
    if isinstance(given, Mapping):
        given = [given]
    if given is None or given == "" or given == []:
        raise refuse("no_warns")
    if not isinstance(given, list):
        raise refuse("not_list", place="warns")
    if len(given) > site.limits.warns:
        raise refuse("too_many_warns", count=len(given), limit=site.limits.warns)
    at = as_instant(envelope.time, site.midnight_is_time)
    return Feedback(
        envelope.msgid, envelope.institution, stage, at if isinstance(at, Instant) else None,
        tuple(_response(entry, n) for n, entry in enumerate(given, 1)), envelope.encoding,
    )


def _response(entry: Any, n: int) -> FeedbackResponse:
    if not isinstance(entry, Mapping):
        raise refuse("not_item", place="warns", n=n)
    warning = as_text(entry.get("warn_rslt_id"))
    if type(warning) is not str:
        raise refuse("warn_id", n=n)
    if len(warning) > _MAX_ID:
        raise refuse("too_long", place=f"warns {n} warn_rslt_id", limit=_MAX_ID)
    way = as_text(entry.get("dspo_way"))
    if type(way) is not str or way not in _OUTCOMES:
        raise refuse("dspo_way", n=n)
    reason = as_text(entry.get("dspo_way_rea"))
    text = reason if type(reason) is str else ""
    if len(text) > _MAX_REASON:
        raise refuse("too_long", place=f"warns {n} dspo_way_rea", limit=_MAX_REASON)
    if _OUTCOMES[way] == "go_on" and not text:
        raise refuse("no_reason", n=n)
    return FeedbackResponse(warning, _OUTCOMES[way], text)
