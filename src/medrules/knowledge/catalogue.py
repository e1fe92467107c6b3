"""Catalogues: lists of the codes that exist (ICD-10 医保版 …), which a rule asks with 在册."""
from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Set

from medrules.diagnostics import Diagnostic
from medrules.frozen import dataclass
from medrules.knowledge.problem import Problem
from medrules.model.codes import normal_form
from medrules.model.folding import fold_code, fold_text

__all__ = ["Catalogue", "LateCodes", "read_catalogue"]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A list of codes asked with 在册. incomplete: a code that is not listed is UNKNOWN, not False."""

    name: str
    codes: Set[str]
    incomplete: bool
    en: str = ""
    system: str = ""
    source: str = ""


class LateCodes(Set[str]):
    """Codes that become a set when somebody first asks: fifty thousand in a catalogue that most processes never look into."""

    __slots__ = ("_held", "_texts")

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = texts
        self._held: frozenset[str] | None = None

    def held(self) -> frozenset[str]:
        if self._held is None:
            self._held = frozenset(self._texts)  # two threads at once make two equal sets
        return self._held

    def __contains__(self, code: object) -> bool:
        return code in self.held()

    def __iter__(self) -> Iterator[str]:
        return iter(self.held())

    def __len__(self) -> int:
        return len(self.held())

    def __hash__(self) -> int:
        return hash(self.held())


def read_catalogue(
    content: bytes, column: str, *, file: str, name: str, incomplete: bool, en: str = "", system: str = "",
    source: str = "",
) -> tuple[Catalogue | None, tuple[Diagnostic, ...]]:
    """The codes of one column of a CSV, folded and written as those of facts are; blank cells are passed over."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return None, (Problem("MR-K201").at(f"{file} 第 {line} 行"),)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [fold_text(cell) for cell in next(reader, [])]
        if column not in header:
            return None, (Problem("MR-G301", {"name": column}).at(f"{file} 第 1 行"),)
        place = header.index(column)
        folded = (fold_code(cells[place]) for cells in reader if len(cells) > place)
        codes = frozenset(normal_form(system, code) or code for code in folded if code)
    except csv.Error as error:
        return None, (Problem("MR-K208", {"detail": str(error)}).at(f"{file} 第 {reader.line_num} 行"),)
    return Catalogue(name, codes, incomplete, en, system, source), ()
