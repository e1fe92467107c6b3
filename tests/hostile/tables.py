"""Hostile tables, code sets, catalogues, pack declarations and case files."""
from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from tests.hostile.cage import Attack
from tests.hostile.packs import CASES, CSV, PACK, TABLE_CSV, TABLE_TOML, TOML, codes, is_alive
from tests.hostile.texts import han, near

__all__ = ["ATTACKS", "HARMLESS", "is_alive"]

HARMLESS = frozenset((
    "csv: a byte order mark", "csv: two byte order marks", "csv: carriage returns only", "csv: fourteen thousand codes in a cell",
    "yaml: a number of a million digits", "yaml: a large file", "yaml: many cases", "yaml: expectations without number", "json: good",
    "a pair row of all with all", "thousands of such pair rows", "empty keys that mean any", "a code set of many",
    "a code set of prefixes", "a code set with exceptions", "a catalogue without end", "many families"))

HEAD = "知识点号,编码,年龄段\n"


def rows(n: int, line: Callable[[int], str], head: str = HEAD) -> str:
    return head + "".join(f"{line(k)}\n" for k in range(n))


def columns(n: int, kind: str = "text") -> str:
    return TOML + "".join(f'[[column]]\nzh = "{near(k)}"\nen = "c{k}"\ntype = "{kind}"\n' for k in range(n))


def pair_toml() -> str:
    return 'name = "对表"\nen = "pairs"\nkey = "pair"\nkey_columns = ["主项编码","从项编码"]\nkey_names = ["a","b"]\nsource = "示例"\n'


def combination() -> str:
    return ('name = "组"\nen = "combos"\nkey = "combination"\nunique = true\nkey_columns = ["编码","地区码"]\nkey_names = ["a","b"]\n'
            'key_fields = ["code","institution.area"]\nsource = "示例"\n')


def codeset(members: str, more: str = "") -> dict[str, str | bytes]:
    return {"shared/codesets/many.toml": f'name = "多"\nsystem = "item"\nsource = "示例"\nstatus = "推定"\nmembers = [{members}]\n{more}'}


def bomb(levels: int, width: int) -> str:
    """YAML whose aliases stand for width**levels values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * width)}]" for k in range(1, levels)]
    return "\n".join(lines) + f"\ncases: *a{levels - 1}\n"


def case(facts: str) -> str:
    return f"- title: 例\n  facts: {facts}\n  expect: {{findings: [], undecided: []}}\n"


def expect(finding: str) -> str:
    return "- title: 例\n  facts: {患者: {}, 就诊: {}}\n  expect:\n    findings: [" + finding + "]\n    undecided: []\n"


FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "=HYPERLINK(\"http://x\")", "=cmd|' /C calc'!A0", "\t=1")
CSVS: dict[str, Callable[[], str | bytes]] = {
    "a million rows": lambda: rows(1_000_001, lambda k: f"K{k},X{k},不满18岁"),
    "a hundred thousand rows of one point": lambda: rows(100_000, lambda k: "K,X,不满18岁"),
    "one key in a hundred thousand rows": lambda: rows(100_000, lambda k: f"K{k},X,不满{k % 90 + 1}岁"),
    "rows that contradict one another": lambda: rows(2_000, lambda k: f"K{k},X,{'满18岁' if k % 2 else '不满18岁'}"),
    "formulas": lambda: HEAD + "".join(f"K{n},\"{f.replace(chr(34), chr(34) * 2)}\",\"{f.replace(chr(34), chr(34) * 2)}\"\n" for n, f in enumerate(FORMULAS)),
    "formulas as points": lambda: HEAD + "".join(f"\"{f.replace(chr(34), chr(34) * 2)}\",X{n},不满1岁\n" for n, f in enumerate(FORMULAS)),
    "wrong types": lambda: HEAD + "K1,X1,三十\nK2,X2,1e99\nK3,X3,true\nK4,X4,NaN\nK5,X5,岁\n",
    "an age of many digits": lambda: HEAD + f"K1,X1,不满{'9' * 50_000}岁\n",
    "ragged rows": lambda: rows(50_000, lambda k: "," * (k % 60)),
    "too many cells": lambda: HEAD + "K1,X1,不满1岁" + ",x" * 500_000 + "\n",
    "only commas": lambda: "," * 3_000_000,
    "a hundred thousand columns": lambda: ",".join(["知识点号", "编码", "年龄段", *(near(k) for k in range(100_000))]) + "\nK,X,不满1岁\n",
    "the same column many times": lambda: HEAD.strip() + ",编码" * 100_000 + "\nK,X,不满1岁\n",
    "a huge cell": lambda: HEAD + "K1,X1," + "满" * 5_000_000 + "\n",
    "a huge quoted cell": lambda: HEAD + "K1,X1,\"" + "满\n" * 2_000_000 + "\"\n",
    "a quote that never closes": lambda: HEAD + "K1,X1,\"不满18岁\n" + "K2,X2,不满18岁\n" * 200_000,
    "quotes in quotes": lambda: HEAD + "K1,X1," + '"' * 1_000_001 + "\n",
    "utf-16": lambda: CSV.encode("utf-16"),
    "gb18030": lambda: CSV.encode("gb18030"),
    "a byte order mark": lambda: b"\xef\xbb\xbf" + CSV.encode(),
    "two byte order marks": lambda: b"\xef\xbb\xbf\xef\xbb\xbf" + CSV.encode(),
    "broken utf-8": lambda: CSV.encode() + b"K9,X9,\xff\n",
    "nul bytes": lambda: CSV.encode() + b"\0" * 100_000,
    "empty": lambda: b"",
    "only a mark": lambda: b"\xef\xbb\xbf",
    "carriage returns only": lambda: CSV.replace("\n", "\r"),
    "a hundred thousand codes in a cell": lambda: HEAD + f"K1,{'|'.join(f'C{k}' for k in range(100_000))},不满18岁\n",
    "fourteen thousand codes in a cell": lambda: HEAD + f"K1,{'|'.join(f'C{k:05d}' for k in range(14_000))},不满18岁\n",
    "bars only": lambda: HEAD + f"K1,{'|' * 100_000},不满18岁\n",
    "bidi": lambda: HEAD + "K1,X\u202e1,不满18岁\n",
    "a million invisible characters": lambda: HEAD + "K1,X" + "\u200b" * 900_000 + ",不满18岁\n",
    "homoglyph header": lambda: HEAD.replace("年", "\u2f32") + "K,X,不满18岁\n",
    "excel separators": lambda: "sep=;\n" + CSV.replace(",", ";"),
    "a workbook": lambda: b"PK\x03\x04" + bytes(range(256)) * 2_000,
    "gzip": lambda: b"\x1f\x8b\x08\x00" + bytes(2_000),
}
TOMLS: dict[str, Callable[[], str | bytes]] = {
    "toml: deep arrays": lambda: TOML + "deep = " + "[" * 200_000,
    "toml: deep tables": lambda: TOML + "[" + ".".join(["a"] * 200_000) + "]\n",
    "toml: deep dotted key": lambda: TOML.replace("source", ".".join(["a"] * 100_000) + " = 1\nsource"),
    "toml: many keys": lambda: "".join(f'{"k" * 8}{k} = 1\n' for k in range(100_000)) + TOML,
    "toml: many unknown entries in columns": lambda: TOML + "".join(f'k{k} = "x"\n' for k in range(100_000)),
    "toml: many columns": lambda: columns(20_000),
    "toml: many empty tables": lambda: TOML + "[[column]]\n" * 100_000,
    "toml: a number of a million digits": lambda: "n = " + "9" * 1_000_000 + "\n" + TOML,
    "toml: a hexadecimal number": lambda: "n = 0x" + "f" * 1_000_000 + "\n" + TOML,
    "toml: an exponent": lambda: "n = 1e999999999\n" + TOML,
    "toml: infinity": lambda: "n = inf\nm = nan\n" + TOML,
    "toml: wrong types": lambda: 'name = 1\nen = []\nkey = {a = 1}\nkey_columns = "x"\nkey_names = [1]\nsource = true\ncolumn = 3\n',
    "toml: a name of a megabyte": lambda: TOML.replace("例表", "例" * 1_000_000),
    "toml: a type of a megabyte": lambda: TOML.replace("age_range", "list:" + "x" * 1_000_000),
    "toml: duplicate keys": lambda: TOML + 'name = "例表"\n',
    "toml: a date that is none": lambda: "n = 2025-02-30\n" + TOML,
    "toml: an escape that is none": lambda: 'n = "\\ud800"\n' + TOML,
    "toml: nul": lambda: TOML + "\0",
    "toml: unclosed text": lambda: TOML + 'doc = """' + "x\n" * 500_000,
    "toml: gb18030": lambda: TOML.encode("gb18030"),
}
YAMLS: dict[str, Callable[[], str | bytes]] = {
    "yaml: an alias bomb": lambda: bomb(12, 10),
    "yaml: an alias bomb as facts": lambda: bomb(9, 9).replace("cases:", "facts:"),
    "yaml: an alias of itself": lambda: "&a [*a]",
    "yaml: facts that hold themselves": lambda: case("&a {患者: *a, 就诊: *a}"),
    "yaml: deep lists": lambda: "[" * 50_000,
    "yaml: deep mappings": lambda: "".join(" " * k + "a:\n" for k in range(3_000)),
    "yaml: a merge bomb": lambda: "a: &a {x: 1}\n" + "".join(
        f"b{k}: &b{k}\n  <<: [{', '.join(['*a' if not k else f'*b{k - 1}'] * 9)}]\n" for k in range(20)),
    "yaml: a python object": lambda: "!!python/object/apply:os.system ['true']",
    "yaml: tags": lambda: "!!binary " + "A" * 100_000,
    "yaml: broken utf-8": lambda: b"\xff\xfe\xfa- title",
    "yaml: utf-16": lambda: case("{患者: {}, 就诊: {}}").encode("utf-16"),
    "yaml: gb18030": lambda: case("{患者: {}, 就诊: {}}").encode("gb18030"),
    "yaml: nul": lambda: "- title: \0",
    "yaml: many documents": lambda: "---\n" * 100_000,
    "yaml: an amount without end": lambda: expect("{rule: LK-900, line: L1, amount: 1e99999999}"),
    "yaml: an amount of many digits": lambda: expect(f"{{rule: LK-900, line: L1, amount: {'9' * 5_000}}}"),
    "yaml: infinity": lambda: expect("{rule: LK-900, line: L1, amount: .inf}, {rule: LK-900, line: L1, amount: .nan}"),
    "yaml: a number of a million digits": lambda: case("9" * 1_000_000),
    "yaml: an amount that is no number": lambda: expect("{rule: LK-900, line: L1, amount: [1]}"),
    "yaml: keys that are lists": lambda: "- ? [a, b]\n  : 1\n",
    "yaml: wrong shapes": lambda: "- 1\n- [2]\n- {title: {a: 1}, facts: 3}\n",
    "yaml: a large file": lambda: "# " + "x" * 3_900_000,
    "yaml: many cases": lambda: case("{患者: {}, 就诊: {}}") * 3_000,
    "yaml: expectations without number": lambda: expect(", ".join(["{rule: LK-900, line: L1}"] * 20_000)),
}
JSONS: dict[str, Callable[[], str | bytes]] = {
    "json: deep": lambda: "[" * 200_000,
    "json: a number of many digits": lambda: '[{"title":"例","facts":{"a":' + "9" * 5_000 + "}}]",
    "json: NaN": lambda: '[{"title":"例","facts":{"患者":{},"就诊":{}},"expect":{"findings":[{"rule":"LK-900","amount":NaN}]}}]',
    "json: an exponent": lambda: '[{"title":"例","facts":{"患者":{},"就诊":{}},"expect":{"findings":[{"rule":"LK-900","amount":1e99999999}]}}]',
    "json: broken utf-8": lambda: b'["\xff"]',
    "json: duplicate keys": lambda: '[{"title":"例","title":"例"}]',
    "json: nothing": lambda: "",
    "json: good": lambda: json.dumps([{"title": "例", "facts": {"患者": {}, "就诊": {}}, "expect": {"findings": [], "undecided": []}}]),
}
SECOND_TOML, SECOND_CSV = TABLE_TOML.replace("example.toml", "second.toml"), TABLE_CSV.replace("example.csv", "second.csv")
PAIR_HEAD = "知识点号,主项编码,从项编码\n"
ATTACKS: dict[str, Attack] = {
    **{f"csv: {n}": partial(lambda make: codes({TABLE_CSV: make()}), make) for n, make in CSVS.items()},
    **{n: partial(lambda make: codes({TABLE_TOML: make()}), make) for n, make in TOMLS.items()},
    **{f"pack {n}": partial(lambda make: codes({"pack.toml": make()}), make) for n, make in TOMLS.items()},
    **{n: partial(lambda make: codes({CASES: make()}), make) for n, make in YAMLS.items()},
    **{n: partial(lambda make: codes({CASES.replace(".yaml", ".json"): make()}), make) for n, make in JSONS.items()},
    "pairs in both directions": lambda: codes({SECOND_TOML: pair_toml(), SECOND_CSV: rows(
        40_000, lambda k: f"K{k},{'A' if k % 2 else 'B'}{k // 2},{'B' if k % 2 else 'A'}{k // 2}", PAIR_HEAD)}),
    "a pair row of all with all": lambda: codes({SECOND_TOML: pair_toml(), SECOND_CSV: PAIR_HEAD + "K," + "|".join(
        f"A{k:05d}" for k in range(12_000)) + "," + "|".join(f"B{k:05d}" for k in range(12_000)) + "\n"}),
    "thousands of such pair rows": lambda: codes({SECOND_TOML: pair_toml(), SECOND_CSV: rows(
        300, lambda k: f"K{k}," + "|".join(f"A{k}x{i}" for i in range(1_000)) + "," + "|".join(f"B{k}x{i}" for i in range(1_000)), PAIR_HEAD)}),
    "combinations of all with all": lambda: codes({SECOND_TOML: combination(), SECOND_CSV: rows(
        20, lambda k: f"K{k}," + "|".join(f"A{i:05d}" for i in range(9_000)) + "," + "|".join(str(i) for i in range(9_000)), "知识点号,编码,地区码\n")}),
    "empty keys that mean any": lambda: codes({SECOND_TOML: combination(), SECOND_CSV: rows(
        20_000, lambda k: f"K{k},A{k},{'' if k % 2 else k}", "知识点号,编码,地区码\n")}),
    "overlapping prefixes": lambda: codes({SECOND_TOML: TOML.replace("例表", "次表").replace('"example"', '"second"').replace('"code"\nkey_columns', '"prefix"\nkey_columns'),
                                           SECOND_CSV: rows(20_000, lambda k: f"K{k},{'1' * (k % 90 + 1)}{k // 90}*,不满18岁")}),
    "a code set of many": lambda: codes(codeset(",".join(f'"C{k}"' for k in range(200_000)))),
    "a code set of prefixes": lambda: codes(codeset(",".join(f'"C{k}*"' for k in range(50_000)))),
    "a code set with exceptions": lambda: codes(codeset('"C*"', f"except = [{','.join(f'{chr(34)}C{k}{chr(34)}' for k in range(50_000))}]\n")),
    "code sets of one name": lambda: codes({f"shared/codesets/s{k}.toml": 'name = "同"\nsystem = "item"\nsource = "示例"\nstatus = "推定"\nmembers = ["A"]\n' for k in range(500)}),
    "a code set of wrong things": lambda: codes(codeset('1, [2], {a = 1}, "C-A", "除", "|", ""')),
    "a catalogue without end": lambda: codes({
        "pack.toml": PACK + '[[catalogue]]\nname = "目录"\nen = "cat"\nsystem = "item"\nfile = "shared/catalogues/c.csv"\ncolumn = "code"\nsource = "示例"\n',
        "shared/catalogues/c.csv": "code\n" + "".join(f"C{k}\n" for k in range(400_000))}),
    "a catalogue of rubbish": lambda: codes({
        "pack.toml": PACK + '[[catalogue]]\nname = "目录"\nen = "cat"\nsystem = "icd10"\nfile = "shared/catalogues/c.csv"\ncolumn = "code"\nsource = "示例"\n',
        "shared/catalogues/c.csv": "code\n" + "\"" * 300_000}),
    "catalogues outside the pack": lambda: codes({
        "pack.toml": PACK + '[[catalogue]]\nname = "目录"\nen = "cat"\nsystem = "item"\nfile = "../../../../etc/passwd"\ncolumn = "code"\nsource = "示例"\n'}),
    "many families": lambda: codes({f"families/LK-9{k:04d}_x/README.md": "x" for k in range(3_000)}),
    "more files than there may be": lambda: codes({f"families/LK-9{k:05d}_x/README.md": "x" for k in range(10_001)}),
    "names in many scripts": lambda: codes({f"families/{han(k)}_x/rule.medrule": "x" for k in range(200)}),
}
