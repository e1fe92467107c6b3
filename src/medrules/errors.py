"""Exceptions for integrators (programmers who call medrules). Findings and diagnostics are values, never exceptions."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from medrules.diagnostics import Diagnostic

__all__ = [
    "FACT_ERRORS", "PACK_ERRORS", "FactError", "InvalidCompiledPack", "InvalidFacts", "InvalidHistory", "InvalidLayers", "InvalidMessage", "InvalidPack",
    "InvalidPackFile", "InvalidSettings", "MedRulesError", "MissingExtra", "NoSuchPack", "PackError", "RefusedBuild", "StoreError",
]


class MedRulesError(Exception):
    """Base of everything medrules raises. `code` is stable; `str(error)` is a Chinese sentence with an English twin."""

    code = "MR-E000"


class InvalidPack(MedRulesError):
    """A pack's rules or tables have errors. `diagnostics` lists all of them."""

    code = "MR-E100"

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)


class NoSuchPack(MedRulesError):
    """There is no folder where a pack was looked for; the message names it. What is wrong inside a folder is `InvalidPack`."""

    code = "MR-E101"


class InvalidCompiledPack(MedRulesError):
    """A compiled pack that cannot be opened. code MR-E111: damaged, torn, or no compiled pack at all. MR-E112: made by another
    version of medrules, or in another form: compile it again."""

    code = "MR-E111"

    def __init__(self, message: str, code: str = "MR-E111") -> None:
        super().__init__(message)
        self.code = code


# The stable codes of what can go wrong with packs that are published: in Chinese and in English. MR-P1xx are the parser's.
# One page each: docs/errors/<code>.md. P2xx trust and channel, P3xx store and update, P4xx layers and versions, P5xx file and build.
PACK_ERRORS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    # -- P2xx: trust and channel --
    "MR-P201": ("读不到渠道", "the channel cannot be read"),
    "MR-P202": ("渠道里缺文件", "the channel lacks a file"),
    "MR-P203": ("签名不够或不对", "signatures are missing or wrong"),
    "MR-P204": ("渠道文件已过期", "a file of the channel has expired"),
    "MR-P205": ("版本倒退或与快照不符", "a version goes back, or is not the one of the snapshot"),
    "MR-P206": ("长度或散列与签名的不符", "length or hash is not the signed one"),
    "MR-P207": ("渠道文件的写法不对", "a file of the channel is malformed"),
    "MR-P208": ("没有 SHA-256，或散列算法不能用", "no SHA-256, or a hash that cannot be used"),
    "MR-P209": ("没有得到授权的发布单位列出这个文件", "no role that may list this file lists it"),
    "MR-P210": ("本机时钟与渠道的签发时间矛盾", "this machine's clock contradicts the channel's issue time"),
    "MR-P211": ("渠道文件过大", "a file of the channel is too large"),
    "MR-P212": ("一次更新里的根换了太多次，请再更新一次", "too many new roots in one refresh: refresh again"),
    "MR-P213": ("同一把钥匙算了两次", "one key counts twice"),
    "MR-P221": ("钥匙文件不能用", "a key file that cannot be used"),
    "MR-P222": ("签名门限不安全", "an unsafe threshold"),
    "MR-P223": ("没有这个路径的发布权", "no right to publish this path"),
    "MR-P224": ("签名还没有收齐", "signatures are still missing"),
    "MR-P225": ("不能用 openssl 签 SM2", "SM2 cannot be signed with openssl here"),
    "MR-P226": ("发布目录不对", "something is wrong with the bureau folder"),
    "MR-P227": ("版本号不高于已发布的", "the version is not above the published one"),
    "MR-P228": ("灰度只能扩大，要退回请撤回", "a rollout only grows: withdraw instead"),
    "MR-P229": ("没有这个角色、钥匙或版本", "no such role, key or release"),

    # -- P3xx: store, update, ledger --
    "MR-P301": ("另一个更新正在写规则库", "another update is writing the store"),
    "MR-P302": ("规则库里还没有启用的规则包", "no pack is active in the store"),
    "MR-P303": ("state.json 缺失或损坏", "state.json is missing or damaged"),
    "MR-P304": ("台账损坏或被改过", "the ledger is damaged or was changed"),
    "MR-P305": ("state.json 与台账对不上，可能是从旧备份恢复的", "state.json and the ledger do not fit, perhaps an old backup"),
    "MR-P306": ("存着的规则包缺失、损坏或被换过", "a stored pack is missing, damaged or was exchanged"),
    "MR-P307": ("有一次启用没有做完（正在进行，或被中断）", "an activation is not finished: it goes on, or was interrupted"),
    "MR-P308": ("规则库写不进去", "the store cannot be written"),
    "MR-P309": ("规则库由更新的 medrules 写成，或不是规则库", "the store was written by a newer medrules, or is no store"),
    "MR-P310": ("规则库读不出来", "the store cannot be read"),
    "MR-P311": ("连不上或读不到来源", "the source cannot be reached or read"),
    "MR-P312": ("来源太慢，超过时限", "the source is too slow"),
    "MR-P313": ("来源给的文件过大或没有尽头", "the source sends too much, or without end"),
    "MR-P314": ("来源要转到别的主机", "the source redirects to another host"),
    "MR-P315": ("来源给的是网页（多半是登录页）", "the source answered with a web page, most likely a login"),
    "MR-P316": ("来源的回答不对", "the source's answer is wrong"),
    "MR-P322": ("版本比已启用的低", "the version is lower than the active one"),
    "MR-P323": ("同一版本号内容不同", "one version with different content"),
    "MR-P324": ("规则包与发布清单或目标路径不符", "the pack does not fit its release or target path"),
    "MR-P325": ("规则包不是给本地区的", "the pack is not for this area"),
    "MR-P327": ("规则包要求更新的 medrules", "the pack needs a newer medrules"),
    "MR-P329": ("规则包编译不过", "the pack does not compile"),
    "MR-P330": ("规则包自带的用例不通过", "the pack's own cases fail"),
    "MR-P331": ("规则包试装太慢或占内存过多", "loading the pack on trial takes too long or too much memory"),
    "MR-P332": ("不能回退到这个版本", "a rollback to this version is not possible"),
    "MR-P333": ("信任根不对", "the trusted root is not the pinned one"),
    "MR-P334": ("本地回退已到期", "a local rollback is over its time"),

    # -- P4xx: layers, versions by business time, gray release --
    "MR-P401": ("依赖的规则包不在，或版本不合", "a pack that it stands on is missing, or in another version"),
    "MR-P402": ("规则编码的前缀重叠，或规则不在自己的前缀之下", "roots overlap, or a rule is not under its own"),
    "MR-P403": ("下层用了上层已有的名字", "a lower layer takes a name of an upper one"),
    "MR-P404": ("参数不能这样调", "a parameter cannot be tuned like this"),
    "MR-P405": ("规则不能这样调", "a rule cannot be tuned like this"),
    "MR-P406": ("不能加这些行", "these rows cannot be added"),
    "MR-P407": ("本院的 overlay.toml 不对", "the hospital's overlay.toml is wrong"),
    "MR-P408": ("必须执行的规则被停用或削弱", "a mandatory rule would be disabled or weakened"),
    "MR-P409": ("各层放在一起检查有错误", "the layers have errors when they are checked together"),
    "MR-P410": ("tune.toml 读不出来或写法不对", "tune.toml cannot be read or is wrong"),
    "MR-P411": ("规则库里没有可用的规则包，或状态不能用", "the store has no usable pack, or its state cannot be used"),
    "MR-P412": ("试运行记录读不出来", "a shadow log cannot be read"),

    # -- P5xx: the pack file, its manifest, releases.json, building --
    "MR-P501": ("不是规则包文件", "not a pack file"),
    "MR-P502": ("文件不完整", "the file is torn"),
    "MR-P503": ("过大或成员过多", "too large or too many members"),
    "MR-P504": ("不是 medrules pack build 写出的压缩包形式", "not an archive as medrules pack build writes it"),
    "MR-P505": ("目录与成员不符，或文件尾有多余内容", "its directory does not fit its members, or something is appended"),
    "MR-P506": ("成员的名字不允许", "a member's name is not allowed"),
    "MR-P507": ("两个成员在有的系统上是同一个文件", "two members are one file on some systems"),
    "MR-P508": ("JSON 读不出来", "JSON that cannot be read"),
    "MR-P509": ("清单的内容不对", "the manifest is wrong"),
    "MR-P510": ("成员与清单所列不符", "members are not those that the manifest lists"),
    "MR-P511": ("成员的内容与清单的散列不符", "a member is not what the manifest's hash says"),
    "MR-P512": ("JSON 不是唯一的规定写法", "JSON that is not written in the one canonical way"),
    "MR-P513": ("需要更新的 medrules", "a newer medrules is needed"),
    "MR-P514": ("发布清单 releases.json 的内容不对", "releases.json is wrong"),
    "MR-P515": ("规则与清单的内容散列不符", "its rules are not what the manifest's content hash says"),
    "MR-P516": ("编译件与源文件不符", "its compiled form is not what its sources compile to"),
    "MR-P521": ("不能制作：pack.toml 缺清单要用的内容", "cannot be built: pack.toml lacks what a manifest needs"),
    "MR-P522": ("不能制作：用例不符", "cannot be built: cases do not hold"),
    "MR-P523": ("不能制作：版本号不高于上一版", "cannot be built: its version is not above the previous one"),
    "MR-P524": ("不能制作：没有给出它依赖的上层规则包", "cannot be built: a pack that it extends is not given"),
})


# The stable codes of what can be wrong with native facts: in Chinese and in English.
FACT_ERRORS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "MR-E201": ("不是能读的 JSON", "JSON that cannot be read"),
    "MR-E202": ("过大、过长、过多或嵌套过深", "too large, too long, too many, or nested too deeply"),
    "MR-E203": ("没有这个名字的事实，或写了两次", "no fact of that name, or a fact written twice"),
    "MR-E204": ("缺少必须填写的项", "a required field is missing"),
    "MR-E205": ("不能为空的项是空的", "a field that cannot be empty is empty"),
    "MR-E206": ("JSON 类型不对", "the wrong JSON type"),
    "MR-E207": ("不是规定的取值", "a word that is not in the list"),
    "MR-E208": ("数字、单位、日期或时间不对", "a number, unit, date or time that cannot be read"),
    "MR-E209": ("含有不合法的字符", "characters that are not allowed"),
})


class PackError(MedRulesError):
    """Base of what can go wrong with published packs. `code` is one of `PACK_ERRORS`."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class InvalidPackFile(PackError):
    """A pack file (.mrpack), manifest or releases.json that is damaged, forged or made otherwise; none of it is used."""


class InvalidLayers(PackError):
    """Packs that cannot be used together, or an overlay that does what it may not; nothing is activated.

    problems     what the layers and the overlay may not do: each has code, place, message and help, in Chinese and English
    diagnostics  errors of the checker, when all sources are read as one
    """

    def __init__(self, message: str, code: str, problems: Sequence[Any] = (), diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(message, code)
        self.problems = tuple(problems)
        self.diagnostics = tuple(diagnostics)


class RefusedBuild(PackError):
    """A pack that is not fit to be published; `problems` lists what has to be put right, as (Chinese, English) sentences."""

    def __init__(self, message: str, code: str, problems: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message, code)
        self.problems = tuple(problems)


class FactError(NamedTuple):
    """One error of native facts: where (a path of field names), a Chinese sentence, and its stable code
    (`FACT_ERRORS`). Neither repeats a value that was sent."""

    path: str
    message: str
    code: str


class InvalidFacts(MedRulesError):
    """Native facts that do not fit the documented models. `errors` lists a `FactError` for each thing that is wrong."""

    code = "MR-E200"

    def __init__(self, message: str, errors: Sequence[FactError] = ()) -> None:
        super().__init__(message)
        self.errors = tuple(errors)


class InvalidMessage(MedRulesError):
    """A 3101/3102/3103 message outside the national form; `str(error)` is fit for `err_msg` (≤ 200 characters)."""

    code = "MR-E300"


class InvalidSettings(MedRulesError):
    """Settings of a site or a service (TOML) that cannot be understood; the message names the key."""

    code = "MR-E350"


class StoreError(PackError):
    """A store of packs that cannot be opened, or an update that ended without a new activation. `code` (MR-P301…) says the kind,
    `medrules.packs.store.faults` what to do, `where` and `where_en` the place; the packs that were active stay so."""

    code = "MR-P302"

    def __init__(self, message: str, code: str = "MR-P302", where: str = "", where_en: str = "") -> None:
        super().__init__(message, code)
        self.where, self.where_en = where, where_en


class InvalidHistory(MedRulesError):
    """Earlier encounters that cannot be read or stored: a line of a file, a statement of coverage, a database that is not there or not
    prepared. Raised when a history is opened or loaded, never while a request is reviewed."""

    code = "MR-E360"


class MissingExtra(MedRulesError):
    """An optional library is not installed; the message says which extra to install."""

    code = "MR-E400"
