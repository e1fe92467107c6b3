"""Catalogues: lists of the codes that exist (ICD-10 医保版 …), which a rule asks with 在册."""
from __future__ import annotations

import csv
import io

from medrules.diagnostics import Diagnostic
from medrules.frozen import dataclass
from medrules.knowledge.problem import Problem
from medrules.model.codes import normal_form
from medrules.model.folding import fold_code, fold_text

__all__ = ["Catalogue", "read_catalogue"]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A list of codes asked with 在册. incomplete: a code that is not listed is UNKNOWN, not False."""

    name: str
    codes: frozenset[str]
    incomplete: bool
    en: str = ""
    system: str = ""
    source: str = ""


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
