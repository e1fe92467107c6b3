"""From bytes to the parts of a national transaction: limits, encoding, JSON, envelope. Nothing about health care is
read here.

Numbers stay text: `json` calls back with the digits as they were sent, so that no amount ever passes through a binary
fraction. NaN and Infinity are refused.
"""
from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, NoReturn

from medrules.adapters.nhsa.refusals import refuse
from medrules.adapters.nhsa.site import Limits, SiteSettings
from medrules.adapters.nhsa.values import as_text

__all__ = ["Envelope", "decode", "open_envelope", "shown_infno"]

_NOT_MARKS: Final = bytes(set(range(256)) - set(b'[]{}"'))
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


def open_envelope(
    message: bytes | bytearray | memoryview | str | Mapping[str, Any], site: SiteSettings, encoding: str = "", infno: str = ""
) -> Envelope:
    """Open one transaction.

    Args:
        message: the body as bytes or text, or the parsed object.
        encoding: what the transport declared; "" = the site's, else UTF-8, else GBK.
        infno: the transaction of the address it was sent to, for an envelope that does not name one.

    Raises:
        InvalidMessage: outside the limits or the national form.
    """
    used = "utf-8"
    digest = ""
    if isinstance(message, (bytearray, memoryview)):
        message = bytes(message)
    if not isinstance(message, (bytes, str)):
        if not isinstance(message, Mapping):
            raise refuse("not_bytes")
        root: Any = message
    else:
        if isinstance(message, str):
            text = message
            if len(text) > site.limits.body_bytes:
                raise refuse("too_large", size=len(text), limit=site.limits.body_bytes)
        else:
            text, used = decode(message, site.limits, encoding or site.encoding)
        # Counting brackets in the bytes is an upper bound of their depth, and nearly free.
        brackets = message.count("{") + message.count("[") if isinstance(message, str) else (
            message.count(b"{") + message.count(b"["))
        root = parse(text, site.limits, brackets > site.limits.depth)
        digest = text
    if type(root) is not dict and not isinstance(root, Mapping):
        raise refuse("double_encoded" if isinstance(root, str) else "not_object")
    data = _data(root, site)
    msgid, task = _text(root, "msgid"), _text(data, "task_id")
    seed = f"{_text(root, 'fixmedins_code')}|{msgid or task}" if msgid or task else _hash(digest or root)
    return Envelope(
        _text(root, "infno") or infno, msgid, _text(root, "mdtrtarea_admvs"), _text(root, "recer_sys_code").upper(),
        root.get("inf_time"), _text(root, "fixmedins_code"), data, used, seed,
    )


def parse(text: str, limits: Limits, may_be_deep: bool = True) -> Any:
    """Parse JSON under limits. Fractions arrive as their text, whole numbers as int."""
    if may_be_deep and _depth(text, limits.depth) > limits.depth:
        raise refuse("too_deep", limit=limits.depth)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise refuse("not_json", line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise refuse("too_deep", limit=limits.depth) from None
    except ValueError:  # Python's limit on the digits of an int
        raise refuse("number") from None


def _depth(text: str, limit: int) -> int:
    """How deep the brackets outside texts are nested. Linear in the length, whatever is sent: no backtracking."""
    if "\\" in text:  # the escapes of a text, longest first, so that every quote that is left opens or closes one
        text = text.replace("\\\\", "").replace('\\"', "")
    # Two quotes side by side can go: what stands after them is inside or outside a text as before.
    marks = text.encode("utf-8", "surrogatepass").translate(None, _NOT_MARKS).replace(b'""', b"")
    if b'"' in marks:
        marks = b"".join(marks.split(b'"')[::2])
    depth = deepest = 0
    for bracket in marks:
        if bracket & 2:  # [ and { have this bit, ] and } do not
            depth += 1
            if depth > deepest:
                deepest = depth
                if deepest > limit:
                    break
        else:
            depth -= 1
    return deepest


def _constant(name: str) -> NoReturn:
    raise refuse("constant", name=name)


_DECODER: Final = json.JSONDecoder(parse_float=str, parse_constant=_constant)


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
    try:
        text = body if isinstance(body, str) else json.dumps(body, default=str)
    except (TypeError, ValueError, RecursionError):
        raise refuse("not_object") from None
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
