"""Keeps 3103 feedback on disk until a reporting job takes it: JSON lines, appended and synced before the client is
answered."""
from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from typing import Final

from medrules.adapters.nhsa.feedback import Feedback
from medrules.model.values import DAY_SECONDS, Instant

__all__ = ["FeedbackFile"]


# Some readers end a line at these too.
_LINE_ENDS: Final = {n: f"\\u{n:04x}" for n in (0x85, 0x2028, 0x2029)}


class FeedbackFile:
    """Appends each feedback message. Safe between threads; readable by its owner only, because reasons are free
    text."""

    def __init__(self, path: str | Path, clock: Callable[[], datetime] = datetime.now) -> None:
        self._path, self._clock = Path(path), clock
        self._lock = Lock()

    def __call__(self, feedback: Feedback) -> None:
        """Append one line for each response. OSError if the disk refuses; the client then sends it again, so a
        reader of the file takes the last line of each (msgid, warning)."""
        received = self._clock().isoformat(" ", "seconds")
        lines = "".join(
            json.dumps(
                {
                    "msgid": feedback.msgid, "institution": feedback.institution, "stage": feedback.stage,
                    "at": _written(feedback.at), "received": received, "warning": response.warning,
                    "outcome": response.outcome, "reason": response.reason,
                },
                ensure_ascii=False,
            ) + "\n"
            for response in feedback.responses
        ).translate(_LINE_ENDS).encode("utf-8", "backslashreplace")  # half a surrogate pair becomes its JSON escape
        with self._lock, open(self._path, "a+b", buffering=0, opener=_for_owner) as file:
            end = file.seek(0, os.SEEK_END)
            try:
                if end:
                    file.seek(end - 1)
                    if file.read(1) != b"\n":  # the machine went down in the middle of a line
                        lines = b"\n" + lines
                written = 0
                while written < len(lines):
                    written += file.write(lines[written:])
                os.fsync(file.fileno())
            except OSError:
                file.truncate(end)  # a disk that is full must not leave half a line for the next one to run into
                raise


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _written(at: Instant | None) -> str | None:
    """The moment as people write it; the day alone where only that is known."""
    if at is None:
        return None
    day, second = divmod(at.lo, DAY_SECONDS)
    text = date.fromordinal(day).isoformat()
    return text if at.hi - at.lo >= DAY_SECONDS - 1 else f"{text} {second // 3_600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
