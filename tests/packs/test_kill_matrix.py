"""The small kill matrix, in every run of the tests. The whole one is a command: `python -m tests.packs.kill_matrix`."""
from __future__ import annotations

import sys

import pytest


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")
def test_processes_killed_at_many_points() -> None:
    from tests.packs.kill_matrix import main

    said = main(["--small"])
    assert said["every step, later update"] >= 20 and said["every step, first update"] >= 10
    assert said["openings while activating"] > 0
    assert {"old", "new", "nothing"} <= said["states seen"].keys()
