"""`medrules test PACK`: runs the cases of a pack on both evaluators and says in sentences where they differ."""
from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from medrules.adapters.cli import exits
from medrules.adapters.cli.case_packs import CasePack
from medrules.adapters.cli.console import Text, console, print_json, progress, working
from medrules.api import open_pack
from medrules.cases import Case
from medrules.cases.packs import family_of
from medrules.cases.yaml_reader import parse_cases
from medrules.errors import MedRulesError, MissingExtra


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", help="规则包文件夹或文件（.mrpack）pack folder or pack file")
    parser.add_argument("--family", help="只运行这个规则族（文件夹名或其编码）only this family's cases")
    parser.add_argument("--json", action="store_true", help="结果以 JSON 输出 results as JSON")
    parser.add_argument("--verbose", action="store_true", help="也列出通过的用例 list passing cases too")
    parser.add_argument("--no-color", action="store_true", help="不用颜色 no colours")


def run(arguments: argparse.Namespace) -> int:
    with working("读规则包 reading the pack"):
        open_pack(arguments.pack)  # a pack with errors is refused with all of them
        pack = CasePack(arguments.pack)
    every = pack.checked.sources.cases
    files = [f for f in every if arguments.family in (None, family_of(f), family_of(f).partition("_")[0])]
    if arguments.family and not files:
        known = "、".join(sorted(map(family_of, every)))
        raise MedRulesError(f"规则包里没有规则族「{arguments.family}」的用例，有：{known or '无'} / no cases of this family")
    answers = list(_answers(pack, files))
    failed = [a for a in answers if not a["passed"]]
    code = exits.PROBLEMS if failed or not answers else exits.OK
    if arguments.json:
        print_json({"cases": answers, "passed": len(answers) - len(failed), "failed": len(failed)})
        return code
    out = console(not arguments.no_color)
    if not answers:
        out.print("[yellow]没有用例 / no cases[/]")
        return code
    for answer in answers:
        if answer["passed"] and not arguments.verbose:
            continue
        mark = ("通过", "green") if answer["passed"] else ("不符", "bold red")
        out.print(Text.assemble(mark, f" {answer['family']} · {answer['case']}"), soft_wrap=True)
        for line in answer["differences"]:
            out.print(f"     {line}", markup=False, soft_wrap=True)
    style = "bold red" if failed else "bold green"
    out.print(
        f"[{style}]{len(answers) - len(failed)} 通过 passed，{len(failed)} 不符 failed[/]"
        f"（{len(files)} 族 families，两个求值器 both evaluators）")
    return code


def _answers(pack: CasePack, files: list[str]) -> Iterator[dict[str, Any]]:
    """One answer for each case, and one for each file that cannot be read."""
    cases: list[tuple[str, Case | MedRulesError]] = []
    for name in files:
        try:
            cases.extend((family_of(name), case) for case in parse_cases(pack.checked.sources.files[name], name))
        except MissingExtra:
            raise
        except MedRulesError as error:
            cases.append((family_of(name), error))
    with progress("用例 cases") as bar:
        task = bar.add_task("", total=len(cases))
        for family, case in cases:
            if isinstance(case, Case):
                title, differences = case.title, pack.differences(case, family)
            else:
                title, differences = "cases.yaml", (f"用例文件读不出来：{case} / cannot be read",)
            yield {"family": family, "case": title, "passed": not differences, "differences": list(differences)}
            bar.advance(task)
