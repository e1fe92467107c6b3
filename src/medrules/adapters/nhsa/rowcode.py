"""The rows of one table as one function: how an object of a message is read quickly while `fields` stays the only place that
names a field.

The function is made from `ast` nodes, once for each site and table; it does, field after field and without a loop,

    value = reader[raw]             (a short text is trimmed, a short code in ASCII folded, on the spot)
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
from typing import Any, Final, Literal, NamedTuple

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
SHORT: Final = 64  # characters up to which a text is read on the spot


class Row(NamedTuple):
    """How one field is read: `reader[raw]`, or the same on the spot for a short text.

    on_the_spot  "": never. text: trimmed. code: trimmed, upper case, if it is ASCII
    blank        short texts that say nothing, as they are read
    empty        what such a text means (None: nothing was said)
    """

    key: str
    attribute: str
    reader: Mapping[Any, Any]
    on_the_spot: Literal["", "text", "code"] = ""
    blank: frozenset[str] = BLANKS
    empty: Any = None


def compile_rows(rows: tuple[Row, ...], filled: bool = False) -> ReadObject:
    """The function that reads these rows.

    Args:
        filled: `values` comes with all attributes of the rows in it, with anything for a value; those of which nothing is known
          are taken out. A copy of one dict with all keys is made much sooner than a dict that grows.
    """
    keys = tuple(row.key for row in rows)
    if len(keys) < 2:  # there is no tuple to take apart
        return lambda sent, notes, values: _slowly(rows, sent, notes, values)
    bound: dict[str, Any] = {
        "pick": itemgetter(*keys), "keys": keys, "every": map, "KeyError": KeyError, "TypeError": TypeError, "str": str, "len": len,
        "UNREADABLE": UNREADABLE,
        "slowly": lambda sent, notes, values: _slowly(rows, sent, notes, values),
    }
    for n, row in enumerate(rows):
        bound |= {f"r{n}": row.reader, f"e{n}": row.empty, f"n{n}": row.blank}
    raws = [f"k{n}" for n in range(len(rows))]
    body = [
        attempt([assign(raws, call(name("pick"), name("sent")))], "KeyError",
                [assign(raws, call(name("every"), attr(name("sent"), "get"), name("keys")))]),
        attempt([_lookup(n, row.on_the_spot) for n, row in enumerate(rows)], "TypeError",
                [give(call(name("slowly"), name("sent"), name("notes"), name("values")))]),
        *(_store(n, row, filled) for n, row in enumerate(rows)),
        give(name("values")),
    ]
    made: ReadObject = build("read", function("read", ("sent", "notes", "values"), body), bound)
    return made


def _lookup(n: int, on_the_spot: str) -> ast.stmt:
    """v = r[k], or the same done here for a short text."""
    raw, value, nothing = name(f"k{n}"), name(f"v{n}"), assign(f"v{n}", name(f"e{n}"))
    lookup = assign(f"v{n}", item(name(f"r{n}"), raw))
    if not on_the_spot:
        return lookup
    tests = [compare(attr(raw, "__class__"), "is", name("str")), compare(call(name("len"), raw), "<=", number(SHORT))]
    trimmed = call(attr(raw, "strip"))
    if on_the_spot == "code":
        tests.append(call(attr(raw, "isascii")))
        trimmed = call(attr(trimmed, "upper"))
    return when(both(tests), [assign(f"v{n}", trimmed), when(compare(value, "in", name(f"n{n}")), [nothing])], [lookup])


def _store(n: int, row: Row, filled: bool) -> ast.stmt:
    """values[attribute] = v, if there is something to know."""
    value = name(f"v{n}")
    attribute: ast.expr = ast.Constant(row.attribute, **AT)
    gone: list[ast.stmt] = [ast.Delete([ast.Subscript(name("values"), attribute, ast.Del(), **AT)], **AT)] if filled else []
    noted = do(call(attr(name("notes"), "add"), ast.Constant("unreadable", **AT), ast.Constant(row.key, **AT)))
    known = when(compare(value, "is", name("UNREADABLE")), [noted, *gone], [put(name("values"), attribute, value)])
    return when(compare(value, "is not", number(None)), [known], gone)


def _slowly(rows: tuple[Row, ...], sent: Mapping[str, Any], notes: Notes, values: dict[str, Any]) -> dict[str, Any]:
    for key, attribute, reader, *_ in rows:
        raw = sent.get(key)
        try:
            value = reader[raw]
        except TypeError:  # a list or an object where a value belongs
            value = UNREADABLE if raw else reader[None]
        if value is UNREADABLE:
            notes.add("unreadable", key)
        if value is UNREADABLE or value is None:
            values.pop(attribute, None)
        else:
            values[attribute] = value
    return values
