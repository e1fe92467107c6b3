"""Layers put together: the sources of all of them are checked as one, the lower ones may only add and tune, then the overlay is applied.

    national ─ province ─ city ─ hospital (packs)  →  one Program  →  overlay.toml of the hospital  →  Program

What a lower layer may do: use every name of the layers above, bring rules under its own roots, tune parameters inside their 可调 range,
add rows with a 地区 of its own, raise an interaction. Everything else is refused when the combination is made, never when it is used.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from medrules.check.checker import check
from medrules.check.program import Program, Rule
from medrules.diagnostics import Diagnostic, Severity, Source
from medrules.frozen import dataclass
from medrules.hospital.added_rows import AddedRows, add_rows, check_use
from medrules.hospital.combination import combination_hash
from medrules.hospital.layer import Layer
from medrules.hospital.levels import DEPTH
from medrules.hospital.overlay import NO_OVERLAY, Overlay, checked_overlay, overlaid, raised, read_overlay, speaks_of
from medrules.hospital.problems import LayerProblem, problem, refused
from medrules.hospital.tuning import tuned
from medrules.hospital.written import TIERS, tier
from medrules.knowledge.catalogue import Catalogue
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import Table
from medrules.language import nodes as ast

__all__ = ["Given", "Joined", "join"]

_KINDS: Final[Mapping[type, tuple[str, str]]] = MappingProxyType({ast.ParamDecl: ("参数", "parameter"), ast.DefinitionDecl: ("定义", "definition")})


@dataclass(frozen=True, slots=True)
class Given:
    """What the checker was given: the layers' texts with their parameters tuned, tables with added rows, code sets, catalogues."""

    files: tuple[tuple[Source, ast.File], ...]
    tables: Mapping[str, Table]
    codesets: Mapping[str, CodeSet]
    catalogues: Mapping[str, Catalogue]


@dataclass(frozen=True, slots=True)
class Joined:
    """Layers after the join.

    written   the program before any interaction was raised: rules as their layers wrote them
    program   the program that judges
    owners    layer of each rule by code
    added     rows added by lower layers, by table
    """

    layers: tuple[Layer, ...]
    overlay: Overlay
    written: Program
    program: Program
    owners: Mapping[str, Layer]
    added: AddedRows
    diagnostics: tuple[Diagnostic, ...]
    given: Given

    def mandatory(self, rule: Rule) -> bool:
        return _mandatory(self.owners[rule.code], rule)


def join(layers: Sequence[Layer], overlay: bytes | None = None, *, strict: bool = True) -> Joined:
    """The program of these layers with the hospital's overlay.

    Args:
        layers: in any order; one at least.
        overlay: the content of overlay.toml.
        strict: refuse an overlay that speaks of rules which are not there, or disables a mandatory one. An engine of other days than
            today's leaves such an entry without effect: it was refused, or not, when the overlay was activated (`preparing`).

    Raises:
        InvalidLayers: something that a layer or the overlay may not do, or that cannot be read; it lists everything.
    """
    ordered = tuple(sorted(layers, key=lambda y: (DEPTH[y.manifest.level], y.name)))
    problems: list[LayerProblem] = [p for layer in ordered for p in layer.problems]
    diagnostics: list[Diagnostic] = [d for layer in ordered for d in layer.diagnostics]
    problems += _family(ordered)
    problems += _roots(ordered)
    problems += _names(ordered)
    if problems or diagnostics:
        raise refused(problems, diagnostics)
    added: dict[str, list[tuple[Layer, int]]] = {}
    program, found, given = _checked(ordered, overlay, problems, diagnostics, added)
    if not any(d.severity is Severity.ERROR for d in found):
        owners = _owners(ordered, program, problems)
        if not problems:
            return _finished(ordered, overlay, program, owners, added, found, given, strict)
    raise refused(problems, found)


def _finished(
    ordered: tuple[Layer, ...], overlay: bytes | None, written: Program, owners: Mapping[str, Layer], added: AddedRows,
    found: Sequence[Diagnostic], given: Given, strict: bool,
) -> Joined:
    """After the checker: interactions of the layers, rows where they may stand, the overlay."""
    problems: list[LayerProblem] = []
    check_use(written, added, {r.code: _mandatory(owners[r.code], r) for r in written.rules}, problems)
    program = _raised(ordered, written, owners, problems)
    own, wrong = (NO_OVERLAY, []) if overlay is None else read_overlay(overlay)

    def is_mandatory(rule: Rule) -> bool:
        return _mandatory(owners[rule.code], rule)

    problems += wrong or (checked_overlay(own, program, is_mandatory) if strict else [])
    if problems:
        raise refused(problems)
    return Joined(
        ordered, own, written, overlaid(program, own, is_mandatory), MappingProxyType(dict(owners)),
        MappingProxyType({t: tuple(by) for t, by in added.items()}), tuple(found), given)


def _mandatory(owner: Layer, rule: Rule) -> bool:
    return owner.manifest.mandatory.holds(rule.code) or owner.manifest.mandatory.holds(rule.parent)


# ---------------------------------------------------------------- who stands on whom


def _family(layers: Sequence[Layer]) -> Iterator[LayerProblem]:
    """Each pack once; each pack that another one extends is there, in a version that it allows (MR-P401)."""
    by_name: dict[str, Layer] = {}
    for layer in layers:
        if layer.name in by_name:
            yield problem("MR-P401", layer.label, f"与 {by_name[layer.name].label} 是同一个规则包", f"the same pack as {by_name[layer.name].label}")
        by_name[layer.name] = layer
    for layer in layers:
        for parent in layer.manifest.extends:
            held = by_name.get(parent.name)
            wanted = f"{parent.name} [{parent.begin}, {parent.below})"
            if held is None:
                yield problem("MR-P401", layer.label, f"依赖 {wanted}，本机没有", f"stands on {wanted}, which is not there")
            elif not parent.begin <= held.manifest.version < parent.below:
                yield problem("MR-P401", layer.label, f"依赖 {wanted}，本机是 {held.manifest.version}", f"stands on {wanted}, but {held.manifest.version} is there")
            elif DEPTH[held.manifest.level] > DEPTH[layer.manifest.level]:
                yield problem("MR-P401", layer.label, f"不能依赖下层 {held.label}", f"cannot stand on the lower layer {held.label}")


def _roots(layers: Sequence[Layer]) -> Iterator[LayerProblem]:
    """No root of a pack is the beginning of a root of another one (MR-P402)."""
    held: list[tuple[str, Layer]] = []
    for layer in layers:
        for root in layer.manifest.roots:
            for other, owner in held:
                if owner is not layer and (root.startswith(other) or other.startswith(root)):
                    yield problem("MR-P402", layer.label, f"前缀 {root} 与 {owner.label} 的 {other} 重叠", f"root {root} overlaps {other} of {owner.label}")
            held.append((root, layer))


def _owners(layers: Sequence[Layer], program: Program, problems: list[LayerProblem]) -> dict[str, Layer]:
    """The layer of each rule; a rule outside the roots of its own pack is told (MR-P402)."""
    by_source = {id(source): layer for layer in layers for source, _ in layer.files}
    owners: dict[str, Layer] = {}
    for rule in program.rules:
        layer = owners[rule.code] = by_source[id(rule.source)]
        if not any(rule.code.startswith(root) for root in layer.manifest.roots):
            roots = "、".join(layer.manifest.roots)
            problems.append(problem("MR-P402", layer.label, f"规则 {rule.code} 不在自己的前缀（{roots}）之下",
                                    f"rule {rule.code} is not under its roots ({roots})"))
    return owners


def _names(layers: Sequence[Layer]) -> Iterator[LayerProblem]:
    """No layer takes a name of another one: it would change what the other's rules mean (MR-P403)."""
    held: dict[tuple[str, str], Layer] = {}
    for layer in layers:
        own: dict[tuple[str, str], str] = {}
        for word, english, names in (
            ("知识表", "table", layer.sources.tables), ("编码集", "code set", layer.sources.codesets), ("目录", "catalogue", layer.sources.catalogues),
        ):
            own.update({(word, name): english for name in names})
        for _, file in layer.files:
            for d in file.declarations:
                if isinstance(d, ast.ParamDecl | ast.DefinitionDecl):
                    word, english = _KINDS[type(d)]
                    own.update({(word, name): english for name in (d.name, d.twin) if name})
        for (word, name), english in own.items():
            if (word, name) in held:
                other = held[word, name]
                yield problem("MR-P403", layer.label, f"{word}「{name}」{other.label} 已有", f"{other.label} has the {english} `{name}` already")
            held.setdefault((word, name), layer)


# ---------------------------------------------------------------- checked together


def _checked(
    layers: Sequence[Layer], overlay: bytes | None, problems: list[LayerProblem], diagnostics: list[Diagnostic],
    added: dict[str, list[tuple[Layer, int]]],
) -> tuple[Program, tuple[Diagnostic, ...], Given]:
    tables = {n: t for layer in layers for n, t in layer.sources.tables.items()}
    codesets = {n: c for layer in layers for n, c in layer.sources.codesets.items()}
    catalogues = {n: c for layer in layers for n, c in layer.sources.catalogues.items()}
    for n, layer in enumerate(layers):
        add_rows(tables, layers[:n], layer, codesets, problems, diagnostics, added)
    files = [f for layer in layers for f in layer.files]
    for source_file, changed in _tuned(layers, problems).items():
        files[source_file] = (files[source_file][0], changed)
    name, version, hashed = _identity(layers, overlay)
    program, found = check(
        files, tables, codesets, catalogues, pack=name, version=version, hash=hashed, sourced=True,
        quiet_tables=frozenset().union(*(y.sources.quiet_tables for y in layers)),
        failed_tables=frozenset().union(*(y.sources.failed_tables for y in layers)))
    return program, (*diagnostics, *found), Given(tuple(files), tables, codesets, catalogues)


def _identity(layers: Sequence[Layer], overlay: bytes | None) -> tuple[str, str, str]:
    """Name, version and hash that reports carry. A pack alone keeps its own."""
    if len(layers) == 1 and overlay is None:
        m = layers[0].manifest
        return m.name, str(m.version), m.content_hash
    names, versions = [y.name for y in layers], [str(y.manifest.version) for y in layers]
    if overlay is not None:
        names.append("overlay")
        versions.append(sha256(overlay).hexdigest()[:8])
    hashed = combination_hash([(y.manifest.identity, str(y.manifest.version), y.digest) for y in layers], overlay)
    return "+".join(names), "+".join(versions), hashed


def _tuned(layers: Sequence[Layer], problems: list[LayerProblem]) -> dict[int, ast.File]:
    """The files whose parameters a lower layer tunes, by their place among all files."""
    declared: dict[str, list[ast.ParamDecl]] = {}
    made: dict[str, tuple[ast.ParamDecl, ...]] = {}
    for layer in layers:
        tunes = layer.tuning.parameters
        if tunes:  # of the layers above, as they are tuned by now
            known = {**declared, **{alias: made[d[0].name] for alias, d in declared.items() if d[0].name in made}}
            made.update(tuned(known, tunes, problems))
        for _, file in layer.files:
            for d in file.declarations:
                if isinstance(d, ast.ParamDecl):
                    declared.setdefault(d.name, []).append(d)
        for held in list(declared.values()):
            for twin in {d.twin for d in held if d.twin}:
                declared[twin] = held
    out: dict[int, ast.File] = {}
    if not made:
        return out
    for n, (_, file) in enumerate(f for layer in layers for f in layer.files):
        kept: list[ast.Declaration] = []
        for d in file.declarations:
            if not isinstance(d, ast.ParamDecl) or d.name not in made:
                kept.append(d)
            elif made[d.name]:
                kept.extend(made[d.name])
                made[d.name] = ()  # all versions stand where the first one stood
        if len(kept) != len(file.declarations) or any(a is not b for a, b in zip(kept, file.declarations, strict=False)):
            out[n] = replace(file, declarations=tuple(kept))
    return out


def _raised(layers: Sequence[Layer], program: Program, owners: Mapping[str, Layer], problems: list[LayerProblem]) -> Program:
    """Interactions as the lower layers raise them (MR-P405)."""
    rules = list(program.rules)
    for layer in layers:
        for tune in layer.tuning.rules:
            upper = [n for n, r in enumerate(rules) if speaks_of(tune.code, r) and DEPTH[owners[r.code].manifest.level] < DEPTH[layer.manifest.level]]
            if not upper:
                problems.append(problem("MR-P405", tune.place, f"上层没有规则 {tune.code}", f"no upper layer has a rule {tune.code}"))
            for n in upper:
                own = rules[n].header.interaction
                if tier(tune.interaction) < tier(own):
                    problems.append(problem(
                        "MR-P405", tune.place, f"规则 {rules[n].code} 已是「{TIERS[own]}」，不能调低为「{TIERS[tune.interaction]}」",
                        f"rule {rules[n].code} is `{own}` already: it cannot be lowered to `{tune.interaction}`"))
                else:
                    rules[n] = raised(rules[n], (tune.interaction,))
    return replace(program, rules=tuple(rules))
