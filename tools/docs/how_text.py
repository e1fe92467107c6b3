"""The prose of docs/how-it-works.md; what stands between it is made by the code."""
from __future__ import annotations

from typing import Final

__all__ = ["PARTS"]

PARTS: Final = {
    "head": """# 它怎么工作 / How it works

<!-- 由 tools/docs 生成，勿手改 / generated, do not edit -->

一条真规则、一个真知识点、一份示例请求，在每个阶段是什么样子。本页由代码生成，测试保证它不过期。
One real rule, one real knowledge point and one example request, as they stand at every stage. Made by the code; a test keeps it current.

```mermaid
flowchart LR
  subgraph load["装载时一次 / once, on loading"]
    T["规则文本<br/>rule text"] -->|language| A["语法树<br/>AST"]
    K["知识表 CSV<br/>tables"] -->|knowledge| R["类型化的行<br/>typed rows"]
    A -->|check| P["Program<br/>类型化，不含语言"]
    R -->|check| P
    P -->|plan| L["Plan<br/>索引与形状"]
  end
  subgraph ask["每个请求 / per request"]
    M["3101 报文<br/>message"] -->|"adapters/nhsa"| F["Facts<br/>已知 · 无 · 未知"]
    F -->|engine| E{"求值<br/>evaluate"}
    E --> O["Report<br/>提示 · 待核 · 未识别 · 未检查"]
    O -->|"adapters/nhsa"| S["3101 应答<br/>response"]
  end
  L --> E
  P -. "含义由它定义 / defines the meaning" .-> X["参照求值器<br/>reference"]
  X -. "必须一致 / must agree" .-> E
```

数据只往一个方向走，文件夹就是阶段：`language` → `check` → `plan` → `engine`，`knowledge` 与 `model` 在下，`adapters` 在外
（[0001](decisions/0001-layering.md)，由 import-linter 检查）。三类读者，三种结果，从不混用：写规则的人得到诊断，医生得到提示，程序员得到异常。
""",
    "text": """## 1. 文本 / Text

经办人员写的。规则写形状，知识点不在这里。
""",
    "tree": """## 2. 词与树 / Tokens and tree

词法不认文法里的任何汉语或英语词：词表把两种语言的词对到同一批终结符，所以中英文两份文本得到同一棵树。下面是「须」这一行的词，和它的树。
""",
    "table": """## 3. 知识点 / One knowledge point

CSV 的一行。单元格按列的类型读；空格是「不限」，`待编` 是「有限制但没有编出来」。格里的参数在检查时换成那一天的值。
""",
    "program": """## 4. Program：检查之后 / After checking

名字全部落到事实、列、参数上；每个表达式有类型、单位、精度。读空格的条件包上「空格⇒是」（须）或「空格⇒否」（当、除外）；
可能没有的事实包上「有值」。这里已经没有任何一种语言的词（下面为了好读，用中文印出来）。
""",
    "plan": """## 5. Plan：装载时算好的 / Worked out on loading

按编码建索引：一行明细查一次，就找到全部有关的规则和那一天在效的行。每条件拿掉常量剩下「形状」，许多规则许多行共用一个形状；
单元格是否为空、年龄换算成月日，都在这时做完。形状只回答「**可能**违规吗」：说否就是真的否（[0004](decisions/0004-fast-path-proves-silence.md)）；说是，再精确看一次。
""",
    "facts": """## 6. 报文变成事实 / From message to facts

同一份事实有三态：已知、无（来源说明没有）、未知（没有发送）。金额是整数分，没有浮点（[0002](decisions/0002-numbers-as-scaled-integers.md)）。
""",
    "evaluation": """## 7. 求值 / Evaluation

`适用 ∧ ¬须 ∧ ¬除外`，三值（强 Kleene）：能由一边定论的就定论；定不了的是待核，并说出缺哪些事实，从不猜。
下面是 `medrules explain` 对这一行的回答。
""",
    "report": """## 8. Report

一条规则、一行明细，一个提示。金额先各自主张，再逐行取最大，从不相加（所以同一分钱不会扣两次）。
""",
    "response": """## 9. 3101 应答 / The response

医院系统本来就认得的样子。
""",
    "tail": """## 为什么可以相信快的那条路 / Why the fast path can be trusted

含义由参照求值器定义：照语义一步步走，没有索引、没有改写。快的求值器由 Plan 编译而成，必须对任何规则、任何请求给出同样的答案；
随机规则与随机请求每次测试都比对（`tests/property/`）。快路径先证明「没有违规」；只有可能违规的少数绑定才精确求值。

The reference evaluator defines the meaning; the compiled one must give the same answer for every rule and every request, and random rules
and requests compare them in every test run. The fast path first proves silence; only what may be at fault is evaluated exactly.

问某一行为什么：`medrules explain rulepacks/national GZ10000101007000 --request 请求.json --line 行标识`。
""",
}
