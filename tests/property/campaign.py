"""Law 1 at length: `python -m tests.property.campaign --cases 1000000 --processes 2 --state run.jsonl` compares the execution paths.

Each Program is judged on up to 100 requests. What is finished is in the state file: started again with the same arguments, the
campaign goes on where it was. At the end it prints distinct Programs, every construct with how often it was drawn and how often an
answer hung on it (loudly what never did), and every disagreement with the seed that makes it again.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.property.agreement import REQUESTS, differences
from tests.property.coverage import show
from tests.property.tally import Tally

ROOT = Path(__file__).resolve().parents[2]
BLOCK = 8  # programs that one task judges
MOST_REQUESTS = 100


@dataclass(frozen=True)
class Run:
    """What a campaign is asked to do; a state file belongs to one."""

    seed: int
    programs: int
    requests: int
    code: str  # fingerprint of what judges and what draws

    @property
    def blocks(self) -> int:
        return -(-self.programs // BLOCK)


def fingerprint() -> str:
    """What the answer of a campaign is about: the sources of the library, of the generators and the packs' rule texts."""
    made = hashlib.sha256()
    for folder, pattern in (("src", "*.py"), ("src", "*.lark"), ("tests/property", "*.py"), ("rulepacks", "*.medrule")):
        for path in sorted((ROOT / folder).rglob(pattern)):
            made.update(path.read_bytes())
    return made.hexdigest()[:12]


def judge_block(run: Run, block: int) -> dict[str, Any]:
    """All Programs of one block."""
    tally, found = Tally(), []
    for seed in range(run.seed + block * BLOCK, min(run.seed + (block + 1) * BLOCK, run.seed + run.programs)):
        found += [asdict(d) for d in differences(seed, tally, run.requests)]
    return {"block": block, "found": found, "tally": tally.plain()}


class State:
    """The finished blocks, in a file when one is named."""

    def __init__(self, run: Run, path: Path | None) -> None:
        self.tally, self.found, self.done = Tally(), list[dict[str, Any]](), set[int]()
        self._file: TextIO | None = None
        if path is None:
            return
        head = json.dumps(asdict(run))
        if path.exists() and path.stat().st_size:
            first, *blocks = path.read_text("utf-8").splitlines()
            if first != head:
                raise SystemExit(f"状态文件 {path} 属于另一次运行（参数或代码不同）：删除它，或另给一个 --state\n  {first}\n  {head}")
            whole = [first]
            for line in blocks:
                try:
                    self._take(json.loads(line))
                except json.JSONDecodeError:  # the last line may be cut off: that block is judged again
                    break
                whole.append(line)
            path.write_text("\n".join(whole) + "\n", "utf-8")
            self._file = path.open("a", encoding="utf-8")
        else:
            self._file = path.open("w", encoding="utf-8")
            self._file.write(head + "\n")

    def _take(self, result: dict[str, Any]) -> None:
        self.done.add(result["block"])
        self.found += result["found"]
        self.tally.add(Tally.of(result["tally"]))

    def add(self, result: dict[str, Any]) -> None:
        self._take(result)
        if self._file is not None:
            self._file.write(json.dumps(result, ensure_ascii=False) + "\n")
            self._file.flush()


def results(run: Run, todo: list[int], processes: int) -> Iterator[dict[str, Any]]:
    """Blocks as they finish."""
    if processes == 1:
        yield from (judge_block(run, block) for block in todo)
        return
    with ProcessPoolExecutor(processes) as pool:
        for done in as_completed([pool.submit(judge_block, run, block) for block in todo]):
            yield done.result()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.property.campaign", description="随机比对各条执行路径 / compare the execution paths on random cases")
    parser.add_argument("--cases", type=int, default=600, help="评估次数（一次 = 一个规则包 × 一个请求）")
    parser.add_argument("--seed", type=int, default=0, help="从哪个种子起")
    parser.add_argument("--requests", type=int, default=REQUESTS, help=f"每个规则包的请求数，最多 {MOST_REQUESTS}")
    parser.add_argument("--processes", type=int, default=1, help="进程数")
    parser.add_argument("--state", type=Path, help="状态文件（JSONL）：中断后以同样参数再次运行即继续")
    parser.add_argument("--show", type=int, default=5, help="最多打印几处不一致")
    parser.add_argument("--json", type=Path, help="把结果写成 JSON")
    args = parser.parse_args()
    if not 1 <= args.requests <= MOST_REQUESTS:
        parser.error(f"--requests 为 1 至 {MOST_REQUESTS}")
    return args


def main() -> None:
    args, console, start = arguments(), Console(), time.monotonic()
    requests = min(args.requests, args.cases)
    run = Run(args.seed, -(-args.cases // requests), requests, fingerprint())
    state = State(run, args.state)
    todo = [b for b in range(run.blocks) if b not in state.done]
    bar = Progress(
        TextColumn("比对"), BarColumn(), MofNCompleteColumn(), TextColumn("次评估 · {task.fields[speed]:,.0f} 次/秒 · 不一致 {task.fields[found]}"),
        TimeElapsedColumn(), TimeRemainingColumn(), console=console, disable=not console.is_terminal)
    before = state.tally.answers["requests"]
    with bar:
        task = bar.add_task("", total=run.programs * requests, completed=before, speed=0.0, found=len(state.found))
        for result in results(run, todo, args.processes):
            state.add(result)
            count = state.tally.answers["requests"]
            bar.update(task, completed=count, speed=(count - before) / (time.monotonic() - start), found=len(state.found))
    show(console, state.tally, state.found[: args.show], len(state.found), run.code, time.monotonic() - start, before)
    if args.json is not None:
        args.json.write_text(json.dumps(
            {"run": asdict(run), "found": state.found, "tally": state.tally.plain()}, ensure_ascii=False, indent=1), "utf-8")
    raise SystemExit(1 if state.found else 0)


if __name__ == "__main__":
    main()
