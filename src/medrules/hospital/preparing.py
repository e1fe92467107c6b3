"""What an updater makes before it activates: every combination of packs by business day checked and compiled, so that engines only open it.

This is where layers that do not fit together are refused: an activation that would break an engine does not take place.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType

from medrules.compiled.container import SCHEMA
from medrules.errors import MedRulesError
from medrules.frozen import dataclass
from medrules.hospital.combination import combination_key
from medrules.hospital.held import SHADOW, HeldPack, held_pack
from medrules.hospital.layers import Joined
from medrules.hospital.levels import OPEN_END
from medrules.hospital.opening import compiled_form, joined_packs
from medrules.hospital.overlay import NO_OVERLAY, Overlay, checked_overlay, read_overlay, speaks_of
from medrules.hospital.problems import LayerProblem, problem, refused
from medrules.hospital.store_states import OVERLAY
from medrules.hospital.timeline import Segment, timeline
from medrules.packs.archive import PackFile

__all__ = ["Prepared", "differing_forms", "prepare"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """compiled: what to put among the compiled forms of the state, by key. overlay: its SHA-256 for the state; None = there is none."""

    compiled: Mapping[str, bytes]
    overlay: str | None


def prepare(
    packs: Sequence[tuple[PackFile, str]], overlay: bytes | None, today: int, known: Callable[[str], bytes | None] = lambda key: None,
) -> Prepared:
    """
    Args:
        packs: (pack, mode) of everything that the new state will hold.
        overlay: content of overlay.toml.
        today: the business days from here on must be judged by every pack in force.
        known: a compiled form that is there already, by key.

    Raises:
        InvalidLayers: packs that will be in force together cannot be used together, or the overlay does what it may not.
    """
    own, problems = (NO_OVERLAY, []) if overlay is None else read_overlay(overlay)
    files = {p.sha256: p for p, _ in packs}
    held = tuple(held_pack(p.manifest, p.sha256, mode) for p, mode in packs)
    problems += _without_parents(held, today)
    if problems:
        raise refused(problems)
    made: dict[str, bytes] = {} if overlay is None else {OVERLAY: overlay}
    spoken_of: set[str] = set()
    for segment in _segments(held):
        key = combination_key([(p.identity, str(p.version), p.sha256) for p in segment.packs], overlay)
        if key in made or (overlay is None and _is_compiled(segment.packs, files)):
            continue
        compiled = known(key)
        if compiled is None:
            joined = joined_packs([files[p.sha256] for p in segment.packs], overlay)
            problems += _overlay_problems(own, joined, segment, today, spoken_of)
            compiled = compiled_form(joined.program)
        else:  # it was refused or not when it was made
            spoken_of.update(e.code for e in own.entries)
        made[key] = compiled
    problems += [problem("MR-P407", e.place, f"没有规则 {e.code}", f"there is no rule {e.code}") for e in own.entries if e.code not in spoken_of]
    if problems:
        raise refused(problems)
    return Prepared(MappingProxyType(made), None if overlay is None else sha256(overlay).hexdigest())


def differing_forms(packs: Sequence[tuple[PackFile, str]], overlay: bytes | None, compiled: Mapping[str, str]) -> tuple[str, ...]:
    """The combinations whose compiled form in a store is not what their packs compile to: state.json says its hash, but nobody signed it.

    Args:
        packs: (pack, mode) of everything that the state holds.
        compiled: SHA-256 of the compiled forms of the state, by key.
    """
    files = {p.sha256: p for p, _ in packs}
    found: dict[str, str] = {}
    for segment in _segments(tuple(held_pack(p.manifest, p.sha256, mode) for p, mode in packs)):
        key = combination_key([(p.identity, str(p.version), p.sha256) for p in segment.packs], overlay)
        if key not in compiled or key in found:
            continue
        try:
            made = sha256(compiled_form(joined_packs([files[p.sha256] for p in segment.packs], overlay).program)).hexdigest()
        except MedRulesError:
            made = ""
        if made != compiled[key]:
            found[key] = "、".join(p.label for p in segment.packs)
    return tuple(dict.fromkeys(found.values()))


def _segments(held: tuple[HeldPack, ...]) -> list[Segment]:
    """Every combination that may judge, in trial or not."""
    lines = [timeline(held), *([timeline(held, shadow=True)] if any(p.mode == SHADOW for p in held) else [])]
    return [s for line in lines for s in line.segments if s.packs]


def _overlay_problems(own: Overlay, joined: Joined, segment: Segment, today: int, spoken_of: set[str]) -> list[LayerProblem]:
    """What the overlay may not do on days of this segment from today on; the codes that it knows go into `spoken_of`."""
    known = [e for e in own.entries if any(speaks_of(e.code, r) for r in joined.written.rules)]
    spoken_of.update(e.code for e in known)
    ahead = [e for e in known if max(e.begin, segment.begin, today) < min(e.end, segment.end)]
    return checked_overlay(Overlay(tuple(ahead)), joined.written, joined.mandatory)


def _is_compiled(packs: Sequence[HeldPack], files: Mapping[str, PackFile]) -> bool:
    """Whether a pack alone brings its own compiled form."""
    compiled = files[packs[0].sha256].manifest.compiled
    return len(packs) == 1 and compiled is not None and compiled[1] == SCHEMA


def _without_parents(held: Sequence[HeldPack], today: int) -> list[LayerProblem]:
    """Tells of a pack that is in force from today on at some time, but without the packs that it extends (MR-P401)."""
    line = timeline(held)
    wrong: list[LayerProblem] = []
    for pack in held:
        if pack.mode == SHADOW or not pack.extends:
            continue
        for segment in line.between(max(today, pack.begin), OPEN_END):
            newest = max((p for p in held if p.identity == pack.identity and p.begin <= segment.begin < p.end), key=lambda p: p.version, default=None)
            if newest is pack and pack.identity in segment.missing:
                wanted = "、".join(f"{e.name} [{e.begin}, {e.below})" for e in pack.extends)
                wrong.append(problem("MR-P401", pack.label, f"依赖 {wanted}，有的业务日没有", f"stands on {wanted}, which is not in force on some days"))
                break
    return wrong

