"""One channel of an update: what its bureau has published for this hospital, verified, as additions to what is held."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from medrules.errors import MedRulesError, PackError, StoreError
from medrules.hospital.site_file import ChannelEntry, SiteFile
from medrules.hospital.updating.checks import check_index, check_pack, covering, withdrawn_in
from medrules.hospital.updating.outcome import Problem, problem_of
from medrules.packs.archive import PackFile
from medrules.packs.channel import ChannelState, TrustedChannel
from medrules.packs.channel.fetcher import Fetcher
from medrules.packs.releases import RELEASES, Release, ReleaseIndex, read_releases
from medrules.packs.store import Channel, Pack, State
from medrules.packs.store.faults import Fault, fault
from medrules.packs.store.writer import Writer

__all__ = ["Heard", "as_text", "hear", "instant"]

_OWN: Final = frozenset(("MR-P308", "MR-P310"))  # trouble of this machine, not of a channel
_FORM: Final = "%Y-%m-%dT%H:%M:%SZ"


def as_text(at: datetime) -> str:
    """UTC to the second, as state and ledger write it."""
    return at.astimezone(UTC).strftime(_FORM)


def instant(text: str) -> datetime | None:
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC) if text else None


@dataclass
class Heard:
    """What a channel said, as far as it could be verified.

    known    verified metadata to keep; None = nothing was
    indexes  signed lists of releases by pack
    held     entries of packs that came by this channel or were known of it before, brought up to date
    new      those of them that were not in the store
    files    pack files of `new`, and of damaged ones fetched again
    fetched_again  what was wrong with those
    """

    known: Channel | None = None
    floor: str = ""
    indexes: dict[str, ReleaseIndex] = field(default_factory=dict)
    held: dict[str, Pack] = field(default_factory=dict)
    new: list[Pack] = field(default_factory=list)
    fetched_again: list[Fault] = field(default_factory=list)
    files: dict[str, PackFile] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def hear(entry: ChannelEntry, site: SiteFile, state: State, writer: Writer, now: datetime, fetcher: Callable[[ChannelEntry], Fetcher]) -> Heard:
    """Refresh the channel and fetch what is wanted of it. Whatever goes wrong is a problem of the channel or of one pack.

    Raises:
        StoreError: MR-P308, MR-P310: the store does not take what was fetched, or cannot be read.
    """
    heard = Heard(held={p.sha256: p for p in state.held if p.channel == entry.name})
    before, kept = state.channels.get(entry.name), _kept(writer, entry.name)
    try:
        channel = TrustedChannel(
            fetcher(entry), entry.first_root(), metadata=kept, clock=lambda: now, clock_floor=instant(state.clock_floor))
    except MedRulesError as error:
        heard.problems.append(problem_of(error, entry.name))
        return heard
    found: ChannelState | None = None
    try:
        found = channel.refresh()
        for identity in entry.packs:
            try:
                _pack(identity, entry, site, state, channel, writer, as_text(now), heard)
            except PackError as error:
                if error.code in _OWN:
                    raise
                heard.problems.append(problem_of(error, identity))
        found = channel.state()
    except StoreError:
        raise
    except PackError as error:
        heard.problems.append(problem_of(error, entry.name))
    _keep(entry, before, channel.metadata, found, as_text(now), writer, heard)
    return heard


def _pack(
    identity: str, entry: ChannelEntry, site: SiteFile, state: State, channel: TrustedChannel, writer: Writer, at: str, heard: Heard,
) -> None:
    index = read_releases(channel.target(f"{identity}/{RELEASES}"))
    known = {p.version: p for p in state.held if p.pack == identity}
    check_index(index, identity, known.values(), state.active_pack(identity))
    for version, pack in known.items():
        release = index.named(version)
        reason = withdrawn_in(index, version, site.place)
        mode = pack.mode if release is None or not release.rollout.holds(site.place) else release.mode
        heard.held[pack.sha256] = _changed(pack, mode, reason)
    wanted = {r.version: r for r in covering(index.meant_for(site.place))}
    wanted |= {v: r for v in known if (r := index.named(v)) is not None and not withdrawn_in(index, v, site.place)}
    for version in sorted(wanted):
        release = wanted[version]
        held = known.get(version)
        if held is not None and writer.content(held) is not None:
            continue
        file, content = _fetched(identity, release, site, channel)
        writer.put_pack(content)
        heard.files[file.sha256] = file
        if held is None:
            made = Pack(identity, version, file.sha256, len(content), entry.name, release.effective, release.mode, at)
            heard.held[made.sha256] = made
            heard.new.append(made)
        else:
            heard.fetched_again.append(fault("MR-P306", held.named))
    heard.indexes[identity] = index


def _fetched(identity: str, release: Release, site: SiteFile, channel: TrustedChannel) -> tuple[PackFile, bytes]:
    content = channel.target(release.target)
    return check_pack(content, release, identity, site.place), content


def _changed(pack: Pack, mode: str, withdrawn: str) -> Pack:
    return Pack(pack.pack, pack.version, pack.sha256, pack.length, pack.channel, pack.effective, mode, pack.since, withdrawn)


def _kept(writer: Writer, channel: str) -> Mapping[str, bytes]:
    """What was trusted last; if it is damaged, nothing: trust begins anew from the pinned root, and the clock floor still holds."""
    try:
        return writer.metadata(channel)
    except StoreError as error:
        if error.code in _OWN:
            raise
        return {}


def _keep(
    entry: ChannelEntry, before: Channel | None, metadata: Mapping[str, bytes], found: ChannelState | None, at: str, writer: Writer,
    heard: Heard,
) -> None:
    """The verified metadata into the store, also after a refusal: what was verified before it keeps older ones out."""
    if not metadata:
        return
    digests = {role: writer.put_metadata(entry.name, content) for role, content in sorted(metadata.items())}
    if found is None:
        issued, expires, refreshed = ("", "", "") if before is None else (before.issued, before.expires, before.refreshed)
    else:
        issued, expires, refreshed = as_text(found.issued) if found.issued else "", as_text(found.expires), at
        heard.floor = "" if found.clock_floor is None else as_text(found.clock_floor)
    heard.known = Channel(digests, issued, expires, refreshed)
