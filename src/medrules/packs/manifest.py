"""manifest.json: what a pack file says of itself and of every member; one way to write it.

    {"format":"medrules-pack","schema":1,"name":"national","version":"2026.7.1","adcode":"100000","level":"national",
     "effective":{"from":"2026-07-01","to":null}, …, "members":[{"name":…,"length":…,"sha256":…}, …]}

docs/packs.md lists every key.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from medrules.frozen import dataclass
from medrules.packs.canonical import read_canonical, written
from medrules.packs.entries import Entries, Period
from medrules.packs.names import MANIFEST, checked_names
from medrules.packs.refusals import refuse, shown
from medrules.packs.versions import Version

__all__ = [
    "FORMAT", "LEVELS", "NATIONAL", "SCHEMA", "Extended", "Mandatory", "Manifest", "Member", "People", "Superseded", "file_name", "members_of",
    "must_fit", "read_manifest", "target_path", "write_manifest",
]

FORMAT: Final = "medrules-pack"
SCHEMA: Final = 1
LEVELS: Final = ("national", "province", "city", "hospital")
NATIONAL: Final = "100000"
NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
ROOT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)
MAX_NAME: Final = 60
MAX_MEMBER: Final = 1 << 31


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class People:
    """Who drafted, reviewed and approved: offices, not persons."""

    drafted: str
    reviewed: str
    approved: str


@dataclass(frozen=True, slots=True)
class Extended:
    """A pack that this one stands on, in versions [begin, below)."""

    name: str
    begin: Version
    below: Version


@dataclass(frozen=True, slots=True)
class Superseded:
    """A version that this one withdraws, and why."""

    version: Version
    reason: str


@dataclass(frozen=True, slots=True)
class Mandatory:
    """Rules that lower layers may not weaken: `everything`, or those of `rules` (codes)."""

    everything: bool = False
    rules: tuple[str, ...] = ()

    def holds(self, rule: str) -> bool:
        return self.everything or rule in self.rules


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of a pack file.

    adcode          GB/T 2260 code of the authority's area; 100000 = the whole country
    roots           prefixes of the codes of rules that this pack owns
    effective       business dates for which it judges
    content_hash    hash of the source folder as `medrules.knowledge.packfiles.content_hash` gives it (cases as JSON)
    compiled        the member that holds the compiled form and the schema number of that form; None = the pack has none
    members         all but manifest.json, sorted by name
    """

    name: str
    title_zh: str
    title_en: str
    version: Version
    authority: str
    adcode: str
    level: str
    roots: tuple[str, ...]
    effective: Period
    minimum_engine: Version
    extends: tuple[Extended, ...]
    supersedes: tuple[Superseded, ...]
    mandatory: Mandatory
    people: People
    built_with: str
    content_hash: str
    compiled: tuple[str, int] | None
    members: tuple[Member, ...]

    @property
    def identity(self) -> str:
        """`100000/national`: what a hospital follows."""
        return f"{self.adcode}/{self.name}"


def members_of(contents: Mapping[str, bytes]) -> tuple[Member, ...]:
    """The list of members of a manifest, for these contents."""
    return tuple(Member(n, len(contents[n]), sha256(contents[n]).hexdigest()) for n in sorted(contents))


def file_name(name: str, version: Version) -> str:
    return f"{name}-{version}.mrpack"


def target_path(manifest: Manifest) -> str:
    """Where a pack stands in a repository: `<adcode>/<name>/<name>-<version>.mrpack`."""
    return f"{manifest.identity}/{file_name(manifest.name, manifest.version)}"


def must_fit(manifest: Manifest, engine: str) -> None:
    """
    Args:
        engine: the version of medrules that is asked to use the pack.

    Raises:
        InvalidPackFile: MR-P513, the pack needs a newer one.
    """
    if Version.parse(engine) < manifest.minimum_engine:
        needed = manifest.minimum_engine
        raise refuse("MR-P513", f"要 {needed}，本机是 {engine}；先升级 medrules", f"it needs {needed}, this is {engine}: upgrade medrules first")


def write_manifest(manifest: Manifest) -> bytes:
    m = manifest
    return written({
        "format": FORMAT, "schema": SCHEMA, "name": m.name, "title": {"zh": m.title_zh, "en": m.title_en}, "version": str(m.version),
        "authority": m.authority, "adcode": m.adcode, "level": m.level, "roots": list(m.roots), "effective": m.effective.as_json(),
        "minimum_engine": str(m.minimum_engine),
        "extends": [{"name": e.name, "from": str(e.begin), "below": str(e.below)} for e in m.extends],
        "supersedes": [{"version": str(s.version), "reason": s.reason} for s in m.supersedes],
        "mandatory": {"all": m.mandatory.everything, "rules": list(m.mandatory.rules)},
        "people": {"drafted": m.people.drafted, "reviewed": m.people.reviewed, "approved": m.people.approved},
        "built_with": m.built_with, "content_hash": m.content_hash,
        "compiled": None if m.compiled is None else {"member": m.compiled[0], "schema": m.compiled[1]},
        "members": [{"name": x.name, "length": x.length, "sha256": x.sha256} for x in m.members],
    })


def read_manifest(content: bytes) -> Manifest:
    """
    Raises:
        InvalidPackFile: MR-P508, MR-P512 no canonical JSON; MR-P509 wrong content; MR-P513 a form that this medrules does not know;
            MR-P506, MR-P507 names of members.
    """
    value = read_canonical(content, MANIFEST)
    e = Entries(value, MANIFEST, "MR-P509")
    if e.take("format") != FORMAT:
        raise e.wrong("format", f" {FORMAT}", FORMAT)
    schema = e.take("schema")
    if schema != SCHEMA or type(schema) is not int:
        raise refuse("MR-P513", f"清单格式 {shown(schema)}，本机能读 {SCHEMA}", f"manifest schema {shown(schema)}, this medrules reads {SCHEMA}")
    title, people, mandatory = e.inner("title"), e.inner("people"), e.inner("mandatory")
    made = Manifest(
        _name(e, "name"), title.text("zh"), title.text("en", empty=True), e.version("version"), e.text("authority"), e.adcode("adcode"),
        e.choice("level", LEVELS), _roots(e), e.period("effective"), e.version("minimum_engine"),
        tuple(_extended(x) for x in e.inners("extends")), tuple(_superseded(x) for x in e.inners("supersedes")),
        Mandatory(mandatory.flag("all"), mandatory.texts("rules")),
        People(people.text("drafted"), people.text("reviewed"), people.text("approved")),
        e.text("built_with"), e.digest("content_hash"), _compiled(e), tuple(_member(x) for x in e.inners("members")))
    for one in (title, people, mandatory, e):
        one.close()
    if (made.level == "national") != (made.adcode == NATIONAL):
        raise e.wrong("adcode", f"与 level 相配（{NATIONAL} 是全国）", f"what its level says ({NATIONAL} is the country)")
    names = [x.name for x in made.members]
    if names != sorted(set(names)) or MANIFEST in names:
        raise e.wrong("members", "按名字排序、不重复、不含清单自己的列表", "sorted by name, without repeats and without the manifest")
    checked_names((MANIFEST, *names))
    if made.compiled is not None and made.compiled[0] not in names:
        raise e.wrong("compiled", "成员之一", "one of the members")
    return made


def _name(e: Entries, key: str) -> str:
    name = e.matching(key, NAME, "小写字母、数字和 - 的名字", "a name of lower-case letters, digits and -")
    if len(name) > MAX_NAME:
        raise e.wrong(key, f" {MAX_NAME} 字以内的名字", f"a name of at most {MAX_NAME} letters")
    return name


def _roots(e: Entries) -> tuple[str, ...]:
    roots = e.texts("roots")
    if not roots or not all(ROOT.fullmatch(r) for r in roots):
        raise e.wrong("roots", "规则编码前缀的列表", "a list of prefixes of rule codes")
    return roots


def _extended(e: Entries) -> Extended:
    made = Extended(_name(e, "name"), e.version("from"), e.version("below"))
    e.close()
    if not made.begin < made.below:
        raise e.wrong("below", "高于 from 的版本", "a version above from")
    return made


def _superseded(e: Entries) -> Superseded:
    made = Superseded(e.version("version"), e.text("reason"))
    e.close()
    return made


def _compiled(e: Entries) -> tuple[str, int] | None:
    if e.peek("compiled") is None:
        e.drop("compiled")
        return None
    inner = e.inner("compiled")
    made = inner.text("member"), inner.number("schema", 1, 1 << 31)
    inner.close()
    return made


def _member(e: Entries) -> Member:
    made = Member(e.text("name"), e.number("length", 0, MAX_MEMBER), e.digest("sha256"))
    e.close()
    return made
