"""Hostile rule texts, parameters and definitions. (Single limits of the parser: tests/language/test_limits.py; chains of lets and
definitions: tests/check/test_limits.py. Here the whole way from a folder to a checked pack is walked.)"""
from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.hostile.cage import Attack
from tests.hostile.packs import codes, family, is_alive, rule

__all__ = ["ATTACKS", "HARMLESS", "is_alive"]

# Large or odd, but nothing is wrong with it: it may be read without complaint, in bounded time.
HARMLESS = frozenset((
    "one megabyte in one text", "exemptions in exemptions", "full width", "thousands of rules", "templates", "template braces"))


def han(n: int, width: int = 3) -> str:
    """The nth of many different Chinese names."""
    return "".join(chr(0x4E00 + n // 97**k % 97) for k in range(width))


def near(n: int) -> str:
    """Names that all look like one another, so that every suggestion has thousands to compare."""
    return "儿童年龄上限第" + han(n) + "号情形"


def rules(n: int, clause: Callable[[int], str]) -> str:
    return "".join(rule(clause(k), code=f"LK-9{k:05d}") for k in range(n))


def parameters(n: int) -> str:
    return "".join(f"参数 {near(k)} = {k}天 自 2025-01-01 可调 0天 至 99999天\n" for k in range(n))


def definitions(n: int) -> str:
    return "".join(f"定义 {near(k)} = 明细.数量 大于 {k}\n" for k in range(n))


SHARED = "shared/parameters.medrule", "shared/definitions.medrule"
DEEP = "须：" + "（" * 100_000 + "一律" + "）" * 100_000
TEXTS: dict[str, Callable[[], str | bytes]] = {
    "nested brackets": lambda: rule(DEEP),
    "nested brackets that never close": lambda: rule("当：" + "（" * 100_000),
    "closing brackets only": lambda: rule("当：" + "）" * 100_000),
    "brackets of every kind": lambda: rule("当：" + "（「【《{[" * 20_000),
    "ten megabytes in one text": lambda: rule("须：明细.名称 = 「" + "字" * 3_500_000 + "」"),
    "one megabyte in one text": lambda: rule("须：明细.名称 = 「" + "字" * 300_000 + "」"),
    "a number of a million digits": lambda: rule("须：明细.数量 大于 " + "9" * 1_000_000),
    "an exponent": lambda: rule("须：明细.数量 大于 1e99999999"),
    "digits behind the point": lambda: rule("须：明细.数量 大于 0." + "0" * 400_000 + "1"),
    "a large number": lambda: rule("须：明细.数量 大于 " + "9" * 60),
    "products of large numbers": lambda: rule("须：" + " × ".join(["明细.数量"] + ["999999999999999999"] * 60) + " 大于 1"),
    "two hundred thousand 非": lambda: rule("当：" + "非 " * 200_000 + "就诊.抢救标志"),
    "conditions in conditions": lambda: rule("当：" + "（非 " * 5_000 + "就诊.抢救标志" + "）" * 5_000),
    "choices in choices": lambda: rule("令：x = " + "若 就诊.抢救标志 则 1 否则 " * 30_000 + "2", "当：x 大于 1"),
    "exemptions in exemptions": lambda: rule("当：一律", *(f"除外「{han(k)}」：就诊.抢救标志，但 非 就诊.抢救标志" for k in range(20_000))),
    "many lets": lambda: rule(*(f"令：{han(k)} = 明细.数量 × {k}" for k in range(20_000)), "当：一律"),
    "broken utf-8": lambda: b"\xef\xbb\xbf" + rule("当：一律").encode() + b"\xff\xfe\x80",
    "utf-16": lambda: rule("当：一律").encode("utf-16"),
    "gb18030": lambda: rule("当：一律").encode("gb18030"),
    "half a character": lambda: rule("当：一律").encode()[:-40] + "规".encode()[:2],
    "surrogates": lambda: rule("当：\ud800\udfff").encode("utf-8", "surrogatepass"),
    "bidi controls": lambda: rule("须：患者.年龄 属于 限定.年龄段\u202e）大于不（\u2066"),
    "bidi in a text": lambda: rule("当：一律").replace("核对", "\u202e对核"),
    "bidi everywhere": lambda: "\u2067" * 1_000_000,
    "nul bytes": lambda: rule("当：一律").replace(" ", "\0"),
    "only nul bytes": lambda: b"\0" * 3_000_000,
    "control characters": lambda: "".join(chr(c) for c in range(32)) * 50_000,
    "homoglyphs": lambda: rule("须：患者.年龄 属于 限定.年龄段").replace("年", "\u2f32\u5e74").replace("龄", "\uf9b2"),
    "look-alike latin": lambda: rule("须：раtiеnt.аge 属于 限定.年龄段"),
    "full width": lambda: rule("须：ｐａｔｉｅｎｔ．ａｇｅ　属于　限定．年龄段"),
    "combining marks": lambda: rule("当：就诊.抢救标志" + "\u0301" * 300_000),
    "invisible characters": lambda: rule("当：就\u200b诊\u200d.抢\ufeff救标志"),
    "endless comment": lambda: "# " + "x" * 3_900_000,
    "endless comments": lambda: "#\n" * 1_900_000,
    "endless text": lambda: rule("当：明细.名称 = 「" + "x" * 3_000_000),
    "endless lines": lambda: "\n" * 3_900_000,
    "endless carriage returns": lambda: "\r" * 3_900_000,
    "endless blanks": lambda: " " * 3_900_000,
    "a very long name": lambda: rule("当：" + "名" * 1_000_000),
    "a very long dotted name": lambda: rule("当：" + "患者." * 300_000 + "年龄"),
    "very long names everywhere": lambda: rules(300, lambda k: "当：" + f"{han(k)}名" * 400),
    "every word a mistake": lambda: "规则规则 针对针对 " * 80_000,
    "clauses that do not exist": lambda: rule(*("必须没有：一律" for _ in range(60_000))),
    "operators without operands": lambda: rule("当：" + "大于 属于 且 或 " * 30_000),
    "one clause broken in every rule": lambda: rules(3_000, lambda k: "当：明细.数量 大于 大于"),
    "a colon too many": lambda: rule("当：" * 100_000 + "一律"),
    "unclosed rules": lambda: "规则 LK-1「甲」{\n" * 60_000,
    "rules without end": lambda: rules(4_000, lambda k: "当：明细.数量 大于 1").replace("}\n", ""),
    "thousands of rules": lambda: rules(6_000, lambda k: f"当：明细.数量 大于 {k}"),
    "one code many times": lambda: rule("当：一律") * 3_000,
    "names that no one knows": lambda: rules(1_500, lambda k: f"当：患者.{near(k)} 大于 1"),
    "many names in one rule": lambda: rule("当：" + " 且 ".join(f"患者.{near(k)} 大于 1" for k in range(1_800))),
    "templates": lambda: rule("当：一律").replace("{明细.名称}", "{明细.名称}" * 60_000),
    "template braces": lambda: rule("当：一律").replace("{明细.名称}", "{" * 100_000),
    "lists": lambda: rule("须：明细.编码 属于（" + "、".join(f"「X{k}」" for k in range(100_000)) + "）"),
    "numbers with every unit": lambda: rule("当：" + " + ".join(["1岁", "2元", "3天", "4mg"] * 200) + " 大于 1"),
    "dates that do not exist": lambda: rule("当：明细.日期 早于 2025-02-30"),
    "binary": lambda: bytes(range(256)) * 15_000,
    "a pack of the file limit": lambda: b"x" * (4 * 1024 * 1024 + 1),
}
ATTACKS: dict[str, Attack] = {
    **{name: partial(lambda make: family(make()), make) for name, make in TEXTS.items()},
    "thousands of parameters": lambda: codes({SHARED[0]: parameters(8_000)}),
    "thousands of definitions": lambda: codes({SHARED[1]: definitions(8_000)}),
    "suggestions among thousands": lambda: codes({
        SHARED[0]: parameters(5_000), SHARED[1]: definitions(5_000),
        **{f"families/LK-901_x{k}/rule.medrule": rule(
            "当：" + " 且 ".join(f"参数.{near(9_000 + n)} 大于 1天 且 {near(7_000 + n)}" for n in range(300)), code=f"LK-91{k}")
           for k in range(20)}}),
    "a parameter many times": lambda: codes({SHARED[0]: "参数 甲 = 1天 自 2025-01-01 可调 0天 至 9天\n" * 20_000}),
    "a parameter with thousands of versions": lambda: codes({
        SHARED[0]: "".join(f"参数 甲 = 1天 自 {1900 + k // 336}-{k // 28 % 12 + 1:02d}-{k % 28 + 1:02d} 可调 0天 至 9天\n" for k in range(20_000))}),
    "a parameter without bounds": lambda: codes({SHARED[0]: "参数 甲 = " + "9" * 100_000 + "天 自 2025-01-01 可调 0天 至 9天\n"}),
    "definitions in a circle": lambda: codes({SHARED[1]: "".join(f"定义 {near(k)} = 非 {near((k + 1) % 3_000)}\n" for k in range(3_000))}),
    "definitions that double": lambda: codes({
        SHARED[1]: "定义 甲 = 明细.数量 大于 1\n" + "".join(
            f"定义 {near(k)} = {near(k - 1) if k else '甲'} 且 {near(k - 1) if k else '甲'}\n" for k in range(3_000))}),
    "definitions nested deeply": lambda: codes({SHARED[1]: "定义 甲 = " + "（" * 50_000 + "就诊.抢救标志" + "）" * 50_000 + "\n"}),
}
