"""The words of the language, one vocabulary for each of its two surfaces, read once from `vocabulary.toml`.

Takes → the TOML next to this file. Gives → `Vocabulary`: words to terminals and canonical ids for the lexer, canonical
ids to words for the formatter and for diagnostics. Never → knows grammar, facts or functions.
"""
from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Literal

__all__ = ["LANGUAGES", "Language", "Punctuation", "Vocabulary", "vocabulary"]

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, Language]] = ("zh", "en")

COMPARISON_TERMINALS: Final = MappingProxyType(
    {">=": "GE", ">": "GT", "<=": "LE", "<": "LT", "=": "EQ", "!=": "NE"}
)
_FAMILY_TERMINALS: Final = MappingProxyType({
    "quantifier": "QUANTIFIER", "existence": "EXISTENCE", "aggregate": "AGGREGATE", "own": "OWN", "order": "ORDER",
    "bool": "BOOL", "each": "EACH_ONE",
})
_PLACE_FAMILIES: Final = ("frame", "period", "scope_subject", "gap", "deduction")


@dataclass(frozen=True, slots=True)
class Punctuation:
    """How one language writes what the other writes differently. `and_in_calls`: the word for AND separates a list inside
    the brackets of a call."""

    list_separator: str
    argument_separator: str
    open: str
    close: str
    colon: str
    open_quote: str
    close_quote: str
    and_in_calls: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One language's words.

    keywords   word or phrase → (terminal, canonical id): words that are never names except next to a dot
    phrases    first word → compiled phrases that begin with it, longest first, each with its canonical spelling
    places     family ("frame", "period", "value.result" …) → word → id: words with a meaning in one place only
    units      word → canonical unit; `unit_pattern` matches any of them, longest first
    mistaken   words that are not of the language → the clause that is meant; `misused`: → the terminal that is meant; `retired`: words that must not be asked
    words      (family or terminal, id) → canonical word, for output
    """

    language: Language
    declarations: Mapping[str, str]
    clauses: Mapping[str, str]
    keywords: Mapping[str, tuple[str, str]]
    phrases: Mapping[str, tuple[tuple[re.Pattern[str], str], ...]]
    places: Mapping[str, Mapping[str, str]]
    place_phrases: Mapping[str, re.Pattern[str] | None]
    units: Mapping[str, str]
    unit_pattern: re.Pattern[str]
    operators: Mapping[str, str]
    mistaken: Mapping[str, str]
    misused: Mapping[str, str]
    retired: frozenset[str]
    words: Mapping[tuple[str, str], str]
    punctuation: Punctuation

    def word(self, family: str, identifier: str) -> str:
        """The canonical word of an id; the id itself when the vocabulary has none (a value kept as written)."""
        return self.words.get((family, identifier), identifier)

    def terminal_words(self, terminal: str) -> tuple[str, ...]:
        """The canonical words that stand for a terminal, for "expected …" sentences."""
        return tuple(dict.fromkeys(
            word for (family, _), word in self.words.items() if family == terminal
        ))


@cache
def vocabulary(language: Language) -> Vocabulary:
    """The vocabulary of one language."""
    return _build(_document(), language)


@cache
def _document() -> dict[str, Any]:
    text = resources.files("medrules.language").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _phrase_pattern(phrase: str) -> re.Pattern[str]:
    body = r"[ \t]+".join(re.escape(word) for word in phrase.split(" "))
    return re.compile(body + (r"(?![A-Za-z0-9_])" if phrase[-1].isascii() else ""))


def _alternation(words: Iterable[str]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(w) + (r"(?![A-Za-z0-9_])" if w[-1].isascii() else "") for w in ordered)


def _build(document: dict[str, Any], language: Language) -> Vocabulary:
    words: dict[tuple[str, str], str] = {}
    keywords: dict[str, tuple[str, str]] = {}
    operators: dict[str, str] = {}

    def of(family: str, entries: dict[str, Any], label: str = "") -> dict[str, str]:
        """Word → id of one family; records the canonical word of every id on the way."""
        out: dict[str, str] = {}
        for identifier, entry in entries.items():
            listed = entry[language]
            words[label or family, identifier] = listed[0]
            words[f"{family}.single", identifier] = next((w for w in listed if " " not in w), listed[0])
            for word in listed:
                out[word] = identifier
        return out

    def claim(word: str, terminal: str, identifier: str) -> None:
        if keywords.setdefault(word, (terminal, identifier)) != (terminal, identifier):
            raise ValueError(f"vocabulary.toml: {word!r} has two meanings")

    for terminal, entry in document["keyword"].items():
        words[terminal, terminal] = entry[language][0]
        for word in entry[language]:
            claim(word, terminal, terminal)
    for family, terminal in _FAMILY_TERMINALS.items():
        for word, identifier in of(family, document[family], terminal).items():
            claim(word, terminal, identifier)
    for style, entry in document["comparison"].items():
        operators[style] = entry["op"]
        words["comparison", style] = entry[language][0]
        terminal = COMPARISON_TERMINALS[entry["op"]]
        words[terminal, style] = entry[language][0]
        for word in entry[language]:
            claim(word, terminal, style)
    for style, entry in document["range"].items():
        words["range", entry["op"]] = entry[language][0]
        for word in entry[language]:
            if word not in keywords or keywords[word][0] != COMPARISON_TERMINALS[entry["op"]]:
                raise ValueError(f"vocabulary.toml: range word {word!r} ({style}) is no comparison word")
    places = {family: MappingProxyType(of(family, document[family])) for family in _PLACE_FAMILIES}
    for key, entries in document["value"].items():
        places[f"value.{key}"] = MappingProxyType(of(f"value.{key}", entries))
    settings = document["language"][language]
    units = of("unit", document["unit"])
    for unit, entry in document["unit"].items():
        listed = entry[language]
        words["unit.one", unit] = listed[1] if settings["singular_units"] and len(listed) > 1 else listed[0]
    first: dict[str, list[str]] = {}
    for phrase in keywords:
        head, _, rest = phrase.partition(" ")
        if rest:
            first.setdefault(head, []).append(phrase)
    return Vocabulary(
        language=language,
        declarations=MappingProxyType(of("declaration", document["declaration"])),
        clauses=MappingProxyType(of("clause", document["clause"])),
        keywords=MappingProxyType(keywords),
        phrases=MappingProxyType({
            head: tuple((_phrase_pattern(p), p) for p in sorted(phrases, key=len, reverse=True))
            for head, phrases in first.items()
        }),
        places=MappingProxyType(places),
        place_phrases=MappingProxyType({
            family: re.compile(_alternation(spaced)) if (spaced := [w for w in places[family] if " " in w]) else None
            for family in _PLACE_FAMILIES
        }),
        units=MappingProxyType(units),
        unit_pattern=re.compile(_alternation(units)),
        operators=MappingProxyType(operators),
        mistaken=MappingProxyType({w: i for i, entry in document["mistaken"].items() for w in entry[language]}),
        misused=MappingProxyType({w: t for t, entry in document["mistaken_keyword"].items() for w in entry[language]}),
        retired=frozenset(w for entry in document["retired"].values() for w in entry[language]),
        words=MappingProxyType(words),
        punctuation=Punctuation(
            settings["list_separator"], settings["argument_separator"], settings["open"], settings["close"],
            settings["colon"], settings["open_quote"], settings["close_quote"], settings["and_in_calls"],
        ),
    )
