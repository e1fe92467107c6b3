"""From what pack.toml says for publishing to the facts of a manifest; all that is missing is told at once."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from medrules import __version__
from medrules.check.program import Rule
from medrules.errors import PACK_ERRORS, RefusedBuild
from medrules.knowledge.pack import PackDeclaration
from medrules.packs.entries import Period
from medrules.packs.manifest import NAME, NATIONAL, Extended, Mandatory, Manifest, People, Superseded
from medrules.packs.versions import Version

__all__ = ["manifest_of", "must_hold_rules", "refused"]

Problem = tuple[str, str]  # a Chinese sentence and an English one


def refused(code: str, problems: Iterable[Problem]) -> RefusedBuild:
    """The error of a build, with everything that has to be put right."""
    held = tuple(problems)
    zh, en = PACK_ERRORS[code]
    return RefusedBuild(f"{zh}：{len(held)} 处，首处：{held[0][0]} / {en}: {len(held)}, the first: {held[0][1]}", code, held)


def manifest_of(declared: PackDeclaration, content_hash: str) -> Manifest:
    """The manifest of a pack without its members.

    Raises:
        RefusedBuild: MR-P521, something that a manifest needs is not said in pack.toml.
    """
    said = declared.publication
    problems = [*_missing(declared), *_versions(declared)]
    if problems:
        raise refused("MR-P521", problems)
    return Manifest(
        declared.name, declared.title, declared.title_en, Version.parse(declared.version), declared.authority, said.adcode, _level(declared),
        said.roots, Period(date.fromordinal(said.begin), date.fromordinal(said.end) if said.end else None),
        Version.parse(said.minimum_engine), tuple(Extended(e.name, Version.parse(e.begin), Version.parse(e.below)) for e in said.extends),
        tuple(Superseded(Version.parse(s.version), s.reason) for s in said.supersedes), Mandatory(said.mandatory_all, said.mandatory_rules),
        People(said.drafted, said.reviewed, said.approved), __version__, content_hash, None, ())


def must_hold_rules(declared: PackDeclaration, rules: Iterable[Rule]) -> None:
    """
    Raises:
        RefusedBuild: MR-P521, what pack.toml says of rules (roots, [mandatory]) does not fit the rules.
    """
    problems = list(_rules(declared, rules))
    if problems:
        raise refused("MR-P521", problems)


def _level(declared: PackDeclaration) -> str:
    """As said; else from the code of the area: the country, a province (..0000), a city (....00). Hospitals say theirs."""
    said, adcode = declared.publication.level, declared.publication.adcode
    return said or ("national" if adcode == NATIONAL else "province" if adcode.endswith("0000") else "city")


def _missing(declared: PackDeclaration) -> Iterator[Problem]:
    said = declared.publication
    for name, value in (
        ("authority", declared.authority), ("adcode", said.adcode), ("roots", said.roots), ("minimum_engine", said.minimum_engine),
        ("[effective] from", said.begin), ("[people] drafted", said.drafted), ("[people] reviewed", said.reviewed),
        ("[people] approved", said.approved),
    ):
        if not value:
            yield f"pack.toml 缺 {name}", f"pack.toml lacks {name}"
    if not NAME.fullmatch(declared.name) or len(declared.name) > 60:
        yield f"名字「{declared.name}」应为小写字母、数字和 -", f"the name `{declared.name}` must be of lower-case letters, digits and -"
    if said.adcode and (_level(declared) == "national") != (said.adcode == NATIONAL):
        yield f"level 与 adcode {said.adcode} 不配（{NATIONAL} 是全国）", f"level does not fit adcode {said.adcode} ({NATIONAL} is the country)"


def _versions(declared: PackDeclaration) -> Iterator[Problem]:
    said = declared.publication
    named = [
        ("version", declared.version), *(("[[extends]]", v) for e in said.extends for v in (e.begin, e.below)),
        *(("[[supersedes]]", s.version) for s in said.supersedes)]
    if said.minimum_engine:
        named.append(("minimum_engine", said.minimum_engine))
    for name, text in named:
        try:
            Version.parse(text)
        except ValueError:
            yield f"{name} 的「{text}」不是版本号（2026.7.1，数字前不加 0）", f"{name}: `{text}` is no version (2026.7.1, no leading zeros)"
            return
    if said.minimum_engine and Version.parse(said.minimum_engine) > Version.parse(__version__):
        yield (f"minimum_engine {said.minimum_engine} 高于制作用的 medrules {__version__}",
               f"minimum_engine {said.minimum_engine} is above the medrules {__version__} that builds the pack")
    for e in said.extends:
        if not Version.parse(e.begin) < Version.parse(e.below):
            yield f"[[extends]] {e.name} 的 below 应高于 from", f"[[extends]] {e.name}: `below` must be above `from`"
        if not NAME.fullmatch(e.name):
            yield f"[[extends]] 的名字「{e.name}」不对", f"[[extends]]: `{e.name}` is no name of a pack"
    for s in said.supersedes:
        if not Version.parse(s.version) < Version.parse(declared.version):
            yield f"[[supersedes]] {s.version} 应低于本版", f"[[supersedes]] {s.version} must be below this version"


def _rules(declared: PackDeclaration, rules: Iterable[Rule]) -> Iterator[Problem]:
    said, known = declared.publication, set[str]()
    for rule in rules:
        known |= {rule.code, rule.parent}
        if said.roots and not rule.parent.startswith(said.roots):
            yield (f"规则 {rule.parent} 不在 roots（{'、'.join(said.roots)}）之内", f"rule {rule.parent} is outside roots ({', '.join(said.roots)})")
    for code in said.mandatory_rules:
        if code not in known:
            yield f"[mandatory] 的规则 {code} 不在包里", f"[mandatory]: there is no rule {code}"
    if len(set(said.mandatory_rules)) < len(said.mandatory_rules) or len(set(said.roots)) < len(said.roots):
        yield "roots 或 [mandatory] rules 有重复", "roots or [mandatory] rules repeat themselves"
