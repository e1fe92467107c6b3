"""Checking an SM2 signature (GB/T 32918.2-2016, section 7) over SM3, with every encoding accepted in one form only.

Two encodings of one signature would be two files for one signed thing; a point off the curve or a value out of range is how
signature checks have been broken. So: strict DER (or 64 raw bytes, where the caller says so), 0 < r, s < n, the public key a
point of the curve, the user id the national default.
"""
from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from medrules.packs.crypto.curve import SM2_CURVE, Curve, on_curve, two_products
from medrules.packs.crypto.sm3 import sm3

__all__ = [
    "DEFAULT_USER_ID", "BadKey", "BadSignature", "PublicKey", "key_from_pem", "key_from_point", "key_from_spki", "key_to_pem", "key_to_spki",
    "read_der", "read_raw", "verify", "write_der",
]

DEFAULT_USER_ID: Final = b"1234567812345678"  # GM/T 0009-2012: the id where none was agreed

# SubjectPublicKeyInfo of an uncompressed SM2 point has one DER form: these 27 bytes, then x and y.
_SPKI_HEAD: Final = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
_PEM_HEAD: Final = "-----BEGIN PUBLIC KEY-----"
_PEM_TAIL: Final = "-----END PUBLIC KEY-----"


class BadKey(ValueError):
    """These bytes are no SM2 public key; the text says what is wrong."""


class BadSignature(ValueError):
    """The signature does not hold: malformed, out of range, or not of this key over these bytes."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A point of the curve. Making one with a point that is not on it raises `BadKey`."""

    x: int
    y: int
    curve: Curve = SM2_CURVE

    def __post_init__(self) -> None:
        if not on_curve(self.curve, self.x, self.y):
            raise BadKey("公钥不是曲线上的点 / the public key is not a point of the curve")


def verify(key: PublicKey, content: bytes, r: int, s: int, user_id: bytes = DEFAULT_USER_ID) -> None:
    """Return if (r, s) is a signature of `key` over `content`, else raise `BadSignature`. Source: GB/T 32918.2-2016, 7.1."""
    curve = key.curve
    n = curve.n
    if not (0 < r < n and 0 < s < n):
        raise BadSignature("r 或 s 不在 [1, n-1] 内 / r or s is outside [1, n-1]")
    t = (r + s) % n
    if t == 0:
        raise BadSignature("r + s 为 0 / r + s is 0")
    e = int.from_bytes(sm3(identity(key, user_id) + content), "big")
    point = two_products(curve, s, t, (key.x, key.y))
    if point is None:
        raise BadSignature("验证得到无穷远点 / the check gives the point at infinity")
    if (e + point[0]) % n != r:
        raise BadSignature("签名与内容不符 / the signature is not of this content")


def identity(key: PublicKey, user_id: bytes) -> bytes:
    """Z_A: SM3 over the user id, the curve and the key. Source: GB/T 32918.2-2016, 5.5."""
    if len(user_id) >= 8192:
        raise BadKey("用户标识太长 / the user id is too long")
    curve = key.curve
    numbers = (curve.a, curve.b, curve.gx, curve.gy, key.x, key.y)
    return sm3((8 * len(user_id)).to_bytes(2, "big") + user_id + b"".join(number.to_bytes(32, "big") for number in numbers))


def read_der(signature: bytes) -> tuple[int, int]:
    """(r, s) of a DER SEQUENCE of two INTEGERs in its one shortest form; anything else raises `BadSignature`."""
    if not 8 <= len(signature) <= 72 or signature[0] != 0x30 or signature[1] != len(signature) - 2:
        raise BadSignature("签名不是 DER 序列 / the signature is no DER sequence")
    r, after = _integer(signature, 2)
    s, end = _integer(signature, after)
    if end != len(signature):
        raise BadSignature("签名后面还有字节 / bytes follow the signature")
    return r, s


def _integer(content: bytes, at: int) -> tuple[int, int]:
    """A DER INTEGER that is not negative, and where it ends."""
    length = content[at + 1] if at + 2 <= len(content) else 0
    end = at + 2 + length
    if not 1 <= length <= 33 or end > len(content) or content[at] != 0x02:
        raise BadSignature("签名里不是整数 / no integer in the signature")
    if content[at + 2] >= 0x80:
        raise BadSignature("签名里的整数为负 / a negative integer in the signature")
    if length > 1 and content[at + 2] == 0 and content[at + 3] < 0x80:
        raise BadSignature("签名里的整数有多余的零 / an integer of the signature is padded")
    return int.from_bytes(content[at + 2:end], "big"), end


def write_der(r: int, s: int) -> bytes:
    """The DER form of (r, s), for 0 <= r, s < 2^256."""
    body = b"".join(b"\x02" + bytes([len(number)]) + number for number in map(_shortest, (r, s)))
    return b"\x30" + bytes([len(body)]) + body


def _shortest(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def read_raw(signature: bytes) -> tuple[int, int]:
    """(r, s) of 64 bytes r ‖ s, as tokens and GM/T 0018 devices give them."""
    if len(signature) != 64:
        raise BadSignature("签名不是 64 字节 / the signature is not of 64 bytes")
    return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")


def key_from_point(point: bytes) -> PublicKey:
    """A key from its uncompressed point: 04 ‖ x ‖ y, 65 bytes. Compressed and hybrid points are refused: one form only."""
    if len(point) != 65 or point[0] != 4:
        raise BadKey("公钥不是 65 字节的未压缩点 / the public key is not an uncompressed point of 65 bytes")
    return PublicKey(int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big"))


def key_from_spki(content: bytes) -> PublicKey:
    """A key from the DER SubjectPublicKeyInfo that OpenSSL writes for SM2."""
    if len(content) != 91 or not content.startswith(_SPKI_HEAD):
        raise BadKey("公钥不是 SM2 的 SubjectPublicKeyInfo / no SubjectPublicKeyInfo of SM2")
    return key_from_point(content[26:])


def key_from_pem(text: str) -> PublicKey:
    """A key from PEM (`BEGIN PUBLIC KEY`); nothing may stand before or after it."""
    lines = text.strip().splitlines()
    if len(lines) < 3 or lines[0].rstrip() != _PEM_HEAD or lines[-1] != _PEM_TAIL:
        raise BadKey("公钥不是 PEM / the public key is no PEM")
    try:
        content = base64.b64decode("".join(line.strip() for line in lines[1:-1]), validate=True)
    except (binascii.Error, ValueError):
        raise BadKey("公钥的 PEM 内容不是 base64 / the PEM of the public key is no base64") from None
    return key_from_spki(content)


def key_to_spki(key: PublicKey) -> bytes:
    """The DER SubjectPublicKeyInfo of a key of the recommended curve."""
    return _SPKI_HEAD + key.x.to_bytes(32, "big") + key.y.to_bytes(32, "big")


def key_to_pem(key: PublicKey) -> str:
    """The PEM that `openssl pkey -pubout` writes for this key, byte for byte."""
    body = base64.b64encode(key_to_spki(key)).decode("ascii")
    lines = [body[at:at + 64] for at in range(0, len(body), 64)]
    return "\n".join([_PEM_HEAD, *lines, _PEM_TAIL, ""])
