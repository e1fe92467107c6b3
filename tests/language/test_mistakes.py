"""What authors get wrong, and what they are told: one code each, with help that names the cure."""
from __future__ import annotations

import pytest

from .trees import codes, read


@pytest.mark.parametrize(("line", "code", "told"), [
    ("当：甲 且 乙 或 丙", "MR-P107", "「且」和「或」"),
    ("当：甲 或 乙 且 丙", "MR-P107", "「或」和「且」"),
    ("令：次数 = 3", "MR-P121", "「使用次数」"),
    ("令：x = 合计 y 记为 合计", "MR-P121", "「合计」"),
    ("须 患者.年龄 满 18岁", "MR-P106", "「须：」"),
    ("需：患者.年龄 满 18岁", "MR-P102", "是不是「须」"),
    ("针队：明细 属于 知识表「甲」", "MR-P102", "是不是「针对」"),
    ("说名：「甲」", "MR-P102", "是不是「说明」"),
    ("结果：可以", "MR-P111", "是不是「可疑」"),
    ("环节：事前、事终", "MR-P111", "事终"),
    ("当：甲 超过 3 超过 2", "MR-P113", "拆成两个比较"),
    ("当：甲/2 = 1", "MR-P123", "按比例"),
    ("当：甲 ÷ 2 = 1", "MR-P123", "占比"),
    ("当：（甲 且 乙", "MR-P112", "括号"),
    ("当：甲 且 乙）", "MR-P112", "括号"),
    ("当：甲 and 乙", "MR-P110", "写作「且」"),
    ("must：甲", "MR-P110", "写作「须」"),
    ("结果：suspect", "MR-P110", "写作「可疑」"),
    ("针对：药品 属于 知识表「甲」", "MR-P129", "明细"),
    ("针对：明细 属于 知识表 限定", "MR-P127", "知识表「名称」"),
    ("当：有 同期明细 其中 非 甲", "MR-P122", "其中（…）"),
    ("当：有 同期明细 其中 甲", "MR-P122", "其中（…）"),
    ("当：有 同期明细 其中 任一 甲 属于 乙", "MR-P122", "其中（…）"),
    ("当：有 同期明细 其中 甲 = 1 取 单日", "MR-P126", "记为 – 取 – 按 同一"),
    ("当：x 超过 3光年", "MR-P124", "光年"),
    ("当：非 已知 主诊断", "MR-P128", "未填"),
    ("当：x 未知", "MR-P128", "未填"),
    ("当：甲 超过", "MR-P109", "名字"),
    ("当：", "MR-P108", "当"),
    ("说明：「{甲」", "MR-P114", "花括号"),
    ("说明：「{}」", "MR-P114", "花括号"),
    ("说明：「甲}」", "MR-P114", "花括号"),
    ("说明：甲", "MR-P116", "说明：「"),
    ("说明：「{甲 且 乙 或 丙}」", "MR-P107", "括号"),
    ("除外：甲", "MR-P119", "除外「"),
    ("令：a.b = 1", "MR-P115", "a.b"),
    ("令：x = 合计 y 取 3种 按 同一 患者", "MR-P117", "小时"),
    ("针对：每个 机构 每 旬 记为 期", "MR-P118", "季"),
    ("当：x 超国 3", "MR-P103", "是不是「超过」"),
    ("当：x 超过限定 y", "MR-P125", "超过"),
    ("同：甲", "MR-P104", "规则编码"),
    ("当：1e999", "MR-L105", "写全"),
    ("当：1234567890123456789 = 1", "MR-L104", "18"),
    ("有效：2025-02-30 起", "MR-L109", "2025-02-30"),
    ("当：x = 「没完", "MR-L108", "「」」"),
    ("当：x ？ 3", "MR-L107", "U+FF1F"),
])
def test_one_mistake_one_diagnostic(line: str, code: str, told: str) -> None:
    _, problems = read(f"规则 GZ1「名」{{\n  {line}\n}}\n")
    assert [d.code for d in problems] == [code], [(d.code, d.message) for d in problems]
    assert told in problems[0].message + problems[0].help
    assert problems[0].message_en and problems[0].help_en
    assert problems[0].source is not None and problems[0].span is not None
    assert problems[0].source.position(problems[0].span.start)[0] == 2


@pytest.mark.parametrize(("text", "code"), [
    ("规则 「名」{\n 当：一律\n}\n", "MR-P104"),
    ("规则 GZ1「名」\n 当：一律\n}\n", "MR-P105"),
    ("规则 GZ1「名」{\n 当：一律\n规则 GZ2「名」{ 当：一律 }", "MR-P105"),
    ("规侧 GZ1「名」{\n 当：一律\n}\n规则 GZ2「名」{ 当：一律 }", "MR-P101"),
    ("默认 {\n 当：一律\n}\n", "MR-P120"),
    ('rule GZ1 "a" { when: always }\n规则 GZ2「名」{ 当：一律 }', "MR-P110"),
    ("参数 年龄 18岁 自 2025-01-01", "MR-P103"),
    ("参数 年龄 = 18岁", "MR-P109"),
    ("参数 年龄 = 18岁 自 2025-01-01 可调 14岁", "MR-P109"),
    ("参数 天数 = 18天 自 2025-01-01", "MR-P121"),
    ("定义 甲 乙 = 3", "MR-P103"),
    ("规则 GZ1「名」{ 当：一律 } 多余", "MR-P101"),
    ("规则 GZ1「名」{ 当：一律 }\n}\n", "MR-P101"),
])
def test_broken_declarations(text: str, code: str) -> None:
    assert [d.code for d in read(text)[1]] == [code]


def test_a_broken_clause_leaves_the_others_and_all_mistakes_are_told_in_order() -> None:
    text = ("规则 GZ1「一」{\n  结果：可以\n  针对：明细 属于 知识表「甲」记为 限定\n  须：甲 且 乙 或 丙\n  扣减：全额\n}\n"
            "参数 天数 = 1天 自 2025-01-01\n规则 GZ2「二」{\n  当：（甲\n  说名：「乙」\n  扣减：无\n}\n")
    file, problems = read(text)
    assert [d.code for d in problems] == ["MR-P111", "MR-P107", "MR-P121", "MR-P112", "MR-P102"]
    kept = {d.code: [c.key for c in d.clauses] for d in file.declarations}  # type: ignore[union-attr]
    assert kept == {"GZ1": ["for", "deduct"], "GZ2": ["deduct"]}


def test_keywords_are_free_after_a_dot_and_heads_are_free_without_a_colon() -> None:
    assert codes("当：限定.天数 超过 限定.次数 且 限定.全部 = 限定.参数") == []
    assert codes("当：说明 = 结果 且 同 = 令") == []


def test_english_authors_get_help_in_their_own_words() -> None:
    _, problems = read('rule GZ1 "n" {\n  when: a and b or c\n  messge: "x"\n  result: suspicious\n  for: drug in table "t"\n}\n')
    assert [d.code for d in problems] == ["MR-P107", "MR-P102", "MR-P111", "MR-P129"]
    assert "`and` and `or`" in problems[0].message_en
    assert "`message`" in problems[1].help_en
    assert "item" in problems[3].help_en
