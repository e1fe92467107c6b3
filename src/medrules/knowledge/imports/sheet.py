"""A sheet of cells as it was read, before anything is made of it: texts, and what a spreadsheet made of texts.

Most cells are plain `str`. What a spreadsheet stores otherwise (a number, a date, a formula) stays told apart, because a code that was
stored as a number has lost what nobody can give back.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from medrules.frozen import dataclass

__all__ = ["LIMITS", "Area", "Cell", "Limits", "Odd", "Sheet", "column_letter", "column_number", "text_of"]

Kind = Literal["number", "date", "formula", "bool", "error"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a batch file may cost. The whole national library has about 250,000 code-level points."""

    content: int = 64 * 1024 * 1024  # bytes of the file
    unpacked: int = 512 * 1024 * 1024  # bytes of a workbook's parts together
    ratio: int = 200  # of a part's unpacked bytes to its packed ones, where they are many
    parts: int = 2_000
    sheets: int = 50
    rows: int = 500_000  # of one sheet
    columns: int = 256
    cell: int = 100_000  # characters


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Odd:
    """A cell that is no text. `text` is its value written out: `2026-05-01` for a date, the formula itself for a formula."""

    text: str
    kind: Kind


Cell = str | Odd


@dataclass(frozen=True, slots=True)
class Area:
    """Merged cells: 1-based, both ends inside."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{column_letter(self.left)}{self.top}:{column_letter(self.right)}{self.bottom}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `rows[i]` is line i + 1 as a spreadsheet numbers it; a row may be shorter than the widest one.

    name     the sheet's name; "" for a CSV
    file     the file's name, as people know it
    hidden_rows, hidden_columns  numbers from 1
    """

    name: str
    file: str
    rows: Sequence[Sequence[Cell]]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[Area, ...] = ()

    def place(self, row: int, column: int = 0) -> str:
        """A cell as a clerk finds it: `明细!C5` of a workbook, `batch.csv C5` of a CSV; without a column the line."""
        cell = f"{column_letter(column)}{row}" if column else f"第 {row} 行"
        return f"{self.file} {self.name}!{cell}" if self.name else f"{self.file} {cell}"

    def cell(self, row: int, column: int) -> Cell:
        """The cell at 1-based numbers; "" outside what was written."""
        line = self.rows[row - 1] if row <= len(self.rows) else ()
        return line[column - 1] if column <= len(line) else ""


def text_of(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.text


def column_letter(number: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """A → 1, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
