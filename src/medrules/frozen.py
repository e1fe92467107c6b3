"""A frozen slotted dataclass that costs little to define: for the hundred classes that every process defines and few make many of.

The standard library writes six methods for each such class as text and compiles them, half a millisecond a class: most of what
opening a compiled pack would take. Here the fields, slots and `__match_args__` are still those of `dataclasses` (so `fields`,
`replace` and `match` work), and the methods are one set of closures. They behave alike; making an instance takes somewhat longer.
Classes of which a review makes many stay with the standard library.

Type checkers see the standard decorator, which is what this one does for them.
"""
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses
    from operator import attrgetter

    def dataclass(*, frozen, slots):
        """`dataclasses.dataclass(frozen=True, slots=True)`; nothing else is offered."""
        if not (frozen and slots):
            raise TypeError("frozen and slotted classes only")
        return _made

    def _made(cls):
        own = cls.__dict__
        if cls.__doc__ is None:
            cls.__doc__ = cls.__name__  # else the standard library writes one, from a signature that takes long to find
        cls = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
        held = dataclasses.fields(cls)
        if not all(f.init and not f.kw_only for f in held):
            raise TypeError(f"{cls.__name__} needs the standard dataclass")
        methods = {
            "__init__": _init(cls, held), "__repr__": _repr(tuple(f.name for f in held if f.repr)),
            "__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete, "__reduce__": _reduce(cls, tuple(f.name for f in held)),
            **_comparison(tuple(f.name for f in held if f.compare))}
        for name, method in methods.items():
            if name not in own or (name == "__hash__" and own[name] is None and "__eq__" in own):
                method.__qualname__ = f"{cls.__qualname__}.{name}"
                setattr(cls, name, method)
        return cls

    def _init(cls, held):
        puts = tuple(cls.__dict__[f.name].__set__ for f in held)
        places = {f.name: n for n, f in enumerate(held)}
        count, name = len(held), cls.__qualname__
        missing = dataclasses.MISSING
        finish = cls.__dict__.get("__post_init__")

        def completed(args, named):
            """All values in order, as a call of the class gives them."""
            if len(args) > count:
                raise TypeError(f"{name}.__init__() takes {count} arguments but {len(args)} were given")
            values = [*args, *[missing] * (count - len(args))]
            for key, value in named.items():
                place = places.get(key)
                if place is None:
                    raise TypeError(f"{name}.__init__() got an unexpected keyword argument {key!r}")
                if place < len(args):
                    raise TypeError(f"{name}.__init__() got multiple values for argument {key!r}")
                values[place] = value
            for place in range(len(args), count):
                if values[place] is missing:
                    field = held[place]
                    if field.default is not missing:
                        values[place] = field.default
                    elif field.default_factory is not missing:
                        values[place] = field.default_factory()
                    else:
                        raise TypeError(f"{name}.__init__() missing required argument: {field.name!r}")
            return values

        def __init__(self, *args, **named):
            if named or len(args) != count:
                args = completed(args, named)
            for put, value in zip(puts, args, strict=True):
                put(self, value)
            if finish is not None:
                finish(self)

        return __init__

    def _repr(names):
        def __repr__(self):
            return f"{self.__class__.__qualname__}({', '.join(f'{n}={getattr(self, n)!r}' for n in names)})"

        return __repr__

    def _values(names):
        """A function from an instance to the tuple of its fields."""
        match names:
            case ():
                return lambda self: ()
            case (name,):
                get = attrgetter(name)
                return lambda self: (get(self),)
        return attrgetter(*names)

    def _comparison(names):
        values = _values(names)

        def __eq__(self, other):
            return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

        def __hash__(self):
            return hash(values(self))

        return {"__eq__": __eq__, "__hash__": __hash__}

    def _reduce(cls, names):
        """Copies and pickles are made anew: what may not be set cannot be restored piece by piece."""
        values = _values(names)

        def __reduce__(self):
            return cls, tuple(values(self))

        return __reduce__

    def _refuse_to_set(self, name, value):
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")

    def _refuse_to_delete(self, name):
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")

__all__ = ["dataclass"]
