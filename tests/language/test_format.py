"""The layout itself, on small examples."""
from __future__ import annotations

from medrules.language.formatter import format, format_expression

from .trees import clause, twin, well

UGLY = """# 文件头

参数 甲=1天 自 2025-01-01   # 注
参数 很长的名字「long_name」（按 机构.级别）=未定 自 2025-01-01 可调 0% 至 100%
定义   是住院=就诊.就医方式=住院
规则   GZ1「名」 {   # 后
结果:可疑
须：（（任一 就诊.诊断 属于 限定.诊断）） 且 （患者.年龄 属于 限定.年龄段 或 就诊.入院年龄 属于 限定.年龄段）
  且 机构.级别 不低于 限定.最低级别 且 已核 限定.其他条件
除外「急」:就诊.抢救标志,但 明细.用药天数 > 1 天
  # 前
说明:「{ 明细.名称 }」
}
"""
NEAT = """# 文件头

参数 甲                                      = 1天  自 2025-01-01  # 注
参数 很长的名字「long_name」（按 机构.级别） = 未定 自 2025-01-01 可调 0% 至 100%

定义 是住院 = 就诊.就医方式 = 住院

规则 GZ1「名」{  # 后
  结果：可疑
  须：  任一 就诊.诊断 属于 限定.诊断
        且（患者.年龄 属于 限定.年龄段 或 就诊.入院年龄 属于 限定.年龄段）
        且 机构.级别 不低于 限定.最低级别
        且 已核 限定.其他条件
  除外「急」：就诊.抢救标志，但 明细.用药天数 > 1天
  # 前
  说明：「{明细.名称}」
}
"""


def test_the_layout() -> None:
    assert format(well(UGLY), "zh") == NEAT


def test_the_english_layout() -> None:
    english = format(well(UGLY), "en", lambda parts: parts)
    assert 'parameter long_name"很长的名字"(by 机构.级别) = undetermined from 2025-01-01 tunable from 0% to 100%' in english
    assert "  must:    any of 就诊.诊断 in 限定.诊断\n           and (患者.年龄 in 限定.年龄段 or" in english
    assert '  unless "急": 就诊.抢救标志, but 明细.用药天数 > 1 day\n' in english


def test_a_twin_becomes_the_name_and_comes_back() -> None:
    zh = format(well(UGLY), "zh")
    assert format(well(format(well(zh), "en", twin)), "zh", twin) == zh


def test_names_are_asked_for_with_their_context() -> None:
    asked: list[tuple[str, ...]] = []

    def translate(parts: tuple[str, ...]) -> tuple[str, ...]:
        asked.append(parts)
        return parts

    text = ("规则 GZ1「名」{\n  针对：明细 属于 知识表「儿童药」记为 限定\n  须：患者.年龄 属于 限定.年龄段\n"
            "  令：x = 查 知识表「价」（明细.编码）.最高价\n}\n")
    format(well(text), "en", translate)
    assert ("知识表", "儿童药") in asked and ("知识表", "价", "最高价") in asked
    assert ("患者", "年龄") in asked and ("限定", "年龄段") in asked and ("限定",) in asked
    asked.clear()
    format(well(text), "zh", translate)
    assert asked == []


def test_texts_that_the_usual_quotes_cannot_hold() -> None:
    file = well('规则 GZ1「名」{\n  依据："一；二"、"# 三"\n  说明："差一个「，说""是"""\n}\n')
    text = format(file, "zh")
    assert "依据：「一；二」、「# 三」" in text
    assert '说明："差一个「，说""是"""' in text


def test_one_expression() -> None:
    body = clause("当：甲.乙 超过 3 且（丙 或 丁）")
    assert format_expression(body, "zh", "zh") == "甲.乙 超过 3 且（丙 或 丁）"
    assert format_expression(body, "en", "zh") == "甲.乙 more than 3 and (丙 or 丁)"


def test_a_value_that_is_a_word_of_the_other_language_is_quoted() -> None:
    body = clause("当：环节 = 事前")
    file = well("规则 GZ1「名」{\n  当：环节 = 事前\n}\n")
    english = format(file, "en", lambda parts: {("环节",): ("stage",), ("事前",): ("before",)}.get(parts, parts))
    assert '  when:    stage = "before"\n' in english
    assert well(english).language == "en"
    assert format_expression(body, "zh", "zh") == "环节 = 事前"
