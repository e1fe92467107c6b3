"""The engine that runs anywhere: Hypothesis proposes changes of the corpus, steered to inputs that reach more of the program; what
reaches something new joins the corpus."""
from __future__ import annotations

import faulthandler
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings, target
from hypothesis import strategies as st

from tests.fuzz.mutations import Step
from tests.fuzz.targets import Target

__all__ = ["Result", "run"]

SLOW = 20.0  # processor seconds of one input, traced: far above what any needs
STUCK = 180  # seconds after which the process says where it stands, and ends
BATCH = 150  # inputs between two looks at the clock
PACKAGE = str(Path(__file__).resolve().parents[2] / "src" / "medrules")
Edge = tuple[str, int, str, int]

step = st.tuples(st.integers(0, 35), st.integers(0, 1 << 16), st.integers(0, 1 << 12))


@dataclass
class Result:
    """What one run came to."""

    inputs: int = 0
    edges: int = 0
    corpus: int = 0
    seconds: float = 0.0
    finds: list[tuple[str, Any]] = field(default_factory=list)  # what went wrong, and the smallest input that does it


class _Edges:
    """Calls inside the package while an input is judged: who called whom from which line."""

    def __init__(self) -> None:
        self.seen: set[Edge] = set()

    def __call__(self, frame: FrameType, event: str, arg: object) -> None:
        if event == "call":
            code, caller = frame.f_code, frame.f_back
            if code.co_filename.startswith(PACKAGE) and caller is not None:
                self.seen.add((caller.f_code.co_filename, caller.f_lineno, code.co_filename, code.co_firstlineno))


def _traced(goal: Target, value: Any) -> set[Edge]:
    """Judge one input; the edges that it reached. Raises what the oracle raises, and AssertionError if it took too long."""
    edges = _Edges()
    began = time.process_time()
    sys.setprofile(edges)
    try:
        goal.judge(value)
    finally:
        sys.setprofile(None)
    took = time.process_time() - began
    assert took < SLOW, f"took {took:.0f} s"
    return edges.seen


def run(goal: Target, seconds: float, first_seed: int) -> Result:
    """Fuzz one target for some time. Every batch has its own seed, so that a run can be repeated."""
    result, known = Result(), set[Edge]()
    corpus = list(goal.seeds())
    goal.judge(goal.make(corpus[0], (), corpus))  # opens packs and builds the grammar, which is no edge of any input
    began, number = time.monotonic(), first_seed
    while time.monotonic() - began < seconds and len(result.finds) < 5:
        found = _batch(goal, corpus, known, number, result)
        corpus.extend(t for t in found if len(t) < 20_000)
        number += 1
    result.edges, result.corpus, result.seconds = len(known), len(corpus), time.monotonic() - began
    return result


def _batch(goal: Target, corpus: Sequence[str], known: set[Edge], number: int, result: Result) -> list[str]:
    """Some inputs; texts that reached what nothing had reached before."""
    new: list[str] = []
    failing: list[Any] = []

    @seed(number)
    @settings(
        max_examples=BATCH, deadline=None, database=None, phases=(Phase.generate, Phase.target, Phase.shrink),
        suppress_health_check=list(HealthCheck), print_blob=False)
    @given(st.integers(0, len(corpus) - 1), st.lists(step, min_size=1, max_size=8))
    def once(place: int, steps: list[Step]) -> None:
        value = goal.make(corpus[place], steps, corpus)
        result.inputs += 1
        faulthandler.dump_traceback_later(STUCK, exit=True)
        try:
            edges = _traced(goal, value)
        except BaseException:
            failing[:] = [value]
            raise
        finally:
            faulthandler.cancel_dump_traceback_later()
        if not edges <= known:
            known.update(edges)
            if isinstance(value, (str, bytes)):
                new.append(value if isinstance(value, str) else value.decode("utf-8", "replace"))
        target(float(len(edges)))

    try:
        once()
    except Exception:
        result.finds.append((f"seed {number}\n{traceback.format_exc(limit=-6)}", failing[0] if failing else None))
    return new
