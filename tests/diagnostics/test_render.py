"""How diagnostics look: caret under the right columns, colours only when asked, nothing dangerous for a terminal."""
from __future__ import annotations

import json

from medrules.diagnostics import Diagnostic, Severity, Source, Span
from medrules.diagnostics.codes import diagnostic
from medrules.diagnostics.render import render, render_all, to_json, to_sarif

SOURCE = Source("家族/rule.medrule", "规则 GZ1「名」{\n  当：  甲 且 乙 或 丙\n}\n")
MIXED = diagnostic("MR-P107", SOURCE, Span(23, 24), first="且", second="或")


def test_the_caret_stands_under_the_word() -> None:
    assert SOURCE.text[23:24] == "或"
    assert render(MIXED) == (
        "错误 MR-P107：「且」和「或」不能不加括号就连用\n"
        "  --> 家族/rule.medrule:2:13\n"
        "  |\n"
        "2 |   当：  甲 且 乙 或 丙\n"
        "  |                  ^^\n"
        "  = 怎么改：先算哪个就把哪个放进括号，例如（甲 或 乙）且 丙。"
    )


def test_english_and_colour() -> None:
    english = render(MIXED, lang="en")
    assert english.startswith("error MR-P107: `且` and `或` cannot be mixed") and "\x1b" not in english
    coloured = render(MIXED, color=True)
    assert "\x1b[1;31m" in coloured and coloured.count("\x1b[0m") >= 3


def test_places_without_a_span_and_several_lines() -> None:
    cell = Diagnostic("MR-K301", "甲", "a", place="表.csv 第 3 行 年龄段", severity=Severity.WARNING)
    assert render(cell) == "警告 MR-K301：甲\n  --> 表.csv 第 3 行 年龄段"
    over_lines = diagnostic("MR-P105", SOURCE, Span(0, len(SOURCE.text)), brace="}")
    assert "| ^^" in render(over_lines).replace("  ", " ")
    at_end = diagnostic("MR-P105", SOURCE, Span(len(SOURCE.text), len(SOURCE.text)), brace="}")
    assert render(at_end).splitlines()[1] == "  --> 家族/rule.medrule:4:1"
    assert render_all([MIXED, cell]).count("\n\n") == 1


def test_control_characters_never_reach_the_terminal() -> None:
    source = Source("x\x1b[2J.medrule", "当：\x1b[31m\u202e甲\t乙")
    shown = render(diagnostic("MR-L107", source, Span(2, 3), character="\x1b", point="U+001B", hint="", hint_en=""))
    assert not set(shown) & set("\x1b\u202e\t")


def test_a_very_long_line_is_cut_around_the_caret() -> None:
    source = Source("x", "甲" * 5_000 + "乙" + "丙" * 5_000)
    shown = render(diagnostic("MR-P112", source, Span(5_000, 5_001))).splitlines()
    assert "乙" in shown[3] and len(shown[3]) < 200
    assert shown[4].index("^") - 4 == 2 * shown[3][4:].index("乙")


def test_json() -> None:
    (one,) = json.loads(to_json([MIXED]))
    assert (one["code"], one["file"], one["line"], one["column"], one["end_column"]) == (
        "MR-P107", "家族/rule.medrule", 2, 13, 14)
    assert one["help"] and one["help_en"]


def test_sarif() -> None:
    log = to_sarif([MIXED, MIXED, Diagnostic("MR-K301", "甲", "a", place="表.csv")], version="1.2")
    run = log["runs"][0]
    assert log["version"] == "2.1.0" and run["tool"]["driver"]["version"] == "1.2"
    assert [r["id"] for r in run["tool"]["driver"]["rules"]] == ["MR-K301", "MR-P107"]
    assert [r["ruleIndex"] for r in run["results"]] == [1, 1, 0]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 13, "endLine": 2, "endColumn": 14}
    assert run["results"][2]["properties"] == {"place": "表.csv"}
    json.dumps(log)
