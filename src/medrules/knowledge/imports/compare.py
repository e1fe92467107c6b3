"""Two states of the same rows compared: two batch files, two CSVs, or one table of two packs."""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from medrules.knowledge.imports.layout import POINT
from medrules.knowledge.imports.report import Change
from medrules.knowledge.imports.sheet import Sheet, text_of
from medrules.model.folding import fold_text

__all__ = ["compare", "identity_of", "records_of"]

Named = Mapping[str, str]
# Headings that tell a row again, the surest first.
_IDENTITIES: Final = (
    (POINT, "有效起"), (POINT,), ("kp_id",), ("知识点编号",), ("知识点编码",), ("主项编码", "从项编码"), ("国标代码",), ("药品代码",), ("项目编码",),
    ("项目代码",), ("编码",), ("op_code", "dx_code"), ("op_code",), ("dx_code",), ("herb_a", "herb_b"), ("item_code",), ("药品通用名",), ("item_name",),
)
_HEADER_LINES: Final = 20


def records_of(sheet: Sheet) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """The headings of a sheet and its rows by heading. The headings are the fullest of the first lines that hold one that we know."""
    known = {name for names in _IDENTITIES for name in names}
    lines = [[fold_text(text_of(cell)) for cell in row] for row in sheet.rows[:_HEADER_LINES]]
    scores = [(len(known.intersection(line)), sum(map(bool, line)), -i) for i, line in enumerate(lines)]
    if not scores:
        return (), []
    at = -max(scores)[2]
    heads = tuple(lines[at])
    found = []
    for row in sheet.rows[at + 1:]:
        cells = [text_of(cell).strip() for cell in row]
        if any(cells):
            found.append({name: cells[i] if i < len(cells) else "" for i, name in enumerate(heads) if name})
    return tuple(name for name in heads if name), found


def identity_of(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """The columns by which rows are told again: the surest that both have; () if there are none."""
    return next((names for names in _IDENTITIES if all(n in old and n in new for n in names)), ())


def compare(old: Sequence[Named], new: Sequence[Named], identity: Sequence[str]) -> tuple[Change, ...]:
    """What became of each row. Rows of the same identity are compared in their order; a row that only got its end is superseded."""
    before, after = _grouped(old, identity), _grouped(new, identity)
    changes = []
    for key in [*before, *(k for k in after if k not in before)]:
        olds, news = before.get(key, []), after.get(key, [])
        same = Counter(map(_frozen, olds)) & Counter(map(_frozen, news))
        changes += [Change("unchanged", _shown(key))] * same.total()
        olds, news = _without(olds, same), _without(news, same)
        for a, b in zip(olds, news, strict=False):
            cells = {n: (a.get(n, ""), b.get(n, "")) for n in dict.fromkeys([*a, *b]) if a.get(n, "") != b.get(n, "")}
            changes.append(Change("superseded" if set(cells) == {"有效止"} and not cells["有效止"][0] else "changed", _shown(key), "", cells))
        changes += [Change("removed", _shown(key), "", {n: (c, "") for n, c in row.items() if c and n not in identity}) for row in olds[len(news):]]
        changes += [Change("added", _shown(key), "", {n: ("", c) for n, c in row.items() if c and n not in identity}) for row in news[len(olds):]]
    return tuple(changes)


def _frozen(row: Named) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(row.items()))


def _without(rows: Sequence[Named], same: Counter[tuple[tuple[str, str], ...]]) -> list[Named]:
    """The rows but for those of `same`, as often as they stand there."""
    left, found = same.copy(), []
    for row in rows:
        key = _frozen(row)
        if left[key]:
            left[key] -= 1
        else:
            found.append(row)
    return found


def _grouped(rows: Sequence[Named], identity: Sequence[str]) -> dict[tuple[str, ...], list[Named]]:
    found: dict[tuple[str, ...], list[Named]] = {}
    for row in rows:
        found.setdefault(tuple(row.get(name, "") for name in identity), []).append(row)
    return found


def _shown(key: Sequence[str]) -> str:
    return " · ".join(filter(None, key))
