"""One cell of a batch to the text of one cell of a table, or what is wrong with it. Nothing is repaired: what a spreadsheet has done to a
cell is said with the cell's name."""
from __future__ import annotations

import re
from typing import Final

from medrules.knowledge.cells import SPREADSHEET_ERRORS, shown
from medrules.knowledge.imports.layout import From
from medrules.knowledge.imports.sheet import Cell, Odd
from medrules.knowledge.members import CODED
from medrules.knowledge.problem import Problem
from medrules.model.types import TEXT, Type

__all__ = ["POINT_TYPE", "cell_text", "is_codes", "warned"]

POINT_TYPE: Final = Type("code", name="point")  # of a knowledge point's number, which must not lose digits either
_WIDE_DIGIT: Final = re.compile(r"[０-９]")
_SERIAL: Final = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")  # days since 1900: 36526 is 2000-01-01
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f]+")


def is_codes(type: Type) -> bool:
    """Whether cells of the type hold codes, in which every digit counts."""
    return type is POINT_TYPE or (type.kind in ("code", "codeset") and (type.name in CODED or type.kind == "codeset"))


def cell_text(cell: Cell, source: From, type: Type) -> str | Problem:
    """The text that a table's reader is given.

    Args:
        source: which piece of the cell, what separates codes, and the file's words in the table's.
        type: of the table's column.
    """
    if isinstance(cell, Odd):
        problem = _odd_problem(cell, type)
        if problem is not None:
            return problem
        text = cell.text
    else:
        text = cell
        if (text.lstrip()[:1] in ("=", "＝") and type.kind != "range") or text.startswith(SPREADSHEET_ERRORS):
            return Problem("MR-K412", {"cell": shown(text)})
        if type.kind == "date" and _SERIAL.fullmatch(text.strip()):
            return Problem("MR-K606", {"cell": shown(text.strip())})
    text = text.strip()
    if source.part:
        pieces = text.split(source.separator or "|")
        return _worded(pieces[source.part - 1].strip() if source.part <= len(pieces) else "", source, type)
    if source.separator and is_codes(type):
        return "|".join(piece.strip() for piece in text.split(source.separator) if piece.strip())
    if type == TEXT:
        text = _BREAKS.sub("", text)
    return _worded(text, source, type)


def _worded(text: str, source: From, type: Type) -> str:
    """The table's word for the file's. An empty one leaves a condition as it is, to become text; in a text column it says that nothing is
    left over."""
    if source.unit and _NUMBER.fullmatch(text):
        return text + source.unit
    word = source.words.get(text)
    return text if word is None or (not word and type != TEXT) else word


def _odd_problem(cell: Odd, type: Type) -> Problem | None:
    match cell.kind:
        case "formula" | "error":
            return Problem("MR-K412", {"cell": shown(cell.text)})
        case "number" if is_codes(type):
            return Problem("MR-K605", {"cell": shown(cell.text)})
        case "number" if type.kind == "date":
            return Problem("MR-K606", {"cell": shown(cell.text)})
        case "date" if type.kind != "date" or len(cell.text) != 10:
            return Problem("MR-K607", {"cell": shown(cell.text)})
        case _:
            return None


def warned(cell: Cell, type: Type) -> Problem | None:
    """What is to be said of a cell that is taken all the same."""
    if isinstance(cell, str) and type.kind not in ("text", "code", "codeset") and _WIDE_DIGIT.search(cell):
        return Problem("MR-K608", {"cell": shown(cell.strip())})
    return None
