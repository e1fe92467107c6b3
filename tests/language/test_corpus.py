"""The 88 national rules and the typical problems: all of them parse, and survive formatting and translation."""
from __future__ import annotations

from pathlib import Path

import pytest

from medrules.language import nodes as n
from medrules.language.formatter import format

from .trees import CORPUS, bare, spans, twin, well

HEADS = (("规则", n.RuleDecl), ("参数", n.ParamDecl), ("定义", n.DefinitionDecl))


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.stem)
def test_a_file_parses_without_diagnostics(path: Path) -> None:
    assert well(path.read_text(encoding="utf-8")).language == "zh"


def test_nothing_of_the_corpus_is_lost() -> None:
    declarations = [d for p in CORPUS for d in well(p.read_text(encoding="utf-8")).declarations]
    lines = [line for p in CORPUS for line in p.read_text(encoding="utf-8").splitlines()]
    for word, kind in HEADS:
        written = sum(line.startswith(f"{word} ") for line in lines)
        assert sum(isinstance(d, kind) for d in declarations) == written > 0
    heads = sum(p.read_text(encoding="utf-8").count("：") for p in CORPUS)
    clauses = sum(len(d.clauses) for d in declarations if isinstance(d, (n.RuleDecl, n.DefaultDecl)))
    assert 0.8 * heads < clauses <= heads


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.stem)
def test_formatting_keeps_the_tree_and_is_idempotent(path: Path) -> None:
    file = well(path.read_text(encoding="utf-8"))
    text = format(file, "zh")
    again = well(text)
    assert bare(again) == bare(file)
    assert format(again, "zh") == text


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.stem)
def test_english_and_back_is_the_same_text(path: Path) -> None:
    file = well(path.read_text(encoding="utf-8"))
    english = format(file, "en", twin)
    translated = well(english)
    assert translated.language == "en"
    assert format(translated, "en") == english
    assert format(translated, "zh", twin) == format(file, "zh")


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.stem)
def test_comments_survive(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    formatted = format(well(text), "zh")
    for line in text.splitlines():
        comment = line.rpartition("#")[2].strip() if "#" in line else ""
        assert comment in formatted


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.stem)
def test_spans_lie_in_the_text_and_hold_what_they_name(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for node, span in spans(well(text)):
        assert 0 <= span.start < span.end <= len(text)
        if isinstance(node, n.Name):
            assert text[span.start:span.end] == ".".join(node.parts)
        if isinstance(node, n.SetRef):
            assert node.name in text[span.start:span.end]
