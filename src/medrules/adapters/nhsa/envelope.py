"""From bytes to the parts of a national transaction: limits, encoding, envelope. Nothing about health care is read here.

The text itself is parsed in `parsing`: quickly first, and again with the digits of every fraction as they were sent if a
fraction that matters is met (`read_exactly_if_needed`), so that no amount ever passes through a binary fraction.
"""
from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from medrules.adapters.nhsa.parsing import FAILED, parse, parse_quickly, spelled
from medrules.adapters.nhsa.refusals import refuse
from medrules.adapters.nhsa.site import Limits, SiteSettings
from medrules.adapters.nhsa.values import FractionSent, as_text

__all__ = ["Envelope", "Message", "decode", "open_envelope", "read_exactly_if_needed", "shown_infno"]

Message = bytes | bytearray | memoryview | str | Mapping[str, Any]
_T = TypeVar("_T")

_UTF8: Final = frozenset({"", "utf-8", "UTF-8", "utf8", "UTF8"})
_SHOWN: Final = re.compile(r"[0-9A-Za-z]{1,6}")
# Keys that show a form outside the national one, for a message that helps (camelCase as in 3660/3661, flattened, no
# envelope).
_CAMEL: Final = ("trigScen", "patientDtos", "taskId", "sysCode", "ruleIds")
_DATA_KEYS: Final = ("patient_dtos", "patn_id", "fsi_encounter_dtos", "trig_scen", "warns")
_BARE_KEYS: Final = ("patient_dtos", "curr_jzid", "jzid", "fsi_encounter_dtos", "data")


class Envelope(NamedTuple):
    """One transaction, opened. Texts are as sent ("" = not sent); `data` is `input.data`."""

    infno: str
    msgid: str
    area: str  # mdtrtarea_admvs
    receiver: str  # recer_sys_code
    time: Any  # inf_time as sent
    institution: str  # fixmedins_code
    data: Mapping[str, Any]
    encoding: str
    seed: str  # what ids in the answer are derived from: msgid, else task_id, else the hash of the body

    def __repr__(self) -> str:
        """Never prints what was sent."""
        return f"<Envelope {self.infno}>"


def decode(body: bytes, limits: Limits, encoding: str = "") -> tuple[str, str]:
    """The text of a body and its encoding ("utf-8" or "gb18030").

    Raises:
        InvalidMessage: too large, empty, or in no encoding that is known.
    """
    size = len(body)
    if size > limits.body_bytes:
        raise refuse("too_large", size=size, limit=limits.body_bytes)
    if not size:
        raise refuse("empty")
    raw = body
    wanted = encoding.strip().lower().replace("_", "-")
    if wanted in ("gbk", "gb2312", "gb18030", "cp936"):
        wanted = "gb18030"  # a superset of the others
    elif wanted in ("utf8", "utf-8-sig", "utf-8"):
        wanted = "utf-8"
    elif wanted:
        raise refuse("unknown_encoding", encoding=wanted[:20])
    marked = raw[:3] == b"\xef\xbb\xbf"  # a byte order mark is certain, whatever the transport declares
    if wanted != "gb18030" or marked:
        try:
            return raw.decode("utf-8-sig" if marked else "utf-8"), "utf-8"
        except UnicodeDecodeError:
            if wanted or marked:
                raise refuse("encoding", encoding="UTF-8") from None
    try:
        return raw.decode("gb18030"), "gb18030"
    except UnicodeDecodeError:
        raise refuse("encoding", encoding="GBK" if wanted else "UTF-8/GBK") from None


def read_exactly_if_needed(read: Callable[[bool], _T]) -> _T:
    """Run `read(exact)`: first with exact False, where a number with a fraction is a binary one; if such a number is met where
    it matters, once more with exact True."""
    try:
        return read(False)
    except FractionSent:
        return read(True)


def open_envelope(
    message: Message, site: SiteSettings, encoding: str = "", infno: str = "", exact: bool = True
) -> Envelope:
    """Open one transaction.

    Args:
        message: the body as bytes or text, or the parsed object.
        encoding: what the transport declared; "" = the site's, else UTF-8, else GBK.
        infno: the transaction of the address it was sent to, for an envelope that does not name one.
        exact: numbers with a fraction arrive as their digits. False is quicker; whoever reads their value gets `FractionSent`.

    Raises:
        InvalidMessage: outside the limits or the national form.
    """
    used = "utf-8"
    if isinstance(message, (bytearray, memoryview)):
        message = bytes(message)
    digest: Any = message
    root: Any = FAILED
    if isinstance(message, bytes):
        tried = not exact and 0 < len(message) <= site.limits.body_bytes and (encoding or site.encoding) in _UTF8
        if tried:
            root = parse_quickly(message, site.limits)
        if root is FAILED:
            digest, used = decode(message, site.limits, encoding or site.encoding)
            if not exact and used != "utf-8":
                root = parse_quickly(digest, site.limits)
            if root is FAILED:
                root = parse(digest, site.limits)
    elif isinstance(message, str):
        if len(message) > site.limits.body_bytes:
            raise refuse("too_large", size=len(message), limit=site.limits.body_bytes)
        root = parse(message, site.limits)
    elif isinstance(message, Mapping):
        root = spelled(message, site.limits) if exact else message
    else:
        raise refuse("not_bytes")
    if type(root) is not dict and not isinstance(root, Mapping):
        raise refuse("double_encoded" if isinstance(root, str) else "not_object")
    data = _data(root, site)
    msgid, task = _text(root, "msgid"), _text(data, "task_id")
    seed = f"{_text(root, 'fixmedins_code')}|{msgid or task}" if msgid or task else _hash(digest)
    return Envelope(
        _text(root, "infno") or infno, msgid, _text(root, "mdtrtarea_admvs"), _text(root, "recer_sys_code").upper(),
        root.get("inf_time"), _text(root, "fixmedins_code"), data, used, seed,
    )


def _data(root: Mapping[str, Any], site: SiteSettings) -> Mapping[str, Any]:
    """`input.data`, or the message that says what was sent instead."""
    given = root.get("input")
    if given is None or given == "":
        for key in _BARE_KEYS:
            if key in root:
                raise refuse("no_envelope", key=key)
        raise refuse("no_input")
    if isinstance(given, str):
        if not site.input_may_be_text:
            raise refuse("input_text")
        given = parse(given, site.limits)
    if not isinstance(given, Mapping):
        raise refuse("input_not_object")
    data = given.get("data")
    if isinstance(data, Mapping) and ("patient_dtos" in data or "warns" in data):
        return data
    for place in (given, data):
        if isinstance(place, Mapping):
            for key in _CAMEL:
                if key in place:
                    raise refuse("camel_case", key=key)
    if data is None or data == "":
        for key in _DATA_KEYS:
            if key in given:
                raise refuse("flattened", key=key)
        raise refuse("no_data")
    if not isinstance(data, Mapping):
        raise refuse("data_not_object")
    return data


def shown_infno(infno: str) -> str:
    """A transaction number for a message to people; anything that is not the shape of one is not repeated."""
    return infno if _SHOWN.fullmatch(infno) else "（不合格式）"


def _text(place: Mapping[str, Any], key: str) -> str:
    value = as_text(place.get(key))
    return value if type(value) is str else ""


def _hash(body: Any) -> str:
    if not isinstance(body, bytes):
        try:
            text = body if isinstance(body, str) else json.dumps(body, default=str)
        except (TypeError, ValueError, RecursionError):
            raise refuse("not_object") from None
        body = text.encode("utf-8", "surrogatepass")
    return hashlib.sha256(body).hexdigest()
