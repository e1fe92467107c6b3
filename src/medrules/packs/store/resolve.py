"""From what the disk holds to the states that may be used, best first, and what is wrong: a pure function of two files.

state.json is written after the ledger's `activate` line and before its `done` line. So the two agree, or they show exactly what
happened: an interrupted activation, a lost or damaged state, or a file that was put back from an old backup.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from medrules.errors import InvalidPackFile, StoreError
from medrules.frozen import dataclass
from medrules.packs.canonical import written
from medrules.packs.store.faults import Fault, fault
from medrules.packs.store.ledger import Line, Reading
from medrules.packs.store.state import State, read_state

__all__ = ["Resolved", "resolve", "state_in", "states_of"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """States by preference: the present one, then earlier ones that were once active. `open_line` is an activation without an end."""

    states: tuple[State, ...]
    faults: tuple[Fault, ...]
    open_line: Line | None = None
    present: bool = False  # whether the first of `states` is what state.json says

    @property
    def state(self) -> State:
        return self.states[0] if self.states else State()


def resolve(content: bytes | None, ledger: Reading) -> Resolved:
    """
    Args:
        content: of state.json; None = there is none.
        ledger: its lines (or the last of them).
    """
    faults: list[Fault] = []
    said: State | None = None
    if content is not None:
        try:
            said = read_state(content)
        except StoreError as error:
            if error.code == "MR-P309":
                raise
            faults.append(Fault(error.code, error.where, error.where_en))
    if ledger.broken_at:
        faults.append(fault("MR-P304", f"第 {ledger.broken_at} 行", f"line {ledger.broken_at}"))
    recorded = list(states_of(ledger))  # newest first
    open_line = _open_line(ledger)
    if said is None:
        if content is None and (recorded or any(line.kind == "done" for line in ledger.lines)):
            faults.append(fault("MR-P303", "没有这个文件", "no such file"))
        states = [replace(s, clock_floor=max((s.clock_floor, *_floors(ledger)))) for _, s in recorded]
        if open_line is not None and content is None:
            faults.append(_interrupted(open_line))
        return Resolved(tuple(states), tuple(faults), open_line)
    numbers = {line.sha256: line.n for line in ledger.lines}
    said = replace(said, clock_floor=max((said.clock_floor, *(s.clock_floor for _, s in recorded), *_floors(ledger))))
    at = numbers.get(said.ledger_head)
    if at is None and not (said.sequence == 0 and not ledger.lines):
        if not ledger.broken_at:
            faults.append(fault("MR-P305", "台账里没有 state.json 所指的一行", "the ledger lacks the line that state.json names"))
        return Resolved((said, *(s for _, s in recorded if s.sequence < said.sequence)), tuple(faults), open_line, True)
    if not _as_recorded(said, at or 0, ledger):
        faults.append(fault("MR-P303", "与台账记下的不同", "not what the ledger recorded"))
        return Resolved(tuple(s for _, s in recorded), tuple(faults), open_line)
    later = [(n, s) for n, s in recorded if n > (at or 0)]
    earlier = [s for n, s in recorded if n < (at or 0)]
    if later:
        faults.append(fault("MR-P305", f"state.json 旧于台账第 {later[0][0]} 行的启用", f"state.json is older than the activation of line {later[0][0]}"))
        return Resolved((*(s for _, s in later), said, *earlier), tuple(faults), open_line)
    if open_line is not None and open_line.n > (at or 0):
        faults.append(_interrupted(open_line))
    return Resolved((said, *earlier), tuple(faults), open_line, True)


def states_of(ledger: Reading) -> Iterator[tuple[int, State]]:
    """The states that finished activations recorded, newest first, each with the number of its line."""
    done = {line.what.get("of") for line in ledger.lines if line.kind == "done"}
    for line in reversed(ledger.lines):
        if line.kind == "activate" and line.sha256 in done:
            state = state_in(line)
            if state is not None:
                yield line.n, state


def state_in(line: Line) -> State | None:
    """The state that a line of kind `activate` recorded; it could not name the line itself, so that is filled in here."""
    try:
        return replace(read_state(written(line.what["state"])), ledger_head=line.sha256)
    except (StoreError, InvalidPackFile, KeyError, TypeError, ValueError):
        return None


def _as_recorded(said: State, at: int, ledger: Reading) -> bool:
    """Whether a state is what the last activation up to line `at` recorded, but for what a `fresh` line may change."""
    line = next((line for line in reversed(ledger.lines) if line.kind == "activate" and line.n <= at), None)
    if line is None and ledger.lines[0].n > 1:
        return False  # only the end of the ledger was read: whoever asks reads all of it now
    recorded = State() if line is None else state_in(line)
    return recorded is not None and replace(
        recorded, sequence=said.sequence, clock_floor=said.clock_floor, channels=said.channels, ledger_head=said.ledger_head) == said


def _floors(ledger: Reading) -> Iterator[str]:
    """Issue times that the ledger heard of: a state from an old backup knows fewer."""
    for line in ledger.lines:
        floor = line.what.get("clock_floor") if line.kind == "fresh" else None
        if isinstance(floor, str):
            yield floor


def _open_line(ledger: Reading) -> Line | None:
    """The last activation, if neither `done` nor `abandoned` stands behind it."""
    ended = {line.what.get("of") for line in ledger.lines if line.kind in ("done", "abandoned")}
    last = next((line for line in reversed(ledger.lines) if line.kind == "activate"), None)
    return last if last is not None and last.sha256 not in ended else None


def _interrupted(line: Line) -> Fault:
    return fault("MR-P307", f"台账第 {line.n} 行", f"line {line.n} of the ledger")
