"""`medrules knowledge read-texts FILE|TABLE`: what restriction texts say in typed columns, from which words, how surely, and what is left."""
from __future__ import annotations

import argparse
import csv
import io
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import Console, Table, Text, console, print_json
from medrules.adapters.cli.files import read_text as read_file
from medrules.errors import MedRulesError
from medrules.knowledge.texts import Lexicon, ReadText, Stance, read_lexicon, read_text

TEXT_COLUMN: Final = "原文"
STYLES: Final = {"确定": "green", "较确定": "yellow", "不确定": "dim"}
STATES: Final = {"全": "green", "部分": "yellow", "仅文本": "dim"}


@dataclass(frozen=True, slots=True)
class Source:
    """Distinct texts with the line of the first and how many lines have it; what the table does with them."""

    texts: dict[str, tuple[int, int]]
    stance: Stance
    pack: Path | None


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", help="文本文件（一行一条）、有「原文」列的 CSV，或规则包里知识表的名字（连同 --pack）；- 为标准输入 "
                        "a text file (one a line), a CSV with a column 原文, or the name of a table of --pack; - for standard input")
    parser.add_argument("--pack", help="规则包文件夹：病名和编码从它的 shared/terms 来（缺省：表所在的包）pack folder with the disease terms; default the table's own")
    parser.add_argument("--column", default=TEXT_COLUMN, help="CSV 里文字在哪一列（缺省 原文）column with the texts")
    parser.add_argument("--stance", choices=["限", "禁"], help="表里的病名是限（支付范围）还是禁（禁忌症）；缺省看表头 whether the table restricts or forbids")
    parser.add_argument("--state", choices=list(STATES), help="只显示这一类 show only these")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 as JSON")
    parser.add_argument("--no-color", action="store_true", help="不用颜色 no colours")


def run(arguments: argparse.Namespace) -> int:
    source = _source(arguments)
    pack = Path(arguments.pack) if arguments.pack else source.pack
    if pack is not None and not pack.is_dir():
        raise MedRulesError(f"没有这个规则包文件夹：{pack} / no such pack folder")
    lexicon = read_lexicon(pack) if pack is not None else Lexicon.of(())
    stance = arguments.stance or source.stance
    read = {text: read_text(text, lexicon, stance) for text in source.texts}
    shown = [r for r in read.values() if arguments.state in (None, r.state)]
    if arguments.json:
        print_json({
            "stance": stance, "terms": len(lexicon.terms), "texts": [_as_json(r, source) for r in shown],
            "totals": {"texts": len(read), "lines": sum(n for _, n in source.texts.values()), **{s: sum(r.state == s for r in read.values()) for s in STATES}},
        })
    else:
        _show(console(not arguments.no_color), shown, read, source, lexicon)
    return exits.OK


def _source(arguments: argparse.Namespace) -> Source:
    if arguments.source == "-":
        return Source(_counted(enumerate(sys.stdin.read().splitlines(), 1)), "限", None)
    path = Path(arguments.source)
    if not path.exists() and arguments.pack and not path.suffix:
        path = _table(Path(arguments.pack), arguments.source)
    if path.suffix.lower() != ".csv":
        return Source(_counted(enumerate(read_file(path).splitlines(), 1)), "限", None)
    reader = csv.reader(io.StringIO(read_file(path), newline=""))
    try:
        header = next(reader, [])
        if arguments.column not in header:
            raise MedRulesError(f"{path} 没有「{arguments.column}」列 / no such column")
        place = header.index(arguments.column)
        texts = _counted((reader.line_num, cells[place]) for cells in reader if len(cells) > place)
    except csv.Error as error:
        raise MedRulesError(f"{path} 第 {reader.line_num} 行不是 CSV：{error} / not CSV") from None
    stance: Stance = "禁" if any(name.startswith("禁") for name in header) else "限"
    # families/<family>/tables/<table>.csv: the pack is three folders up.
    inside = path.resolve().parents
    return Source(texts, stance, inside[3] if len(inside) > 3 and (inside[3] / "pack.toml").is_file() else None)


def _table(pack: Path, name: str) -> Path:
    """The CSV of the table of that Chinese or English name."""
    for declared in sorted(pack.glob("families/*/tables/*.toml")):
        try:
            named = tomllib.loads(read_file(declared))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            continue  # `medrules check` says what is wrong with it
        if name in (named.get("name"), named.get("en")):
            return declared.with_suffix(".csv")
    raise MedRulesError(f"没有这个文件，规则包里也没有知识表「{name}」/ no such file, and no such table in the pack")


def _counted(lines: Iterator[tuple[int, str]] | enumerate[str]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for line, raw in lines:
        text = raw.strip()
        if text:
            first, count = found.get(text, (line, 0))
            found[text] = (first, count + 1)
    return found


def _as_json(read: ReadText, source: Source) -> dict[str, Any]:
    line, count = source.texts[read.text]
    return {
        "text": read.text, "line": line, "count": count, "state": read.state, "complete": read.complete, "why": read.why,
        "readings": [
            {"column": r.column, "value": r.value, "words": r.span.words, "start": r.span.start, "end": r.span.end, "confidence": r.confidence,
             "codes": r.codes, "codes_reviewed": bool(r.codes) and r.covers, "case": r.case}
            for r in read.readings
        ],
        "rest": [{"words": s.words, "start": s.start, "end": s.end} for s in read.rest],
    }


def _show(out: Console, shown: list[ReadText], read: dict[str, ReadText], source: Source, lexicon: Lexicon) -> None:
    for one in shown:
        line, count = source.texts[one.text]
        out.print(Text.assemble((one.state, STATES[one.state]), f"  第 {line} 行", (f" 等 {count} 行" if count > 1 else ""), "  ", _underlined(one)), soft_wrap=True)
        if one.readings:
            table = Table(box=None, pad_edge=False, padding=(0, 2))
            for head in ("  列 column", "值 value", "原文的词 words", "把握 confidence", "编码 codes", "情形"):
                table.add_column(head, overflow="fold")
            for r in one.readings:
                codes = r.codes if r.covers or not r.codes else f"{r.codes}（未审）"
                table.add_row(f"  {r.column}", _plain(r.value), _plain(r.span.words), Text(r.confidence, STYLES[r.confidence]), _plain(codes), r.case)
            out.print(table)
        if one.why:
            out.print(Text.assemble("  没有说尽：", _plain(one.why), style="dim"), soft_wrap=True)
    totals = " · ".join(f"{s} {sum(r.state == s for r in read.values())}" for s in STATES)
    out.print(f"{len(read)} 条不同的文字：{totals}（全＝各列说尽；部分＝读出一些；仅文本＝没有可用的读法）", markup=False)
    if not lexicon.terms:
        out.print("没有病名：写 --pack 规则包文件夹，才读诊断 / no disease terms without --pack", style="dim")


def _underlined(read: ReadText) -> Text:
    """The text with the words of typed readings underlined, those of suggestions in italics."""
    said = _plain(read.text)
    for r in read.readings:
        said.stylize(f"underline {STYLES[r.confidence]}" if r.typed else "italic dim", r.span.start, r.span.end)
    return said


def _plain(words: str) -> Text:
    """Words of a file as they may stand on a terminal: no control characters, no markup."""
    return Text(re.sub(r"[\x00-\x1f\x7f-\x9f]", "·", words))
