"""A pack folder to one pack file: checked, every case run, compiled, described. The same folder gives the same bytes anywhere."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medrules.api import OTHER_VERSION, check_pack_file, compile_checked, open_pack_file
from medrules.cases.case import Case, CaseError
from medrules.cases.packs import CasePack, family_of
from medrules.cases.yaml_reader import parse_cases
from medrules.compiled.container import SCHEMA, Sections
from medrules.errors import InvalidCompiledPack, NoSuchPack
from medrules.knowledge.packfiles import CASES, collect_files
from medrules.model.facts import Facts
from medrules.packs.archive import PackFile, read_pack_file, write_pack_file
from medrules.packs.manifest import Manifest, members_of
from medrules.packs.refusals import refuse
from medrules.release.cases_json import as_json, json_name
from medrules.release.changes import ChangeReport, changes_between
from medrules.release.facts import refused
from medrules.release.notice import notice_of
from medrules.release.standing import standing_of, standing_of_file

__all__ = ["CHANGES", "COMPILED", "Built", "build", "verify_build"]

COMPILED = "compiled/medrules.compiled"
CHANGES = "CHANGES.md"


@dataclass(frozen=True, slots=True)
class Built:
    """A pack file that may be published.

    content  its bytes
    cases    how many cases were run; all of them hold
    """

    content: bytes
    file: PackFile
    changes: ChangeReport
    cases: int


def build(
    folder: Path, read: Callable[[Case], Facts], previous: PackFile | None = None, told: Callable[[int, int], None] = lambda done, all_: None,
    parents: Sequence[PackFile] = (),
) -> Built:
    """Build the pack file of a folder.

    Args:
        read: makes the facts of a case; the doors know how.
        previous: the version before, for the change report; its version must be lower.
        told: is told how many cases are done, and of how many.
        parents: the packs that this one extends, in versions that it allows. Its rules are checked together with theirs.

    Raises:
        NoSuchPack: there is no such folder. InvalidPack: it has errors; `diagnostics` lists them. InvalidLayers: it does not fit its parents.
        RefusedBuild: MR-P521 pack.toml lacks something, MR-P522 cases do not hold, MR-P523 the version is not above the previous one,
            MR-P524 a parent is not given.
        InvalidPackFile: MR-P503, MR-P506, MR-P507, what hospitals would refuse.
    """
    if not folder.is_dir():
        raise NoSuchPack(f"没有这个文件夹：{folder} / no such folder")
    held = collect_files(folder)
    standing = standing_of(held, folder.name, parents)
    manifest = standing.manifest
    members = _with_json_cases(held.contents)
    cases = _cases(members)
    before = None if previous is None else standing_of_file(previous, parents, manifest)
    changes = changes_between(
        None if before is None else before.own, standing.own, None if before is None else before.manifest, manifest, len(cases))
    if before is not None and (problem := _not_above(before.manifest, manifest, changes)):
        raise refused("MR-P523", [problem])
    _run(CasePack(standing.whole, read), cases, told)
    members[CHANGES] = notice_of(changes).encode()
    if standing.compiled is not None:
        members[COMPILED] = standing.compiled
        manifest = replace(manifest, compiled=(COMPILED, SCHEMA))
    made = write_pack_file(replace(manifest, members=members_of(members)), members)
    file = read_pack_file(made)
    if not parents:
        open_pack_file(file)  # what cannot be opened is not left for hospitals to find out
    return Built(made, file, changes, len(cases))


def verify_build(file: PackFile) -> bool:
    """Whether the compiled form inside a pack file is what its sources compile to, byte for byte. False = it cannot be said here:
    another version of medrules compiled it (or nobody did).

    Raises:
        InvalidPackFile: MR-P515, MR-P516, it is not. InvalidPack: the sources have errors.
    """
    if file.manifest.compiled is None:
        return False
    made = compile_checked(check_pack_file(file))
    held = file.members[file.manifest.compiled[0]]
    try:
        Sections(held)
    except InvalidCompiledPack as error:
        if error.code == OTHER_VERSION:
            return False
    if held != made:
        raise refuse("MR-P516", file.manifest.compiled[0], file.manifest.compiled[0])
    return True


def _not_above(old: Manifest, new: Manifest, changes: ChangeReport) -> tuple[str, str] | None:
    if old.identity != new.identity:
        return f"上一版是 {old.identity}，这是 {new.identity}", f"the previous file is {old.identity}, this is {new.identity}"
    if not old.version < new.version:
        least = changes.advice.least
        return (f"上一版 {old.version}，这一版 {new.version}；按改动应不低于 {least}",
                f"the previous version is {old.version}, this is {new.version}; by its changes at least {least}")
    return None


def _with_json_cases(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of the folder, cases as JSON."""
    members: dict[str, bytes] = {}
    problems = []
    for name, content in contents.items():
        try:
            made = as_json(content, name) if name.endswith(CASES) else content
        except CaseError as error:
            problems.append((f"{name}：{error}", f"{name}: the cases cannot be read"))
            continue
        if json_name(name) in members:
            problems.append((f"{name} 与同一文件夹的 cases.json 只留一个", f"{name}: keep either this or cases.json"))
        members[json_name(name)] = made
    if problems:
        raise refused("MR-P522", problems)
    return members


def _cases(members: Mapping[str, bytes]) -> list[tuple[str, Case]]:
    """The cases as hospitals will have them, with their families."""
    return [(family_of(name), case) for name in members if name.endswith(CASES) for case in parse_cases(members[name], name)]


def _run(pack: CasePack, cases: Sequence[tuple[str, Case]], told: Callable[[int, int], None]) -> None:
    """
    Raises:
        RefusedBuild: MR-P522, some cases do not hold, or there are none.
    """
    problems = [] if cases else [("规则包没有用例", "the pack has no cases")]
    for done, (family, case) in enumerate(cases, 1):
        for line in pack.differences(case, family):
            problems.append((f"{family}「{case.title}」：{line}", f"{family}, case {case.number}: it does not hold"))
        told(done, len(cases))
    if problems:
        raise refused("MR-P522", problems)
