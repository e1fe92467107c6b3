"""Values and trees as JSON: every dataclass that a plan may hold, by name, with the types of its fields checked when it is read.

A node is `[name, field, …]`, in the order of the fields; `["tuple", …]` and `["set", …]` are collections; `["UNKNOWN"]`, `["ABSENT"]`
and `["EMPTY"]` are themselves; everything else is a plain text, whole number or yes/no. Which classes there are is read off the
Program's own unions: a new node needs nothing here.
"""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, get_args

from medrules.check import program as ir
from medrules.compiled.container import dumped, parsed, refuse
from medrules.diagnostics.source import Span
from medrules.frozen import fields
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.columns import Texts
from medrules.knowledge.table import EMPTY, Column
from medrules.model.types import Type
from medrules.model.values import ABSENT, UNKNOWN, AgeLimit, AgeRange, Frame, Instant, NumRange
from medrules.plan.plan import Entry, Route, Usage
from medrules.plan.shapes import Grouping, Shape, Shaped, Source

__all__ = ["Fragments", "decode", "encode"]

MAX_DEPTH: Final = 150
SINGLES: Final = (("UNKNOWN", UNKNOWN), ("ABSENT", ABSENT), ("EMPTY", EMPTY))

# Unions whose members are classes, by the name that field annotations use.
_UNIONS: Final[Mapping[str, frozenset[type]]] = MappingProxyType({
    "Expr": frozenset(get_args(ir.Expr)) | frozenset(get_args(Shaped)), "Collection": frozenset(get_args(ir.Collection)),
    "Scope": frozenset(get_args(ir.Scope)), "Fault": frozenset(get_args(ir.Fault)),
})
_CLASSES: Final[Mapping[str, type]] = MappingProxyType({
    c.__name__: c for c in (
        *{c for union in _UNIONS.values() for c in union},
        ir.SameKey, ir.Exempt, ir.Deduct, ir.Template, ir.Header, ir.Rule, ir.ParamVersion, ir.ParamTable,
        Type, Column, CodeSet, AgeLimit, AgeRange, NumRange, Frame, Instant, Span, Grouping, Shape, Source, Entry, Route, Usage,
    )
})
_NAMES: Final[Mapping[type, str]] = MappingProxyType({c: name for name, c in _CLASSES.items()})


def encode(value: Any) -> Any:
    """A value as JSON.

    Raises:
        TypeError: it holds something that a plan should not hold.
    """
    if value is None or value.__class__ in (str, int, bool):
        return value
    for word, single in SINGLES:
        if value is single:
            return [word]
    if value.__class__ is tuple:
        return ["tuple", *map(encode, value)]
    if value.__class__ is frozenset:
        return ["set", *sorted(map(encode, value), key=dumped)]
    name = _NAMES.get(value.__class__)
    if name is None:
        raise TypeError(f"no compiled form for {type(value).__name__}")
    return [name, *(encode(getattr(value, field)) for field in _layout(value.__class__)[0])]


def decode(value: Any, expected: str = "Any", depth: int = 0) -> Any:
    """A value from JSON, of the expected annotation.

    Raises:
        InvalidCompiledPack: it is none, is nested too deeply, or is of another type.
    """
    made = _decoded(value, depth)
    if not _test(expected)(made):
        raise refuse("内容的类型不对", f"a value is not of type {expected}")
    return made


def _decoded(value: Any, depth: int) -> Any:
    if value.__class__ is not list:
        if value.__class__ is dict:
            raise refuse("内容的类型不对", "an object where there should be none")
        return value
    if depth > MAX_DEPTH or not value or value[0].__class__ is not str:
        raise refuse("套得太深或没有种类", "nested too deeply, or without a kind")
    name = value[0]
    kind = _CLASSES.get(name)
    if kind is None:
        parts = [_decoded(v, depth + 1) if v.__class__ is list else v for v in value[1:]]
        if name == "tuple":
            return tuple(parts)
        if name == "set":
            try:
                return frozenset(parts)
            except Exception as error:
                raise refuse("内容的类型不对", "a set of what cannot be in one") from error
        for word, single in SINGLES:
            if word == name and not parts:
                return single
        raise refuse(f"没有「{name[:40]}」这个种类", "an unknown kind of value")
    names, tests, is_whole = _layout(kind)
    if len(value) != len(names) + 1:
        raise refuse(f"「{name}」的项数不对", f"{name} has another number of fields")
    made = [_decoded(v, depth + 1) if v.__class__ is list or v.__class__ is dict else v for v in value[1:]]
    for test, part in zip(tests, made, strict=True):
        if not test(part):
            raise refuse(f"「{name}」的内容类型不对", f"a field of {name} is of the wrong type")
    return kind(*made) if is_whole else kind(**dict(zip(names, made, strict=True)))


# ---------------------------------------------------------------- the types of fields

_Test = Callable[[Any], bool]
_PLAIN: Final[Mapping[str, type]] = MappingProxyType(
    {"str": str, "int": int, "bool": bool, "None": type(None), "Form": str, "Region": str, "Kind": str})


@lru_cache(maxsize=256)
def _layout(kind: Any) -> tuple[tuple[str, ...], tuple[_Test, ...], bool]:
    """The fields of a class that are written (texts of authors' files are not: see `plans`), and what each may hold; whether
    they are all of its fields."""
    held = [f for f in fields(kind) if f.type != "Source | None"]
    return tuple(f.name for f in held), tuple(_test(str(f.type)) for f in held), len(held) == len(fields(kind))


@lru_cache(maxsize=512)
def _test(annotation: str) -> _Test:
    """Whether a value is of a type, from the type's text."""
    classes = _classes(annotation)
    if classes is not None:
        return lambda value: value.__class__ in classes
    options = _split(annotation, "|")
    if len(options) > 1:
        tests = tuple(_test(o) for o in options)
        return lambda value: any(test(value) for test in tests)
    if annotation == "Any":
        return lambda value: True
    name, _, inner = annotation.partition("[")
    if name == "Literal":
        words = frozenset(w.strip().strip("\"'") for w in _split(inner[:-1], ","))
        return lambda value: value.__class__ is str and value in words
    if name == "frozenset":
        member = _test(inner[:-1])
        return lambda value: value.__class__ is frozenset and all(map(member, value))
    assert name == "tuple"
    return _test_of_tuple(inner[:-1])


def _classes(annotation: str) -> frozenset[type] | None:
    """The classes of the values of a type, where nothing else is asked of them."""
    options = _split(annotation, "|")
    if len(options) > 1:
        found = [_classes(o) for o in options]
        return None if None in found else frozenset[type]().union(*(f for f in found if f is not None))
    if annotation == "Any" or "[" in annotation:
        return None
    plain = _PLAIN.get(annotation)
    if plain is not None:
        return frozenset({plain})
    short = annotation.rpartition(".")[2]
    return _UNIONS.get(short) or frozenset({_CLASSES.get(short) or _Row})


class _Row:
    """Stands for classes that no compiled value is of (rows are columns)."""


def _test_of_tuple(inner: str) -> _Test:
    parts = _split(inner, ",")
    if parts[-1] == "...":
        member = _test(parts[0])
        return lambda value: value.__class__ is tuple and all(map(member, value))
    tests = tuple(_test(p) for p in parts)
    return lambda value: value.__class__ is tuple and len(value) == len(tests) and all(t(v) for t, v in zip(tests, value, strict=True))


def _split(text: str, at: str) -> list[str]:
    """Split at a character outside brackets."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c == "[") - (c == "]")
        if c == at and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    return [*parts, text[start:].strip()]


class Fragments(Sequence[Any]):
    """Values that stay JSON until they are asked for: of ten thousand different cells a review reads a few."""

    __slots__ = ("_made", "_texts")

    def __init__(self, texts: Texts) -> None:
        self._texts, self._made = texts, dict[int, Any]()

    @staticmethod
    def texts(values: Sequence[Any]) -> list[str]:
        return [dumped(encode(v)) for v in values]

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return tuple(self[i] for i in range(*at.indices(len(self))))
        if at in self._made:
            return self._made[at]
        try:
            made = decode(parsed(self._texts[at]))
        except (json.JSONDecodeError, ValueError, RecursionError) as error:
            raise refuse("单元格读不出来", "a cell cannot be read") from error
        return self._made.setdefault(at, made)
