"""The file around the data: a header line, and named sections of numbers, text and JSON.

    {"format": "medrules-compiled", "schema": 1, "medrules": "0.1.0", "length": …, "sha256": "…"}\\n
    <length of the list of sections, 8 digits><list of sections as JSON><sections, one after the other>

The hash guards against accidents (a torn copy, a bad disk). Who made a file is the business of signed packs.
"""
from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final

from medrules import __version__
from medrules.errors import InvalidCompiledPack
from medrules.knowledge.columns import Texts

__all__ = ["MAX_BYTES", "SCHEMA", "Sections", "Writer", "is_compiled", "refuse"]

SCHEMA: Final = 1
FORMAT: Final = "medrules-compiled"
MAX_BYTES: Final = 256 * 1024 * 1024
MAX_JSON: Final = 32 * 1024 * 1024  # of all JSON sections: what is made of JSON is up to twenty times as large
MAX_HEADER: Final = 1_000
MAX_SECTIONS: Final = 200_000
WIDTHS: Final = (("B", 1 << 8), ("H", 1 << 16), ("I", 1 << 32))
START: Final = b'{"format": "medrules-compiled"'


def refuse(what: str, english: str) -> InvalidCompiledPack:
    """The error of a file whose content cannot be used."""
    return InvalidCompiledPack(f"编译文件不能用：{what}。请用 medrules compile 重新编译 / unusable compiled pack: {english}", "MR-E111")


def is_compiled(start: bytes) -> bool:
    """Whether the first bytes of a file are those of a compiled pack."""
    return start.startswith(START)


class Writer:
    """Collects sections. The same sections in the same order give the same bytes."""

    def __init__(self) -> None:
        self._sections: list[tuple[str, int]] = []
        self._bytes: list[bytes] = []

    def _add(self, kind: str, content: bytes) -> int:
        self._sections.append((kind, len(content)))
        self._bytes.append(content)
        return len(self._sections) - 1

    def numbers(self, numbers: Iterable[int]) -> int:
        """A section of numbers in [0, 2**32), in the narrowest width that holds them all."""
        held = list(numbers)
        most = max(held, default=0)
        kind = next(k for k, limit in WIDTHS if most < limit)
        made = array(kind, held)
        if sys.byteorder == "big":
            made.byteswap()
        return self._add(kind, made.tobytes())

    def text(self, text: str) -> int:
        return self._add("text", text.encode("utf-8", "surrogatepass"))

    def texts(self, texts: Iterable[str]) -> list[int]:
        """Two sections: the texts as one, and where each ends."""
        held = list(texts)
        made = Texts.of(held)
        return [self.text(made.text), self.numbers(made.ends)]

    def json(self, value: Any) -> int:
        return self._add("json", dumped(value).encode("utf-8", "surrogatepass"))

    def bytes(self) -> bytes:
        listed = dumped(self._sections).encode()
        body = b"".join((b"%08d" % len(listed), listed, *self._bytes))
        header = {
            "format": FORMAT, "schema": SCHEMA, "medrules": __version__, "length": len(body), "sha256": sha256(body).hexdigest()}
        return json.dumps(header).encode() + b"\n" + body


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class Sections:
    """The sections of a file, checked for what they are when they are read.

    Raises:
        InvalidCompiledPack: MR-E112 when the file was made by another version of medrules or of this form; MR-E111 for whatever
            else is wrong with it.
    """

    def __init__(self, content: bytes) -> None:
        if len(content) > MAX_BYTES:
            raise refuse(f"大于 {MAX_BYTES} 字节", f"larger than {MAX_BYTES} bytes")
        end = content.find(b"\n", 0, MAX_HEADER)
        if not is_compiled(content) or end < 0:
            raise refuse("不是 medrules 的编译文件", "not a file made by `medrules compile`")
        header = _header(content[:end])
        body = memoryview(content)[end + 1:]
        if header.get("length") != len(body):
            raise refuse("长度不符，文件不完整", "its length is not what its header says: a torn copy")
        if header.get("sha256") != sha256(body).hexdigest():
            raise refuse("校验值不符，文件已损坏", "its hash is not what its header says: damaged")
        try:
            size = int(bytes(body[:8]).decode("ascii"))
            listed = parsed(bytes(body[8:8 + size]).decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise refuse("目录读不出来", "its list of sections cannot be read") from error
        self._body, self._places = body, list(_places(listed, 8 + size, len(body)))

    @property
    def last(self) -> int:
        """The last section: the one that names the others."""
        return len(self._places) - 1

    def _section(self, number: Any, kinds: Sequence[str]) -> tuple[str, memoryview]:
        if number.__class__ is not int or not 0 <= number < len(self._places) or self._places[number][0] not in kinds:
            raise refuse("内容的种类不对", "a section is not of the kind that is needed")
        kind, start, end = self._places[number]
        return kind, self._body[start:end]

    def numbers(self, number: Any, below: int = 1 << 32, length: int = -1) -> Sequence[int]:
        """Numbers, all of them smaller than `below`; exactly `length` of them, if that is given."""
        kind, raw = self._section(number, ("B", "H", "I"))
        made = array(kind)
        if len(raw) % made.itemsize:
            raise refuse("数列不完整", "a section of numbers is torn")
        made.frombytes(raw)
        if sys.byteorder == "big":
            made.byteswap()
        if length not in (-1, len(made)) or (made and below < 1 << 8 * made.itemsize and max(made) >= below):
            raise refuse("数列越界", "a section of numbers is out of bounds")
        return made

    def text(self, number: Any) -> str:
        _, raw = self._section(number, ("text",))
        return _decoded(raw)

    def texts(self, numbers: Any, length: int = -1) -> Texts:
        """What `Writer.texts` wrote."""
        text, ends = pair(numbers)
        return Texts(self.text(text), self.numbers(ends, length=length))

    def json(self, number: Any) -> Any:
        _, raw = self._section(number, ("json",))
        try:
            return parsed(_decoded(raw))
        except (ValueError, RecursionError) as error:
            raise refuse("内容读不出来", "a section cannot be read") from error


def pair(value: Any) -> tuple[Any, Any]:
    if value.__class__ is not list or len(value) != 2:
        raise refuse("内容的种类不对", "a section is not of the kind that is needed")
    return value[0], value[1]


def parsed(text: str) -> Any:
    """JSON without NaN and Infinity."""
    return json.loads(text, parse_constant=_no_constant, parse_float=_no_constant)


def _no_constant(word: str) -> Any:
    raise ValueError(word)


def _decoded(raw: memoryview) -> str:
    try:
        return str(raw, "utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise refuse("文字不是 UTF-8", "its text is not UTF-8") from error


def _header(line: bytes) -> dict[str, Any]:
    try:
        header = parsed(line.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise refuse("文件头读不出来", "its header cannot be read") from error
    if header.get("schema") != SCHEMA or header.get("medrules") != __version__:
        made, form = _shown(header.get("medrules")), _shown(header.get("schema"))
        raise InvalidCompiledPack(
            f"编译文件由 medrules {made}（格式 {form}）制作，本机是 {__version__}（格式 {SCHEMA}）。请用 medrules compile 重新编译，或直接打开规则包文件夹"
            f" / compiled by medrules {made} (form {form}), this is {__version__} (form {SCHEMA}): compile it again, or open the pack "
            "folder itself", "MR-E112")
    return header  # type: ignore[no-any-return]


def _shown(value: Any) -> str:
    return f"{value}"[:20] if value.__class__ in (str, int) and f"{value}"[:20].isprintable() else "?"


def _places(listed: Any, start: int, end: int) -> Iterable[tuple[str, int, int]]:
    """(kind, start, end) of each section; together they fill the body."""
    if listed.__class__ is not list or len(listed) > MAX_SECTIONS:
        raise refuse("目录不对", "its list of sections is wrong")
    json_size = 0
    for entry in listed:
        kind, size = pair(entry)
        if kind not in ("B", "H", "I", "text", "json") or size.__class__ is not int or not 0 <= size <= end - start:
            raise refuse("目录不对", "its list of sections is wrong")
        json_size += size if kind == "json" else 0
        if json_size > MAX_JSON:
            raise refuse(f"规则部分大于 {MAX_JSON} 字节", f"its rules are larger than {MAX_JSON} bytes")
        yield kind, start, start + size
        start += size
    if start != end:
        raise refuse("目录不对", "its list of sections is wrong")
