"""Frozen slotted dataclasses that cost little to define: every process defines a hundred, before its first answer.

The standard library writes six methods for each such class as text and compiles them, and needs `inspect` for it: seventeen
milliseconds, a sixth of what a process pays from its start to its first answer. Here the methods are made of ones that are there:
of up to four fields (what is made by the thousand: moments, lines, claims, spans) they are written out below and take the class's own
names, which makes them as quick as compiled ones; of more fields they are closures.

Instances behave like those of the standard library, and its own functions (`fields`, `replace`, `asdict`, `is_dataclass`) know them: what
it wants to know of a class is made when it asks. `fields` and `replace` of this module do not ask.

Type checkers see the standard decorator and functions, which is what these are for them.
"""
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass, field, fields, replace
else:
    from operator import attrgetter

    _MISSING = object()

    class _Field:
        """A field, with the names of `dataclasses.Field`."""

        __slots__ = ("compare", "default", "default_factory", "name", "repr", "type")

        def __init__(self, default, default_factory, repr, compare):
            self.default, self.default_factory, self.repr, self.compare = default, default_factory, repr, compare

        def value(self, owner):
            """What a call that does not give the field stands for."""
            if self.default is not _MISSING:
                return self.default
            if self.default_factory is not _MISSING:
                return self.default_factory()
            raise TypeError(f"{owner}.__init__() missing required argument: {self.name!r}")

    def field(*, default=_MISSING, default_factory=_MISSING, repr=True, compare=True):
        """`dataclasses.field`, of what is used here."""
        return _Field(default, default_factory, repr, compare)

    def fields(kind):
        """The fields of a class of this module, or of an instance, in order."""
        return kind.__frozen_fields__

    def replace(made, /, **changes):
        """A copy with other values for some fields."""
        values = [changes.pop(f.name) if f.name in changes else getattr(made, f.name) for f in made.__frozen_fields__]
        return made.__class__(*values, **changes)  # what is left is no field: refused as by any call

    def dataclass(*, frozen, slots):
        """`dataclasses.dataclass(frozen=True, slots=True)`; nothing else is offered."""
        if not (frozen and slots):
            raise TypeError("frozen and slotted classes only")
        return _made

    def _made(cls):
        own = cls.__dict__
        held = _fields_of(cls)
        names = tuple(f.name for f in held)
        inherited = {f.name for base in cls.__bases__ for f in getattr(base, "__frozen_fields__", ())}
        methods = {
            "__repr__": _repr, "__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete, "__reduce__": _reduce,
            **_comparison(tuple(f.name for f in held if f.compare))}
        cls = type(cls)(cls.__name__, cls.__bases__, {
            **{name: value for name, value in own.items() if name not in names and name not in ("__dict__", "__weakref__")},
            **{name: method for name, method in methods.items() if name not in own or (name == "__hash__" and own[name] is None)},
            "__qualname__": cls.__qualname__, "__slots__": tuple(name for name in names if name not in inherited), "__match_args__": names,
            "__frozen_fields__": held, "__dataclass_fields__": _FIELDS, "__dataclass_params__": _PARAMS})
        if "__init__" not in own and held:
            cls.__init__ = _init(cls, held)
        return cls

    def _fields_of(cls):
        found = {f.name: f for base in reversed(cls.__mro__) for f in base.__dict__.get("__frozen_fields__", ())}
        for name, kind in cls.__annotations__.items():
            given = cls.__dict__.get(name, _MISSING)
            if given.__class__.__module__ == "dataclasses" or "ClassVar" in f"{kind}":
                raise TypeError(f"{cls.__name__}.{name}: `field` of this module, and no ClassVar")
            held = given if given.__class__ is _Field else _Field(given, _MISSING, True, True)
            held.name, held.type = name, kind
            found[name] = held
        has_default = [f.default is not _MISSING or f.default_factory is not _MISSING for f in found.values()]
        if has_default != sorted(has_default):
            raise TypeError(f"{cls.__name__}: a field without default after one that has one")
        return tuple(found.values())

    # -------------------------------------------------------- written out, for up to four fields

    def _init_1(put_1):
        def __init__(self, _1):
            put_1(self, _1)

        return __init__

    def _init_2(put_1, put_2):
        def __init__(self, _1, _2):
            put_1(self, _1)
            put_2(self, _2)

        return __init__

    def _init_3(put_1, put_2, put_3):
        def __init__(self, _1, _2, _3):
            put_1(self, _1)
            put_2(self, _2)
            put_3(self, _3)

        return __init__

    def _init_4(put_1, put_2, put_3, put_4):
        def __init__(self, _1, _2, _3, _4):
            put_1(self, _1)
            put_2(self, _2)
            put_3(self, _3)
            put_4(self, _4)

        return __init__

    def _eq_1(self, other):
        return (self._1,) == (other._1,) if other.__class__ is self.__class__ else NotImplemented

    def _eq_2(self, other):
        return (self._1, self._2) == (other._1, other._2) if other.__class__ is self.__class__ else NotImplemented

    def _eq_3(self, other):
        return (self._1, self._2, self._3) == (other._1, other._2, other._3) if other.__class__ is self.__class__ else NotImplemented

    def _eq_4(self, other):
        return (self._1, self._2, self._3, self._4) == (other._1, other._2, other._3, other._4) if (
            other.__class__ is self.__class__) else NotImplemented

    def _hash_1(self):
        return hash((self._1,))

    def _hash_2(self):
        return hash((self._1, self._2))

    def _hash_3(self):
        return hash((self._1, self._2, self._3))

    def _hash_4(self):
        return hash((self._1, self._2, self._3, self._4))

    _INITS, _EQS, _HASHES = (_init_1, _init_2, _init_3, _init_4), (_eq_1, _eq_2, _eq_3, _eq_4), (_hash_1, _hash_2, _hash_3, _hash_4)
    _FEW = len(_INITS)

    def _named(code, names):
        """The code of a function that is written out for `_1`, `_2` …, for these names instead."""
        own = {f"_{n}": name for n, name in enumerate(names, 1)}
        return code.replace(
            co_varnames=tuple([own.get(name, name) for name in code.co_varnames]), co_names=tuple([own.get(name, name) for name in code.co_names]))

    # -------------------------------------------------------- for any number

    def _init(cls, held):
        puts = tuple([getattr(cls, f.name).__set__ for f in held])
        finish = getattr(cls, "__post_init__", None)
        if len(held) <= _FEW and finish is None and all(f.default_factory is _MISSING for f in held):
            init = _INITS[len(held) - 1](*puts)
            init.__code__ = _named(init.__code__, [f.name for f in held])
            init.__defaults__ = tuple([f.default for f in held if f.default is not _MISSING])
            return init
        count, owner = len(held), cls.__qualname__

        def __init__(self, *args, **named):
            if named or len(args) != count:
                args = _completed(owner, held, args, named)
            for put, value in zip(puts, args, strict=True):
                put(self, value)
            if finish is not None:
                finish(self)

        return __init__

    def _completed(owner, held, args, named):
        """The values of all fields in order, as a call of the class gives them."""
        if len(args) > len(held):
            raise TypeError(f"{owner}.__init__() takes {len(held)} arguments but {len(args)} were given")
        values = [*args, *[named.pop(f.name) if f.name in named else f.value(owner) for f in held[len(args):]]]
        if named:
            raise TypeError(f"{owner}.__init__() got unexpected or repeated arguments: {', '.join(named)}")
        return values

    def _comparison(names):
        if 0 < len(names) <= _FEW:
            kind = type(_named)
            return {word: kind(_named(written[len(names) - 1].__code__, names), globals(), word)
                    for word, written in (("__eq__", _EQS), ("__hash__", _HASHES))}
        values = attrgetter(*names) if names else lambda self: ()

        def __eq__(self, other):
            return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

        def __hash__(self):
            return hash(values(self))

        return {"__eq__": __eq__, "__hash__": __hash__}

    def _repr(self):
        shown = ", ".join([f"{f.name}={getattr(self, f.name)!r}" for f in self.__frozen_fields__ if f.repr])
        return f"{self.__class__.__qualname__}({shown})"

    def _reduce(self):
        """Copies and pickles are made anew: what may not be set cannot be restored piece by piece."""
        return self.__class__, tuple([getattr(self, f.name) for f in self.__frozen_fields__])

    def _refuse_to_set(self, name, value):
        from dataclasses import FrozenInstanceError  # who never tries need not load it

        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def _refuse_to_delete(self, name):
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot delete field {name!r}")

    class _AskedFor:
        """What the standard library looks for on a dataclass, made when it looks."""

        __slots__ = ("word",)

        def __init__(self, word):
            self.word = word

        def __get__(self, instance, owner):
            import dataclasses  # who asks has loaded it

            twin = dataclasses.make_dataclass(owner.__name__, [(f.name, f.type, dataclasses.field(repr=f.repr, compare=f.compare, **{
                word: getattr(f, word) for word in ("default", "default_factory") if getattr(f, word) is not _MISSING})
            ) for f in owner.__frozen_fields__], init=False, repr=False, eq=False, frozen=True)
            owner.__dataclass_fields__, owner.__dataclass_params__ = twin.__dataclass_fields__, twin.__dataclass_params__
            return getattr(owner, self.word)

    _FIELDS, _PARAMS = _AskedFor("__dataclass_fields__"), _AskedFor("__dataclass_params__")

__all__ = ["dataclass", "field", "fields", "replace"]
