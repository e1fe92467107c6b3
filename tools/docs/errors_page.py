"""docs/errors/README.md: the index of diagnostic codes."""
from __future__ import annotations

from pathlib import Path

from medrules.diagnostics.codes import CODES
from medrules.errors import PACK_ERRORS

HEAD = """# 诊断代码 / Diagnostic codes

<!-- 由 tools/docs 生成，勿手改 / generated, do not edit -->

每个代码一页：什么时候出现、怎么改、错误示例与正确示例（示例由测试运行）。One page per code; its examples are run by the tests.

| 代码 | 中文 | English |
|---|---|---|
"""

PACKS = """
## 发布的规则包 / Published packs

规则包文件、签名渠道、医院的仓库、分层：这些是异常（`medrules.errors.PackError`）的代码，不是诊断。Codes of exceptions, not of diagnostics.

| 代码 | 中文 | English |
|---|---|---|
"""


def render(root: Path) -> str:
    rows = []
    for code, entry in sorted(CODES.items()):
        zh, en = (text.replace("|", "\\|") for text in (entry.zh, entry.en))
        rows.append(f"| [{code}]({code}.md) | {zh} | {en} |")
    packs = [f"| [{code}]({code}.md) | {zh} | {en} |" for code, (zh, en) in sorted(PACK_ERRORS.items())]
    return HEAD + "\n".join(rows) + "\n" + PACKS + "\n".join(packs) + "\n"
