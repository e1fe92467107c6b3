"""`verify`: every byte of a store hashed again, the ledger's chain followed, the signatures checked from the pinned roots.

What evaluates does not check signatures: it trusts the hashes of state.json. This is the check of those, from the root that people wrote
into site.toml. Time plays no part in it: metadata that have expired since still prove what they proved.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from medrules.errors import MedRulesError, PackError, StoreError
from medrules.hospital.preparing import differing_forms
from medrules.hospital.site_file import ChannelEntry, SiteFile
from medrules.hospital.updating.channels import instant
from medrules.hospital.updating.outcome import Problem, problem_of
from medrules.packs.archive import PackFile, read_pack_file
from medrules.packs.channel import NotThere, TrustedChannel
from medrules.packs.manifest import target_path
from medrules.packs.store import Fault, Pack, State
from medrules.packs.store.faults import fault
from medrules.packs.store.files import Files, SystemFiles
from medrules.packs.store.layout import COMPILED, MAX_COMPILED, MAX_PACK, PACKS, compiled_name, pack_name
from medrules.packs.store.view import hashed, ledger_of, look, read_metadata

__all__ = ["Inspection", "inspect"]

_SYSTEM: Final = SystemFiles()


@dataclass(frozen=True, slots=True)
class Inspection:
    """
    packs    how many stored packs are whole, of how many
    signed   stored packs whose hashes present metadata sign; older versions may no longer be listed there
    lines    of the ledger, all of them in one chain
    faults   what is damaged and what to do; () = nothing
    problems what does not verify
    """

    packs: int
    of: int
    signed: tuple[str, ...]
    lines: int
    faults: tuple[Fault, ...]
    problems: tuple[Problem, ...]

    @property
    def sound(self) -> bool:
        return not self.faults and not self.problems

    def as_json(self) -> dict[str, Any]:
        return {
            "sound": self.sound, "packs": self.packs, "of": self.of, "signed": list(self.signed), "ledger_lines": self.lines,
            "faults": [f.as_json() for f in self.faults], "problems": [p.as_json() for p in self.problems]}


def inspect(site: SiteFile, folder: str, files: Files = _SYSTEM) -> Inspection:
    """
    Raises:
        StoreError: MR-P309 a newer medrules wrote the store. OSError: a file is there and the system does not let it be read.
    """
    found = look(folder, files, whole=True)
    ledger = ledger_of(folder, files)
    state, faults, problems = found.state, list(found.faults), list[Problem]()
    if not found.states:
        faults.append(fault("MR-P302"))
    whole: list[Pack] = []
    read: list[tuple[PackFile, str]] = []
    for pack in state.held:
        content = hashed(files, f"{folder}/{PACKS}/{pack_name(pack.sha256)}", pack.sha256, MAX_PACK)
        if content is None or len(content) != pack.length:
            faults.append(fault("MR-P306", pack.named))
            continue
        try:
            file = read_pack_file(content)
        except PackError as error:
            problems.append(problem_of(error, pack.named))
            continue
        m = file.manifest
        if (m.identity, m.version, m.effective) != (pack.pack, pack.version, pack.effective):
            faults.append(fault("MR-P303", f"{pack.named} 与清单不符", f"{pack.named} is not what its manifest says"))
        whole.append(pack)
        if not pack.withdrawn:
            read.append((file, pack.mode))
    faults.extend(_forms(state, folder, files, read))
    signed: list[str] = []
    for entry in site.channels:
        _signatures(entry, state, folder, files, whole, signed, faults, problems)
    return Inspection(len(whole), len(state.held), tuple(signed), len(ledger.lines), tuple(dict.fromkeys(faults)), tuple(problems))


def _forms(state: State, folder: str, files: Files, packs: list[tuple[PackFile, str]]) -> Iterator[Fault]:
    """Compiled forms are made here and signed by nobody: each is compared with what the packs compile to."""
    overlay = None
    if state.overlay is not None:
        overlay = hashed(files, f"{folder}/{COMPILED}/{compiled_name(state.overlay)}", state.overlay, MAX_COMPILED)
        if overlay is None:
            yield fault("MR-P306", "overlay.toml")
            return
    for label in differing_forms(packs, overlay, state.compiled):
        yield fault("MR-P306", f"{label} 的编译件不是由这些规则包编译的", f"the compiled form of {label} is not what these packs compile to")


def _signatures(
    entry: ChannelEntry, state: State, folder: str, files: Files, whole: list[Pack], signed: list[str], faults: list[Fault], problems: list[Problem],
) -> None:
    """The metadata of a channel from the pinned root on, as of the time at which they were trusted; and whether they sign what is stored."""
    known = state.channels.get(entry.name)
    if known is None:
        return
    try:
        metadata = read_metadata(files, folder, state, entry.name)
        at = instant(known.issued) or instant(known.refreshed) or datetime.now(UTC)
        channel = TrustedChannel(_Kept(metadata), entry.first_root(), metadata=metadata, clock=lambda: at)
        channel.refresh()
    except StoreError as error:
        faults.append(Fault(error.code, error.where, error.where_en))
        return
    except MedRulesError as error:
        problems.append(problem_of(error, entry.name))
        return
    for pack in whole:
        if pack.channel != entry.name:
            continue
        content = hashed(files, f"{folder}/{PACKS}/{pack_name(pack.sha256)}", pack.sha256, MAX_PACK) or b""
        try:
            facts = channel.find(target_path(read_pack_file(content).manifest))
        except PackError as error:
            problems.append(problem_of(error, pack.named))
            continue
        if facts is None:
            if any(p.sha256 == pack.sha256 for p in state.active):
                problems.append(Problem("MR-P209", f"现在的元数据没有为 {pack.named} 签名", f"present metadata do not sign {pack.named}", pack.named))
        elif facts.sha256 != sha256(content).hexdigest():
            faults.append(fault("MR-P306", f"{pack.named} 不是签名的那个文件", f"{pack.named} is not the file that was signed"))
        else:
            signed.append(pack.named)


class _Kept:
    """A repository that holds what was kept of it, under the names that a channel asks for."""

    def __init__(self, metadata: Mapping[str, bytes]) -> None:
        self._metadata = metadata

    def fetch(self, path: str, limit: int) -> bytes:
        name = path.removeprefix("metadata/")
        for known in (name, f"root_history/{name}", name.partition(".")[2]):
            if known in self._metadata:
                return self._metadata[known]
        raise NotThere(path)
