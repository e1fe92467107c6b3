"""Restriction texts (限二级及以上医疗机构 …) read into typed columns; what is not read stays text for a person."""
from __future__ import annotations

from medrules.knowledge.texts.lexicon import Lexicon, Term, read_lexicon
from medrules.knowledge.texts.reader import read_text
from medrules.knowledge.texts.reading import CONFIDENCES, Confidence, Reading, ReadText, Span, Stance

__all__ = ["CONFIDENCES", "Confidence", "Lexicon", "ReadText", "Reading", "Span", "Stance", "Term", "read_lexicon", "read_text"]
