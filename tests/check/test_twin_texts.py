"""Law 15: the Chinese and the English text of a pack give equal Programs, up to places, messages and author's labels."""
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from medrules.check.checker import check
from medrules.check.program import Program, Rule
from medrules.check.twin_names import twin_names
from medrules.diagnostics import Severity, Source, Span
from medrules.knowledge.folder import PackSources, read_pack_folder
from medrules.language.formatter import format
from medrules.language.nodes import File
from medrules.language.parser import parse

PACKS = Path(__file__).resolve().parents[2] / "rulepacks"


def meaning(rule: Rule) -> Rule:
    """A rule without what may differ between twins: places, wording, labels, and the version made from the text."""
    return replace(
        rule, source=None, span=None, version="", lets=tuple((str(i), v) for i, (_, v) in enumerate(rule.lets)),
        deduct=replace(rule.deduct, text=""), exempt=tuple(replace(e, span=Span(0, 0)) for e in rule.exempt),
    )


def checked(files: list[tuple[Source, File]], pack: PackSources) -> Program:
    program, problems = check(files, pack.tables, pack.codesets, pack.catalogues)
    assert [p.message for p in problems if p.severity is Severity.ERROR] == []
    return program


@pytest.mark.parametrize("name", ["typical-problems", "national"])
def test_both_languages_mean_the_same(name: str) -> None:
    pack = read_pack_folder(PACKS / name)
    written = [(source, tree) for source in pack.rule_sources if (tree := parse(source)[0]) is not None]
    sets = [(o.set.name, o.en) for o in pack.origins.values()]
    to_english = twin_names("en", pack.tables, sets, [tree for _, tree in written])
    english: list[tuple[Source, File]] = []
    for source, tree in written:
        text = Source(source.name, format(tree, "en", to_english))
        again, problems = parse(text)
        assert again is not None and problems == ()
        assert again.language == "en" or not tree.declarations  # a file of comments has no language
        english.append((text, again))
    zh, en = checked(written, pack), checked(english, pack)
    assert len(zh.rules) == len(en.rules) > 0
    assert {r.code: meaning(r) for r in zh.rules} == {r.code: meaning(r) for r in en.rules}


def test_the_way_back_gives_the_first_text() -> None:
    """zh → en → zh is the formatted Chinese text, for every rule text of the national pack."""
    pack = read_pack_folder(PACKS / "national")
    sets = [(o.set.name, o.en) for o in pack.origins.values()]
    trees = [tree for source in pack.rule_sources if (tree := parse(source)[0]) is not None]
    to_english, to_chinese = (twin_names(lang, pack.tables, sets, trees) for lang in ("en", "zh"))
    for tree in trees:
        english, _ = parse(Source("t.en", format(tree, "en", to_english)))
        assert english is not None
        back = format(english, "zh", to_chinese).replace("目录类别 = 耗材", "目录类别 = 医用耗材").replace(
            "医疗服务项目、耗材、长期护理", "医疗服务项目、医用耗材、长护服务项目")  # "consumable" is the word for both
        assert back == format(tree, "zh")
