"""A pack to be published, by itself or on the packs that it extends: what its rules mean together with theirs."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from medrules.api import CheckedPack, check_files, compile_checked
from medrules.hospital.layer import layer_of, read_layer
from medrules.hospital.layers import Joined, join
from medrules.knowledge.packfiles import PackFiles, held_files, is_source
from medrules.packs.archive import PackFile
from medrules.packs.manifest import Manifest
from medrules.release.facts import manifest_of, must_hold_rules, refused

__all__ = ["Standing", "standing_of", "standing_of_file"]


@dataclass(frozen=True, slots=True)
class Standing:
    """
    manifest  of the pack, without its members
    own       its own sources and rules: what is published and compared
    whole     together with the packs that it stands on: what its cases run on
    compiled  its compiled form; None for a pack that means nothing by itself
    """

    manifest: Manifest
    own: CheckedPack
    whole: CheckedPack
    compiled: bytes | None


def standing_of(held: PackFiles, fallback: str, parents: Sequence[PackFile] = ()) -> Standing:
    """The files of a pack folder, checked; with `parents`, together with them.

    Raises:
        InvalidPack: it has errors. InvalidLayers: it does not fit its parents. RefusedBuild: MR-P521 pack.toml lacks something, MR-P524 a parent
        is missing.
    """
    alone = check_files(held, fallback)
    declared = alone.sources.declaration
    if not declared.publication.extends and not parents:
        compiled = compile_checked(alone)  # a pack with errors ends here, before pack.toml is asked for anything
        manifest = manifest_of(declared, alone.sources.hash)
        must_hold_rules(declared, alone.program.rules)
        return Standing(manifest, alone, alone, compiled)
    manifest = manifest_of(declared, alone.sources.hash)
    missing = [e for e in manifest.extends if e.name not in {p.manifest.name for p in parents}]
    if missing:
        raise refused("MR-P524", [(f"要 {e.name} [{e.begin}, {e.below})，用 --parent 给出", f"{e.name} [{e.begin}, {e.below}) is needed: --parent")
                                  for e in missing])
    made = _joined(manifest, held.contents, parents)
    must_hold_rules(declared, made.own.program.rules)
    return made


def standing_of_file(file: PackFile, parents: Sequence[PackFile] = (), extends: Manifest | None = None) -> Standing:
    """The same of a pack file.

    Args:
        extends: a later manifest of the pack: the parents are those that this one asks for.
    """
    held = held_files({n: c for n, c in file.members.items() if is_source(n)})
    if not file.manifest.extends and not parents:
        alone = check_files(held, file.manifest.name)
        return Standing(file.manifest, alone, alone, None)
    manifest = file.manifest if extends is None else replace(file.manifest, extends=extends.extends)
    return replace(_joined(manifest, held.contents, parents), manifest=file.manifest)


def _joined(manifest: Manifest, contents: Mapping[str, bytes], parents: Sequence[PackFile]) -> Standing:
    top = min(parents, key=lambda p: (p.manifest.level != "national", p.manifest.name), default=None)
    upper = [layer_of(p, first=p is top) for p in parents]
    layer = read_layer(manifest, contents, manifest.content_hash, first=not parents)
    joined = join([*upper, layer])
    rules = tuple(r for r in joined.program.rules if joined.owners[r.code] is layer)
    own = CheckedPack(layer.sources, replace(joined.program, rules=rules), (), layer.files)
    return Standing(manifest, own, _whole(joined, own), None)


def _whole(joined: Joined, own: CheckedPack) -> CheckedPack:
    """What cases need: every text, table and code set of all layers; the families are those of the pack itself."""
    given = joined.given
    before = own.files[0][0].name.removesuffix(own.sources.rule_sources[0].name) if own.files else ""
    files: dict[str, bytes] = {}
    for layer in joined.layers:
        files.update(layer.contents)
    sources = replace(
        own.sources, families=MappingProxyType({f"{before}{n}": f for n, f in own.sources.families.items()}), tables=given.tables,
        codesets=given.codesets, catalogues=given.catalogues, hash=joined.program.pack_hash, files=MappingProxyType(files))
    return CheckedPack(sources, joined.program, joined.diagnostics, given.files)
