"""What a site must say because the national form leaves it open: every option has a safe default (unknown beats
guessed).

A site file is TOML; `SiteSettings.from_toml` reads it (keys at the top or under `[nhsa]`), and docs/integration.md
explains each.
"""
from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from medrules.adapters.nhsa.codes import MATERNITY_SCHEMES, NATIONAL_DEPARTMENT, RECEIVER_INSURANCES, TITLE_SCHEMES
from medrules.errors import InvalidSettings
from medrules.model.enumerations import ENUMERATIONS
from medrules.model.levels import SCALES

if TYPE_CHECKING:
    from medrules.knowledge.mapping import CodeMapping

__all__ = ["DEFAULT_SITE", "Limits", "Register", "SiteSettings"]

Table = Mapping[str, str]
Setting = Callable[[str, Any], Any]

MAX_MAPPING: Final = 64 * 1024 * 1024


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Limits:
    """What a message may cost before and while it is read."""

    body_bytes: int = 5 * 1024 * 1024
    depth: int = 64
    lines: int = 10_000
    warns: int = 1_000


@dataclass(frozen=True, slots=True)
class Register:
    """What the site knows of an institution, whatever the message says: words of the model, "" = not stated."""

    level: str = ""  # 未定级 一级 二级 三级
    grade: str = ""  # 甲等 乙等 丙等
    kind: str = ""  # 定点医疗机构 定点零售药店 …
    specialty: str = ""  # 综合 眼科 …


@dataclass(frozen=True, eq=False)
class SiteSettings:
    """Options of one site. Frozen; compared by identity, because a reader is compiled once for each object.

    Codes (keys of the tables are codes as sent, values are the model's Chinese or English words):
      med_type         more 医疗类别 codes → 就医方式; wins over the built-in table
      med_type_first_two   an unmapped longer code is read by its first two digits
      reim_flag_online reim_flag 5 (互联网医院) means 互联网诊疗
      matn_stas        生育状态: a table, or a scheme: "five" (3 妊娠期, 4 哺乳期) or "three" (1 妊娠期, 2 哺乳期);
                       default none, because code 1 means opposite things in the two
      medins_lv        医疗机构等级 → 机构级别; default none, no table is published
      profttl          more 职称 codes, or the scheme "single" (1 医士 … 5 主任医师)
      insutype         more 险种 codes → 结算险种
      recer_sys_code   receivers that decide the 结算险种 themselves (default GSXT 工伤); others leave it to insutype
      out_setl_flag    异地结算标志 → true or false
      placeholder_codes  hilist_code values that stand for "no code known"
    Registers:
      departments      local department code → national code (A03.01); a code of that shape needs no entry
      institutions     institution code → `Register`; wins over medins_lv and medins_type
      code_mapping     codes of the hospital and the province → national ones (a CSV; in a site file its name, beside that file);
                       native facts of the site are mapped too
    Reading:
      midnight_is_time    00:00:00 is a real time, not "only the day is known" (ruling T07)
      missing_order_time  "unknown", or "request": a current order (3101) without drord_begn_date is of the request's
                       day; charges (3102) never get a day this way
      empty_operations_mean_none  an empty fsi_operation_dtos states that there was no operation
      input_may_be_text   `input` may be JSON text in a string
      none_current        "all": if no line of the visit has curr_drord_flag 1, all are reviewed; "none": none is
      history_coverage, history_days  the client promises to send all earlier encounters of so many days, of
                                      本院/统筹区/全国
      encoding            "" = UTF-8, else GBK where it is not UTF-8
    Answering:
      warn_msg            put "待核 n 项" into warn_msg
      include_passive     passive findings stand in the result too
      vola_bhvr_type      违规行为分类: its numbers are unknown
    """

    med_type: Mapping[str, str] = field(default_factory=_nothing)
    med_type_first_two: bool = False
    reim_flag_online: bool = False
    matn_stas: Mapping[str, str] = field(default_factory=_nothing)
    medins_lv: Mapping[str, str] = field(default_factory=_nothing)
    profttl: Mapping[str, str] = field(default_factory=lambda: MappingProxyType(TITLE_SCHEMES["231"]))
    insutype: Mapping[str, str] = field(default_factory=_nothing)
    recer_sys_code: Mapping[str, str] = field(default_factory=lambda: MappingProxyType(RECEIVER_INSURANCES))
    out_setl_flag: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({"0": False, "1": True}))
    placeholder_codes: frozenset[str] = frozenset({"0"})
    departments: Mapping[str, str] = field(default_factory=_nothing)
    institutions: Mapping[str, Register] = field(default_factory=_nothing)
    code_mapping: CodeMapping | None = None
    midnight_is_time: bool = False
    missing_order_time: str = "unknown"
    empty_operations_mean_none: bool = False
    input_may_be_text: bool = False
    none_current: str = "all"
    history_coverage: str = ""
    history_days: int = 0
    encoding: str = ""
    warn_msg: bool = False
    include_passive: bool = True
    vola_bhvr_type: str = "0"
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def from_toml(cls, source: str | Path | Mapping[str, Any]) -> SiteSettings:
        """Read settings from a TOML file's path, or from a mapping that was read already. Unknown keys are errors."""
        folder = Path() if isinstance(source, Mapping) else Path(source).parent
        if isinstance(source, Mapping):
            given: Mapping[str, Any] = source
        else:
            try:
                given = tomllib.loads(Path(source).read_text(encoding="utf-8-sig"))
            except FileNotFoundError:
                raise InvalidSettings(f"没有这个站点设置文件：{source} (no such site settings file)") from None
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
                raise InvalidSettings(f"站点设置读不出来：{error} (cannot read the site settings)") from error
        if "nhsa" in given:
            for key in given.keys() - {"nhsa", "service"}:
                raise InvalidSettings(f"站点设置「{key}」应放在 [nhsa] 表里 (put `{key}` into the table [nhsa])")
            given = given["nhsa"]
            if not isinstance(given, Mapping):
                raise _wrong("nhsa", "表", "a table")
        else:
            given = {k: v for k, v in given.items() if k != "service"}
        known = {f.name for f in fields(cls)}
        values: dict[str, Any] = {}
        for key, value in given.items():
            if key not in known:
                raise InvalidSettings(f"站点设置没有「{key}」这一项 (unknown site setting `{key}`)")
            values[key] = _code_mapping(key, value, folder) if key == "code_mapping" else _READERS[key](key, value)
        if bool(values.get("history_coverage")) != bool(values.get("history_days")):
            raise InvalidSettings(
                "站点设置「history_coverage」和「history_days」要一起写 (`history_coverage` and `history_days` go together)")
        return cls(**values)


def _wrong(key: str, expected_zh: str, expected_en: str) -> InvalidSettings:
    return InvalidSettings(f"站点设置「{key}」应为{expected_zh} (site setting `{key}` must be {expected_en})")


def _code_mapping(key: str, value: Any, folder: Path) -> CodeMapping:
    """The mapping in a CSV beside the site file. Rows that contradict each other are told at start, not to a doctor."""
    # Only sites that map codes pay for reading the mapper when they start.
    from medrules.diagnostics import Severity
    from medrules.knowledge.mapping import read_mapping

    if not isinstance(value, str) or not value:
        raise _wrong(key, " CSV 文件名", "the name of a CSV")
    path = folder / value
    try:
        if path.stat().st_size > MAX_MAPPING:
            raise _wrong(key, f"不超过 {MAX_MAPPING} 字节的文件", f"a file of at most {MAX_MAPPING} bytes")
        mapping, told = read_mapping(path.read_bytes(), path.name)
    except OSError:
        raise InvalidSettings(f"站点设置「{key}」的文件读不出来：{value} (cannot read the file of `{key}`)") from None
    errors = [d for d in told if d.severity is Severity.ERROR]
    if mapping is None or errors:
        first = errors[0]
        raise InvalidSettings(
            f"站点设置「{key}」有 {len(errors)} 处错误，首处：{first.place} {first.code} {first.message} (`{key}`: {first.message_en})")
    return mapping


def _flag(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(key, " true 或 false", "true or false")
    return value


def _one_of(*words: str) -> Callable[[str, Any], str]:
    def read(key: str, value: Any) -> str:
        if value not in words:
            shown = [w or '""' for w in words]
            raise _wrong(key, "：" + "、".join(shown), "one of " + ", ".join(shown))
        return str(value)

    return read


def _table(name: str, schemes: Mapping[str, dict[str, str]] | None = None, base: str = "") -> Setting:
    """Codes to words of an enumeration or scale; the words are checked here so that a typing error is found at
    start."""

    def word(key: str, given: Any) -> str:
        if name in SCALES:
            rank = SCALES[name].rank(str(given))
            if rank is None:
                raise _wrong(key, "：" + "、".join(s.zh for s in SCALES[name].steps), f"a level of `{name}`")
            return SCALES[name].word(rank)
        value = ENUMERATIONS[name].value_of(str(given))
        if value is None:
            raise _wrong(key, "：" + "、".join(w.zh for w in ENUMERATIONS[name].words), f"a word of `{name}`")
        return value

    known = schemes or {}

    def read(key: str, value: Any) -> Mapping[str, str]:
        if isinstance(value, str) and value in known:
            table = dict(known[value])
        elif isinstance(value, Mapping):
            table = {str(k).strip().upper(): word(f"{key}.{k}", v) for k, v in value.items()}
        else:
            more = [f'"{s}"' for s in known]
            raise _wrong(key, " 或 ".join(["表", *more]), " or ".join(["a table", *more]))
        return MappingProxyType({**known[base], **table} if base else table)

    return read


def _flags(key: str, value: Any) -> Mapping[str, bool]:
    if not isinstance(value, Mapping):
        raise _wrong(key, "表", "a table")
    return MappingProxyType({str(k).strip().upper(): _flag(f"{key}.{k}", v) for k, v in value.items()})


def _texts(key: str, value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise _wrong(key, "字符串列表", "a list of strings")
    return frozenset(v.strip().upper() for v in value)


def _register(key: str, value: Any) -> Mapping[str, Register]:
    words = {"level": _table("hospital"), "grade": _table("grade"), "kind": _table("institution_kind"),
             "specialty": _table("specialty")}
    if not isinstance(value, Mapping):
        raise _wrong(key, "表", "a table")
    made = {}
    for institution, entry in value.items():
        if not isinstance(entry, Mapping) or not entry.keys() <= words.keys():
            raise _wrong(
                f"{key}.{institution}", "只含 level、grade、kind、specialty 的表",
                "a table of level, grade, kind, specialty",
            )
        made[str(institution).strip().upper()] = Register(
            **{k: words[k](f"{key}.{institution}", {k: v})[k.upper()] for k, v in entry.items()}
        )
    return MappingProxyType(made)


def _departments(key: str, value: Any) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or not all(NATIONAL_DEPARTMENT.fullmatch(str(v)) for v in value.values()):
        raise _wrong(key, "本院科室代码到国家科室代码（如 A03.01）的表", "a table to national department codes")
    return MappingProxyType({str(k).strip().upper(): str(v) for k, v in value.items()})


def _count(key: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _wrong(key, "不小于 0 的整数", "a whole number from 0 on")
    return value


def _short_code(key: str, value: Any) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= 3:
        raise _wrong(key, " 1 至 3 个字符", "1 to 3 characters")
    return value


def _limits(key: str, value: Any) -> Limits:
    names = {f.name for f in fields(Limits)}
    if not isinstance(value, Mapping) or not value.keys() <= names:
        raise _wrong(key, "只含 " + "、".join(sorted(names)) + " 的表", "a table of " + ", ".join(sorted(names)))
    return Limits(**{k: _count(f"{key}.{k}", v) for k, v in value.items()})


_READERS: Final[Mapping[str, Setting]] = MappingProxyType({
    "med_type": _table("visit_kind"), "med_type_first_two": _flag, "reim_flag_online": _flag,
    "matn_stas": _table("maternity", MATERNITY_SCHEMES), "medins_lv": _table("hospital"),
    "profttl": _table("title", TITLE_SCHEMES, "231"), "insutype": _table("insurance"),
    "recer_sys_code": _table("insurance"), "out_setl_flag": _flags, "placeholder_codes": _texts,
    "departments": _departments, "institutions": _register, "midnight_is_time": _flag,
    "missing_order_time": _one_of("unknown", "request"), "empty_operations_mean_none": _flag,
    "input_may_be_text": _flag, "none_current": _one_of("all", "none"),
    "history_coverage": _one_of("", "本院", "统筹区", "全国"), "history_days": _count,
    "encoding": _one_of("", "utf-8", "gbk", "gb18030"), "warn_msg": _flag, "include_passive": _flag,
    "vola_bhvr_type": _short_code, "limits": _limits,
})

DEFAULT_SITE: Final = SiteSettings()
