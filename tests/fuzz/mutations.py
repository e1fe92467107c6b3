"""Small changes of an input, each named by three numbers, so that Hypothesis can search them and make a find smaller."""
from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Final

__all__ = ["Step", "bytes_changed", "text_changed", "tree_changed"]

Step = tuple[int, int, int]  # what is done, where, with what

ODD: Final = (
    "\0", "\n", "\r", "\t", "\u2028", "\u200b", "\ufeff", "\u202e", "\ud800", "\uffff", "𠮷", "é", "İ", "ß", "①", "½", "３", "٣", "−", "—",
    "“", "「", "」", "『", "{", "}", "{{", "（", "）", "(", ")", "[", "]", "\"", "'", "\\", "|", "*", "#", "=", "：", ":", ",", "，", "、", "。",
    ".", "-", "+", "0", "1", "9" * 25, "1e999", "-0", "NaN", "2026-02-30", "9999-12-31", "0001-01-01", " ", "　", "x" * 70, "字" * 70)
VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, 1, -1, 10**25, "", " ", "-", "0", "1", "-1", "1e9", "1e-9", "NaN", "未知", "男", "2026-02-30", "2026-03-01", "2026-03-01 10:00:00",
    "9999-12-31 00:00:00", "0001-01-01", "24:00:00", "I63.9", "XYZD018987", "C00-C97", "小时", "日", "三级", "\ud800", "𠮷", "\u202e", "\0", "x" * 300,
    [], {}, [[]], [None], {"": None}, [1, 2], "1,5", "１２", "½")


def text_changed(text: str, steps: Sequence[Step], words: Sequence[str], others: Sequence[str]) -> str:
    """The text after all steps: words put in, pieces cut, doubled, moved, or taken from another text."""
    for what, where, which in steps:
        at = where % (len(text) + 1)
        span = which % 12 + 1 if what % 2 else which % 200 + 1
        match what % 9:
            case 0:
                text = text[:at] + ODD[which % len(ODD)] + text[at:]
            case 1:
                text = text[:at] + words[which % len(words)] + text[at:]
            case 2 | 3:
                text = text[:at] + text[at + span:]
            case 4:
                text = text[:at + span] + text[at:]
            case 5:
                text = text[:at] + words[which % len(words)] + text[at + span % 4 + 1:]
            case 6:
                other = others[which % len(others)]
                cut = where % (len(other) + 1)
                text = text[:at] + other[cut:cut + 300]
            case 7:
                lines = text.split("\n")
                line = lines.pop(where % len(lines))
                lines.insert(which % (len(lines) + 1), line)
                text = "\n".join(lines)
            case _:
                text = text[:at] + text[at:at + 1] * (which % 40) + text[at + 1:]
    return text


def bytes_changed(data: bytes, steps: Sequence[Step]) -> bytes:
    """The bytes after some flips and cuts."""
    for what, where, which in steps:
        at = where % (len(data) + 1)
        match what % 4:
            case 0:
                data = data[:at] + bytes((which % 256,)) + data[at + 1:]
            case 1:
                data = data[:at] + data[at + which % 20 + 1:]
            case 2:
                data = data[:at] + bytes((which % 256,)) + data[at:]
            case _:
                data = data[:at]
    return data


def _places(tree: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """(container, key) of every value in a tree."""
    inside = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree)) if isinstance(tree, list) else []
    for key, part in inside:
        found.append((tree, key))
        _places(part, found)
    return found


def tree_changed(tree: Any, steps: Sequence[Step], keys: Sequence[str]) -> Any:
    """A JSON tree after all steps: values replaced, removed, doubled, swapped, wrapped; keys renamed and added."""
    tree = copy.deepcopy(tree)
    for what, where, which in steps:
        places = _places(tree, [])
        if not places:
            return VALUES[which % len(VALUES)]
        holder, key = places[where % len(places)]
        value = holder[key]
        match what % 6:
            case 0:
                holder[key] = copy.deepcopy(VALUES[which % len(VALUES)])
            case 1:
                del holder[key]
            case 2:
                other, place = places[which % len(places)]
                holder[key] = copy.deepcopy(other[place])
            case 3:
                holder[key] = [value]
            case 4 if isinstance(holder, dict):
                holder[keys[which % len(keys)]] = copy.deepcopy(value)
            case 4:
                holder.insert(which % (len(holder) + 1), copy.deepcopy(value))
            case _:
                holder[key] = f"{value}{ODD[which % len(ODD)]}" if isinstance(value, str) else str(value)[:200]
    return tree
