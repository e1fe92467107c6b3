"""How a fact is declared: one line in an entity class gives its names, type, unit, documentation and schema entry.

    class Item(Entity):
        zh = "明细"
        quantity: Any = fact("数量", number(4), nhsa="cnt", doc="计价数量（已冲减退费）")

After the class is made, `Item.quantity` is UNKNOWN (so an instance that was not given a quantity answers UNKNOWN by
plain attribute lookup, with no cost), and `Item.fields["quantity"]` is the `Field`. Instances hold only what was
sent. They are frozen: the door that builds them writes `__dict__` once.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NoReturn

from medrules.frozen import dataclass
from medrules.model.types import Type
from medrules.model.values import UNKNOWN

__all__ = ["Entity", "Field", "fact"]


@dataclass(frozen=True, slots=True)
class Field:
    """A fact as the schema knows it. `id` is "item.quantity"."""

    entity: str
    name: str
    zh: str
    type: Type
    doc: str
    declarative: bool = False  # only excuses; a door that cannot carry it means "not declared" (language.md 5)
    nhsa: str = ""  # the 3101 field that carries it, "" = not in 3101
    derived: bool = False  # computed by the door or the model from other facts, never sent
    non_negative: bool = False  # an incomplete sum of it is a lower bound
    en: str = ""  # its English word in rules and JSON where that is not the attribute name ("from" for begin)

    @property
    def id(self) -> str:
        return f"{self.entity}.{self.name}"


class _Declared:
    __slots__ = ("compute", "declarative", "derived", "doc", "en", "nhsa", "non_negative", "type", "zh")

    def __init__(
        self, zh: str, type: Type, doc: str, declarative: bool, nhsa: str, derived: bool, non_negative: bool, en: str,
        compute: Callable[[Any], Any] | None,
    ) -> None:
        self.zh, self.type, self.doc, self.en, self.compute = zh, type, doc, en, compute
        self.declarative, self.nhsa, self.derived, self.non_negative = declarative, nhsa, derived, non_negative


class _Derived:
    """A derived fact that is computed when it is first read, and kept: a request that asks no rule for it pays nothing.

    Not a data descriptor, so a value that was sent (it is in the instance's `__dict__`) is found first. Threads that
    read it at the same time all get the value that was kept first, so that what is computed keeps its identity.
    """

    __slots__ = ("compute", "name")

    def __init__(self, name: str, compute: Callable[[Any], Any]) -> None:
        self.name, self.compute = name, compute

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return UNKNOWN
        return instance.__dict__.setdefault(self.name, self.compute(instance))


def fact(
    zh: str, type: Type, *, doc: str = "", declarative: bool = False, nhsa: str = "", derived: bool = False,
    non_negative: bool = False, en: str = "", compute: Callable[[Any], Any] | None = None,
) -> Any:
    """Declare a fact. See `Field` for the meaning of each mark. `compute(entity)` gives a derived fact when it is
    first read."""
    return _Declared(zh, type, doc, declarative, nhsa, derived or compute is not None, non_negative, en, compute)


class Entity:
    """Base of everything facts are about. `key` is the entity's English name ("item"), `zh` its Chinese one."""

    key: ClassVar[str] = ""
    zh: ClassVar[str] = ""
    fields: ClassVar[Mapping[str, Field]] = {}

    def __init_subclass__(cls) -> None:
        cls.key = vars(cls).get("key") or cls.__name__.lower()
        found: dict[str, Field] = {}
        for name, value in list(vars(cls).items()):
            if isinstance(value, _Declared):
                found[name] = Field(
                    cls.key, name, value.zh, value.type, value.doc, value.declarative, value.nhsa, value.derived,
                    value.non_negative, value.en or name,
                )
                setattr(cls, name, UNKNOWN if value.compute is None else _Derived(name, value.compute))
        cls.fields = found

    def __init__(self, values: Mapping[str, Any] | None = None, **more: Any) -> None:
        d = self.__dict__
        if values:
            d.update(values)
        if more:
            d.update(more)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __repr__(self) -> str:
        """Never prints personal data: only the class and which fields are there."""
        return f"<{type(self).__name__} {' '.join(sorted(k for k in self.__dict__ if not k.startswith('_')))}>"
