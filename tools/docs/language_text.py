"""The prose of the language reference; the tables beside it are generated."""
from __future__ import annotations

HEAD = """# 规则语言参考 / Language reference

<!-- 由 tools/docs 生成，勿手改 / generated, do not edit -->

第一次写规则，先读 [writing-rules.md](writing-rules.md)（一步一步写成一个规则族）；本页供查阅。
*First rule? Read [writing-rules.md](writing-rules.md); this page is for looking things up.*

一条规则像一张公文表：每行一个「关键字：内容」，金额写成公式。规则写形状，知识表放数据。
各行先后不限；照下例的次序写，人好读（`medrules fmt` 只统一格式，不调换行）。中文和英文是同一文法的两套词，`medrules fmt --lang en` 互译。

```medrule
规则 LK-901「药品限儿童使用」{
  依据：《国家基本医疗保险、工伤保险和生育保险药品目录》备注
  结果：明确违规
  环节：事前、事中、事后
  场景：门急诊、住院、购药
  费用：列入统筹费用
  有效：2025-01-01 起
  提醒方式：提醒
  针对：明细 属于 知识表「限儿童药品」记为 限定
  须：  患者.年龄 属于 限定.年龄段
  除外「急诊抢救」：就诊.抢救标志
  扣减：全额
  说明：「{明细.名称}{限定.原文}，患者{患者.年龄}」
  建议：「换用成人可支付的药品，或转自费并告知患者」
}
```

## 怎么读 / How to read a rule

* **针对** 说看哪些行；**须** 是必须满足的条件（同一编码有几行时，满足任一行即可）；**当** 是违规的条件（任一行触发即违规）。两者写一个。
* **除外** 有名字，可以带一层「但」。接口不能承载的事实在除外里按「未申报」处理，并在提示里列为可以申请的除外。
* **扣减** 是公式；同一行被多条规则命中只扣一次（取最大的明确金额）。
* 事实有三种：已知、`未填`（来源说明没有）、未知（没有发送）。未知不当作违规，也不当作合格，而是 **待核**，并列出缺哪些事实。
* 比较用民法典的说法：`满` `达到` 含本数，`不满` `不足` 不含本数，`超过` 不含，`不超过` 含。
* `且` 与 `或` 不混写，要混写就加括号。没有除法（用 `按比例`、`占比`），没有循环，没有正则，没有取当前时间。
* 关键字只在行首「：」前才是关键字；`.` 后面的词总是名字；列名古怪时写 `限定.「按」`。
* 全角与半角标点等价。`#` 起注释。

English: one `head: content` a line; `must` lists alternatives over rows of a key, `when` lists prohibitions; exemptions are labelled;
deductions never count a fen twice; a fact not sent makes the answer *undecided*, never a violation. `fmt --lang en` translates a file.

**错误 / Diagnostics**: 每条错误有代码、位置、一句话和改法，见 [errors/](errors/README.md)。**事实 / Facts**: [facts.md](facts.md)。
"""

SECTIONS = {
    "declaration": "声明 declarations", "clause": "行首关键字 clause heads", "keyword": "词 words", "quantifier": "任一、全部 quantifiers",
    "existence": "有、无 existence", "aggregate": "合计、次数 aggregates", "own": "含本次 own line", "order": "次序 order",
    "bool": "是、否", "each": "每张处方、每次就诊", "comparison": "比较 comparisons", "range": "区间两端 ends of a range",
    "frame": "窗口 spans and windows", "period": "期间 periods", "scope_subject": "针对的对象 scope subjects", "gap": "相隔 gap",
    "deduction": "扣减 deduction", "unit": "单位 units", "value.result": "结果", "value.stage": "环节", "value.fees": "费用",
    "value.interaction": "提醒方式", "value.scene": "场景", "value.insurance": "险种", "value.level": "机构级别", "value.kind": "机构类型",
    "value.subject": "对象", "value.category": "分类",
}
