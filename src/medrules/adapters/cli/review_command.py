"""`medrules review FILE…`: the main job. Shows the warnings, or writes the 3101 response or JSON."""
from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from medrules.adapters.cli import exits, history_option
from medrules.adapters.cli.console import Text, console, error_console, print_json, progress
from medrules.adapters.cli.files import found
from medrules.adapters.cli.requests import OneRequest, read_all
from medrules.adapters.cli.rules import add_rules, opened
from medrules.adapters.cli.screen import show_report
from medrules.adapters.native_report import report_to_json
from medrules.adapters.nhsa import SiteSettings, write_response
from medrules.errors import InvalidFacts, MedRulesError
from medrules.history.reviewing import Reviews
from medrules.model.reports import Report


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", help="请求文件、通配符或文件夹：3101/3102 的 JSON、原生事实 .json 或 .jsonl；- 是标准输入 request files")
    add_rules(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--facts", dest="form", action="store_const", const="facts", help="文件是原生事实（缺省看内容）native facts")
    form.add_argument("--3101", dest="form", action="store_const", const="3101", help="文件是 3101/3102 请求（缺省看内容）national form")
    answer = parser.add_mutually_exclusive_group()
    answer.add_argument("--response", action="store_true", help="在标准输出写 3101 应答，每个请求一行 write the 3101 responses, one a line")
    answer.add_argument("--json", action="store_true", help="报告以 JSON 输出：一个请求一个对象，多个请求一个列表 reports as JSON")
    parser.add_argument("--lang", choices=["zh", "en"], default="zh", help="JSON 键名的语言 language of JSON keys")
    parser.add_argument("--response-dir", help="另把应答写到这个文件夹 also write responses into this folder")
    parser.add_argument("--site", help="站点设置 TOML 文件 site settings")
    history_option.add(parser)
    parser.add_argument("--fail-on-findings", action="store_true", help="有明确违规或可疑时退出码为 1 exit code 1 when there are findings")
    parser.add_argument("--no-color", action="store_true", help="不用颜色 no colours")
    parser.set_defaults(form="")


def run(arguments: argparse.Namespace) -> int:
    site = SiteSettings.from_toml(Path(arguments.site)) if arguments.site else SiteSettings()
    files = found(arguments.files, ".json", ".jsonl")
    engine = history_option.asked(opened(arguments), arguments, site)
    review = _Review(engine, site, arguments)
    with progress("审核 reviewing", shown=review.quiet) as bar:
        task = bar.add_task("", total=len(files))
        for path in files:
            review.file(path)
            bar.advance(task)
    return review.done(len(files))


class _Review:
    """One run over several files: what was answered, and the worst exit code so far."""

    def __init__(self, engine: Reviews, site: SiteSettings, arguments: argparse.Namespace) -> None:
        self._engine, self._site, self._given = engine, site, arguments
        self.quiet: bool = arguments.json or arguments.response
        self._out = console(not arguments.no_color)
        self._folder = Path(arguments.response_dir) if arguments.response_dir else None
        self._answers: list[dict[str, Any]] = []
        self._written: set[str] = set()
        self._worst, self._failed = exits.OK, False

    def file(self, path: Path) -> None:
        """Review the requests of one file. What cannot be read is told, and the other lines and files go on."""
        try:
            for one in read_all(path, self._given.form, self._site, lambda line, error: self._refused(f"{path.name}:{line}", error)):
                self._request(one)
        except (MedRulesError, OSError) as error:
            self._refused(path.name, error)

    def _refused(self, name: str, error: MedRulesError | OSError) -> None:
        self._failed = True
        said = str(error) if isinstance(error, MedRulesError) else "文件读不到 / cannot read the file"
        code = error.code if isinstance(error, MedRulesError) else MedRulesError.code
        errors = [{"path": e.path, "message": e.message, "code": e.code} for e in error.errors] if isinstance(error, InvalidFacts) else []
        self._answers.append({"file": name, "error": {"code": code, "message": said} | ({"errors": errors} if errors else {})})
        out = error_console(not self._given.no_color)
        out.print(Text.assemble((name, "red"), f" {code} {said}"))
        for one in errors[:20] if len(errors) > 1 else []:
            out.print(f"    {one['path']}：{one['message']}（{one['code']}）", markup=False)

    def _request(self, one: OneRequest) -> None:
        report = self._engine.review(one.facts)
        self._worst = max(self._worst, _exit_of(report, self._given.fail_on_findings))
        if not self.quiet:
            show_report(self._out, one.title, one.facts, report)
        if self._given.json:
            self._answers.append({"file": one.title, "report": report_to_json(report, self._given.lang)})
        if one.message is not None and (self._given.response or self._folder):
            self._respond(one, report)

    def _respond(self, one: OneRequest, report: Report) -> None:
        assert one.message is not None
        now = datetime.now()
        body = write_response(report, one.message, self._site, now, now)
        if self._given.response:
            sys.stdout.flush()
            sys.stdout.buffer.write(body + b"\n")
            sys.stdout.buffer.flush()
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / self._free_name(Path(one.title).stem)).write_bytes(body)

    def _free_name(self, stem: str) -> str:
        """Two requests of one name in different folders keep two answers."""
        name, n = f"{stem}-response.json", 1
        while name in self._written:
            n += 1
            name = f"{stem}-{n}-response.json"
        self._written.add(name)
        return name

    def done(self, n_files: int) -> int:
        if self._given.json:
            alone = n_files == 1 and len(self._answers) == 1
            print_json(self._answers[0].get("report", self._answers[0]) if alone else self._answers)
        if self._written and not self.quiet:
            self._out.print(f"3101 应答已写到 / responses written to: [bold]{self._folder}[/]")
        return exits.BAD_INPUT if self._failed else self._worst


def _exit_of(report: Report, on_findings: bool) -> int:
    if report.unchecked:
        return exits.INCOMPLETE
    return exits.PROBLEMS if on_findings and any(f.result != "monitor" for f in report.findings) else exits.OK
