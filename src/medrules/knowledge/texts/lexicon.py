"""Disease words and their codes: the exact names of the pack's catalogue, and a reviewed list of words that stand for whole categories.

Both are files of the pack (shared/terms/): `icd10_names.csv` (name, code) is the catalogue itself; `icd10_reviewed.csv`
(词, 诊断, 说明) holds words of which a person said which codes are all that the word names (推定, to be reviewed by clinicians).
A name of the catalogue is one code. Whether that code is everything that the word means is not known, so such a reading
never makes a text complete. Signs, symptoms, causes and factors (chapters R, V-Y, Z) are no diagnoses here.
"""
from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from medrules.knowledge.texts.folded import fold

__all__ = ["EMPTY_LEXICON", "NAMES_FILE", "REVIEWED_FILE", "Lexicon", "Term", "read_lexicon"]

NAMES_FILE: Final = "shared/terms/icd10_names.csv"
REVIEWED_FILE: Final = "shared/terms/icd10_reviewed.csv"
_NO_DIAGNOSES: Final = frozenset("RVWXYZ")
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Term:
    """A disease word with its codes as a cell writes them; covers: the codes are reviewed to be all that it names."""

    words: str
    codes: str
    covers: bool


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Terms by folded words; `reach`: for the first two characters, the lengths that occur, longest first."""

    terms: Mapping[str, Term]
    reach: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, terms: Iterator[Term] | tuple[Term, ...]) -> Lexicon:
        """Later terms replace earlier ones of the same words."""
        by_words: dict[str, Term] = {}
        lengths: dict[str, set[int]] = {}
        for term in terms:
            words = fold(term.words)
            if 2 <= len(words) <= _LONGEST:
                by_words[words] = term
                lengths.setdefault(words[:2], set()).add(len(words))
        reach = {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}
        return cls(MappingProxyType(by_words), MappingProxyType(reach))

    def found(self, folded: str) -> Iterator[tuple[int, int, Term]]:
        """(start, end, term) of the longest term at each place, left to right; they do not overlap."""
        at = 0
        while at < len(folded) - 1:
            for length in self.reach.get(folded[at:at + 2], ()):
                term = self.terms.get(folded[at:at + length])
                if term is not None and at + length <= len(folded):  # at the end a slice is shorter than it was asked for
                    yield at, at + length, term
                    at += length
                    break
            else:
                at += 1


EMPTY_LEXICON: Final = Lexicon.of(())


def read_lexicon(pack: Path) -> Lexicon:
    """The terms of a pack folder; empty if it has none. Raises OSError or UnicodeDecodeError for a file that cannot be read."""
    return Lexicon.of((*_names(pack / NAMES_FILE), *_reviewed(pack / REVIEWED_FILE)))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if path.is_file():
        yield from csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""))


def _names(path: Path) -> Iterator[Term]:
    found: dict[str, list[str]] = {}
    for row in _rows(path):
        name, code = (row.get("name") or "").strip(), (row.get("code") or "").strip()
        if name and code and code[0] not in _NO_DIAGNOSES:
            found.setdefault(name, []).append(code)
    for name, codes in found.items():
        yield Term(name, "|".join(codes), False)


def _reviewed(path: Path) -> Iterator[Term]:
    for row in _rows(path):
        words, codes = (row.get("词") or "").strip(), (row.get("诊断") or "").strip()
        if words and codes:
            yield Term(words, codes, True)
