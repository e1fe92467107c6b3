"""What a process pays for when it opens a compiled pack and answers: asked of a process of its own."""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.startup import REQUEST, twelve_families

import medrules

ASK = """
import sys
import medrules
engine = medrules.open_pack(sys.argv[1])
report = engine.review(medrules.read_facts(sys.argv[2].encode()))
print(sorted(m for m in sys.modules if m.partition(".")[0] in ("medrules", "pydantic", "lark", "pathlib")))
print(repr(report))
"""
# A complete request asks for none of these.
LATE = ("medrules.engine.reference", "medrules.engine.optimized.kleene.native", "medrules.language", "medrules.check.checker", "medrules.plan.planner",
        "medrules.adapters.native.models", "pydantic", "lark")


def test_a_complete_request_imports_neither_reference_nor_compiler(tmp_path: Path) -> None:
    file, body = twelve_families(tmp_path), json.dumps(REQUEST, ensure_ascii=False)
    done = subprocess.run([sys.executable, "-c", ASK, str(file), body], check=True, capture_output=True, text=True)
    imported, report = done.stdout.splitlines()
    assert [m for m in json.loads(imported.replace("'", '"')) if m.startswith(LATE)] == []
    assert report == repr(medrules.open_pack(tmp_path / "pack").review(medrules.read_facts(body.encode())))
