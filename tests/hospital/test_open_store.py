"""A real store under the engine: swaps, damage, rollback, the overlay, compiled forms, read-only media, a fresh process without tuf."""
from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

import medrules
from medrules.adapters.cli.requests import read_all
from medrules.errors import InvalidLayers, PackError
from medrules.hospital.preparing import differing_forms, prepare
from medrules.hospital.store_engine import StoreEngine
from medrules.hospital.store_states import StoreStates
from medrules.knowledge.packfiles import collect_files
from medrules.packs.archive import read_pack_file, write_pack_file
from medrules.packs.entries import Period
from medrules.packs.manifest import Extended, Mandatory
from medrules.packs.store.state import Rollback
from medrules.packs.store.writer import Store
from medrules.packs.versions import Version
from tests.hospital.held_samples import version
from tests.hospital.samples import ROOT, facts, manifest, pack
from tests.hospital.store_samples import activate
from tests.hospital.test_store_engine import DEAR, said

TODAY = date(2026, 8, 15)
OVERLAY = '[[rule]]\ncode = "N1002"\ninteraction = "拦截"\nreason = "示例"\nby = "医保办"\non = 2026-08-01\n'.encode()
OFF = '[[rule]]\ncode = "N1002"\ndisabled = true\nreason = "示例"\nby = "医保办"\non = 2026-08-01\nuntil = 2027-01-01\n'.encode()


def opened(folder: Path, now: str = "2026-08-15T02:00:00Z") -> StoreEngine:
    at = datetime.strptime(now, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return StoreEngine(StoreStates(folder, lambda: at), check_seconds=0.0, today=lambda: TODAY)


def test_open_store_judges_by_what_is_active_and_follows(tmp_path: Path) -> None:
    activate(tmp_path, [version(1, end="2026-07-01"), version(2, "2026-07-01")])
    engine = medrules.open_store(tmp_path)
    assert said(engine.review(facts("2026-06-30", **DEAR))) == ["第1版"] and said(engine.review(facts("2026-07-01", **DEAR))) == ["第2版"]
    activate(tmp_path, [version(1, end="2026-07-01"), version(2, "2026-07-01"), version(3, "2026-08-01")])
    assert engine.refresh() and engine.sequence == 2
    report = engine.review(facts("2026-08-02", **DEAR))
    assert said(report) == ["第3版"] and [j.version for j in engine.judged_by(report.pack_hash)] == ["1.3.0"]
    assert engine.judged_by(report.pack_hash)[0].sha256 == version(3, "2026-08-01").sha256


def test_a_new_activation_is_noticed_by_a_review(tmp_path: Path) -> None:
    activate(tmp_path, [version(1)])
    engine = opened(tmp_path)
    activate(tmp_path, [version(2)])
    for _ in range(10_000):
        if said(engine.review(facts("2026-08-02", **DEAR))) == ["第2版"]:
            break
    else:
        pytest.fail("never noticed")


def test_compiled_forms_change_nothing_but_the_time(tmp_path: Path) -> None:
    packs = [version(1, end="2026-07-01"), version(2, "2026-07-01")]
    made = activate(tmp_path / "a", packs)
    activate(tmp_path / "b", packs, compiled=False)
    assert len(made.compiled) == 2
    requests = [facts("2026-06-30", **DEAR), facts("2026-07-02", **DEAR), facts("2026-06-30", **DEAR, more=(("2026-07-02", "XA01", "300"),))]
    a, b = opened(tmp_path / "a"), opened(tmp_path / "b")
    assert [a.review(r) for r in requests] == [b.review(r) for r in requests]
    for file in (tmp_path / "a" / "compiled").iterdir():  # damaged ones are made anew from the sources
        file.chmod(0o600)
        file.write_bytes(file.read_bytes()[:-9] + b"tampered!")
    damaged = opened(tmp_path / "a")
    assert [damaged.review(r) for r in requests] == [b.review(r) for r in requests]


def test_a_damaged_store_keeps_the_engine_and_is_told(tmp_path: Path) -> None:
    activate(tmp_path, [version(1)])
    engine = opened(tmp_path)
    activate(tmp_path, [version(1), version(2, "2026-07-01")])
    newest = next(p for p in (tmp_path / "packs").iterdir() if p.name.startswith(version(2, "2026-07-01").sha256))
    newest.chmod(0o600)
    newest.write_bytes(b"PK")
    engine.refresh()
    assert engine.problem is not None and engine.problem.code == "MR-P306"
    assert said(engine.review(facts("2026-08-02", **DEAR))) == ["第1版"]


def test_a_held_version_that_is_damaged_is_a_gap_and_no_other_version_judges_its_days(tmp_path: Path) -> None:
    first, second = version(1, end="2026-07-01"), version(2, "2020-02-01")
    middle = version(3, "2026-05-01", "2026-06-01")
    activate(tmp_path, [first, middle, version(4, "2026-07-01")])
    file = tmp_path / "packs" / f"{middle.sha256}.mrpack"
    file.chmod(0o600)
    file.unlink()
    engine = opened(tmp_path)
    assert [u.reason for u in engine.review(facts("2026-05-10", **DEAR)).unchecked] == ["no_pack"]
    assert said(engine.review(facts("2026-04-10", **DEAR))) == ["第1版"] and second is not None


def test_a_rollback_counts_until_it_ends(tmp_path: Path) -> None:
    packs = [version(1), version(2, "2026-07-01")]
    back = Rollback("100000/national", Version(1, 2, 0), Version(1, 1, 0), "示例", "2026-08-15T01:00:00Z", "2026-08-16T00:00:00Z")
    activate(tmp_path, packs, rollback=back)
    assert said(opened(tmp_path).review(facts("2026-08-02", **DEAR))) == ["第1版"]
    assert said(opened(tmp_path, "2026-08-16T00:00:00Z").review(facts("2026-08-02", **DEAR))) == ["第2版"]


def test_an_overlay_is_applied_and_one_that_is_damaged_stops_the_opening(tmp_path: Path) -> None:
    made = activate(tmp_path, [version(1)], overlay=OVERLAY)
    engine = opened(tmp_path)
    report = engine.review(facts("2026-08-02", **DEAR))
    assert [f.interaction for f in report.findings if f.rule == "N1002"] == ["hard"] and report.pack == "national+overlay"
    assert [f.interaction for f in engine.review(facts("2026-07-31", **DEAR)).findings if f.rule == "N1002"] == ["passive"]
    (tmp_path / "compiled" / f"{made.overlay}.compiled").unlink()
    with pytest.raises(PackError) as caught:
        opened(tmp_path)
    assert caught.value.code == "MR-P411"


def test_preparing_refuses_what_would_break_an_engine() -> None:
    today = TODAY.toordinal()
    strict = version(2, "2026-07-01", mandatory=Mandatory(True))
    for packs, overlay, code in (
        ([(version(1), "enforce")], OVERLAY.replace(b"N1002", b"N9"), "MR-P407"), ([(strict, "enforce")], OFF, "MR-P408"),
        ([(version(1), "enforce"), (pack("province", "province", {}, extends=(Extended("national", Version(2, 0, 0), Version(3, 0, 0)),)), "enforce")],
         None, "MR-P401"),
    ):
        with pytest.raises(InvalidLayers) as caught:
            prepare(packs, overlay, today)
        assert caught.value.code == code
    # Of old days only: the overlay has no effect there, and nothing is refused.
    prepare([(version(1, end="2026-07-01", mandatory=Mandatory(True)), "enforce"), (version(2, "2026-07-01"), "enforce")], OFF, today)


def test_a_store_on_read_only_media_is_opened(tmp_path: Path) -> None:
    activate(tmp_path, [version(1)])
    for folder, _, files in os.walk(tmp_path):
        for name in files:
            os.chmod(os.path.join(folder, name), 0o400)
        os.chmod(folder, 0o500)
    before = sorted(str(p) for p in tmp_path.rglob("*"))
    assert said(opened(tmp_path).review(facts("2026-08-02", **DEAR))) == ["第1版"]
    assert sorted(str(p) for p in tmp_path.rglob("*")) == before
    for folder, _, _ in os.walk(tmp_path):
        os.chmod(folder, 0o700)


def test_threads_share_an_engine_while_real_activations_come(tmp_path: Path) -> None:
    activate(tmp_path, [version(1)])
    engine = opened(tmp_path)
    request = facts("2026-08-02", **DEAR)
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(lambda: [tuple(said(engine.review(request))) for _ in range(300)]) for _ in range(4)]
        for n in (2, 3):
            activate(tmp_path, [version(n)])
        seen = {one for r in running for one in r.result()}
    assert engine.refresh() and seen <= {("第1版",), ("第2版",), ("第3版",)}
    assert said(engine.review(request)) == ["第3版"]


def test_opening_and_reviewing_import_no_library_of_trust_and_no_network(tmp_path: Path) -> None:
    activate(tmp_path, [version(1)])
    code = (
        "import sys, medrules\n"
        f"e = medrules.open_store({str(tmp_path)!r})\n"
        "e.review(medrules.read_facts({'业务时间':'2026-08-02 10:00:00','环节':'事中','患者':{},'就诊':{'标识':'E1','明细':[]},'历次就诊':[]}))\n"
        "e.refresh()\n"
        "bad = [m for m in ('tuf','securesystemslib','cryptography','requests','urllib3','http.client','ssl','yaml','rich','medrules.language.parser') if m in sys.modules]\n"
        "print(bad)\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "src:."}, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_the_national_pack_in_a_store_answers_as_its_folder(tmp_path: Path) -> None:
    """The messages of examples/3101 and the cases' kinds of requests, judged by both."""
    contents = dict(collect_files(ROOT / "rulepacks" / "national").contents)
    made = manifest("national", contents=contents, roots=("GZ1", "ZB1", "LK-"), effective=Period(date(2020, 1, 1)))
    nation = read_pack_file(write_pack_file(made, contents))
    activate(tmp_path, [nation])
    stored, plain = opened(tmp_path), medrules.open_pack(ROOT / "rulepacks" / "national")
    assert stored.program.rules == plain.program.rules and stored.program.pack_hash == plain.program.pack_hash
    count = 0
    for path in sorted((ROOT / "examples" / "3101").glob("0*.json")):
        for one in read_all(path, "", medrules.SiteSettings()):
            assert stored.review(one.facts).canonical() == plain.review(one.facts).canonical()
            count += 1
    assert count >= 8


def test_a_compiled_form_that_the_packs_do_not_compile_to_is_told(tmp_path: Path) -> None:
    """Somebody who may write everything puts other rules under a key, with a state that fits. Only compiling again tells."""
    good, other = version(1), version(2, limit="9999")
    made, forged = activate(tmp_path, [good]), prepare([(other, "enforce")], None, TODAY.toordinal())
    ((key, _),), ((_, content),) = made.compiled.items(), forged.compiled.items()
    with Store(tmp_path).writing("2026-08-15T03:00:00Z") as writer:
        writer.activate(replace(writer.state, compiled={key: writer.put_compiled(content)}), "update")
    assert said(opened(tmp_path).review(facts("2026-08-02", **DEAR))) == []  # what such a person can do
    held = {key: sha256(made.compiled[key]).hexdigest()}
    assert differing_forms([(good, "enforce")], None, held) == ()
    assert differing_forms([(good, "enforce")], None, {key: sha256(content).hexdigest()}) == ("national 1.1.0",)
    assert differing_forms([(good, "enforce")], None, {"of another medrules": "0" * 64}) == ()


def test_processes_share_a_store_while_activations_come(tmp_path: Path) -> None:
    activate(tmp_path, [version(1)])
    code = (
        "import sys, time, medrules\n"
        "from tests.hospital.samples import facts\n"
        f"e = medrules.open_store({str(tmp_path)!r}, check_seconds=0.01)\n"
        "r = facts('2026-08-02', 单价='300', 出生='2020-01-01')\n"
        "seen, until = set(), time.monotonic() + 20\n"
        "while '第3版' not in seen and time.monotonic() < until:\n"
        "    seen |= {f.message for f in e.review(r).findings if f.rule == 'N1002'}\n"
        "print(sorted(seen), e.problem)\n")
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env={**os.environ, "PYTHONPATH": "src:.", "PYTHONUTF8": "1"}) for _ in range(3)]
    for n in (2, 3):
        activate(tmp_path, [version(n)])
    for one in running:
        out, err = one.communicate(timeout=60)
        assert one.returncode == 0 and "第3版" in out and out.strip().endswith("None"), err
        assert set(re.findall("第.版", out)) <= {"第1版", "第2版", "第3版"}
