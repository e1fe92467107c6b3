"""python -m tests.fuzz --target parser|tables|cells|cases|native|3101|packs|all --seconds 60 [--seed 0] [--keep folder]

Prints how many inputs were judged, how much of the program they reached, and each find with the smallest input that makes it.
Exit code 1 if there is a find. An hour for everything: `python -m tests.fuzz --target all --seconds 3600`.
"""
from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

from tests.fuzz.guided import run
from tests.fuzz.targets import TARGETS


def as_bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=True, default=str)
    return text.encode("utf-8", "surrogatepass")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--target", choices=[*TARGETS, "all"], default="all")
    parser.add_argument("--seconds", type=float, default=60, help="together, shared evenly between the targets")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder for the inputs that failed")
    args = parser.parse_args()
    names = list(TARGETS) if args.target == "all" else [args.target]
    failed = False
    for name in names:
        result = run(TARGETS[name], args.seconds / len(names), args.seed)
        print(f"{name:8} {result.inputs} inputs in {result.seconds:.0f} s, {result.edges} edges, corpus {result.corpus}, finds {len(result.finds)}",
              flush=True)
        for what, value in result.finds:
            failed = True
            data = as_bytes(value)
            print(f"--- {what}\n--- input {data[:2_000]!r}", flush=True)
            if args.keep is not None:
                args.keep.mkdir(parents=True, exist_ok=True)
                (args.keep / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}").write_bytes(data)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
