"""The declaration of a table (`<slug>.toml`): its name, its keys, its typed columns."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, cast, get_args

from medrules.diagnostics import Diagnostic, Source
from medrules.frozen import dataclass
from medrules.knowledge.columntypes import COLUMN_TYPES, parse_column_type
from medrules.knowledge.entries import Entries, parse_toml
from medrules.knowledge.problem import Problem
from medrules.knowledge.reserved import RESERVED_NAMES
from medrules.knowledge.table import Column, KeyKind
from medrules.model.types import Type

__all__ = ["Declaration", "KeyColumn", "read_declaration"]

_KINDS: Final[tuple[str, ...]] = get_args(KeyKind)


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A key column: its twin names, the field it is matched with, the type of its cells."""

    zh: str
    en: str
    field: str
    type: Type


@dataclass(frozen=True, slots=True)
class Declaration:
    name: str
    en: str
    key_kind: KeyKind
    keys: tuple[KeyColumn, ...]
    columns: tuple[Column, ...]
    unordered: bool
    unique: bool
    source: str
    doc: str
    empty: bool = False  # without rows on purpose: a pool area brings them


# What a key kind means when the declaration does not say more: columns, names, fields.
_DEFAULTS: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = MappingProxyType({
    "code": (("编码", "code", "code"),),
    "prefix": (("编码", "code", "code"),),
    "generic": (("通用名", "generic", "generic"),),
    "product": (("产品名", "product", "product"),),
    "icd": (("诊断编码", "diagnosis_code", "code"),),
    "pair": (("主项编码", "main_code", "code"), ("从项编码", "sub_code", "code")),
    "combination": (),
    "set": (("编码集", "code_set", "code"),),
})
_FIELD_TYPES: Final[Mapping[str, str]] = MappingProxyType({
    "code": "code:item", "generic": "code:generic", "product": "code:product", "institution.level": "level:hospital",
    "institution.area": "text", "incision": "code:incision",
})
MAX_PROBLEMS: Final = 100  # of one declaration
_KIND_TYPES: Final[Mapping[str, str]] = MappingProxyType({"icd": "codes:icd10", "set": "codes:item"})


def read_declaration(source: Source) -> tuple[Declaration | None, tuple[Diagnostic, ...]]:
    """The declaration; None if it has errors."""
    problems: list[Diagnostic] = []
    data = parse_toml(source, "MR-K101", problems)
    if data is None:
        return None, tuple(problems)
    entries = Entries(data, source, problems, "MR-K102", "MR-K103")
    name, en = entries.text("name"), entries.text("en", "")
    kind = entries.text("key")
    unordered, unique, empty = entries.flag("unordered"), entries.flag("unique"), entries.flag("empty")
    origin, doc = entries.text("source", ""), entries.text("doc", "")
    keys = _keys(kind, entries) if kind in _KINDS else ()
    if kind and kind not in _KINDS:
        entries.report(_key_problem(kind, "没有这种键", "there is no such kind"), "key")
    if unordered and kind != "pair":
        entries.report(_key_problem(kind, "只有 pair 可以不分先后", "only pair can be unordered"), "unordered")
    columns = _columns(entries, source, problems)
    _check_names(keys, columns, entries)
    entries.close()
    if problems:
        return None, tuple(problems)
    return Declaration(name, en, cast(KeyKind, kind), keys, columns, unordered, unique, origin, doc, empty), ()


def _key_problem(kind: str, detail: str, detail_en: str) -> Problem:
    return Problem("MR-K105", {"kind": kind, "detail": detail, "detail_en": detail_en, "kinds": "、".join(_KINDS)})


def _keys(kind: str, entries: Entries) -> tuple[KeyColumn, ...]:
    default = _DEFAULTS[kind]
    columns = entries.texts("key_columns", tuple(d[0] for d in default))
    same = len(columns) == len(default)
    names = entries.texts("key_names", tuple(d[1] for d in default) if same else columns)
    fields = entries.texts("key_fields", tuple(d[2] for d in default) if same else ())
    written = entries.texts("key_types", ())
    if not len(columns) == len(names) == len(fields) or (written and len(written) != len(columns)):
        entries.report(_key_problem(kind, "各项的个数不一样", "the entries differ in length"), "key_columns")
        return ()
    if not _count_fits(kind, len(columns)):
        count = len(columns)
        entries.report(_key_problem(kind, f"不能有 {count} 个键列", f"cannot have {count} key columns"), "key")
        return ()
    keys = []
    for i, (zh, en, field) in enumerate(zip(columns, names, fields, strict=True)):
        last_set = i == len(columns) - 1 and kind in _KIND_TYPES
        text = written[i] if written else _KIND_TYPES[kind] if last_set else _FIELD_TYPES.get(field, "")
        type_ = parse_column_type(text)
        if type_ is None or type_.kind not in ("code", "codeset", "level", "text"):
            entries.report(_type_problem(text or f"（{field} 要用 key_types 说明）"), "key_types")
            return ()
        keys.append(KeyColumn(zh, en, field, type_))
    return tuple(keys)


def _count_fits(kind: str, count: int) -> bool:
    match kind:
        case "pair":
            return count == 2
        case "combination":
            return count >= 2
        case "set":
            return count >= 1
        case _:
            return count == 1


def _type_problem(text: str) -> Problem:
    return Problem("MR-K104", {"type": text, "types": "、".join(COLUMN_TYPES)})


def _columns(entries: Entries, source: Source, problems: list[Diagnostic]) -> tuple[Column, ...]:
    found: list[Column] = []
    start = 0
    for data in entries.tables("column"):
        if len(problems) > MAX_PROBLEMS:
            break
        start = max(source.text.find("[[column]]", start), 0) + 1
        column = Entries(data, source, problems, "MR-K102", "MR-K103", start)
        zh, text = column.text("zh"), column.text("type")
        en, doc = column.text("en", ""), column.text("doc", "")
        type_ = parse_column_type(text)
        if text and type_ is None:
            column.report(_type_problem(text), "type")
        column.close()
        if type_ is not None:
            found.append(Column(zh, en or zh, type_, doc))
    return tuple(found)


def _check_names(keys: tuple[KeyColumn, ...], columns: tuple[Column, ...], entries: Entries) -> None:
    """Names are unique; a key column may be declared as a column too, under both of its names."""
    taken = {*RESERVED_NAMES, *RESERVED_NAMES.values()}
    both = {(k.zh, k.en) for k in keys}
    for zh, en in [(k.zh, k.en) for k in keys] + [(c.zh, c.en) for c in columns if (c.zh, c.en) not in both]:
        for name in {zh, en}:
            if name in taken:
                entries.report(Problem("MR-K106", {"name": name}), "name")
            taken.add(name)
    seen: set[tuple[str, str]] = set()
    for c in columns:
        if (c.zh, c.en) in seen and (c.zh, c.en) in both:
            entries.report(Problem("MR-K106", {"name": c.zh}), "name")
        seen.add((c.zh, c.en))
