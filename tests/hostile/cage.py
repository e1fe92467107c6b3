"""Runs attacks in a child process under limits of the operating system, one by one, and says what each came to.

`python -m tests.hostile.cage texts` runs a group by hand and prints what each attack cost. A limit that is hit ends the child: the
attack that was running is then the one that has no outcome. Where the platform has no `resource` the parent's timeout is all.
"""
from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

__all__ = ["Attack", "Outcome", "run", "survives"]

MEMORY = 1_500 * 1024 * 1024  # bytes of address space
SECONDS = 60  # processor seconds of one attack
ROOT = Path(__file__).resolve().parents[2]

Attack = Callable[[], "list[str]"]  # → the codes that answer it; raises what is no answer


class Outcome(NamedTuple):
    """What one attack came to: its codes, or the name of the exception that got out."""

    codes: tuple[str, ...]
    raised: str
    seconds: float
    megabytes: int
    alive: bool  # whether a plain call afterwards gave what it always gives


def run(group: str) -> dict[str, Outcome]:
    """The outcomes of all attacks of one module of this folder; fails at once if the child died."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-m", "tests.hostile.cage", group], capture_output=True, cwd=ROOT, env=env, timeout=900)
    said = [json.loads(line) for line in done.stdout.decode().splitlines() if line.startswith("{")]
    found = {s["name"]: Outcome(tuple(s["codes"]), s["raised"], s["seconds"], s["megabytes"], s["alive"]) for s in said if "codes" in s}
    if done.returncode:
        running = [s["name"] for s in said][-1:] or ["?"]
        raise AssertionError(f"the process died ({done.returncode}) under attack {running}: {done.stderr.decode(errors='replace')[-2_000:]}")
    return found


def survives(outcome: Outcome) -> None:
    """What is asked of every attack."""
    assert not outcome.raised, outcome.raised
    assert outcome.codes and all(outcome.codes), outcome
    assert outcome.alive, "the next call did not work"


def _allow(seconds: int) -> None:
    """So many more processor seconds for what comes now."""
    if resource is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _megabytes() -> int:
    if resource is None:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak // (1024 * 1024 if sys.platform == "darwin" else 1024))


def _outcomes(attacks: Mapping[str, Attack], is_alive: Callable[[], bool]) -> Iterator[dict[str, Any]]:
    for name, attack in attacks.items():
        yield {"name": name}
        _allow(SECONDS)
        began = time.process_time()
        codes: list[str] = []
        raised = ""
        try:
            codes = attack()
        except Exception as error:  # an attack that gets an exception out has won
            raised = f"{type(error).__name__}: {error}"[:300]
        seconds = time.process_time() - began
        yield {
            "name": name, "codes": codes, "raised": raised, "seconds": round(seconds, 2), "megabytes": _megabytes(), "alive": is_alive()}


def main() -> None:
    group = importlib.import_module(f"tests.hostile.{sys.argv[1]}")
    wanted = sys.argv[2:]
    assert group.is_alive()
    if resource is not None and sys.platform != "darwin":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    attacks = {n: a for n, a in group.ATTACKS.items() if not wanted or n in wanted}
    for said in _outcomes(attacks, group.is_alive):
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
