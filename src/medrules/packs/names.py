"""Which names a member of a pack file may have: the same file on every system, and nowhere but inside the pack."""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from medrules.packs.refusals import refuse, shown

__all__ = ["MANIFEST", "checked_names", "fault_of"]

MANIFEST: Final = "manifest.json"
MAX_NAME: Final = 240  # bytes of UTF-8
MAX_PARTS: Final = 8
_DEVICE: Final = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9¹²³]|LPT[0-9¹²³]|CONIN\$|CONOUT\$|CLOCK\$)(?:\..*)?", re.IGNORECASE)
_FORBIDDEN: Final = frozenset('\\:*?"<>|')


def fault_of(name: str) -> tuple[str, str] | None:
    """What is wrong with a name, in Chinese and English; None = nothing."""
    if not name or len(name.encode("utf-8", "surrogatepass")) > MAX_NAME:
        return "名字为空或过长", "an empty or overlong name"
    if name.startswith("/") or name.endswith("/"):
        return "绝对路径或文件夹", "an absolute path or a folder"
    if any(c in _FORBIDDEN for c in name):
        return r'名字里有 \ : * ? " < > | 之一', r'one of \ : * ? " < > | in a name'
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for c in name):
        return "名字里有控制字符或看不见的字符", "a control or invisible character in a name"
    if not unicodedata.is_normalized("NFC", name):
        return "名字不是 NFC 形式", "a name that is not in NFC"
    parts = name.split("/")
    if len(parts) > MAX_PARTS:
        return "文件夹层数过多", "too many folders"
    for part in parts:
        if part in ("", ".", ".."):
            return "路径里有空段、. 或 ..", "an empty part, . or .. in a path"
        if part[-1] in ". " or part[0] == " ":
            return "名字以点或空格结尾，或以空格开头", "a name that ends in a dot or space, or begins with a space"
        if _DEVICE.fullmatch(part):
            return "Windows 设备名", "a Windows device name"
    return None


def checked_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names, all of them allowed and no two of them one file on any system.

    Raises:
        InvalidPackFile: MR-P506 a name that is not allowed, MR-P507 two names for one file.
    """
    held: dict[str, str] = {}
    kept = tuple(names)
    for name in kept:
        if fault := fault_of(name):
            raise refuse("MR-P506", f"{fault[0]}：{shown(name)}", f"{fault[1]}: {shown(name)}")
        folded = _folded(name)
        if folded in held:
            raise refuse("MR-P507", f"{shown(held[folded])} 与 {shown(name)}", f"{shown(held[folded])} and {shown(name)}")
        held[folded] = name
    for name in kept:
        above = _folded(name)
        while "/" in above:
            above = above.rpartition("/")[0]
            if above in held:
                raise refuse("MR-P507", f"{shown(held[above])} 既是文件又是文件夹", f"{shown(held[above])} is a file and a folder")
    return kept


def _folded(name: str) -> str:
    """What file systems that ignore case, width or composition make of a name: twins share it."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
