"""`medrules pack build | show | diff | cat | verify-build`: pack files, made, looked into and compared; never unpacked onto the disk."""
from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from medrules.adapters.cli import exits
from medrules.adapters.cli.case_facts import facts_of
from medrules.adapters.cli.change_screen import show_changes
from medrules.adapters.cli.console import Table, console, error_console, print_json, progress, working
from medrules.adapters.cli.files import write_whole
from medrules.adapters.cli.problems import show
from medrules.errors import InvalidLayers, MedRulesError, RefusedBuild
from medrules.knowledge.packfiles import collect_files
from medrules.packs.archive import BUDGET, PackFile, read_pack_file
from medrules.packs.manifest import Manifest, file_name, write_manifest
from medrules.release.build import build, verify_build
from medrules.release.changes import ChangeReport, changes_between
from medrules.release.notice import notice_of
from medrules.release.standing import Standing, standing_of, standing_of_file


def add(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作 action", title="动作 actions", help="做什么，见下 what to do, see below")
    for name, said in (
        ("build", "由规则包文件夹制作规则包文件：检查、运行全部用例、编译、写变更公示 | check, run every case, compile, describe the changes"),
        ("show", "显示规则包文件的清单和成员 | the manifest and members of a pack file"),
        ("diff", "两版之间改了什么 | what changed between two versions"),
        ("cat", "输出一个成员的内容 | write one member to standard output"),
        ("verify-build", "核对编译件是否由包内源文件编译而成 | is the compiled form what the sources compile to"),
    ):
        one = actions.add_parser(name, help=said, description=said)
        match name:
            case "build":
                one.add_argument("pack", help="规则包文件夹 pack folder")
                one.add_argument("-o", "--output", metavar="文件 FILE", help="写到哪个文件（缺省 名字-版本.mrpack）file to write")
                _parents(one)
                one.add_argument("--previous", metavar="文件 FILE", help="上一版的规则包文件，写变更公示用 pack file of the version before")
            case "diff":
                _parents(one)
                one.add_argument("old", help="上一版：规则包文件或文件夹 the version before: a pack file or folder")
                one.add_argument("new", help="新版：规则包文件或文件夹 the new version: a pack file or folder")
                one.add_argument("--markdown", action="store_true", help="输出变更公示全文 the whole notice as Markdown")
            case "cat":
                one.add_argument("file", help="规则包文件 pack file")
                one.add_argument("member", help="成员的名字，见 pack show member, as pack show lists them")
            case _:
                one.add_argument("file", help="规则包文件 pack file")
        one.add_argument("--json", action="store_true", help="结果以 JSON 输出 result as JSON")
        one.add_argument("--no-color", action="store_true", help="不用颜色 no colours")


def _parents(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--parent", action="append", default=[], metavar="文件 FILE",
                        help="它依赖的上层规则包文件，可写多次 pack file that it extends, as often as needed")


def run(arguments: argparse.Namespace) -> int:
    try:
        return _run(arguments)
    except InvalidLayers as error:
        show(error.diagnostics, to_stderr=True)
        for one in error.problems:
            error_console(not arguments.no_color).print(f"{one.code} {one.place}：{one.message}。{one.help} / {one.message_en}", markup=False)
        return exits.BAD_PACK


def _run(arguments: argparse.Namespace) -> int:
    match arguments.action:
        case "build":
            return _build(arguments)
        case "show":
            return _show(arguments)
        case "diff":
            return _diff(arguments)
        case "cat":
            return _cat(arguments)
    return _verify(arguments)


def _read(path: str | Path) -> PackFile:
    with open(path, "rb") as file:
        return read_pack_file(file.read(BUDGET.file + 1))


# ------------------------------------------------------------ build


def _build(arguments: argparse.Namespace) -> int:
    previous = None if arguments.previous is None else _read(arguments.previous)
    try:
        with progress("用例 cases") as bar:
            task = bar.add_task("", total=None)
            made = build(
                Path(arguments.pack), facts_of, previous, lambda done, total: bar.update(task, completed=done, total=total),
                [_read(p) for p in arguments.parent])
    except RefusedBuild as refusal:
        return _refused(refusal, arguments)
    manifest = made.file.manifest
    target = Path(arguments.output or file_name(manifest.name, manifest.version))
    write_whole(target, made.content)
    if arguments.json:
        print_json({
            "file": str(target), "bytes": len(made.content), "sha256": made.file.sha256, "pack": manifest.identity, "version": str(manifest.version),
            "members": len(made.file.members), "cases": made.cases, "content_hash": manifest.content_hash, "changes": made.changes.as_json()})
        return exits.OK
    out = console(not arguments.no_color)
    table = Table(title=f"{manifest.identity} {manifest.version}", show_header=False, title_justify="left", title_style="bold")
    table.add_row("文件 file", str(target))
    table.add_row("字节 bytes", f"{len(made.content):,}")
    table.add_row("SHA-256", made.file.sha256)
    table.add_row("成员 members", str(len(made.file.members)))
    table.add_row("用例 cases", f"{made.cases} 全部通过 all hold")
    table.add_row("适用 effective", _period(manifest))
    out.print(table)
    show_changes(out, made.changes)
    return exits.OK


def _refused(refusal: RefusedBuild, arguments: argparse.Namespace) -> int:
    """Everything that has to be put right; no file is written."""
    if arguments.json:
        print_json({"refused": refusal.code, "problems": [{"zh": zh, "en": en} for zh, en in refusal.problems]})
    out = error_console(not arguments.no_color)
    for zh, en in refusal.problems[:50]:
        out.print(f"{zh} / {en}", markup=False)
    if len(refusal.problems) > 50:
        out.print(f"… 另有 {len(refusal.problems) - 50} 处 / and {len(refusal.problems) - 50} more")
    out.print(f"{refusal.code} {refusal}", markup=False, style="bold red")
    return exits.PROBLEMS


# ------------------------------------------------------------ show, cat, verify-build


def _show(arguments: argparse.Namespace) -> int:
    with working("读规则包文件 reading the pack file"):
        file = _read(arguments.file)
    manifest = file.manifest
    if arguments.json:
        print_json({"sha256": file.sha256, "manifest": json.loads(write_manifest(manifest))})
        return exits.OK
    out = console(not arguments.no_color)
    table = Table(title=f"{manifest.title_zh} {manifest.version}", show_header=False, title_justify="left", title_style="bold")
    for head, value in _facts(manifest):
        table.add_row(head, value)
    table.add_row("SHA-256", file.sha256)
    out.print(table)
    members = Table("成员 member", "字节 bytes", "SHA-256", box=None)
    for one in manifest.members:
        members.add_row(one.name, f"{one.length:,}", one.sha256[:12])
    out.print(members)
    out.print("文件完好；是否由可信的单位发布，由签名渠道判断（medrules site verify）/ the file is whole; whether its publisher is trusted is for the signed channel",
              style="dim", markup=False)
    return exits.OK


def _facts(m: Manifest) -> list[tuple[str, str]]:
    return [
        ("规则包 pack", m.identity), ("层级 level", m.level), ("发布单位 authority", m.authority), ("规则编码前缀 roots", "、".join(m.roots)),
        ("适用 effective", _period(m)), ("最低引擎 minimum engine", str(m.minimum_engine)),
        ("上层 extends", "、".join(f"{e.name} [{e.begin}, {e.below})" for e in m.extends) or "—"),
        ("撤回 supersedes", "；".join(f"{s.version} {s.reason}" for s in m.supersedes) or "—"),
        ("不得放宽 mandatory", "全部 all" if m.mandatory.everything else "、".join(m.mandatory.rules) or "—"),
        ("经办 people", f"{m.people.drafted}；{m.people.reviewed}；{m.people.approved}"), ("制作 built with", m.built_with),
        ("内容散列 content hash", m.content_hash)]


def _period(m: Manifest) -> str:
    return f"{m.effective.begin.isoformat()} 起 from" + ("" if m.effective.end is None else f" 至 until {m.effective.end.isoformat()}（不含 exclusive）")


def _cat(arguments: argparse.Namespace) -> int:
    file = _read(arguments.file)
    content = file.members.get(arguments.member)
    if content is None:
        raise MedRulesError(f"规则包文件里没有「{arguments.member}」，见 medrules pack show / no such member, see medrules pack show")
    if arguments.json:
        print_json({"member": arguments.member, "bytes": len(content), "text": content.decode("utf-8", "replace")})
    elif hasattr(sys.stdout, "buffer"):
        sys.stdout.buffer.write(content)
    else:
        sys.stdout.write(content.decode("utf-8", "replace"))
    return exits.OK


def _verify(arguments: argparse.Namespace) -> int:
    with working("重新编译 compiling again"):
        file = _read(arguments.file)
        same = verify_build(file)
    if arguments.json:
        print_json({"pack": file.manifest.identity, "version": str(file.manifest.version), "sha256": file.sha256, "same": same or None})
    else:
        said = "编译件与包内源文件一致 / the compiled form is what the sources compile to" if same else (
            "没有编译件，或由别的 medrules 版本制作，本机不能逐字节核对；打开时用源文件 / nothing compiled, or by another medrules: not compared, the sources are used")
        console(not arguments.no_color).print(said, markup=False)
    return exits.OK


# ------------------------------------------------------------ diff


def _diff(arguments: argparse.Namespace) -> int:
    with working("比较 comparing"):
        changes = _changes(arguments.old, arguments.new, [_read(p) for p in arguments.parent])
    if arguments.json:
        print_json(changes.as_json())
    elif arguments.markdown:
        sys.stdout.write(notice_of(changes))
    else:
        show_changes(console(not arguments.no_color), changes)
    return exits.OK


def _changes(old: str, new: str, parents: list[PackFile]) -> ChangeReport:
    has = _side(new, parents, None)
    had = _side(old, parents, has.manifest)
    return changes_between(had.own, has.own, had.manifest, has.manifest)


def _side(path: str, parents: list[PackFile], later: Manifest | None) -> Standing:
    """A pack file or folder, checked."""
    if Path(path).is_dir():
        return standing_of(collect_files(Path(path)), Path(path).name, parents)
    return standing_of_file(_read(path), parents, later)
