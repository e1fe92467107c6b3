"""1,000 rules of about ten lines parse in 1.5 seconds."""
from __future__ import annotations

import time

from medrules.diagnostics import Source
from medrules.language.parser import parse

from .trees import CORPUS


def test_a_thousand_rules() -> None:
    texts = [p.read_text(encoding="utf-8") for p in CORPUS]
    sources = [Source(f"{i}.medrule", t) for i in range(9) for t in texts]
    parse(sources[0])  # the parser is built on first use
    started = time.perf_counter()
    rules = 0
    for source in sources:
        file, problems = parse(source)
        assert file is not None and problems == ()
        rules += source.text.count("\n规则 ")
    assert rules >= 1_000
    assert time.perf_counter() - started < 1.5
