"""One layer: a verified pack as the join of layers reads it: its manifest, its sources, what it tunes, the rows it adds."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from medrules.diagnostics import Diagnostic, Severity, Source
from medrules.frozen import dataclass
from medrules.hospital.problems import LayerProblem
from medrules.hospital.tuning import NO_TUNING, TUNE_FILE, Tuning, read_tuning
from medrules.knowledge.folder import PackSources, read_pack_files
from medrules.knowledge.packfiles import PackFiles
from medrules.language.nodes import File
from medrules.language.parser import parse
from medrules.packs.archive import PackFile
from medrules.packs.manifest import Manifest
from medrules.packs.names import MANIFEST

__all__ = ["Layer", "layer_of", "read_layer"]

_ROWS: Final = "rows/"


@dataclass(frozen=True, slots=True)
class Layer:
    """A pack that was read.

    digest    SHA-256 of the pack file
    rows      CSV of rows for tables of upper layers, by file name
    files     parsed rule texts; below the first layer their names begin with the pack's
    """

    manifest: Manifest
    digest: str
    sources: PackSources
    files: tuple[tuple[Source, File], ...]
    tuning: Tuning
    rows: Mapping[str, bytes]
    contents: Mapping[str, bytes]
    diagnostics: tuple[Diagnostic, ...]
    problems: tuple[LayerProblem, ...]

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def label(self) -> str:
        """`example-province 1.0.0`, for sentences."""
        return f"{self.manifest.name} {self.manifest.version}"


def layer_of(pack: PackFile, *, first: bool = False) -> Layer:
    """The layer of a pack file that has been verified. first: it stands at the top, its files keep their names."""
    return read_layer(pack.manifest, {n: c for n, c in pack.members.items() if n != MANIFEST}, pack.sha256, first=first)


def read_layer(manifest: Manifest, contents: Mapping[str, bytes], digest: str, *, first: bool = False) -> Layer:
    """The layer of a manifest and the files of its pack folder."""
    own = {n: c for n, c in contents.items() if not n.startswith("compiled/") and n != "CHANGES.md"}
    sources = read_pack_files(PackFiles(own, ()), manifest.name)
    before = "" if first else f"{manifest.name}/"
    found: list[Diagnostic] = [d for d in sources.diagnostics if d.severity is Severity.ERROR]
    files = []
    for source in sources.rule_sources:
        named = Source(before + source.name, source.text)
        tree, problems = parse(named)
        found.extend(problems)
        if tree is not None:
            files.append((named, tree))
    tuning, problems_of_tuning = NO_TUNING, list[LayerProblem]()
    if TUNE_FILE in own:
        tuning, problems_of_tuning = read_tuning(own[TUNE_FILE], f"{manifest.name}/{TUNE_FILE}")
    rows = {n.removeprefix(_ROWS): c for n, c in own.items() if n.startswith(_ROWS) and n.endswith(".csv")}
    return Layer(
        manifest, digest, sources, tuple(files), tuning, MappingProxyType(rows), MappingProxyType(own), tuple(found), tuple(problems_of_tuning))
