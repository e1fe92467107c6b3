"""Proof commands of a pack.

    python -m tools.pack_proof mutate PACK [--family START] [--json]
    python -m tools.pack_proof reach  PACK [--seed N] [--most N] [--json]
"""
from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from .mutation import mutate
from .reaching import reach

__all__ = ["main"]

_BAR = 95  # percent of the mutants that the cases must notice


def _mutate(arguments: argparse.Namespace) -> int:
    tallies = list(mutate(arguments.pack, arguments.family))
    total, killed = sum(t.mutants for t in tallies), sum(t.killed for t in tallies)
    alive = [s for t in tallies for s in t.survivors]
    unsaid = [s for s in alive if not s.why]
    if arguments.json:
        print(json.dumps({"mutants": total, "killed": killed, "families": [asdict(t) for t in tallies]}, ensure_ascii=False, indent=1))
    else:
        for s in alive:
            print(f"存活 {s.rule} {s.what} —— {s.why or '（没有说明）'}")
        print(f"变异 {total}，杀死 {killed}（{100 * killed / max(total, 1):.1f}%），存活 {len(alive)}，其中没有说明 {len(unsaid)}；{len(tallies)} 族")
    return 0 if 100 * killed >= _BAR * total and not unsaid else 1


def _reach(arguments: argparse.Namespace) -> int:
    found = list(reach(arguments.pack, arguments.seed, arguments.most))
    missed = [(r.table, p) for r in found for p in r.missed]
    if arguments.json:
        print(json.dumps([asdict(r) for r in found], ensure_ascii=False, indent=1))
    else:
        for table, point in missed:
            print(f"没有触发 {table} {point}")
        waiting = sum(r.waiting for r in found)
        print(f"表 {len(found)}，行 {sum(r.rows for r in found)}，抽查 {sum(r.tried for r in found)}，触发 {sum(r.tried - len(r.missed) for r in found)}，"
              f"没有触发 {len(missed)}，等本地对照 {waiting}（种子 {arguments.seed}）")
    return 1 if missed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="规则包的证明 | proofs of a pack")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("mutate", help="改一处规则，看用例是否发现 | change a rule in one place and see whether a case notices")
    one.add_argument("--family", default="", help="只看文件夹名以此开头的族 | only families whose folder starts so")
    two = commands.add_parser("reach", help="每一行知识都能触发 | every row can be triggered")
    two.add_argument("--seed", type=int, default=2025, help="抽样的种子 | seed of the sample")
    two.add_argument("--most", type=int, default=40, help="一张表最多试几行 | rows tried of one table at most")
    for sub in (one, two):
        sub.add_argument("pack", type=Path, help="规则包目录 | folder of the pack")
        sub.add_argument("--json", action="store_true", help="结果以 JSON 输出 | results as JSON")
    arguments = parser.parse_args()
    return _mutate(arguments) if arguments.command == "mutate" else _reach(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
