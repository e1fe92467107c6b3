"""Sets up a private environment beside this checkout and runs every check: one command, any platform.

    python tests/run.py            tests (some minutes on two cores)
    python tests/run.py --quick    tests without the property and hostile-input suites (about a minute)
    python tests/run.py --ci       tests, types, lint, import contracts, pack checks, a small agreement campaign (what CI runs)
    python tests/run.py -- -k foo  everything after -- goes to pytest
"""
from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENV = ROOT / ".venv-test"


def python() -> Path:
    """The private environment's interpreter, made on first use."""
    exe = ENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not exe.exists():
        print(f"[1/2] 建立测试环境 / creating {ENV.name} …", flush=True)
        venv.EnvBuilder(with_pip=True, clear=True).create(ENV)
    stamp = ENV / "installed-for.txt"
    wanted = (ROOT / "pyproject.toml").read_text("utf-8")
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        print("[2/2] 安装依赖 / installing …", flush=True)
        run([exe, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-e", ".[cli,server,test,dev]"])
        # A PostgreSQL server in wheels, where there are any for this platform; without it the tests that need one are skipped and say why.
        served = subprocess.run([str(exe), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-e", ".[test-postgresql]"], cwd=ROOT)
        if served.returncode:
            print("没有 PostgreSQL 服务器可装，用到它的测试将跳过 / no PostgreSQL server for this platform, its tests will be skipped", flush=True)
        stamp.write_text(wanted, "utf-8")
    return exe


def run(command: list[object]) -> None:
    done = subprocess.run([str(c) for c in command], cwd=ROOT, env={**os.environ, "PYTHONUTF8": "1"})
    if done.returncode:
        raise SystemExit(done.returncode)


def main() -> None:
    args = sys.argv[1:]
    extra = args[args.index("--") + 1:] if "--" in args else []
    exe = python()
    if "--ci" in args:
        run([exe, "-m", "ruff", "check", "src", "tests", "benchmarks", "tools", "examples"])
        run([exe, "-m", "mypy"])
        run([ENV / ("Scripts/lint-imports.exe" if os.name == "nt" else "bin/lint-imports")])
        run([exe, "-m", "medrules", "check", "rulepacks/national"])
        run([exe, "-m", "medrules", "check", "rulepacks/typical-problems"])
        run([exe, "-m", "medrules", "test", "rulepacks/national"])
        run([exe, "-m", "tests.property.campaign", "--cases", "4000", "--requests", "20", "--seed", "90000", "--processes", "2"])
        run([exe, "-m", "tests.fuzz", "--target", "all", "--seconds", "60"])
    if "--quick" in args:
        extra += [f"--ignore=tests/{slow}" for slow in ("property", "rulepacks", "adapters/cli", "docs", "hostile")]
    print("测试在两核机器上约需几分钟 / the tests take some minutes on two cores", flush=True)
    run([exe, "-m", "pytest", "-n", "2", *extra])


if __name__ == "__main__":
    main()
