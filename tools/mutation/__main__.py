"""`python -m tools.mutation MODULE… [--share 0.2] [--seed S] [--processes N] [--state FILE] [--json FILE]`: which faults no test notices.

Each mutant is put into a fork of one prepared process and is killed by the first of the checks in kill.py that notices it. A state
file makes a run resumable. `--known FILE` names survivors that were explained (docs/mutation.md is written from the same file).
"""
from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import selectors
import signal
import sys
import traceback
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tools.mutation.apply import apply
from tools.mutation.explained import EXPLAINED
from tools.mutation.kill import Suite, tests_for
from tools.mutation.mutators import Mutant, mutants
from tools.mutation.own_tests import OwnTests

SECONDS = 120  # of computing for one mutant: more means that it hangs, however busy the machine is
WAITING = 1_800  # seconds by the clock: more means that it stands still


def modules_of(name: str) -> list[str]:
    """A module, or all modules of a package."""
    held = importlib.import_module(name)
    path = getattr(held, "__path__", None)
    if path is None:
        return [name]
    return sorted(m.name for m in pkgutil.walk_packages(path, f"{name}.") if not m.ispkg)


def all_mutants(names: list[str], share: float, seed: int, only: str) -> list[Mutant]:
    found = []
    for name in dict.fromkeys(m for n in names for m in modules_of(n)):
        file = importlib.import_module(name).__file__
        assert file is not None
        found += list(mutants(name, Path(file).read_text("utf-8")))
    def lot(m: Mutant) -> float:  # the same whatever else is mutated
        return Random(f"{seed} {m.name}").random()

    # In the order of their lots, so that what a run has done when it is stopped is itself a fair sample, of a smaller share.
    return sorted((m for m in found if only in m.name and lot(m) < share), key=lot)


def judged(mutant: Mutant, suite: Suite) -> tuple[str, str]:
    """(which check killed it, what that noticed); ("survived", "") if none did."""
    if not apply(mutant.module, mutant.make()):
        return "not reached", "the function is not there under its name"
    for name, check in suite.steps(mutant.module):
        try:
            noticed = check()
        except Exception as fault:
            noticed = f"{type(fault).__name__}: {fault}"[:200]
        if noticed:
            return name, noticed[:300]
    return "survived", ""


def in_fork(mutant: Mutant, suite: Suite) -> tuple[int, int]:
    """Start a child for a mutant; (pid, the file descriptor on which it tells its result)."""
    out, into = os.pipe()
    pid = os.fork()
    if pid:
        os.close(into)
        return pid, out
    os.close(out)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.alarm(WAITING)
    try:
        result = judged(mutant, suite)
    except BaseException:
        result = "broken", traceback.format_exc()[-300:]
    os.write(into, json.dumps(result).encode())
    os._exit(0)


def run(todo: list[Mutant], suite: Suite, processes: int, console: Console, take: Any) -> None:
    """All mutants, some at a time."""
    choose, running, queue = selectors.DefaultSelector(), dict[int, tuple[int, Mutant]](), list(reversed(todo))
    bar = Progress(TextColumn("变异"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(), console=console,
                   disable=not console.is_terminal)
    with bar:
        task = bar.add_task("", total=len(todo))
        while queue or running:
            while queue and len(running) < processes:
                mutant = queue.pop()
                pid, out = in_fork(mutant, suite)
                running[out] = pid, mutant
                choose.register(out, selectors.EVENT_READ)
            for key, _ in choose.select():
                out = key.fd
                pid, mutant = running.pop(out)
                choose.unregister(out)
                held = os.read(out, 65_536)
                os.close(out)
                spent = os.wait4(pid, 0)[2]
                check, noticed = json.loads(held) if held else ("hangs", f"over {SECONDS} s, or the process died")
                take(mutant, check, noticed, spent.ru_utime + spent.ru_stime)
                bar.advance(task)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description="变异测试：在求值器里逐个放小错，看测试是否发现")
    parser.add_argument("modules", nargs="+", help="模块或包，如 medrules.engine.reference.windows")
    parser.add_argument("--share", type=float, default=1.0, help="抽取的比例（按种子）")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="只做名字里有这些字的变异")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=32, help="小型比对用多少个随机规则包")
    parser.add_argument("--state", type=Path, help="状态文件（JSONL），可中断再续")
    parser.add_argument("--again", action="store_true", help="只做状态文件里存活、超时而没有说明的，只由模块测试看（补了测试之后）")
    parser.add_argument("--costs", type=Path, help="每个测试花多少秒，由上一次记下；有这个文件就不必先全跑一遍")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--least", type=float, default=0.9, help="非等价变异至少被发现的比例，低于此退出码为 1")
    args = parser.parse_args()
    console = Console()
    todo = all_mutants(args.modules, args.share, args.seed, args.only)
    done: dict[str, dict[str, Any]] = {}
    if args.state is not None and args.state.exists():
        for line in args.state.read_text("utf-8").splitlines():
            if line.endswith("}"):
                done[json.loads(line)["name"]] = json.loads(line)
    if args.again:
        lived = {name for name, r in done.items() if r["killed_by"] in ("survived", "hangs") and name not in EXPLAINED}
        pending = [m for m in todo if m.name in lived]
    else:
        pending = [m for m in todo if m.name not in done]
    held = args.state.open("a", encoding="utf-8") if args.state is not None else None

    def take(mutant: Mutant, check: str, noticed: str, seconds: float) -> None:
        done[mutant.name] = {
            "name": mutant.name, "line": mutant.line, "killed_by": check, "noticed": noticed, "seconds": round(seconds, 2)}
        if check == "tests":
            own.told(noticed)
        if held is not None:
            held.write(json.dumps(done[mutant.name], ensure_ascii=False) + "\n")
            held.flush()

    fast = [m.module.startswith(("medrules.engine.optimized", "medrules.plan")) for m in pending]
    model = any(m.module.startswith("medrules.model") for m in pending)
    own = OwnTests(t for module in dict.fromkeys(m.module for m in pending) for t in tests_for(module))
    suite = Suite(
        seeds=args.seeds, rebuild=any(fast), reread=model, sound_reference=all(fast), tests_alone=args.again, own=own).prepare()

    def all_of_them() -> None:
        sound = [f"{name}: {noticed}" for name, check in suite.steps("") if name != "tests" and (noticed := check())]
        if failed := own.rehearse(args.costs):
            sound.append(failed)
        if sound:
            raise SystemExit(f"没有变异时检查就不过：{sound}")
        run(pending, suite, args.processes, console, take)

    if pending:
        own.during(all_of_them)
    names = [m.name for m in todo]
    report = summary([done[n] for n in names if n in done])
    show(console, report)
    if args.json is not None:
        args.json.write_text(json.dumps(report, ensure_ascii=False, indent=1), "utf-8")
    raise SystemExit(0 if report["share"] >= args.least else 1)


def summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Figures, and the survivors with what is said of them."""
    alive = [r for r in results if r["killed_by"] == "survived"]
    said = [{**r, "said": EXPLAINED.get(r["name"], "")} for r in alive]
    equivalent = [r for r in said if r["said"].startswith("等价")]
    counted = [r for r in results if r["killed_by"] not in ("not reached", "broken")]
    real = len(counted) - len(equivalent)
    killed = len(counted) - len(alive)
    return {
        "mutants": len(results), "by": dict(Counter(r["killed_by"] for r in results)), "equivalent": len(equivalent),
        "killed": killed, "share": killed / real if real else 1.0, "survivors": said,
        "modules": {m: dict(Counter(r["killed_by"] for r in results if r["name"].startswith(f"{m}:")))
                    for m in dict.fromkeys(r["name"].split(":")[0] for r in results)},
        "seconds": round(sum(r["seconds"] for r in results), 1),
    }


def show(console: Console, report: dict[str, Any]) -> None:
    for module, by in report["modules"].items():
        console.print(f"{module}: " + " · ".join(f"{k} {v}" for k, v in sorted(by.items())), highlight=False)
    for r in report["survivors"]:
        console.print(f"[{'yellow' if r['said'] else 'red'}]存活[/] {r['line']}: {r['name']}", highlight=False, markup=True)
        console.print(f"    {r['said'] or '（还没有说明）'}", highlight=False, markup=False)
    console.print(
        f"变异 {report['mutants']}，等价 {report['equivalent']}，被发现 {report['killed']}（非等价的 {report['share']:.1%}）；"
        f"由谁发现：{report['by']}；合计 {report['seconds']} 秒", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
