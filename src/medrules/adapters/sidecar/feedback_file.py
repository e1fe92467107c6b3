"""Keeps 3103 feedback on disk until a reporting job takes it: JSON lines, appended and synced before the client is
answered."""
from __future__ import annotations

import json
import os
from pathlib import Path
from threading import Lock

from medrules.adapters.nhsa.feedback import Feedback

__all__ = ["FeedbackFile"]


class FeedbackFile:
    """Appends each feedback message. Safe between threads; readable by its owner only, because reasons are free
    text."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._lock = Lock()

    def __call__(self, feedback: Feedback) -> None:
        """Append one line for each response. OSError if the disk refuses; the client then sends it again, so a
        reader of the file takes the last line of each (msgid, warning)."""
        lines = "".join(
            json.dumps(
                {
                    "msgid": feedback.msgid, "institution": feedback.institution, "stage": feedback.stage,
                    "at": None if feedback.at is None else feedback.at.lo, "warning": response.warning,
                    "outcome": response.outcome, "reason": response.reason,
                },
                ensure_ascii=True,
            ) + "\n"
            for response in feedback.responses
        ).encode("ascii")
        with self._lock:
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                written = 0
                while written < len(lines):
                    written += os.write(handle, lines[written:])
                os.fsync(handle)
            finally:
                os.close(handle)
