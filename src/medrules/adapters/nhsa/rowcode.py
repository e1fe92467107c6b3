"""The rows of one table as one function: how an object of a message is read quickly while `fields` stays the only place that
names a field.

The function is made from `ast` nodes, once for each site and table; it does, field after field and without a loop,

    value = reader[raw]
    if value is not None:
        if value is UNREADABLE: notes.add("unreadable", key)
        else:                   values[attribute] = value

An object in which something stands that cannot be looked up (a list where a value belongs) is read by `_slowly`, which says the
same with a loop and looks at each field by itself.
"""
from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Final

from medrules.adapters.nhsa.notes import Notes
from medrules.adapters.nhsa.values import BLANKS, UNREADABLE
from medrules.engine.optimized.syntax import (
    AT,
    assign,
    attempt,
    attr,
    both,
    build,
    call,
    compare,
    do,
    function,
    give,
    item,
    name,
    number,
    put,
    when,
)

__all__ = ["ReadObject", "Row", "compile_rows"]

# (object of the message, notes, values by attribute as far as they are known) → the same values, with the object's own added
ReadObject = Callable[[Mapping[str, Any], Notes, dict[str, Any]], dict[str, Any]]
# (key of the message, attribute of the entity, reader by raw value, what an empty text means if it is read as it stands)
Row = tuple[str, str, Mapping[Any, Any], Any]
AS_READ: Final = object()  # in a row: the value is whatever the reader says, also of a text
SHORT: Final = 64  # characters up to which a text is trimmed on the spot


def compile_rows(rows: tuple[Row, ...]) -> ReadObject:
    """The function that reads these rows."""
    keys = tuple(key for key, _, _, _ in rows)
    if len(keys) < 2:  # there is no tuple to take apart
        return lambda sent, notes, values: _slowly(rows, sent, notes, values)
    bound: dict[str, Any] = {
        "pick": itemgetter(*keys), "keys": keys, "every": map, "KeyError": KeyError, "TypeError": TypeError, "str": str, "len": len,
        "UNREADABLE": UNREADABLE, "BLANKS": BLANKS,
        "slowly": lambda sent, notes, values: _slowly(rows, sent, notes, values),
    }
    raws = [f"k{n}" for n in range(len(rows))]
    lookups: list[ast.stmt] = []
    stores: list[ast.stmt] = []
    for n, (key, attribute, reader, empty) in enumerate(rows):
        bound |= {f"r{n}": reader, f"e{n}": empty}
        lookup = assign(f"v{n}", item(name(f"r{n}"), name(f"k{n}")))
        if empty is not AS_READ:
            trimmed = [
                assign(f"v{n}", call(attr(name(f"k{n}"), "strip"))),
                when(compare(name(f"v{n}"), "in", name("BLANKS")), [assign(f"v{n}", name(f"e{n}"))]),
            ]
            is_text = compare(attr(name(f"k{n}"), "__class__"), "is", name("str"))
            is_short = compare(call(name("len"), name(f"k{n}")), "<=", number(SHORT))
            lookup = when(both([is_text, is_short]), trimmed, [lookup])
        lookups.append(lookup)
        noted = do(call(attr(name("notes"), "add"), ast.Constant("unreadable", **AT), ast.Constant(key, **AT)))
        kept = put(name("values"), ast.Constant(attribute, **AT), name(f"v{n}"))
        stores.append(when(compare(name(f"v{n}"), "is not", number(None)), [
            when(compare(name(f"v{n}"), "is", name("UNREADABLE")), [noted], [kept]),
        ]))
    arguments = (name("sent"), name("notes"), name("values"))
    body = [
        attempt([assign(raws, call(name("pick"), name("sent")))], "KeyError",
                [assign(raws, call(name("every"), attr(name("sent"), "get"), name("keys")))]),
        attempt(lookups, "TypeError", [give(call(name("slowly"), *arguments))]),
        *stores,
        give(name("values")),
    ]
    made: ReadObject = build("read", function("read", ("sent", "notes", "values"), body), bound)
    return made


def _slowly(rows: tuple[Row, ...], sent: Mapping[str, Any], notes: Notes, values: dict[str, Any]) -> dict[str, Any]:
    for key, attribute, reader, _ in rows:
        raw = sent.get(key)
        try:
            value = reader[raw]
        except TypeError:  # a list or an object where a value belongs
            value = UNREADABLE if raw else reader[None]
        if value is UNREADABLE:
            notes.add("unreadable", key)
        elif value is not None:
            values[attribute] = value
    return values
