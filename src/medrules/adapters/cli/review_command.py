"""`medrules review FILE…`: the main job. Shows the warnings, or writes the 3101 response or JSON."""
from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from medrules.adapters.cli import exits
from medrules.adapters.cli.console import console, error_console, print_json, progress
from medrules.adapters.cli.requests import OneRequest, read_all
from medrules.adapters.cli.screen import show_report
from medrules.adapters.native_report import report_to_json
from medrules.adapters.nhsa import SiteSettings, write_response
from medrules.api import open_pack
from medrules.errors import MedRulesError
from medrules.model.reports import Report


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", help="请求文件：3101/3102 的 JSON、原生事实 .json 或 .jsonl | request files")
    parser.add_argument("--pack", required=True, help="规则包文件夹 pack folder")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--facts", dest="form", action="store_const", const="facts", help="文件是原生事实 native facts")
    form.add_argument("--3101", dest="form", action="store_const", const="3101", help="文件是 3101/3102 请求 national form")
    answer = parser.add_mutually_exclusive_group()
    answer.add_argument("--response", action="store_true", help="在标准输出写 3101 应答 write the 3101 response")
    answer.add_argument("--json", action="store_true", help="报告以 JSON 输出 report as JSON")
    parser.add_argument("--lang", choices=["zh", "en"], default="zh", help="JSON 键名语言 language of JSON keys")
    parser.add_argument("--response-dir", help="另把应答写到这个文件夹 also write responses into this folder")
    parser.add_argument("--site", help="站点设置 TOML 文件 site settings")
    parser.add_argument("--fail-on-findings", action="store_true", help="有明确违规或可疑时退出码为 1")
    parser.add_argument("--no-color", action="store_true")
    parser.set_defaults(form="")


def run(arguments: argparse.Namespace) -> int:
    site = SiteSettings.from_toml(Path(arguments.site)) if arguments.site else SiteSettings()
    engine = open_pack(arguments.pack)
    out, failed, worst = console(not arguments.no_color), [], exits.OK
    reports: list[dict[str, Any]] = []
    folder = Path(arguments.response_dir) if arguments.response_dir else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    quiet = arguments.json or arguments.response
    with progress("审核 reviewing") as bar:
        task = bar.add_task("", total=len(arguments.files))
        for name in arguments.files:
            try:
                for one in read_all(Path(name), arguments.form, site):
                    report = engine.review(one.facts)
                    worst = max(worst, _exit_of(report, arguments.fail_on_findings))
                    if not quiet:
                        show_report(out, one.title, one.facts, report)
                    if arguments.json:
                        reports.append({"file": one.title, "report": report_to_json(report, arguments.lang)})
                    _respond(one, report, site, arguments.response, folder)
            except MedRulesError as error:
                failed.append(name)
                error_console().print(f"[red]{Path(name).name}[/] {error.code} {error}")
            bar.advance(task)
    if arguments.json:
        print_json(reports if len(reports) != 1 else reports[0]["report"])
    if folder and not quiet:
        out.print(f"3101 应答已写到 / responses written to: [bold]{folder}[/]")
    return exits.BAD_INPUT if failed else worst


def _exit_of(report: Report, on_findings: bool) -> int:
    if report.unchecked:
        return exits.INCOMPLETE
    return exits.PROBLEMS if on_findings and any(f.result != "monitor" for f in report.findings) else exits.OK


def _respond(one: OneRequest, report: Report, site: SiteSettings, to_stdout: bool, folder: Path | None) -> None:
    if one.message is None or not (to_stdout or folder):
        return
    now = datetime.now()
    body = write_response(report, one.message, site, now, now)
    if to_stdout:
        sys.stdout.buffer.write(body + b"\n")
    if folder:
        (folder / f"{Path(one.title).stem}-response.json").write_bytes(body)
