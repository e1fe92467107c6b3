"""The service as a process: it starts, answers over a real socket, and stops gracefully while a request is under way."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys, time
from pathlib import Path
import medrules
from medrules.adapters.sidecar import serve
class Slow:
    program = None
    def review(self, facts, *, deadline=None):
        time.sleep(0.5)
        return medrules.Report()
serve(Slow(), port=int(sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_request_under_way_is_answered_before_the_service_stops() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(port)], cwd=ROOT, env={"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"})
    try:
        base = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                assert httpx.get(f"{base}/health").json()["status"] == "ok"
                break
            except httpx.TransportError:
                time.sleep(0.1)
        else:
            pytest.fail("the service did not start")
        body = (ROOT / "examples" / "3101" / "01-outpatient-adult.json").read_bytes()
        stopper = subprocess.Popen([sys.executable, "-c", f"import time,os; time.sleep(0.2); os.kill({process.pid}, {signal.SIGTERM.value})"])
        answer = httpx.post(f"{base}/fsi/api/riskConService/beforeAnalyze", content=body, timeout=10)
        assert answer.status_code == 200 and answer.json()["infcode"] == 0
        stopper.wait()
        process.wait(timeout=15)
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{base}/health")
    finally:
        if process.poll() is None:
            process.kill()
