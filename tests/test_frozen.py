"""Cheap frozen classes do what those of the standard library do."""
from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import field
from typing import Any

import pytest

from medrules import frozen


@dataclasses.dataclass(frozen=True, slots=True)
class Plain:
    a: int
    b: str = "b"
    c: tuple[int, ...] = field(default_factory=tuple)
    d: int = field(default=4, compare=False)
    e: int = field(default=5, repr=False)


@frozen.dataclass(frozen=True, slots=True)
class Cheap:
    a: int
    b: str = "b"
    c: tuple[int, ...] = field(default_factory=tuple)
    d: int = field(default=4, compare=False)
    e: int = field(default=5, repr=False)


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
    assert [f.name for f in dataclasses.fields(Cheap)] == ["a", "b", "c", "d", "e"]
    assert dataclasses.replace(Cheap(1), b="z") == Cheap(1, "z")
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
        class Named:
            a: int = field(kw_only=True)
