"""`python -m benchmarks.national_size`: all rules of the national pack over knowledge of national size, on 3101 requests.

The published rows repeated and perturbed to about 250,000 code-level points (`benchmarks.workload.national`), every rule active. First the
loading, each way in fresh processes: from source, from the compiled form, and the first review after it; memory is the most that the
process ever held, less what an empty Python holds. Then reviews of 3101 requests of 10 and of 100 lines in one process: judging (frozen
facts → Report) and the whole way (bytes → bytes), each request once, never seen before. What a request leaves open (待核) is part of its
answer: some national tables are keyed by 通用名, which 3101 does not carry. Times of reviews are processor time of the thread, so that a
busy machine does not measure its other tasks; loading is given on the clock and in processor time. Last, the families for which a hand-written limit exists
(`benchmarks.limit_3101`), on the same knowledge, as a ratio in the same run; that limit's own time calibrates the machine.
"""
from __future__ import annotations

import argparse
import gc
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import medrules
from benchmarks.bench_3101 import HOSPITAL, _bytes, _draw, _few_families, _line, _request, _same
from benchmarks.limit_3101 import build
from benchmarks.workload.national import copy_enlarged
from medrules.adapters.nhsa import read_request
from medrules.api import compile_pack

__all__ = ["main"]

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "benchmarks-national.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
SITE: Final = {"institutions": {HOSPITAL: {"level": "二级", "specialty": "综合"}}}
BARS: Final = {10: 1.0, 100: 5.0}  # ms, p99
COLLECT_EVERY: Final = 50
WARMING: Final = 100  # requests that do not count
LOAD_BAR, MEMORY_BAR = 1.0, 150.0  # s, MiB
# First letter of a code → share of the lines, hilist_type, form of a code that no table knows.
KINDS: Final = {"X": (0.45, "101", "X{}99XXX{:03d}A{:09d}"), "Z": (0.1, "101", "Z{}99XXX{:03d}{:010d}"), "0": (0.35, "201", "0099{:015d}"),
                "T": (0.05, "102", "T99{:07d}"), "C": (0.05, "301", "C99{:018d}")}
LISTED: Final = 0.4  # of the lines whose kind has tables: articles that some table of the pack names
COLD: Final = """
import sys, time
started = time.perf_counter()
import medrules
from medrules.adapters.nhsa import read_request
site = medrules.SiteSettings.from_toml({site})
imported, started, used = time.perf_counter() - started, time.perf_counter(), time.process_time()
engine = medrules.open_pack(sys.argv[1])
opened, used = time.perf_counter() - started, time.process_time() - used
with open(sys.argv[2], 'rb') as file:
    facts = read_request(file.read(), site=site).facts
started = time.process_time()
engine.review(facts)
reviewed = time.process_time() - started
"""
PEAK: Final = """
with open('/proc/self/status') as held:
    peak = next(int(line.split()[1]) for line in held if line.startswith('VmHWM'))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, default=ROOT / "rulepacks" / "national")
    parser.add_argument("--points", type=int, default=250_000, help="code-level points; 0 = the pack as published")
    parser.add_argument("--requests", type=int, default=3_000, help="of 10 lines; a tenth as many of 100")
    parser.add_argument("--rounds", type=int, default=5, help="fresh processes for loading")
    parser.add_argument("--seconds", type=float, default=60.0, help="the most that the reviews of one size may take")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--write", action="store_true", help=f"put the figures into {PAGE.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as held:
        text = "\n".join(_measured(Path(held), options))
    print(text)
    if options.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return 0


def _measured(folder: Path, options: argparse.Namespace) -> list[str]:
    pack = options.pack
    if options.points:
        pack = folder / "national"
        of_kind = copy_enlarged(random.Random(options.seed), options.pack, pack, options.points)
    compiled = folder / "national.mrc"
    compiled.write_bytes(compile_pack(pack))
    engine = medrules.open_pack(compiled)
    site = medrules.SiteSettings.from_toml(SITE)
    program = engine.program
    bodies = {n: drawn(program, options.seed + n, n, WARMING + options.requests * 10 // max(n, 10)) for n in BARS}
    (folder / "request.json").write_bytes(bodies[10][0])
    rows = sum(len(t.rows) for t in program.tables.values())
    about = [
        f"{date.today()}, Python {platform.python_version()}, seed {options.seed}. {len({r.parent for r in program.rules})} rules, {rows:,} rows"
        + (f", {sum(of_kind.values()):,} code-level points ({', '.join(f'{k} {n:,}' for k, n in of_kind.items())})" if options.points else "")
        + f"; the compiled file has {compiled.stat().st_size / 1e6:.1f} MB.", ""]
    cold = _cold({"source": pack, "compiled": compiled}, folder / "request.json", options.rounds)
    lines = [*about, *cold, "", *_table([
        "lines", "requests", "findings", "待核", "what", "p50 ms", "p99 ms", "p99.9 ms", "bar p99 ms"], [
        row for n in BARS for row in _warm(engine, bodies[n], site, n, options.seconds)])]
    return [*lines, "", *_against_limit(folder, pack, options)]


def _cold(ways: dict[str, Path], request: Path, rounds: int) -> list[str]:
    """Loading and the first review, in processes that have done nothing before."""
    found: dict[str, list[list[float]]] = {name: [] for name in ("bare", *ways)}
    for _ in range(rounds):
        for name in found:
            code = f"imported = opened = used = reviewed = 0.0\n{PEAK}" if name == "bare" else COLD.replace("{site}", repr(SITE)) + PEAK
            done = subprocess.run(
                [sys.executable, "-c", code + "print(imported, opened, used, reviewed, peak)", str(ways.get(name, "")), str(request)], check=True,
                capture_output=True, text=True, env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": "", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"})
            found[name].append([float(x) for x in done.stdout.split()])
    middle = {name: [statistics.median(column) for column in zip(*runs, strict=True)] for name, runs in found.items()}
    bare = middle["bare"][4] / 1024
    return _table(["from", "import s", "open s", "open, processor s", "bar s", "first review ms", "peak MiB above bare Python", "bar MiB"], [
        [name, f"{m[0]:.2f}", f"{m[1]:.2f}", f"{m[2]:.2f}", f"{LOAD_BAR:.0f}" if name == "compiled" else "", f"{m[3] * 1e3:.0f}",
         f"{m[4] / 1024 - bare:.0f}",
         f"{MEMORY_BAR:.0f}" if name == "compiled" else ""] for name in ways if (m := middle[name])])


def _warm(engine: medrules.Engine, bodies: list[bytes], site: Any, n_lines: int, seconds: float) -> list[list[str]]:
    """Judging alone, and bytes → bytes. The first requests warm what is made on first need and do not count."""
    facts = [read_request(body, site=site).facts for body in bodies]
    said: list[tuple[int, int]] = []

    def review(f: Any) -> None:
        report = engine.review(f)
        said.append((len(report.findings), len(report.undecided)))

    judged = _times(review, facts, seconds)
    counts = [f"{statistics.mean(each):.1f}" for each in zip(*said, strict=True)]
    whole = _times(lambda body: medrules.review_message(engine, body, site=site), bodies, seconds)
    return [
        [str(n_lines), f"{len(times):,}", *counts, what, *(f"{_at(times, q):.2f}" for q in (0.5, 0.99, 0.999)), bar]
        for what, times, bar in (("facts → Report", judged, f"{BARS[n_lines]:.0f}"), ("bytes → bytes", whole, ""))]


def _times(work: Callable[[Any], object], asked: Sequence[Any], seconds: float) -> list[float]:
    """Milliseconds of processor time of each, as many as there is time for. Garbage is collected between them."""
    out: list[float] = []
    gc.collect()
    gc.freeze()
    gc.disable()
    until = time.monotonic() + seconds
    for n, request in enumerate(asked):
        started = time.thread_time_ns()
        work(request)
        if n >= WARMING:
            out.append((time.thread_time_ns() - started) / 1e6)
        if n % COLLECT_EVERY == 0:
            gc.collect()
        if time.monotonic() > until and out:
            break
    gc.enable()
    gc.unfreeze()
    return out


def _at(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def _against_limit(folder: Path, pack: Path, options: argparse.Namespace) -> list[str]:
    """The families that the hand-written limit knows: bytes → bytes, same answers, in turn."""
    few = _few_families(pack, folder / "few")
    engine, site = medrules.open_pack(few), medrules.SiteSettings.from_toml(SITE)
    limit, records = build(few, 2)
    out = []
    for n in BARS:
        bodies = _draw(limit, records, n, max(10, options.requests // n))
        for body in bodies:
            _same(medrules.review_message(engine, body, site=site), limit(body))
        taken: tuple[list[float], list[float]] = ([], [])
        for _ in range(options.rounds):
            for body in bodies:
                for times, call in zip(taken, (lambda b: medrules.review_message(engine, b, site=site), limit), strict=True):
                    started = time.thread_time_ns()
                    call(body)
                    times.append((time.thread_time_ns() - started) / 1e6)
        ours, theirs = taken
        out.append([str(n), *(f"{_at(ours, q) / _at(theirs, q):.2f}" for q in (0.5, 0.99)), f"{statistics.mean(ours) / statistics.mean(theirs):.2f}",
                    f"{statistics.mean(theirs):.3f}"])
    return _table(["lines", "six families ÷ limit, p50", "p99", "mean", "limit, mean ms"], out)


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *("| " + " | ".join(row) + " |" for row in rows)]


# ---------------------------------------------------------------- requests


def drawn(program: Any, seed: int, n_lines: int, n: int) -> list[bytes]:
    """Requests of so many lines: articles that the tables name and others, of all kinds."""
    draw = random.Random(seed)
    listed: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for table in program.tables.values():
        for field, keys in zip(table.key_fields, table.rows.keys, strict=True):
            if field == "code" and table.key_kind in ("code", "pair"):
                for code in keys.codes:
                    if code[:1] in listed and len(code) >= 9:
                        listed[code[0]].append(code)
    held = {kind: sorted(set(codes)) for kind, codes in listed.items()}
    shares = [share for share, _, _ in KINDS.values()]
    bodies = []
    for number in range(n):
        request = _request(draw, number)
        lines = request["input"]["data"]["patient_dtos"][0]["fsi_encounter_dtos"][0]["fsi_order_dtos"]
        for place in range(n_lines):
            (kind,) = draw.choices(list(KINDS), shares)
            _, list_kind, form = KINDS[kind]
            if held[kind] and draw.random() < LISTED:
                code = draw.choice(held[kind])
            else:
                numbers = [draw.choice("ABCDGHJLMNPRSV"), draw.randrange(1_000)] if form.count("{") > 1 else []
                code = form.format(*numbers, draw.randrange(10**7))
            lines.append(_line(draw, place, code) | {"hilist_type": list_kind})
        bodies.append(_bytes(request))
    return bodies


if __name__ == "__main__":
    raise SystemExit(main())
