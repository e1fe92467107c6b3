"""The tests of the mutated modules, collected once before any fault is put in: a mutant's fork only runs them, those that noticed
a fault lately first, then the cheap ones. Collecting them anew for each mutant cost more than most of them take."""
from __future__ import annotations

import contextlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

ROOT = Path(__file__).resolve().parents[2]
CHEAP = 0.25  # seconds: dearer tests come after all others, by what they cost
# The same examples each time; a fault that is found is not made small.
settings.register_profile("mutation", derandomize=True, deadline=None, database=None, phases=(Phase.explicit, Phase.generate))


class OwnTests:
    """A pytest plugin: what it is asked to do, it does inside pytest's own run, where the collected tests can be run in any order."""

    def __init__(self, files: Iterable[str]) -> None:
        self._files = list(dict.fromkeys(files))
        self._items: list[pytest.Item] = []
        self._cost: dict[str, float] = {}
        self._telling = Counter[str]()
        self._failed = ""
        self._do: Callable[[], None] = lambda: None

    def during(self, do: Callable[[], None]) -> None:
        """Collect the tests, then do something that asks `noticed`."""
        self._do = do
        os.chdir(ROOT)
        code = pytest.main(
            ["-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:terminal", "-s", "--hypothesis-profile=mutation", *self._files],
            plugins=[self])
        if code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
            raise SystemExit(f"pytest: {code.name if isinstance(code, pytest.ExitCode) else code} {self._files}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._items = session.items
        self._do()
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._cost[report.nodeid] = self._cost.get(report.nodeid, 0) + report.duration
        if report.failed and not self._failed:
            self._failed = report.nodeid

    def rehearse(self, kept: Path | None = None) -> str:
        """Run everything once, in a fork and without a fault, to learn what each test costs, unless a file says it; which test failed,
        or ""."""
        if kept is not None and kept.exists():
            self._cost = json.loads(kept.read_text("utf-8"))
            return ""
        out, into = os.pipe()
        if not os.fork():
            os.close(out)
            failed = self._first_failure(self._items)
            with os.fdopen(into, "w") as told:
                json.dump([failed, self._cost], told)
            os._exit(0)
        os.close(into)
        with os.fdopen(out) as told:
            failed, self._cost = json.load(told)
        os.wait()
        if kept is not None and not failed:
            kept.write_text(json.dumps(self._cost), "utf-8")
        return str(failed)

    def told(self, test: str) -> None:
        """Remember that a test noticed a fault: the next ones are tried on it first."""
        self._telling[test] += 1

    def noticed(self, files: list[str]) -> str:
        """The first test of these files that fails, or ""."""
        mine = [i for i in self._items if any(i.nodeid.startswith(f) for f in files)]
        first = {name: n for n, (name, _) in enumerate(self._telling.most_common(25))}

        def turn(item: pytest.Item) -> tuple[int, float]:
            cost = self._cost.get(item.nodeid, 0.0)
            return (0, first[item.nodeid]) if item.nodeid in first and cost < 1 else (1, 0) if cost < CHEAP else (2, cost)

        return self._first_failure(sorted(mine, key=turn))

    def _first_failure(self, items: list[Any]) -> str:
        self._failed = ""
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            for item, following in zip(items, [*items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if self._failed:
                    break
        return self._failed
