"""What can be wrong with a store, a source or an update: one code each, what it means and what to do, in two languages.

A `Fault` is a value (a store may be usable in spite of it); `refuse` makes the error of one that ends what was being done.
"""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from medrules.errors import PACK_ERRORS, StoreError
from medrules.frozen import dataclass

__all__ = ["STORE_ERRORS", "Fault", "fault", "refuse"]


class Entry(NamedTuple):
    zh: str
    en: str
    help_zh: str
    help_en: str


_FETCH: Final = ("原来启用的规则包照常使用。等来源正常后再更新", "the active packs stay in use. Update again when the source is well")
_PUBLISHER: Final = ("原来启用的规则包照常使用。请把代码告诉发布单位", "the active packs stay in use. Tell the publisher this code")

_HELP: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "MR-P301": ("等它做完再试", "wait for it to end"),
    "MR-P302": ("先运行 medrules update", "run medrules update first"),
    "MR-P303": ("用的是台账里记下的上次启用。再运行 medrules update 会修好它", "what the ledger recorded last is used. The next medrules update repairs it"),
    "MR-P304": (
        "运行 medrules site verify 看坏在哪里；下次更新会另起台账，旧的留作证据",
        "medrules site verify says where; the next update begins a new one and keeps the old as evidence"),
    "MR-P305": ("再运行 medrules update；不要单独恢复其中一个文件", "run medrules update; never restore one of the files alone"),
    "MR-P306": ("运行 medrules update 重新取得它", "run medrules update to fetch it again"),
    "MR-P307": ("原来的规则包照常使用。没有更新在运行时，再运行一次 medrules update", "the packs from before stay in use. Run medrules update if none is running"),
    "MR-P308": (
        "看磁盘是否已满、只读或没有权限，然后再更新；原来启用的规则包照常使用",
        "is the disk full, read-only, or forbidden? Then update again; the active packs stay in use"),
    "MR-P309": ("升级 medrules，或检查文件夹", "upgrade medrules, or check the folder"),
    "MR-P310": ("看磁盘、权限和打开的文件数，然后再试", "look at the disk, permissions and open files, then try again"),
    "MR-P311": _FETCH,
    "MR-P312": _FETCH,
    "MR-P313": _FETCH,
    "MR-P314": ("检查 site.toml 里的地址和网关，只认写明的主机", "check the address in site.toml and the gateway: only the host named there is asked"),
    "MR-P315": ("让网关放行本机对该地址的访问", "let the gateway pass this machine to that address"),
    "MR-P316": _FETCH,
    "MR-P322": _PUBLISHER,
    "MR-P323": _PUBLISHER,
    "MR-P324": _PUBLISHER,
    "MR-P325": ("检查 site.toml 里的 adcode 和 packs", "check adcode and packs in site.toml"),
    "MR-P327": ("升级 medrules 再更新；原来启用的规则包照常使用", "upgrade medrules, then update; the active packs stay in use"),
    "MR-P329": _PUBLISHER,
    "MR-P330": _PUBLISHER,
    "MR-P331": _PUBLISHER,
    "MR-P332": ("用 medrules site history 看可回退的版本", "medrules site history lists the versions"),
    "MR-P333": ("重新取得 root.json 并核对它的 SHA-256", "get root.json again and compare its SHA-256"),
    "MR-P334": (
        "运行 medrules update，换回发布单位的版本；问题还在就再次回退并通知发布单位",
        "run medrules update to return to the publisher's version; roll back again, and tell the publisher, if the trouble is still there"),
})
# code → what it means and what to do
STORE_ERRORS: Final[Mapping[str, Entry]] = MappingProxyType({code: Entry(*PACK_ERRORS[code], *said) for code, said in _HELP.items()})


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong. `where` and `where_en` say what and where; they hold no patient's data."""

    code: str
    where: str = ""
    where_en: str = ""

    @property
    def zh(self) -> str:
        entry = STORE_ERRORS[self.code]
        return f"{entry.zh}{f'（{self.where}）' if self.where else ''}。{entry.help_zh}"

    @property
    def en(self) -> str:
        entry = STORE_ERRORS[self.code]
        return f"{entry.en}{f' ({self.where_en})' if self.where_en else ''}: {entry.help_en}"

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "zh": self.zh, "en": self.en}

    def error(self) -> StoreError:
        return StoreError(f"{self.zh} / {self.en}", self.code, self.where, self.where_en)


def fault(code: str, where: str = "", where_en: str = "") -> Fault:
    """A fault; `where_en` is `where` if that is a name."""
    return Fault(code, where, where_en or where)


def refuse(code: str, where: str = "", where_en: str = "") -> StoreError:
    """The error of a fault that ends what was being done."""
    return fault(code, where, where_en).error()
