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
print(sorted(m for m in sys.modules if m.partition(".")[0] in ("medrules", "pydantic", "lark", "dataclasses", "inspect")))
print(repr(report))
"""
# A complete request asks for none of these.
LATE = ("medrules.engine.reference", "medrules.engine.optimized.kleene.native", "medrules.language", "medrules.check.checker", "medrules.plan.planner",
        "medrules.adapters.native.models", "pydantic", "lark", "dataclasses", "inspect")


def test_a_complete_request_imports_neither_reference_nor_compiler(tmp_path: Path) -> None:
    file, body = twelve_families(tmp_path), json.dumps(REQUEST, ensure_ascii=False)
    done = subprocess.run([sys.executable, "-c", ASK, str(file), body], check=True, capture_output=True, text=True)
    imported, report = done.stdout.splitlines()
    assert [m for m in json.loads(imported.replace("'", '"')) if m.startswith(LATE)] == []
    assert report == repr(medrules.open_pack(tmp_path / "pack").review(medrules.read_facts(body.encode())))


MODELS = """
import sys, json
import medrules
from medrules.adapters.native.models import models
request = models("zh").facts.model_validate(json.loads(sys.argv[1]))
facts = medrules.read_facts(request)
print(models.cache_info().currsize, len(facts.current))
print(models("zh").of["item"].__pydantic_complete__, type(models("zh").of["item"].model_validate({"标识": "L1"})).__name__)
print(type(models("en").facts.model_validate(json.loads(sys.argv[1]))) is type(request))
"""


def test_a_model_is_read_without_the_models_of_the_other_language_and_parts_of_it_by_themselves() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MODELS, json.dumps(REQUEST, ensure_ascii=False)], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["1 1", "False Item", "False"]
