"""Cheap frozen classes do what those of the standard library do."""
from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from typing import Any

import pytest

from medrules import frozen


@dataclasses.dataclass(frozen=True, slots=True)
class Plain:
    a: int
    b: str = "b"
    c: tuple[int, ...] = dataclasses.field(default_factory=tuple)
    d: int = dataclasses.field(default=4, compare=False)
    e: int = dataclasses.field(default=5, repr=False)


@frozen.dataclass(frozen=True, slots=True)
class Cheap:
    a: int
    b: str = "b"
    c: tuple[int, ...] = frozen.field(default_factory=tuple)
    d: int = frozen.field(default=4, compare=False)
    e: int = frozen.field(default=5, repr=False)


@frozen.dataclass(frozen=True, slots=True)
class One:
    a: int


@frozen.dataclass(frozen=True, slots=True)
class Empty:
    pass


@frozen.dataclass(frozen=True, slots=True)
class Finished:
    a: int
    twice: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "twice", 2 * self.a)

    def __repr__(self) -> str:
        return "mine"


CALLS: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
    ((1,), {}), ((1, "x"), {}), ((1, "x", (1,), 2, 3), {}), ((), {"a": 1}), ((1,), {"e": 7, "b": "y"}), ((), {"d": 1, "a": 2}))
WRONG: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (((), {}), ((1, 2, 3, 4, 5, 6), {}), ((1,), {"a": 1}), ((1,), {"z": 1}), ((), {"b": "b"}))


@dataclasses.dataclass(frozen=True, slots=True)
class PlainFour:
    a: int
    b: str
    c: str = "c"
    d: int = dataclasses.field(default=4, compare=False)


@frozen.dataclass(frozen=True, slots=True)
class Four:
    a: int
    b: str
    c: str = "c"
    d: int = frozen.field(default=4, compare=False)


FOUR_CALLS: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
    ((1, "b"), {}), ((1, "b", "x"), {}), ((1, "b", "x", 7), {}), ((1,), {"b": "y", "d": 9}), ((), {"d": 1, "a": 2, "b": "z"}))


@pytest.mark.parametrize(("args", "named"), FOUR_CALLS)
def test_few_fields_are_written_out_and_alike(args: tuple[Any, ...], named: dict[str, Any]) -> None:
    plain, cheap = PlainFour(*args, **named), Four(*args, **named)
    assert dataclasses.asdict(plain) == dataclasses.asdict(cheap)
    assert repr(plain).replace("PlainFour", "Four") == repr(cheap)
    assert hash(plain) == hash(cheap)
    assert cheap == Four(*args, **named)
    assert cheap != PlainFour(*args, **named)
    assert cheap == frozen.replace(cheap, d=100)
    assert cheap != frozen.replace(cheap, a=100)
    assert pickle.loads(pickle.dumps(cheap)).d == cheap.d


@pytest.mark.parametrize(("args", "named"), [((), {}), ((1,), {}), ((1, "b", "c", 4, 5), {}), ((1, "b"), {"a": 1}), ((1, "b"), {"z": 1})])
def test_few_fields_refuse_alike(args: tuple[Any, ...], named: dict[str, Any]) -> None:
    said = []
    for kind in (PlainFour, Four):
        with pytest.raises(TypeError) as caught:
            kind(*args, **named)
        said.append(str(caught.value).rpartition("__init__")[2])
    assert said[0] == said[1]
    assert [p.name for p in inspect.signature(Four).parameters.values()] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("count", range(1, 8))
def test_any_number_of_fields(count: int) -> None:
    names = [f"f{n}" for n in range(count)]
    kind: Any = frozen.dataclass(frozen=True, slots=True)(type("Kind", (), {"__annotations__": dict.fromkeys(names, "int")}))
    made = kind(*range(count))
    assert made == kind(**dict(zip(names, range(count), strict=True)))
    assert hash(made) == hash(tuple(range(count)))
    for name in names:
        other = frozen.replace(made, **{name: 99})
        assert made != other
        assert getattr(other, name) == 99


@pytest.mark.parametrize(("args", "named"), CALLS)
def test_made_and_shown_alike(args: tuple[Any, ...], named: dict[str, Any]) -> None:
    plain, cheap = Plain(*args, **named), Cheap(*args, **named)
    assert dataclasses.astuple(plain) == dataclasses.astuple(cheap)
    assert repr(plain).replace("Plain", "Cheap") == repr(cheap)
    assert hash(plain) == hash(cheap)
    assert cheap == Cheap(*args, **named)
    for other in (copy.copy(cheap), copy.deepcopy(cheap), pickle.loads(pickle.dumps(cheap)), dataclasses.replace(cheap)):
        assert other == cheap
        assert other.d == cheap.d


@pytest.mark.parametrize(("args", "named"), WRONG)
def test_wrong_calls_are_refused_alike(args: tuple[Any, ...], named: dict[str, Any]) -> None:
    for kind in (Plain, Cheap):
        with pytest.raises(TypeError):
            kind(*args, **named)


def test_equal_only_to_its_own_kind_and_by_what_is_compared() -> None:
    assert Cheap(1) == Cheap(1, d=9)
    assert Cheap(1) != Cheap(1, e=9)
    assert Cheap(1) != Plain(1)
    assert One(1) != One(2)
    assert hash(One(1)) == hash((1,))
    assert Empty() == Empty()
    assert len({Cheap(1), Cheap(1, d=9), Cheap(2)}) == 2


def test_nothing_can_be_set_or_added() -> None:
    made = Cheap(1)
    for name in ("a", "other"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(made, name, 2)
        with pytest.raises(dataclasses.FrozenInstanceError):
            delattr(made, name)
    assert not hasattr(made, "__dict__")
    assert made.a == 1


def test_fields_replace_and_match() -> None:
    asked, held = dataclasses.fields(Cheap), frozen.fields(Cheap)
    assert [(f.name, f.type, f.compare, f.repr) for f in asked] == [(f.name, f.type, f.compare, f.repr) for f in dataclasses.fields(Plain)]
    assert [(f.name, f.type) for f in held] == [(f.name, f.type) for f in asked]
    assert dataclasses.is_dataclass(Cheap)
    assert dataclasses.replace(Cheap(1), b="z") == Cheap(1, "z") == frozen.replace(Cheap(1), b="z")
    with pytest.raises(TypeError):
        frozen.replace(Cheap(1), z=1)
    match Cheap(1, "x"):
        case Cheap(a, b):
            assert (a, b) == (1, "x")


def test_methods_of_the_class_itself_stay() -> None:
    assert repr(Finished(2)) == "mine"
    assert Finished(2).twice == 4


def test_other_kinds_are_refused() -> None:
    with pytest.raises(TypeError):
        frozen.dataclass(frozen=True, slots=False)(object)
    with pytest.raises(TypeError):
        @frozen.dataclass(frozen=True, slots=True)
        class Standard:
            a: int = dataclasses.field(default=1)

    with pytest.raises(TypeError):
        @frozen.dataclass(frozen=True, slots=True)
        class Misplaced:
            a: int = 1
            b: int  # type: ignore[misc]


@frozen.dataclass(frozen=True, slots=True)
class More(One):
    b: int = 2


def test_fields_of_a_base_come_first() -> None:
    assert [f.name for f in frozen.fields(More)] == ["a", "b"] == [f.name for f in dataclasses.fields(More)]
    assert (More(1).a, More(1).b) == (1, 2)
    assert More(1) != One(1)
    assert not hasattr(More(1), "__dict__")
