"""`update`: lock → channels → what should be active → trial load → ledger → activate. The last good packs stay on any failure.

A channel that cannot be read or believed, or a pack that fails a check, stays as it is and is named; the others go on. What would be
active together is loaded together on trial; if that fails, nothing is activated.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Final, NoReturn

from medrules.errors import PackError, StoreError
from medrules.hospital.site_file import ChannelEntry, SiteFile
from medrules.hospital.updating.channels import Heard, as_text, hear, instant
from medrules.hospital.updating.outcome import Change, Outcome, Problem, problem_of
from medrules.packs.archive import PackFile, read_pack_file
from medrules.packs.channel.fetcher import Fetcher
from medrules.packs.fetch import fetcher_for
from medrules.packs.store import Pack, Rollback, State
from medrules.packs.store.faults import refuse
from medrules.packs.store.writer import WAIT, Store, Writer

__all__ = ["NOTICE", "Passed", "Request", "Trial", "from_the_source", "tried", "update"]

NOTICE: Final = "CHANGES.md"
_CHECKED_AGAIN: Final = timedelta(hours=12)  # how old `refreshed` may get before it is written anew with nothing else to write


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be tried: everything that the new state would hold and may judge by.

    packs       (pack file, mode) of each
    overlay     content of overlay.toml
    with_cases  SHA-256 of the packs whose own cases are to be run: those that were not tried before
    today       ordinal of the business day from which on every pack in force must be usable
    known       SHA-256 of compiled forms that are in the store already, by key
    """

    packs: tuple[tuple[PackFile, str], ...]
    overlay: bytes | None
    with_cases: frozenset[str]
    today: int
    known: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Passed:
    """A trial load that succeeded: cases run; `State.compiled` by key: content, or None for what is in the store already."""

    cases: int
    compiled: Mapping[str, bytes | None]


# Loads everything as it would judge, and runs the cases of what is new. Raises StoreError MR-P329, MR-P330, MR-P331.
Trial = Callable[[Request], Passed]


def from_the_source(entry: ChannelEntry) -> Fetcher:
    return fetcher_for(entry.url, certificates=entry.certificates)


def update(
    site: SiteFile, store: Store, clock: Callable[[], datetime], trial: Trial, fetcher: Callable[[ChannelEntry], Fetcher] = from_the_source,
    wait: float = WAIT,
) -> Outcome:
    """Bring the store to what the channels want of this hospital.

    Args:
        clock: the time now, aware.
        trial: `medrules.hospital.updating.trial.Child(...)` outside of tests of other things.
        wait: seconds for another writer.

    Raises:
        StoreError: MR-P301 another update works; MR-P308 the disk does not take it; MR-P329 … MR-P331 the trial load failed.
        InvalidSettings: the overlay, or a source, cannot be read as written down.
    """
    now = clock()
    overlay = site.overlay_content()
    problems: list[Problem] = []
    with store.writing(as_text(now), wait) as writer:
        try:
            return _updated(site, writer, now, trial, fetcher, overlay, problems)
        except PackError as error:
            if not isinstance(error, _NothingHere):
                problems.append(problem_of(error))
            raise
        finally:
            writer.note_problems([p.as_json() for p in problems])


class _NothingHere(StoreError):
    """Nothing is active, and the problems of the channels, which are noted, say why."""


def _updated(
    site: SiteFile, writer: Writer, now: datetime, trial: Trial, fetcher: Callable[[ChannelEntry], Fetcher], overlay: bytes | None,
    problems: list[Problem],
) -> Outcome:
    state = writer.state
    all_heard = [hear(entry, site, state, writer, now, fetcher) for entry in site.channels]
    problems += (p for heard in all_heard for p in heard.problems)
    healed = (*writer.found.faults, *(f for heard in all_heard for f in heard.fetched_again))
    held = {p.sha256: p for p in state.held}
    for heard in all_heard:
        held.update(heard.held)
    rollback = _rollback_now(state, all_heard, now)
    notes: list[tuple[str, str]] = []
    active = tuple(
        chosen for entry in site.channels for identity in entry.packs
        if (chosen := _active(identity, state, all_heard, held, site, rollback, notes, now)) is not None)
    wanted = replace(
        state, active=active, held=tuple(sorted(held.values(), key=lambda p: (p.pack, p.version))), rollback=rollback,
        overlay=None if overlay is None else sha256(overlay).hexdigest(),
        channels=MappingProxyType({**state.channels, **{e.name: h.known for e, h in zip(site.channels, all_heard, strict=True) if h.known is not None}}),
        clock_floor=max((state.clock_floor, *(heard.floor for heard in all_heard))))
    files = {digest: file for heard in all_heard for digest, file in heard.files.items()}
    fetched = tuple(p for heard in all_heard for p in heard.new)
    if not active:
        _nothing(writer, wanted, state, problems, now)
    if (wanted.active, wanted.held, wanted.rollback, wanted.overlay) == (state.active, state.held, state.rollback, state.overlay):
        _freshen(writer, wanted, state, now)
        writer.collect_garbage()
        return Outcome(False, writer.state.sequence, problems=tuple(problems), healed=healed, notes=tuple(notes))
    changes = _changes(state, wanted, writer, files)
    try:
        wanted, cases = tried(wanted, writer, files, overlay, trial, now)
    except PackError:
        _freshen(writer, wanted, state, now)
        raise
    writer.activate(wanted, "rollback-ended" if state.rollback is not None and rollback is None else "update")
    writer.collect_garbage()
    return Outcome(True, writer.state.sequence, changes, fetched, tuple(problems), healed, tuple(notes), cases)


def _active(
    identity: str, state: State, all_heard: Iterable[Heard], held: dict[str, Pack], site: SiteFile, rollback: Rollback | None,
    notes: list[tuple[str, str]], now: datetime,
) -> Pack | None:
    """The version of a pack that should be active; None = none is known."""
    before = state.active_pack(identity)
    if rollback is not None and rollback.pack == identity:
        used = next((p for p in held.values() if p.pack == identity and p.version == rollback.used), None)
        if used is not None and not used.withdrawn:
            return _as_active(used, before, now)
    index = next((h.indexes[identity] for h in all_heard if identity in h.indexes), None)
    if index is None:  # not heard, or refused: it stays, unless a rollback has ended
        ended = state.rollback is not None and rollback is None and state.rollback.pack == identity
        back = next((p for p in held.values() if ended and state.rollback and p.pack == identity and p.version == state.rollback.wrong), None)
        return before if back is None or back.withdrawn else _as_active(back, before, now)
    chosen = index.choose(site.place)
    found = None if chosen is None else held.get(chosen.sha256)
    if before is None:
        return None if found is None else _as_active(found, None, now)
    still = held[before.sha256]
    if found is not None and (found.version > before.version or still.withdrawn):
        return _as_active(found, before, now)
    if still.withdrawn:
        notes.append((
            f"{before.named} 已撤回（{still.withdrawn}），没有别的版本发给本院：它不再参加审核，等发布单位的新版",
            f"{before.named} is withdrawn and nothing replaces it here: it judges no longer"))
    elif found is None or found.version < before.version:
        notes.append((f"{before.named} 不再发给本院，照用", f"{before.named} is no longer rolled out to this hospital; it stays"))
    return _as_active(still, before, now)


def _as_active(pack: Pack, before: Pack | None, now: datetime) -> Pack:
    """The entry of an active pack: `since` is when it became so."""
    return replace(pack, since=before.since if before is not None and before.sha256 == pack.sha256 else as_text(now))


def _rollback_now(state: State, all_heard: Iterable[Heard], now: datetime) -> Rollback | None:
    """The local rollback, unless its time is over, or the publisher has a version above the wrong one, or withdrew the wrong one."""
    found = state.rollback
    if found is None:
        return None
    expires = instant(found.expires)
    if expires is not None and now >= expires:
        return None
    for heard in all_heard:
        index = heard.indexes.get(found.pack)
        wrong = None if index is None else index.named(found.wrong)
        new = any(p.pack == found.pack and p.version > found.wrong for p in heard.held.values())
        if new or (wrong is not None and wrong.withdrawn is not None):
            return None
    return found


def tried(
    wanted: State, writer: Writer, files: Mapping[str, PackFile], overlay: bytes | None, trial: Trial, now: datetime,
) -> tuple[State, int]:
    """`wanted` with the compiled forms that its trial load made, and how many cases were run. What judged already is not tried again.

    Raises:
        StoreError: MR-P306, MR-P308, MR-P329 … MR-P331.
    """
    before, after = _judging(writer.state), _judging(wanted)
    if before == after and wanted.overlay == writer.state.overlay:
        return wanted, 0
    known = {p.sha256 for p in writer.state.held}
    request = Request(
        tuple((_file(p, writer, files), p.mode) for p in after), overlay, frozenset(p.sha256 for p in after if p.sha256 not in known),
        now.date().toordinal(), writer.state.compiled)
    passed = trial(request)
    compiled = {
        key: writer.state.compiled[key] if content is None else writer.put_compiled(content) for key, content in passed.compiled.items()}
    return replace(wanted, compiled=MappingProxyType(compiled)), passed.cases


def _judging(state: State) -> tuple[Pack, ...]:
    """The packs by which a state may judge some day: of what is active here, all versions that are neither withdrawn nor rolled back from."""
    followed = {p.pack for p in state.active}
    r = state.rollback
    return tuple(replace(p, since="") for p in state.held if p.pack in followed and not p.withdrawn and not (
        r is not None and p.pack == r.pack and r.used < p.version <= r.wrong))


def _file(pack: Pack, writer: Writer, files: Mapping[str, PackFile]) -> PackFile:
    if pack.sha256 in files:
        return files[pack.sha256]
    content = writer.content(pack)
    if content is None:
        raise refuse("MR-P306", pack.named)
    return read_pack_file(content)


def _changes(state: State, wanted: State, writer: Writer, files: Mapping[str, PackFile]) -> tuple[Change, ...]:
    out = []
    for identity in dict.fromkeys(p.pack for p in (*wanted.active, *state.active)):
        before, after = state.active_pack(identity), wanted.active_pack(identity)
        if (before and (before.sha256, before.mode)) == (after and (after.sha256, after.mode)):
            continue
        file = None if after is None else _file(after, writer, files)
        notice = "" if file is None or (before and after and before.sha256 == after.sha256) else file.members.get(NOTICE, b"").decode("utf-8", "replace")
        out.append(Change(identity, before, after, "" if file is None else file.manifest.title_zh, notice))
    return tuple(out)


def _freshen(writer: Writer, wanted: State, state: State, now: datetime) -> None:
    """What was heard is kept even if nothing is activated; not at every call, so that the ledger does not grow for nothing."""
    same = {name: (c.metadata, c.expires) for name, c in wanted.channels.items()} == {name: (c.metadata, c.expires) for name, c in state.channels.items()}
    asked = [instant(c.refreshed) for c in state.channels.values()]
    if same and wanted.clock_floor == state.clock_floor and all(a is not None and now - a < _CHECKED_AGAIN for a in asked):
        return
    writer.freshen(replace(state, channels=wanted.channels, clock_floor=wanted.clock_floor), {"clock_floor": wanted.clock_floor})


def _nothing(writer: Writer, wanted: State, state: State, problems: list[Problem], now: datetime) -> NoReturn:
    """No pack is known: what was heard is kept, and the first problem is raised."""
    if wanted.channels:
        _freshen(writer, wanted, state, now)
    first = problems[0] if problems else None
    if first is None:
        raise refuse("MR-P302", "没有发给本院的规则包", "no pack is rolled out to this hospital")
    raise _NothingHere(f"{first.zh} / {first.en}", first.code, first.where, first.where)
