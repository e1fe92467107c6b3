"""Signing with SM2 through the openssl program (3.0 or newer): keys and nonces are its business.

Passphrases go through a pipe (standard input), never through arguments or the environment, which other processes can read.
"""
from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from shutil import which

from medrules.packs.bureau.refusals import refuse
from medrules.packs.crypto.sm2 import DEFAULT_USER_ID, BadKey, PublicKey, key_from_pem

__all__ = ["make_sm2_key", "sm2_public", "sm2_signature"]

_LONGEST = 60  # seconds


def make_sm2_key(passphrase: str) -> tuple[str, PublicKey]:
    """A new key: the private half as PEM (PKCS#8, AES-256, scrypt) and the public half.

    Raises:
        BureauError: MR-P225 no openssl program, or one without SM2.
    """
    with tempfile.TemporaryDirectory(prefix="medrules-") as folder:  # mode 0700; what lies in it is encrypted already
        first = Path(folder, "key.pem")
        first.write_bytes(_run(["genpkey", "-algorithm", "SM2", "-aes-256-cbc", "-pass", "stdin"], f"{passphrase}\n"))
        pem = _run(["pkcs8", "-topk8", "-in", str(first), "-passin", "stdin", "-passout", "stdin", "-v2", "aes-256-cbc", "-scrypt"],
                   f"{passphrase}\n{passphrase}\n")
    return pem.decode("ascii"), sm2_public(pem.decode("ascii"), passphrase)


def sm2_public(pem: str, passphrase: str) -> PublicKey:
    """The public half of a private key file.

    Raises:
        BureauError: MR-P221 another key or a wrong passphrase, MR-P225.
    """
    with tempfile.TemporaryDirectory(prefix="medrules-") as folder:
        private = Path(folder, "key.pem")
        private.write_text(pem, encoding="ascii")
        public = _run(["pkey", "-in", str(private), "-passin", "stdin", "-pubout"], f"{passphrase}\n", "MR-P221")
    try:
        return key_from_pem(public.decode("ascii"))
    except BadKey as error:
        raise refuse("MR-P221", str(error), str(error)) from None


def sm2_signature(pem: str, passphrase: str, content: bytes) -> bytes:
    """The DER signature over SM3 of `content` with the national default user id.

    Raises:
        BureauError: MR-P221 a wrong passphrase, MR-P225.
    """
    with tempfile.TemporaryDirectory(prefix="medrules-") as folder:
        private, signed = Path(folder, "key.pem"), Path(folder, "content")
        private.write_text(pem, encoding="ascii")
        signed.write_bytes(content)
        return _run(["pkeyutl", "-sign", "-rawin", "-digest", "sm3", "-inkey", str(private), "-passin", "stdin",
                     "-pkeyopt", f"distid:{DEFAULT_USER_ID.decode()}", "-in", str(signed)], f"{passphrase}\n", "MR-P221")


def _run(words: list[str], given: str, code: str = "MR-P225") -> bytes:
    program = which("openssl")
    if program is None:
        raise refuse("MR-P225", "这台机器没有 openssl", "there is no openssl on this machine")
    try:
        done = subprocess.run([program, *words], input=given.encode("utf-8"), capture_output=True, timeout=_LONGEST, check=False)
    except (OSError, subprocess.TimeoutExpired):
        raise refuse("MR-P225", "openssl 没有完成", "openssl did not finish") from None
    if done.returncode != 0 or not done.stdout:
        raise refuse(code, f"openssl {words[0]} 失败", f"openssl {words[0]} failed")
    return done.stdout
