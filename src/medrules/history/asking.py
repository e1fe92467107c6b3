"""Asks a provider in a thread of its own, and does not wait longer than the deadline. Threads are few, and none outlives its question."""
from __future__ import annotations

import time
from collections.abc import Callable
from threading import BoundedSemaphore, Condition, Thread
from typing import Any, Final

from medrules.history.need import Need
from medrules.history.provider import HistoryProvider

__all__ = ["Asking", "Failed"]

_NOTHING: Final = object()


class Failed(Exception):
    """No answer that can be used. `reason` is one word for the log and the note: it never holds what was sent."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Question:
    """One question under way."""

    __slots__ = ("answer", "changed", "fault")

    def __init__(self) -> None:
        self.changed = Condition()
        self.answer: Any = _NOTHING
        self.fault = ""

    def put(self, answer: Any, fault: str = "") -> None:
        with self.changed:
            self.answer, self.fault = answer, fault
            self.changed.notify_all()


class Asking:
    """At most `threads` questions at a time. A provider that hangs holds its threads, never the caller: the next ones are told "busy" when
    their own deadline comes. The threads are daemons, so that a process can end while one of them hangs."""

    def __init__(self, provider: HistoryProvider, threads: int) -> None:
        self._provider = provider
        self._free = BoundedSemaphore(threads)

    def ask(self, need: Need, seconds: float, late: Callable[[Any], None]) -> Any:
        """The provider's answer, unchecked.

        Args:
            late: takes an answer that comes after nobody waits for it any more.

        Raises:
            Failed: "slow", "busy", or the name of the provider's exception.
        """
        end = time.monotonic() + seconds
        if seconds <= 0 or not self._free.acquire(timeout=seconds):
            raise Failed("busy")
        question = _Question()
        waiting = [True]
        try:
            Thread(target=self._run, args=(question, need, waiting, late), name="medrules-history", daemon=True).start()
        except RuntimeError:  # no more threads in this process
            self._free.release()
            raise Failed("busy") from None
        with question.changed:
            while question.answer is _NOTHING and not question.fault:
                left = end - time.monotonic()
                if left <= 0 or not question.changed.wait(left):
                    if question.answer is _NOTHING and not question.fault:
                        waiting[0] = False
                        raise Failed("slow")
                    break
        if question.fault:
            raise Failed(question.fault)
        return question.answer

    def _run(self, question: _Question, need: Need, waiting: list[bool], late: Callable[[Any], None]) -> None:
        try:
            answer = self._provider.earlier(need)
        except BaseException as fault:  # its text may hold personal data
            question.put(_NOTHING, type(fault).__name__)
        else:
            question.put(answer)
            if not waiting[0]:
                late(answer)
        finally:
            self._free.release()
