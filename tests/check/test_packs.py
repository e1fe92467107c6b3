"""Real texts: the corpus, both packs, totality under mutilation, speed."""
from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from check_corpus import catalogues, codesets, corpus_files, parsed, tables, with_a_row

from medrules.check.checker import check
from medrules.diagnostics import Severity, Source
from medrules.knowledge.folder import PackSources, read_pack_folder
from medrules.language.nodes import File
from medrules.language.parser import parse

PACKS = Path(__file__).parents[2] / "rulepacks"


def files_of(pack: PackSources) -> list[tuple[Source, File]]:
    out = []
    for source in pack.rule_sources:
        file, found = parse(source)
        assert file is not None and not found, found
        out.append((source, file))
    return out


def test_all_rules_of_the_corpus_are_checked() -> None:
    program, found = check(corpus_files(), tables(), codesets(), catalogues())
    assert [(d.code, d.message) for d in found if d.severity is Severity.ERROR] == []
    assert len(program.rules) == len({r.version for r in program.rules}) >= 118


@pytest.mark.parametrize("name", ["national", "typical-problems"])
def test_a_pack_has_no_errors(name: str) -> None:
    pack = read_pack_folder(PACKS / name)
    program, found = check(files_of(pack), pack.tables, pack.codesets, pack.catalogues)
    assert [(d.code, d.place, d.message) for d in found if d.severity is Severity.ERROR] == []
    assert program.rules


def test_no_text_makes_the_checker_raise() -> None:
    """Law 2, for checking: words of the corpus swapped at random give diagnostics or rules, never an exception."""
    files = corpus_files()
    known, sets, lists = with_a_row(tables()), codesets(), catalogues()
    token = re.compile(r"[一-鿿A-Za-z]+(?:\.[一-鿿A-Za-z]+)*|「[^」]*」|\d+[一-鿿]?")
    rules = [r for s, _ in files for r in re.findall(r"^规则 .*?^\}", s.text, re.MULTILINE | re.DOTALL)]
    words = sorted({w for s, _ in files for w in token.findall(s.text)})
    shared = [f for f in files if f[0].name in ("parameters.medrule", "definitions.medrule")]
    chance = random.Random(20250101)
    told = set()
    for _ in range(400):
        text = chance.choice(rules)
        named = re.search(r"同：\s*(\S+)", text)
        for _ in range(chance.randint(1, 4)):
            place = chance.choice(list(token.finditer(text)))
            text = text[:place.start()] + chance.choice(words) + text[place.end():]
        source = Source("a", "\n".join([text, *(r for r in rules if named and r.startswith(f"规则 {named[1]}「"))]))
        file, _ = parse(source)
        if file is not None:
            program, found = check([*shared, (source, file)], known, sets, lists)
            told.update(d.code for d in found)
            assert all(r.when is not None or r.mode == "always" for r in program.rules)
    assert len(told) > 15


def test_a_thousand_rules_are_checked() -> None:
    """Nine copies of the corpus under other codes; `benchmarks` says how long it takes."""
    files = corpus_files()
    many = []
    for i in range(9):
        for source, _ in files:
            text = re.sub(r"(?m)^((?:规则|  同：)\s*)(\S+?)(?=「|\s|$)", rf"\g<1>\g<2>9{i}", source.text)
            if i == 0 or not source.name.startswith("shared/"):
                many.append(parsed(text, f"{i}-{source.name}"))
    program, found = check(many, tables(), codesets(), catalogues())
    assert [d.message for d in found if d.severity is Severity.ERROR] == []
    assert len(program.rules) == 9 * len(check(files, tables(), codesets(), catalogues())[0].rules)
