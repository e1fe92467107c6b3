"""Hostile texts: a diagnostic, in bounded time and depth, and never an exception."""
from __future__ import annotations

import time

import pytest

from medrules.diagnostics import Source
from medrules.language.parser import parse
from medrules.language.tokens import Limits

HEAD = "规则 GZ1「名」{\n"
SECONDS = 20  # of processor time: far above what any of these takes, far below what quadratic work would


@pytest.mark.parametrize(("text", "code"), [
    (HEAD + "当：" + "（" * 100_000 + "x" + "）" * 100_000 + "\n}", "MR-L103"),
    ("(" * 100_000, "MR-L103"),
    ("甲 " * 5_000_000, "MR-L101"),
    (HEAD + "当：x = 1e99999999\n}", "MR-L105"),
    (HEAD + "当：" + "非 " * 200_000 + "x\n}", "MR-L103"),
    (HEAD + "当：" + "-" * 200_000 + "1 = 2\n}", "MR-L103"),
    (HEAD + "当：" + "1+" * 100_000 + "1 = 2\n}", "MR-L103"),
    (HEAD + "当：" + "（非 " * 60 + "x" + "）" * 60 + "\n}", "MR-L103"),
    (HEAD + "令：x = " + "若 甲 则 1 否则 " * 50_000 + "2\n}", "MR-L103"),
    (HEAD + "当：" + "9" * 500_000 + " = 2\n}", "MR-L104"),
    (HEAD + "当：" + "甲 且 " * 100_000 + "乙\n}", "MR-L102"),
    (HEAD + "说明：" + "「」" * 200_000 + "\n}", "MR-L102"),
    (HEAD + "针对：明细 其中 x 属于（" + "甲、" * 100_000 + "乙）\n}", "MR-L102"),
    (HEAD + "说明：" + "「" * 300_000 + "\n}", "MR-L108"),
    (HEAD + "当：甲 \u202e\n}", "MR-L106"),
    ("\u2066" * 500_000, "MR-L106"),
    ("？！" * 250_000, "MR-L107"),
    ("\0" * 900_000, "MR-L107"),
    ("\ud800" * 10, "MR-L107"),
    ("规则\n" * 200_000, "MR-P104 MR-P105"),
    (HEAD + "有效：0000-00-00 起\n}", "MR-L109"),
    (":" * 500_000, "MR-L102"),
])
def test_hostile_text(text: str, code: str) -> None:
    started = time.process_time()
    _, problems = parse(Source("hostile", text))
    assert time.process_time() - started < SECONDS
    assert {d.code for d in problems} == set(code.split())
    assert len(problems) <= Limits().diagnostics


@pytest.mark.parametrize("text", [
    HEAD + "说明：「" + "{甲}" * 100_000 + "」\n}", "#" * 900_000, "#\n" * 300_000, " " * 1_000_000, "\r" * 900_000, "",
    "\ufeff规则 GZ1「名」{ 当：一律 }", HEAD + "当：" + "非" * 200_000 + "\n}",
])
def test_large_but_harmless_text(text: str) -> None:
    started = time.process_time()
    assert parse(Source("large", text))[1] == ()
    assert time.process_time() - started < SECONDS


def test_what_an_author_may_nest_is_accepted() -> None:
    brackets = HEAD + "当：" + "（" * 60 + "x" + "）" * 60 + "\n}"
    terms = HEAD + "当：" + "1 + " * 60 + "1 = 2\n}"
    long = HEAD + "当：" + "甲 且 " * 1_500 + "乙\n}"
    calls = HEAD + "当：" + "f（" * 50 + "x" + "）" * 50 + " = 1\n}"
    for text in (brackets, terms, long, calls):
        assert parse(Source("x", text))[1] == ()


def test_the_depth_limit_bounds_the_tree() -> None:
    """The meter never lets a tree through that is deeper than twice the limit (a bracket may add an operator's level)."""
    for text in ("（非 " * 30 + "x" + "）" * 30, "1 + " * 63 + "1 = 1", "（1 + " * 31 + "1" + "）" * 31 + " = 1"):
        file, problems = parse(Source("x", HEAD + f"当：{text}\n}}"))
        assert problems == () and file is not None
        assert _depth(file) < 2 * Limits().depth + 10


def _depth(node: object) -> int:
    todo, deepest = [(node, 1)], 0
    while todo:
        one, depth = todo.pop()
        deepest = max(deepest, depth)
        if isinstance(one, tuple):
            todo += [(x, depth) for x in one]
        elif hasattr(one, "__dataclass_fields__"):
            todo += [(getattr(one, f), depth + 1) for f in one.__dataclass_fields__ if f != "span"]
    return deepest


def test_declarations_without_braces_do_not_add_up() -> None:
    """300 definitions of one operator each are not 300 deep, and a continued expression still is as deep as it is."""
    text = "".join(f"定义 条件{chr(0x4e00 + i)} = 非 就诊.抢救标志\n" for i in range(300))
    assert parse(Source("many", text))[1] == ()
    deep = "定义 深 = " + "（\n" * 70 + "就诊.抢救标志" + "）" * 70
    assert {d.code for d in parse(Source("deep", deep))[1]} == {"MR-L103"}
