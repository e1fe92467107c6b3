"""`python -m benchmarks.loading`: from files to ready, in fresh processes: medrules from source and from its compiled form, and the limit.

The same knowledge three times: a pack folder (rule text, TOML, CSV), the file that `medrules compile` makes of it, and the JSON that the
hand-written limit loads and builds its records from. Each way runs in processes of its own, in turn, so that a busy machine is busy for
all. Time starts when the modules are imported and ends when a request can be reviewed; importing stands beside it. Memory is the most
that the process ever held, less what an empty Python holds. `national` is a pack of about 250,000 code-level points (one row per code)
drawn for the purpose; `start` is the whole way of a short-lived process: import, open the compiled national pack, one review.
"""
from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final

from benchmarks.workload.folder import write_folder, write_json
from benchmarks.workload.knowledge import draw_knowledge
from benchmarks.workload.points import write_points

__all__ = ["main"]

ROOT: Final = Path(__file__).parents[1]
MEASURE: Final = """
import sys, time
started, used = time.perf_counter(), time.process_time()
{imports}
imported = time.perf_counter() - started
started, used = time.perf_counter(), time.process_time()
{work}
taken, used = time.perf_counter() - started, time.process_time() - used
with open('/proc/self/status') as held:  # getrusage would count what the parent held before exec
    peak = next(line.split()[1] for line in held if line.startswith('VmHWM'))
print(imported, taken, used, peak)
"""
LIMIT: Final = (
    "import json, types\nfrom benchmarks import limit",
    "with open(sys.argv[1], 'rb') as file:\n    knowledge = types.SimpleNamespace(**json.loads(file.read()))\nready = limit.build(knowledge)")
SOURCE: Final = (
    "import medrules.api, medrules.check.checker, medrules.knowledge.folder, medrules.language.parser, medrules.plan.planner",
    "ready = medrules.api.open_pack(sys.argv[1])")
COMPILED: Final = ("import medrules.api", "ready = medrules.api.open_pack(sys.argv[1])")
BARS: Final = {"source": 5.0, "compiled": 1.5}
MEMORY_BAR: Final = 1.5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=20260321)
    parser.add_argument("--points", type=int, default=250_000, help="code-level points of the large national pack")
    parser.add_argument("--pack", default=str(ROOT / "rulepacks" / "national"))
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as held:
        ways = _prepared(Path(held), options)
        found: dict[str, list[tuple[float, float, float, float]]] = {name: [] for name in ways}
        for _ in range(options.rounds):
            for name, (code, argument) in ways.items():
                found[name].append(_measured(code, argument))
        sizes = {name: Path(argument).stat().st_size for name, (_, argument) in ways.items() if Path(argument).is_file()}
    figures = {name: [median(column) for column in zip(*runs, strict=True)] for name, runs in found.items()}
    if options.json:
        print(json.dumps(_as_json(figures, sizes, options), indent=1))
    else:
        _show(figures, sizes, options)
    return 0


def _prepared(folder: Path, options: argparse.Namespace) -> dict[str, tuple[tuple[str, str], str]]:
    """What is run with which file."""
    knowledge, _ = draw_knowledge(Random(options.seed))
    (folder / "workload").mkdir()
    write_folder(knowledge, folder / "workload")
    write_json(knowledge, folder / "workload.json")
    write_points(Random(options.seed), folder / "points", options.points)
    for pack, made in ((folder / "workload", "workload"), (folder / "points", "points"), (Path(options.pack), "national")):
        subprocess.run(
            [sys.executable, "-m", "medrules", "compile", str(pack), "-o", str(folder / f"{made}.mrc"), "--json"], check=True, cwd=ROOT,
            stdout=subprocess.DEVNULL)
    return {
        "bare": (("", ""), ""),
        "limit": (LIMIT, str(folder / "workload.json")),
        "source": (SOURCE, str(folder / "workload")), "compiled": (COMPILED, str(folder / "workload.mrc")),
        "points source": (SOURCE, str(folder / "points")), "points compiled": (COMPILED, str(folder / "points.mrc")),
        "national compiled": (COMPILED, str(folder / "national.mrc")),
        "start": (("", _START), str(folder / "national.mrc")),
    }


# A whole short life: nothing is imported before the clock starts.
_START: Final = """
import medrules
engine = medrules.open_pack(sys.argv[1])
from medrules.model.builder import build_facts
from medrules.model.facts import Door
from medrules.model.values import DAY_SECONDS, Instant
at = Instant(739_700 * DAY_SECONDS + 36_000, 739_700 * DAY_SECONDS + 36_000)
line = {"id": "L1", "position": 0, "line_kind": "charge", "code": "XA01", "quantity": 10_000, "amount": 1_000, "self_paid": 0, "performed_at": at}
encounter = {"id": "E1", "is_current": True, "visit_kind": "住院", "insurance": "基本医疗", "admitted_at": at, "items": [line], "diagnoses": []}
facts = build_facts(door=Door("native", frozenset({"item.performed_at"})), stage="during", business_time=at, patients=[
    {"id": "P1", "sex": "男", "birth_date": 730_000, "encounters": [encounter]}])
ready = engine.review(facts)
"""


def _measured(code: tuple[str, str], argument: str) -> tuple[float, float, float, float]:
    """Seconds of importing, seconds to ready (wall and processor), MiB."""
    text = MEASURE.format(imports=code[0], work=code[1])
    done = subprocess.run(
        [sys.executable, "-c", text, argument], check=True, cwd=ROOT, capture_output=True, text=True,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": "", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"})
    imported, taken, used, kilobytes = map(float, done.stdout.split())
    return imported, taken, used, kilobytes / 1024


def _as_json(figures: dict[str, list[float]], sizes: dict[str, int], options: argparse.Namespace) -> dict[str, Any]:
    bare = figures["bare"][3]
    return {
        "rounds": options.rounds, "python": platform.python_version(),
        "ways": {
            name: {"import_s": f[0], "seconds": f[1], "cpu_s": f[2], "mib": f[3] - bare, "bytes": sizes.get(name)}
            for name, f in figures.items() if name != "bare"},
        "ratios": {name: {"seconds": figures[name][1] / figures["limit"][1], "cpu": figures[name][2] / figures["limit"][2],
                          "mib": (figures[name][3] - bare) / (figures["limit"][3] - bare)} for name in BARS},
    }


def _show(figures: dict[str, list[float]], sizes: dict[str, int], options: argparse.Namespace) -> None:
    bare = figures["bare"][3]
    print(f"medians of {options.rounds} fresh processes each; MiB above an empty Python ({bare:.1f} MiB)\n")
    print("| what | import s | to ready s | processor s | × limit | bar | peak MiB | × limit | bar | file MB |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    limit = figures["limit"]
    for name, f in figures.items():
        if name == "bare":
            continue
        times = memory = bar = memory_bar = ""
        if name in BARS:
            times, memory = f"{f[1] / limit[1]:.2f}", f"{(f[3] - bare) / (limit[3] - bare):.2f}"
            bar, memory_bar = f"{BARS[name]:.1f}", f"{MEMORY_BAR:.1f}"
        size = f"{sizes[name] / 1e6:.1f}" if name in sizes else ""
        print(f"| {name} | {f[0]:.3f} | {f[1]:.3f} | {f[2]:.3f} | {times} | {bar} | {f[3] - bare:.1f} | {memory} | {memory_bar} | {size} |")


if __name__ == "__main__":
    raise SystemExit(main())
