"""What can be wrong with a store, a source or an update: one code each, what it means and what to do, in two languages.

A `Fault` is a value (a store may be usable in spite of it); `refuse` makes the error of one that ends what was being done.
"""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from medrules.errors import StoreError
from medrules.frozen import dataclass

__all__ = ["STORE_ERRORS", "Fault", "fault", "refuse"]


class Entry(NamedTuple):
    zh: str
    en: str
    help_zh: str
    help_en: str


_FETCH: Final = ("原来启用的规则包照常使用。等来源正常后再更新", "the active packs stay in use. Update again when the source is well")
_PUBLISHER: Final = ("原来启用的规则包照常使用。请把代码告诉发布单位", "the active packs stay in use. Tell the publisher this code")

STORE_ERRORS: Final[Mapping[str, Entry]] = MappingProxyType({
    "MR-P301": Entry("另一个更新正在写规则库", "another update is writing the store", "等它做完再试", "wait for it to end"),
    "MR-P302": Entry("规则库里还没有启用的规则包", "no pack is active in the store", "先运行 medrules update", "run medrules update first"),
    "MR-P303": Entry("state.json 缺失或损坏", "state.json is missing or damaged",
                     "用的是台账里记下的上次启用。再运行 medrules update 会修好它",
                     "what the ledger recorded last is used. The next medrules update repairs it"),
    "MR-P304": Entry("台账损坏或被改过", "the ledger is damaged or was changed",
                     "运行 medrules site verify 看坏在哪里；下次更新会另起台账，旧的留作证据",
                     "medrules site verify says where; the next update begins a new one and keeps the old as evidence"),
    "MR-P305": Entry("state.json 与台账对不上，可能是从旧备份恢复的", "state.json and the ledger do not fit, perhaps an old backup",
                     "再运行 medrules update；不要单独恢复其中一个文件", "run medrules update; never restore one of the files alone"),
    "MR-P306": Entry("存着的规则包缺失、损坏或被换过", "a stored pack is missing, damaged or was exchanged",
                     "运行 medrules update 重新取得它", "run medrules update to fetch it again"),
    "MR-P307": Entry("有一次启用没有做完（正在进行，或被中断）", "an activation is not finished: it goes on, or was interrupted",
                     "原来的规则包照常使用。没有更新在运行时，再运行一次 medrules update", "the packs from before stay in use. Run medrules update if none is running"),
    "MR-P308": Entry("规则库写不进去", "the store cannot be written", "看磁盘是否已满、只读或没有权限，然后再更新；原来启用的规则包照常使用",
                     "is the disk full, read-only, or forbidden? Then update again; the active packs stay in use"),
    "MR-P309": Entry("规则库由更新的 medrules 写成，或不是规则库", "the store was written by a newer medrules, or is no store",
                     "升级 medrules，或检查文件夹", "upgrade medrules, or check the folder"),
    "MR-P310": Entry("规则库读不出来", "the store cannot be read", "看磁盘、权限和打开的文件数，然后再试", "look at the disk, permissions and open files, then try again"),
    "MR-P311": Entry("连不上或读不到来源", "the source cannot be reached or read", *_FETCH),
    "MR-P312": Entry("来源太慢，超过时限", "the source is too slow", *_FETCH),
    "MR-P313": Entry("来源给的文件过大或没有尽头", "the source sends too much, or without end", *_FETCH),
    "MR-P314": Entry("来源要转到别的主机", "the source redirects to another host", "检查 site.toml 里的地址和网关，只认写明的主机",
                     "check the address in site.toml and the gateway: only the host named there is asked"),
    "MR-P315": Entry("来源给的是网页（多半是登录页）", "the source answered with a web page, most likely a login",
                     "让网关放行本机对该地址的访问", "let the gateway pass this machine to that address"),
    "MR-P316": Entry("来源的回答不对", "the source's answer is wrong", *_FETCH),
    "MR-P317": Entry("来源没有这个文件", "the source does not have the file", *_FETCH),
    "MR-P322": Entry("版本比已启用的低", "the version is lower than the active one", *_PUBLISHER),
    "MR-P323": Entry("同一版本号内容不同", "one version with different content", *_PUBLISHER),
    "MR-P324": Entry("规则包与发布清单或目标路径不符", "the pack does not fit its release or target path", *_PUBLISHER),
    "MR-P325": Entry("规则包不是给本地区的", "the pack is not for this area", "检查 site.toml 里的 adcode 和 packs",
                     "check adcode and packs in site.toml"),
    "MR-P327": Entry("规则包要求更新的 medrules", "the pack needs a newer medrules", "升级 medrules 再更新；原来启用的规则包照常使用",
                     "upgrade medrules, then update; the active packs stay in use"),
    "MR-P329": Entry("规则包编译不过", "the pack does not compile", *_PUBLISHER),
    "MR-P330": Entry("规则包自带的用例不通过", "the pack's own cases fail", *_PUBLISHER),
    "MR-P331": Entry("规则包试装太慢或占内存过多", "loading the pack on trial takes too long or too much memory", *_PUBLISHER),
    "MR-P332": Entry("不能回退到这个版本", "a rollback to this version is not possible", "用 medrules site history 看可回退的版本",
                     "medrules site history lists the versions"),
    "MR-P333": Entry("信任根不对", "the trusted root is not the pinned one", "重新取得 root.json 并核对它的 SHA-256",
                     "get root.json again and compare its SHA-256"),
    "MR-P334": Entry("本地回退已到期", "a local rollback is over its time", "运行 medrules update，换回发布单位的版本；问题还在就再次回退并通知发布单位",
                     "run medrules update to return to the publisher's version; roll back again, and tell the publisher, if the trouble is still there"),
})


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
