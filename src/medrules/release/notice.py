"""The change report as people read it (公示稿): Markdown, Chinese first, headings with their English twins. No clock: the same changes
give the same text."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from medrules.release.changes import ChangeReport
from medrules.release.compare import WordChange
from medrules.release.rows import Row, TableChange

__all__ = ["notice_of"]

MOST_ROWS: Final = 200  # of one kind in one table; all of them are in the JSON form
_KINDS: Final = {"added": "新增 added", "removed": "删除 removed", "changed": "修改 changed"}
_THINGS: Final = {
    "parameter": "参数 parameter", "definition": "定义 definition", "codeset": "编码集 code set", "catalogue": "目录 catalogue",
    "default": "默认 defaults", "table": "知识表 table", "rule": "规则 rule", "tuning": "对上层的调整 tuning",
    "file": "其他文件 other file"}
_FACTS: Final = {
    "title_zh": "名称 title", "authority": "发布单位 authority", "level": "层级 level", "roots": "规则编码前缀 roots", "effective": "适用日期 effective",
    "minimum_engine": "最低引擎 minimum engine", "extends": "上层规则包 extends", "supersedes": "撤回的版本 supersedes",
    "mandatory": "不得放宽的规则 mandatory", "people": "经办 people"}
_STEPS: Final = {"patch": "修订号 patch", "minor": "次版本号 minor", "major": "主版本号 major"}


def notice_of(report: ChangeReport) -> str:
    """The report as Markdown."""
    return "\n".join(_lines(report)) + "\n"


def _lines(r: ChangeReport) -> Iterator[str]:
    after, before = r.after, r.before
    period = after.effective
    until = "" if period.end is None else f" 至 {period.end.isoformat()}（不含）"
    yield f"# {after.title_zh} {after.version} 变更公示 / Change notice"
    yield ""
    if after.title_en:
        yield f"{after.title_en}, version {after.version}."
        yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| 规则包 pack | {after.identity} |"
    yield f"| 版本 version | {'首次发布 first release' if before is None else before.version} → {after.version} |"
    yield f"| 发布单位 authority | {_cell(after.authority)} |"
    yield f"| 业务日期 effective | 自 {period.begin.isoformat()} 起{until}，按医嘱或收费的业务日期 |"
    yield f"| 经办 people | {_cell('；'.join((after.people.drafted, after.people.reviewed, after.people.approved)))} |"
    t = r.totals
    yield (f"| 内容 content | 规则 rules {t['rules']} · 知识表 tables {t['tables']} · 知识点行 rows {t['rows']} · 参数 parameters {t['parameters']}"
           f" · 编码集 code sets {t['codesets']} · 用例 cases {r.cases[1]} |")
    if before is not None:
        yield f"| 涉及机构 institutions | {_whom(r)} |"
    yield ""
    yield from _tasks(r)
    if before is None:
        return
    yield from _summary(r)
    yield from _rules(r)
    yield from _named(r)
    yield from _tables(r)
    yield from _touched(r)
    yield from _manifest(r)
    yield from _advice(r)


def _whom(r: ChangeReport) -> str:
    if r.is_empty:
        return "判断不变 none: it judges as before"
    areas = "、".join(r.areas) if r.areas else f"{r.after.adcode} 全域 the whole area"
    return f"{areas}；{'、'.join(r.levels) + ' 机构' if r.levels else '各级机构 institutions of all levels'}"


def _tasks(r: ChangeReport) -> Iterator[str]:
    yield "## 谁要做什么 / Who must act"
    yield ""
    yield "| 谁 who | 做什么 what | 何时前 by |"
    yield "|---|---|---|"
    for task in r.tasks:
        yield f"| {task.who[0]} {task.who[1]} | {_cell(task.what[0])}<br>{_cell(task.what[1])} | {task.by or '立即 now'} |"
    yield ""


def _summary(r: ChangeReport) -> Iterator[str]:
    def counted(kinds: Iterable[str]) -> str:
        held = list(kinds)
        return " | ".join(str(held.count(k)) for k in _KINDS)

    rows = [("added",) * len(t.added) + ("removed",) * len(t.removed) + ("changed",) * len(t.changed) for t in r.tables]
    yield "## 概要 / Summary"
    yield ""
    yield "| | 新增 added | 删除 removed | 修改 changed |"
    yield "|---|---|---|---|"
    yield f"| 规则 rules | {counted(x.kind for x in r.rules)} |"
    yield f"| 知识表 tables | {counted(x.kind for x in r.tables)} |"
    yield f"| 知识点行 rows | {counted(k for kinds in rows for k in kinds)} |"
    yield f"| 参数、定义、编码集 parameters, definitions, code sets | {counted(x.kind for x in r.named)} |"
    yield ""
    yield f"文字未改、结论可能随之变化的规则 rules that follow a change: {len(r.touched)} · 用例 cases: {r.cases[0]} → {r.cases[1]}"
    yield ""


def _rules(r: ChangeReport) -> Iterator[str]:
    if not r.rules:
        return
    yield "## 规则 / Rules"
    yield ""
    for rule in r.rules:
        since = r.since.get(rule.code, "")
        yield f"### {_KINDS[rule.kind]}：{rule.code}「{_cell(rule.name)}」"
        yield ""
        if since:
            yield f"自业务日期 {since} 起 / from business date {since}" + ("（只改文字 words only）" if rule.words_only else "")
            yield ""
        yield from _words(rule.clauses)


def _words(words: Sequence[WordChange]) -> Iterator[str]:
    """Old and new of each, as a list."""
    for word in words:
        if word.old and word.new:
            yield f"- 原 old：{_code(word.old)}"
            yield f"  新 new：{_code(word.new)}"
        else:
            yield f"- {'新增 added' if word.new else '删除 removed'}：{_code(word.new or word.old)}"
    if words:
        yield ""


def _named(r: ChangeReport) -> Iterator[str]:
    if not r.named:
        return
    yield "## 参数、定义、编码集等 / Parameters, definitions, code sets and others"
    yield ""
    for one in r.named:
        yield f"### {_KINDS[one.kind]}：{_THINGS[one.thing.kind]}「{_cell(one.thing.name)}」"
        yield ""
        yield from _words(one.words[:MOST_ROWS])
        yield from _more(len(one.words))


def _tables(r: ChangeReport) -> Iterator[str]:
    if not r.tables:
        return
    yield "## 知识表 / Knowledge tables"
    yield ""
    for table in r.tables:
        yield (f"### {_KINDS[table.kind]}：知识表「{_cell(table.name)}」（新增 {len(table.added)}、删除 {len(table.removed)}、"
               f"修改 {len(table.changed)} 行）")
        yield ""
        yield from _words([WordChange(f"{k} = {a}" if a else "", f"{k} = {b}" if b else "") for k, a, b in table.declared])
        yield from _changed_rows(table)
        for kind, rows in (("added", table.added), ("removed", table.removed)):
            yield from _whole_rows(table, kind, rows)


def _changed_rows(table: TableChange) -> Iterator[str]:
    if not table.changed:
        return
    yield "| 知识点号 point | 键 key | 列 column | 原 old | 新 new |"
    yield "|---|---|---|---|---|"
    for row in table.changed[:MOST_ROWS]:
        for column, old, new in row.cells:
            yield f"| {_cell(row.point)} | {_cell(row.keys)} | {_cell(column)} | {_cell(old) or '（空）'} | {_cell(new) or '（空）'} |"
    yield ""
    yield from _more(len(table.changed))


def _whole_rows(table: TableChange, kind: str, rows: Sequence[Row]) -> Iterator[str]:
    if not rows:
        return
    yield f"{_KINDS[kind]}：知识点行 rows"
    yield ""
    for row in rows[:MOST_ROWS]:
        cells = "；".join(f"{k} {v}" for k, v in row.items() if k not in ("知识点号", "原文"))
        yield f"- {_code(row.get('知识点号', ''))} {_cell(cells)}"
    yield ""
    yield from _more(len(rows))


def _more(count: int) -> Iterator[str]:
    if count > MOST_ROWS:
        yield f"… 另有 {count - MOST_ROWS} 项，见 medrules pack diff --json / and {count - MOST_ROWS} more"
        yield ""


def _touched(r: ChangeReport) -> Iterator[str]:
    if not r.touched:
        return
    yield "## 随之变化的规则 / Rules that follow"
    yield ""
    yield "文字未改，所引用的内容改了，结论可能不同。/ Their text is as it was; what they rely on is not."
    yield ""
    yield "| 规则 rule | 因为 through | 自 since |"
    yield "|---|---|---|"
    for one in r.touched:
        through = "、".join(f"{_THINGS[x.kind]}「{x.name}」" for x in one.through)
        yield f"| {one.code}「{_cell(one.name)}」 | {_cell(through)} | {r.since.get(one.code, '')} |"
    yield ""


def _manifest(r: ChangeReport) -> Iterator[str]:
    if not r.facts:
        return
    yield "## 清单 / Manifest"
    yield ""
    yield "| 项 entry | 原 old | 新 new |"
    yield "|---|---|---|"
    for name, old, new in r.facts:
        yield f"| {_FACTS[name]} | {_cell(old)} | {_cell(new)} |"
    yield ""


def _advice(r: ChangeReport) -> Iterator[str]:
    yield "## 版本号 / Version"
    yield ""
    fits = "相符 it fits" if r.advice.enough else "偏低 too low"
    yield f"按改动应提高{_STEPS[r.advice.step]}，不低于 at least {r.advice.least}；本版 this is {r.after.version}：{fits}"
    yield ""
    for zh, en in r.advice.why:
        yield f"- {_cell(zh)} / {_cell(en)}"
    if r.advice.why:
        yield ""


def _cell(text: object) -> str:
    """Fit for a cell of a table: no bars, no lines, no markup of its own."""
    return str(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ").replace("\r", " ")


def _code(text: str) -> str:
    """As code, whatever backquotes it holds."""
    text = text.replace("\n", " ").replace("\r", " ")
    fence = "`"
    while fence in text:
        fence += "`"
    return f"{fence} {text} {fence}" if fence != "`" or text.startswith("`") else f"`{text}`"
