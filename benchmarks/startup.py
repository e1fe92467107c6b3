"""From nothing to the first answer: `import medrules`, open a pack, read one request of native facts, review it; in fresh processes.

    python -m benchmarks.startup [PACK] [--rounds N]

PACK is anything that `medrules.open_pack` opens; without it twelve families of the national pack that have published rows are
compiled, which the bars are for. Each way runs in a process of
its own, in turn with a bare Python process; printed are the medians of the processor time above that of bare Python (what a
process costs, whatever else the machine does) and of the wall time, and where the time of the first way goes.

The processes find bytecode, as an installed package does (pip compiles what it installs): the first round, which does not count,
writes it to a folder of its own, whatever PYTHONDONTWRITEBYTECODE says here. Without bytecode (`--no-bytecode`) every process
compiles all the modules that it imports.

    plain      medrules.read_facts(bytes)
    pydantic   the same request as an instance of the documented models
"""
from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from medrules.api import compile_pack

__all__ = ["FAMILIES", "REQUEST", "main", "twelve_families"]

NATIONAL = Path("rulepacks/national")
FAMILIES = (
    "GZ10000101001000_drug_work_injury", "GZ10000101002000_drug_maternity", "GZ10000101007000_drug_for_children",
    "GZ10000101008000_drug_indication", "GZ10000101010000_drug_course", "GZ10000101012000_drug_by_hospital_level",
    "GZ10000102012000_duplicate_charge", "GZ10000102014000_daily_limit", "GZ10000301002000_drug_children_only",
    "GZ10000301004000_drug_by_sex", "GZ10000302004000_item_by_sex", "LK-013_drug_by_visit_kind",
)
BARS = {"plain": 100, "pydantic": 250}  # ms above bare Python
REQUEST = {
    "业务时间": "2026-03-01 10:00:00", "环节": "事前", "患者": {"唯一号": "P1", "性别": "男", "出生日期": "1980-01-01"},
    "就诊": {
        "标识": "E1", "就医方式": "门诊", "结算险种": "基本医疗", "机构": {"编码": "H1", "级别": "三级"},
        "诊断": [{"编码": "J06.900", "主要标志": True}],
        "明细": [
            {"标识": f"L{n}", "编码": "XR06AEX123X001010103301", "名称": "示例", "数量": "1", "单价": "41", "金额": "41.00", "自费金额": "0",
             "开始时间": f"2026-03-01 09:00:{n:02d}"} for n in range(5)],
    },
}
_STEPS = '''
import sys, time
marks = [("", time.process_time())]
def mark(name): marks.append((name, time.process_time()))
import medrules
mark("import medrules")
engine = medrules.open_pack(sys.argv[1])
mark("open the pack")
body = sys.argv[2].encode()
{read}
mark("read the facts")
report = engine.review(facts)
mark("review")
import json
sys.stderr.write(json.dumps([[n, t - before] for (_, before), (n, t) in zip(marks, marks[1:])]))
'''
_READ = {
    "plain": "facts = medrules.read_facts(body)",
    "pydantic": (
        "import json\n"
        "from medrules.adapters.native.models import models\n"
        "facts = medrules.read_facts(models('zh').facts.model_validate(json.loads(body)))"
    ),
}


def twelve_families(folder: Path) -> Path:
    """A compiled pack of twelve families, made in a folder."""
    shutil.copytree(NATIONAL, folder / "pack", ignore=lambda at, names: set(names) - set(FAMILIES) if Path(at).name == "families" else ())
    made = folder / "twelve.medrulec"
    made.write_bytes(compile_pack(folder / "pack"))
    return made


def main(pack: Path | None, rounds: int, bytecode: bool = True) -> int:
    with tempfile.TemporaryDirectory() as folder:
        if pack is None:
            pack = twelve_families(Path(folder))
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        return _measure(pack, rounds, {**kept, "PYTHONPYCACHEPREFIX": f"{folder}/bytecode"} if bytecode else {**kept, "PYTHONDONTWRITEBYTECODE": "1"})


def _measure(pack: Path, rounds: int, environment: Mapping[str, str]) -> int:
    body = json.dumps(REQUEST, ensure_ascii=False)
    cpu: dict[str, list[float]] = {way: [] for way in ("bare", *_READ)}
    wall: dict[str, list[float]] = {way: [] for way in cpu}
    steps: list[list[tuple[str, float]]] = []
    for turn in range(rounds + 1):  # the first one fills the caches
        for way in cpu:
            code = "pass" if way == "bare" else _STEPS.format(read=_READ[way])
            took, passed, told = _run(code, str(pack), body, environment)
            if turn:
                cpu[way].append(took)
                wall[way].append(passed)
                if way == "plain":
                    steps.append([(str(name), float(t)) for name, t in json.loads(told)])
    bare_cpu, bare_wall = (statistics.median(times["bare"]) for times in (cpu, wall))
    print(f"{rounds} processes each; bare Python {bare_cpu * 1e3:.0f} ms of processor time, {bare_wall * 1e3:.0f} ms")
    worst = 0.0
    for way, bar in BARS.items():
        took = (statistics.median(cpu[way]) - bare_cpu) * 1e3
        spread = [(t - bare_cpu) * 1e3 for t in (min(cpu[way]), max(cpu[way]))]
        print(
            f"{way:9} {took:4.0f} ms ({spread[0]:.0f}–{spread[1]:.0f}) of processor time above it, "
            f"{(statistics.median(wall[way]) - bare_wall) * 1e3:.0f} ms on the clock; bar {bar}")
        worst = max(worst, took / bar)
    for place, (name, _) in enumerate(steps[0]):
        print(f"    {name:16} {statistics.median(s[place][1] for s in steps) * 1e3:5.1f} ms")
    answered = statistics.median(sum(t for _, t in s) for s in steps) * 1e3
    print(f"    {'to the answer':16} {answered:5.1f} ms; the rest is the end of the process")
    return 0 if worst <= 1 else 1


def _run(code: str, pack: str, body: str, environment: Mapping[str, str]) -> tuple[float, float, str]:
    """Processor seconds and seconds of one process, and what it wrote."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code, pack, body], check=True, stderr=subprocess.PIPE, text=True, env=environment)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, ended - started, done.stderr


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pack", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--no-bytecode", dest="bytecode", action="store_false")
    given = parser.parse_args()
    raise SystemExit(main(given.pack, given.rounds, given.bytecode))
