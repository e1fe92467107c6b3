"""The trial load as a child process: what is new may be slow, huge or broken, and none of that may reach the updater.

The child limits itself (processor time, memory) before it looks at anything, where the system has such limits; the wall clock is the
parent's, everywhere. Packs are handed over by their names in the store and hashed again by the child. Decision 0053.
"""
from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import medrules
from medrules.errors import StoreError
from medrules.hospital.site_file import TrialLimits
from medrules.hospital.updating.update import Passed, Request
from medrules.packs.store.faults import refuse

__all__ = ["ENTRY", "Child"]

ENTRY: Final = "medrules.adapters.trial_child"
_MOST: Final = 1024 * 1024 * 1024  # bytes of compiled forms that a child may answer with
_TOLD: Final = 2_000
_CODES: Final = frozenset(("MR-P306", "MR-P329", "MR-P330", "MR-P331"))


class Child:
    """Tries packs of the store in `folder` (`Trial` of `update`)."""

    def __init__(self, folder: str | Path, limits: TrialLimits = TrialLimits(), python: str = sys.executable, entry: str = ENTRY) -> None:  # noqa: B008
        """
        Args:
            python: the interpreter; where medrules lives inside another program, its own.
            entry: the module to run; it knows the doors that cases come through.
        """
        self._folder, self._limits, self._python, self._entry = os.fspath(folder), limits, python, entry

    def __call__(self, request: Request) -> Passed:
        """
        Raises:
            StoreError: MR-P329 it does not compile, MR-P330 a case fails, MR-P331 too slow, too large, or the child could not be run.
        """
        sent = json.dumps({
            "store": self._folder, "packs": [[p.sha256, mode] for p, mode in request.packs], "with_cases": sorted(request.with_cases),
            "overlay": None if request.overlay is None else base64.b64encode(request.overlay).decode(), "today": request.today,
            "known": dict(request.known), "seconds": self._limits.seconds, "megabytes": self._limits.megabytes}).encode()
        code, out = self._run(sent)
        head, _, rest = out.partition(b"\n")
        try:
            answer = json.loads(head)
        except ValueError:
            answer = None
        if code != 0 or not isinstance(answer, dict):
            raise _ended(code)
        if answer.get("ok") is not True:
            told = str(answer.get("code", ""))
            raise refuse(told if told in _CODES else "MR-P331", str(answer.get("zh", ""))[:_TOLD], str(answer.get("en", ""))[:_TOLD])
        return Passed(int(answer["cases"]), _parts(answer["compiled"], rest))

    def _run(self, sent: bytes) -> tuple[int, bytes]:
        home = str(Path(medrules.__file__).parents[1])  # the child is to be this medrules, wherever it was imported from
        path = os.pathsep.join([home, *filter(None, [os.environ.get("PYTHONPATH")])])
        try:
            with subprocess.Popen(
                [self._python, "-m", self._entry], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"}, start_new_session=sys.platform != "win32",
            ) as child:
                try:
                    out, _ = child.communicate(sent, timeout=self._limits.seconds)
                except subprocess.TimeoutExpired:
                    _kill(child)
                    raise refuse("MR-P331", f"超过 {self._limits.seconds} 秒", f"more than {self._limits.seconds} seconds") from None
                except BaseException:
                    _kill(child)
                    raise
        except OSError as error:
            raise refuse("MR-P331", f"子进程运行不了：{type(error).__name__}", f"the child process cannot be run: {type(error).__name__}") from error
        return child.returncode, out


def _kill(child: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)


def _ended(code: int) -> StoreError:
    if code < 0:
        name = next((s.name for s in signal.Signals if s == -code), str(-code))
        return refuse("MR-P331", f"子进程被 {name} 结束（时间或内存超限）", f"the child process was ended by {name}: out of time or memory")
    return refuse("MR-P331", f"子进程以 {code} 结束，没有回答", f"the child process ended with {code} and no answer")


def _parts(named: list[list[Any]], content: bytes) -> Mapping[str, bytes | None]:
    """Compiled forms by key: [key, length] in the order of the bytes; length -1 = what is in the store already."""
    made: dict[str, bytes | None] = {}
    start = 0
    for key, length in named:
        made[key] = None if length < 0 else content[start:start + length]
        start += max(0, length)
    if start != len(content) or start > _MOST:
        raise refuse("MR-P331", "子进程的回答不完整", "the child's answer is torn")
    return made
