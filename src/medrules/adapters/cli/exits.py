"""Exit codes, one list for all commands."""
from __future__ import annotations

from typing import Final

OK: Final = 0
PROBLEMS: Final = 1
USAGE: Final = 2
BAD_INPUT: Final = 3
BAD_PACK: Final = 4
MISSING: Final = 5
INCOMPLETE: Final = 6
INTERNAL: Final = 7
INTERRUPTED: Final = 130

# (code, short, meaning, meaning in English): the help's last line and docs/command-line.md are made of it.
TABLE: Final = (
    (OK, "完成 ok", "做完了；review 有提示时也是 0（除非写了 --fail-on-findings）",
     "done; for review also when there are findings (unless --fail-on-findings)"),
    (PROBLEMS, "有问题 problems", "check 有错误 · pack build 有不合格处 · test 有用例不符或没有用例 · fmt --check 不合格式 · review --fail-on-findings 有违规提示 · "
     "update 有没更新成的 · site status、verify、history 有要人看的",
     "check: errors · pack build: refused · test: failing or no cases · fmt --check: not formatted · review --fail-on-findings: findings · "
     "update: something was not updated · site status, verify, history: something to look at"),
    (USAGE, "用法 usage", "命令行写错了", "the command line itself is wrong"),
    (BAD_INPUT, "输入 bad input", "文件读不到，或不是该有的内容", "a file cannot be read, or is not what it should be"),
    (BAD_PACK, "规则包 bad pack", "规则包有错误，不能用来审核", "the rule pack has errors and cannot be used"),
    (MISSING, "缺扩展 missing extra", "没有装需要的可选库，提示里写了怎么装", "an optional library is not installed; the message says which"),
    (INCOMPLETE, "未查全 not fully checked", "有规则没有检查完（超时、超过步数上限或故障）：不能当作没有违规",
     "some rules were not checked (deadline, step budget or fault): not clean"),
    (INTERNAL, "内部错误 internal", "本库的错误，请报告；环境变量 MEDRULES_DEBUG=1 时显示细节",
     "a fault of medrules itself, please report it; MEDRULES_DEBUG=1 shows details"),
    (INTERRUPTED, "中断 interrupted", "按了 Ctrl+C", "Ctrl+C"),
)
