"""The first line of a table's CSV: which cell of a line belongs to which key, column or reserved column."""
from __future__ import annotations

from medrules.diagnostics.nearest import nearest
from medrules.frozen import dataclass
from medrules.knowledge.declaration import Declaration
from medrules.knowledge.problem import Problem
from medrules.knowledge.reserved import PAIR_ONLY, RESERVED_NAMES
from medrules.model.folding import fold_text

__all__ = ["Header", "read_header"]

MAX_PROBLEMS = 100  # of one header: whoever sends more has sent something else


@dataclass(frozen=True, slots=True)
class Header:
    """Places of cells in a line. `reserved` maps the Chinese name of each reserved column that is there."""

    names: tuple[str, ...]
    keys: tuple[int, ...]
    columns: tuple[int, ...]
    reserved: dict[str, int]


def read_header(cells: list[str], declared: Declaration) -> tuple[Header | None, list[Problem]]:
    """The places, or None when a column is missing. An unknown column is a problem too: a slip would lose data."""
    names = [fold_text(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    reserved = {
        word: zh for zh, en in RESERVED_NAMES.items() for word in (zh, en)
        if declared.key_kind == "pair" or zh not in PAIR_ONLY
    }
    declared_names = [(k.zh, k.en) for k in declared.keys] + [(c.zh, c.en) for c in declared.columns]
    known = {word for twins in declared_names for word in twins} | set(reserved)
    problems: list[Problem] = []
    met: dict[str, int] = {}
    for i, name in enumerate(names):
        if met.setdefault(name, i) != i:
            problems.append(Problem("MR-K204", {"name": name}))
        elif name not in known:
            near = nearest(name, known)
            hint = f"是不是「{near}」？" if near else "删去这一列，或在声明里加上 [[column]]。"
            hint_en = f"Did you mean `{near}`?" if near else "Remove the column, or declare it with [[column]]."
            problems.append(Problem("MR-K203", {"name": name, "hint": hint, "hint_en": hint_en}))
        if len(problems) >= MAX_PROBLEMS:
            return None, problems
    places: list[int] = []
    for zh, en in declared_names:
        place = _place(met, zh, en)
        if place is None:
            problems.append(Problem("MR-K202", {"name": zh}))
        else:
            places.append(place)
    if _place(met, "知识点号", "point") is None:
        problems.append(Problem("MR-K202", {"name": "知识点号"}))
    if any(p.code == "MR-K202" for p in problems):
        return None, problems
    found = {reserved[name]: i for i, name in reversed(list(enumerate(names))) if name in reserved}
    keys = len(declared.keys)
    return Header(tuple(names), tuple(places[:keys]), tuple(places[keys:]), found), problems


def _place(names: dict[str, int], zh: str, en: str) -> int | None:
    """The first place of a column, by either of its names."""
    return names.get(zh, names.get(en))
