"""The words: complete in both languages, one meaning each, and none of them in the grammar."""
from __future__ import annotations

import re
import sys
import tomllib
from importlib import resources

import pytest

from medrules.language.grammar import START_RULES, build_parser
from medrules.language.vocabulary import LANGUAGES, Language, vocabulary

FOLDER = resources.files("medrules.language")
GRAMMAR = FOLDER.joinpath("rules.lark").read_text(encoding="utf-8")
DOCUMENT = tomllib.loads(FOLDER.joinpath("vocabulary.toml").read_text(encoding="utf-8"))
WORDLESS = {"NAME", "NUMBER", "STRING", "DATE", "COLUMN", "FRAME", "PERIOD", "SUBJECT", "GAP", "LPAR", "RPAR", "LIST_SEP",
            "ARG_SEP", "PLUS", "MINUS", "TIMES"}


def entries(table: dict[str, object], path: str = "") -> list[tuple[str, dict[str, object]]]:
    out = []
    for key, value in table.items():
        if isinstance(value, dict):
            out += [(f"{path}.{key}", value)] if "zh" in value and isinstance(value["zh"], list) else entries(value, f"{path}.{key}")
    return out


@pytest.mark.parametrize(("path", "entry"), entries(DOCUMENT), ids=lambda x: x if isinstance(x, str) else "")
def test_every_entry_has_words_in_both_languages(path: str, entry: dict[str, object]) -> None:
    for lang in LANGUAGES:
        words = entry[lang]
        assert isinstance(words, list) and words and all(isinstance(w, str) and w == w.strip() and w for w in words)


def test_every_terminal_has_words_and_every_word_its_terminal() -> None:
    declared = set(re.findall(r"[A-Z_]{2,}", " ".join(re.findall(r"^%declare (.*)$", GRAMMAR, re.MULTILINE))))
    for lang in LANGUAGES:
        said = {terminal for terminal, _ in vocabulary(lang).keywords.values()}
        assert said | WORDLESS == declared


def test_the_grammar_holds_no_word() -> None:
    rules = re.sub(r"//.*", "", GRAMMAR)
    assert rules.isascii()
    assert '"' not in rules and "/" not in rules


def test_the_grammar_has_no_conflict_and_needs_no_slow_check() -> None:
    """With `interegular` on the path, lark compares all terminals: building took 5 to 12 seconds instead of 0.1."""
    parser = build_parser()
    assert parser.options.strict and parser.options.parser == "lalr"
    assert set(parser.options.start) == set(START_RULES)
    assert "interegular" not in sys.modules


@pytest.mark.parametrize("lang", LANGUAGES)
def test_canonical_words_come_first_and_lead_back(lang: Language) -> None:
    words = vocabulary(lang)
    for (family, identifier), word in words.words.items():
        if family in words.places:
            assert words.places[family][word] == identifier
        elif family.isupper():
            assert words.keywords[word][0] == family


@pytest.mark.parametrize("lang", LANGUAGES)
def test_heads_are_no_keywords(lang: Language) -> None:
    words = vocabulary(lang)
    assert not set(words.clauses) & set(words.keywords)
    assert not set(words.declarations) & set(words.keywords)
