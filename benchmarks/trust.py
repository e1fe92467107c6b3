"""What trust costs a hospital's update: checking an SM2 signature, a channel's refresh without a network, loading the libraries.

    python -m benchmarks.trust [--rounds N]

Medians of processor time. The repository is in memory: root 3 of 5, targets 2 of 3, one authority 2 of 3 (`tests/packs/repository.py`); with
the openssl program there is a second one whose root, targets and timestamp have SM2 keys.
"""
from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.packs.repository import NATIONAL, OPENSSL, Repository

from medrules.packs.crypto.sm2 import key_from_pem, read_der, verify

__all__ = ["main"]

VECTORS = Path("tests/packs/crypto/openssl_vectors.json")
PACK = "100000/national/national-2026.7.1.mrpack"


def median_ms(work: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        start = time.process_time_ns()
        work()
        taken.append(time.process_time_ns() - start)
    return statistics.median(taken) / 1e6


def import_ms(module: str) -> float:
    code = f"import medrules, time; s = time.process_time(); import {module}; print((time.process_time() - s) * 1e3)"
    return statistics.median(float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout) for _ in range(5))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    vector = json.loads(VECTORS.read_text("utf-8"))["vectors"][3]
    key, content, (r, s) = key_from_pem(vector["public"]), bytes.fromhex(vector["content"]), read_der(bytes.fromhex(vector["signature"]))
    verify(key, content, r, s)  # the base point's multiples are made
    private = Ed25519PrivateKey.generate()
    public, signature = private.public_key(), private.sign(content)
    print(f"SM2 verify, pure Python          {median_ms(lambda: verify(key, content, r, s), rounds):8.3f} ms")
    print(f"Ed25519 verify, cryptography     {median_ms(lambda: public.verify(signature, content), rounds):8.3f} ms")
    for name, sm2 in (("Ed25519", False), *([("SM2 and Ed25519", True)] if OPENSSL else [])):
        repository = Repository(sm2=sm2)
        repository.add(NATIONAL, PACK, bytes(1_000_000))
        repository.publish()
        known = repository.channel()
        known.refresh()
        known.find(PACK)
        print(f"first refresh and 1 MB, {name:15}  {median_ms(lambda here=repository: here.channel().target(PACK), rounds // 4):7.3f} ms")
        print(f"nothing new, {name:15}             {median_ms(lambda here=repository, k=known: here.channel(k.metadata).find(PACK), rounds // 4):7.3f} ms")
    print(f"import medrules.packs.channel    {import_ms('medrules.packs.channel'):8.1f} ms (the update command alone)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
