"""A whole update on a disk that fails, or ends the process, at each of its operations in turn: reading and writing."""
from __future__ import annotations

from pathlib import Path

import pytest

from medrules.errors import StoreError
from tests.hospital.updating.bureau import NATIONAL_PACK, ZHEJIANG_PACK, Bureau, Hospital
from tests.packs.store.simulated import ERRORS, Killed, Plan, SimulatedFiles

OLD, NEW = ({"national": v, "zhejiang": v} for v in ("2026.7.0", "2026.7.1"))


@pytest.mark.parametrize(("error", "step"), [(None, 1), *((error, 1 if error == ERRORS[0] else 3) for error in ERRORS)])
def test_at_every_operation(error: int | None, step: int, tmp_path: Path) -> None:
    """Of the errors one at every operation, the others at every third."""
    bureau = Bureau()
    for pack in (NATIONAL_PACK, ZHEJIANG_PACK):
        bureau.release(pack, OLD["national"])
    bureau.publish()
    hospital = Hospital(bureau, tmp_path, (NATIONAL_PACK, ZHEJIANG_PACK))
    hospital.update()
    start = hospital.disk.copy()
    for pack in (NATIONAL_PACK, ZHEJIANG_PACK):
        bureau.release(pack, NEW["national"])
    bureau.publish()
    told: set[str] = set()
    at = 0
    while True:
        at += step
        hospital.disk = start.copy()
        files = SimulatedFiles(hospital.disk, Plan(at, error, only_writing=False))
        try:
            outcome = hospital.update(files)
        except Killed:
            told.add("killed")
        except StoreError as refused:
            told.add(refused.code)
        else:
            told.add("done" if not outcome.problems else outcome.problems[0].code)
            assert outcome.problems or hospital.active == NEW
        if files.steps < at:
            break
        assert hospital.active in (OLD, NEW)
        assert not hospital.update().problems and hospital.active == NEW
    assert at > 60
    assert told == {"killed", "done"} if error is None else {"MR-P308", "done"} <= told <= {"MR-P308", "MR-P310", "MR-P306", "done"}, told
