"""Makes a disagreement small: `python -m tests.property.shrink SEED REQUEST [--keep NAME "one sentence"]`.

Takes out rules, clauses, rows, cells and facts as long as the paths still disagree, and writes what is left into
tests/property/regressions/, where every path is compared on it for ever after.
"""
from __future__ import annotations

import argparse
import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.property.agreement import judge
from tests.property.drawing import Asked, asked, written
from tests.property.regressions import FOLDER, Case, plain
from tests.property.tally import Tally
from tests.property.written import TableText, Written, compiled

_BLOCK = re.compile(r"^(?:规则|默认)[^\n{]*\{\n?.*?^\}\n?", re.MULTILINE | re.DOTALL)


def disagrees(case: Case) -> bool:
    """Whether some path says something else than the reference (or cannot answer)."""
    program, _ = compiled(case.written)
    return bool(program.rules) and bool(judge(program, [case.asked], 0, Tally()))


def _texts(text: str) -> Iterator[str]:
    """A rule file with one rule or one line less."""
    for found in _BLOCK.finditer(text):
        yield text[: found.start()] + text[found.end():]
    lines = text.split("\n")
    for n, line in enumerate(lines):
        if line.strip() and not line.startswith(("规则", "}", "默认")):
            yield "\n".join([*lines[:n], *lines[n + 1:]])


def _tables(table: TableText) -> Iterator[TableText]:
    for n in range(len(table.rows)):
        yield replace(table, rows=table.rows[:n] + table.rows[n + 1:])
    for n, row in enumerate(table.rows):
        for c, cell in enumerate(row):
            if cell and c:
                yield replace(table, rows=(*table.rows[:n], (*row[:c], "", *row[c + 1:]), *table.rows[n + 1:]))
    for c in range(len(table.header) - 1, 0, -1):  # columns that no row fills
        name = table.header[c]
        block = re.search(rf'\[\[column\]\]\nzh = "{re.escape(name)}"\n[^\[]*', table.toml)
        if not any(row[c] for row in table.rows):
            cut = table.toml if block is None else table.toml[: block.start()] + table.toml[block.end():]
            yield TableText(cut, table.header[:c] + table.header[c + 1:], tuple(r[:c] + r[c + 1:] for r in table.rows))


def _programs(w: Written) -> Iterator[Written]:
    for n in range(len(w.rules)):
        yield replace(w, rules=w.rules[:n] + w.rules[n + 1:])
    for n in range(len(w.tables)):
        yield replace(w, tables=w.tables[:n] + w.tables[n + 1:])
    for n, text in enumerate(w.rules):
        for less in _texts(text):
            yield replace(w, rules=(*w.rules[:n], less, *w.rules[n + 1:]))
    for n, table in enumerate(w.tables):
        for small in _tables(table):
            yield replace(w, tables=(*w.tables[:n], small, *w.tables[n + 1:]))
    lines = w.shared.split("\n")
    for n, line in enumerate(lines):
        if line.strip():
            yield replace(w, shared="\n".join([*lines[:n], *lines[n + 1:]]))
    for n in range(len(w.codesets)):
        yield replace(w, codesets=w.codesets[:n] + w.codesets[n + 1:])


def _parts(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Places in the request that may be left out, the larger first."""
    held = list(data.items()) if isinstance(data, dict) else list(enumerate(data)) if isinstance(data, list) else []
    for key, _ in reversed(held):
        yield (*path, key)
    for key, value in held:
        yield from _parts(value, (*path, key))


def _without(data: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    made: Any = copy.deepcopy(data)
    at = made
    for step in path[:-1]:
        at = at[step]
    del at[path[-1]]
    return made  # type: ignore[no-any-return]


def _smaller(case: Case) -> Iterator[Case]:
    for w in _programs(case.written):
        yield replace(case, written=w)
    for path in _parts(case.asked.data):
        if path[-1] not in ("就诊", "历次就诊", "环节", "患者"):
            yield replace(case, asked=Asked(_without(case.asked.data, path), case.asked.door))
    if case.asked.door != "native":
        yield replace(case, asked=Asked(case.asked.data))


def shrunk(case: Case, holds: Callable[[Case], bool] = disagrees, steps: int = 5_000) -> Case:
    """The smallest case found in which `holds` still holds."""
    progress = True
    while progress and steps > 0:
        progress = False
        for less in _smaller(case):
            steps -= 1
            try:
                if holds(less):
                    case, progress = less, True
                    break
            except Exception:  # a case that cannot be read is no smaller case
                continue
            if steps <= 0:
                break
    return case


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.property.shrink", description="把一处不一致缩到最小 / shrink a disagreement")
    parser.add_argument("seed", type=int)
    parser.add_argument("request", type=int)
    parser.add_argument("--keep", nargs=2, metavar=("NAME", "SENTENCE"), help="存为 tests/property/regressions/NAME.json")
    args = parser.parse_args()
    case = Case("", written(args.seed), asked(args.seed, args.request))
    if not disagrees(case):
        raise SystemExit("各条路径一致")
    case = shrunk(case)
    print("\n".join(case.written.rules), *(f"{t.declaration.name}: {t.header} {t.rows}" for t in case.written.tables), sep="\n")
    print(json.dumps(case.asked.data, ensure_ascii=False))
    for one in judge(compiled(case.written)[0], [case.asked], args.seed, Tally()):
        print(one)
    if args.keep:
        name, sentence = args.keep
        (FOLDER / f"{name}.json").write_text(json.dumps(plain(replace(case, sentence=sentence)), ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
