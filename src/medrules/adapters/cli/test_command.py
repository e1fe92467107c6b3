"""`medrules test PACK`: runs the cases of a pack on both evaluators and says in sentences where they differ."""
from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from medrules.adapters.cli import exits
from medrules.adapters.cli.case_facts import facts_of
from medrules.adapters.cli.console import console, error_console, print_json, progress
from medrules.api import open_pack
from medrules.cases import CaseResult, compare
from medrules.cases.yaml_reader import read_cases
from medrules.engine.reference import evaluate
from medrules.errors import MedRulesError
from medrules.knowledge.folder import read_pack_folder


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", help="规则包文件夹 pack folder")
    parser.add_argument("--family", help="只运行这个规则族的用例 only this family's cases")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="也列出通过的用例 list passing cases too")


def run(arguments: argparse.Namespace) -> int:
    engine = open_pack(arguments.pack)
    files = [f for f in read_pack_folder(Path(arguments.pack)).cases if arguments.family in (None, f.parent.name)]
    if not files:
        error_console().print("没有用例 / no cases")
        return exits.PROBLEMS
    cases = [(f.parent.name, case) for f in files for case in read_cases(f)]
    answers: list[dict[str, Any]] = []
    out = console()
    with progress("用例 cases") as bar:
        task = bar.add_task("", total=len(cases))
        for family, case in cases:
            differences: tuple[str, ...]
            try:
                facts = facts_of(case)
                plain = evaluate(engine.program, facts)
                fast = engine.review(facts)
                differences = CaseResult(case, compare(case, plain), plain).differences
                if plain.canonical() != fast.canonical():
                    differences += ("两个求值器答案不同（这是本库的错误，请报告）/ the two evaluators disagree",)
            except MedRulesError as error:
                differences = (f"用例读不出来：{error}",)
            answers.append({"family": family, "case": case.title, "passed": not differences, "differences": list(differences)})
            bar.advance(task)
    failed = [a for a in answers if not a["passed"]]
    if arguments.json:
        print_json({"cases": answers, "passed": len(answers) - len(failed), "failed": len(failed)})
        return exits.PROBLEMS if failed else exits.OK
    for answer in answers:
        if answer["passed"] and not arguments.verbose:
            continue
        mark = "[green]通过[/]" if answer["passed"] else "[bold red]不符[/]"
        out.print(f"{mark} {answer['family']} · {answer['case']}")
        for line in answer["differences"]:
            out.print(f"     {line}")
    out.print(f"[bold]{len(answers) - len(failed)} 通过 passed，{len(failed)} 不符 failed[/]（{len(files)} 族 families，两个求值器 both evaluators）")
    return exits.PROBLEMS if failed else exits.OK
