"""The SM2 verifier: the standards' own examples, signatures made by OpenSSL, and everything that must be refused."""
from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrules.packs.crypto.curve import SM2_CURVE, Curve, on_curve, two_products
from medrules.packs.crypto.sm2 import (
    DEFAULT_USER_ID,
    BadKey,
    BadSignature,
    PublicKey,
    identity,
    key_from_pem,
    key_from_point,
    key_from_spki,
    key_to_pem,
    key_to_spki,
    read_der,
    read_raw,
    verify,
    write_der,
)
from medrules.packs.crypto.sm3 import sm3

VECTORS = json.loads(Path(__file__).with_name("openssl_vectors.json").read_text("utf-8"))["vectors"]
OPENSSL = shutil.which("openssl")


def number(text: str) -> int:
    return int(text.replace(" ", ""), 16)


# GB/T 32918.5-2017, annex A: the recommended curve.
KEY = PublicKey(
    number("09F9DF31 1E5421A1 50DD7D16 1E4BC5C6 72179FAD 1833FC07 6BB08FF3 56F35020"),
    number("CCEA490C E26775A5 2DC6EA71 8CC1AA60 0AED05FB F35E084A 6632F607 2DA9AD13"))
MESSAGE = b"message digest"
R = number("F5A03B06 48D2C463 0EEAC513 E1BB81A1 5944DA38 27D5B741 43AC7EAC EEE720B3")
S = number("B1B6AA29 DF212FD8 763182BC 0D421CA1 BB9038FD 1F7F42D4 840B69C4 85BBC1AA")
N = SM2_CURVE.n

# GB/T 32918.2-2016, annex A.2: a curve over another 256-bit prime, which no library ships.
EXAMPLE_CURVE = Curve(
    p=number("8542D69E 4C044F18 E8B92435 BF6FF7DE 45728391 5C45517D 722EDB8B 08F1DFC3"),
    a=number("787968B4 FA32C3FD 2417842E 73BBFEFF 2F3C848B 6831D7E0 EC65228B 3937E498"),
    b=number("63E4C6D3 B23B0C84 9CF84241 484BFE48 F61D59A5 B16BA06E 6E12D1DA 27C5249A"),
    n=number("8542D69E 4C044F18 E8B92435 BF6FF7DD 29772063 0485628D 5AE74EE7 C32E79B7"),
    gx=number("421DEBD6 1B62EAB6 746434EB C3CC315E 32220B3B ADD50BDC 4C4E6C14 7FEDD43D"),
    gy=number("0680512B CBB42C07 D47349D2 153B70C4 E5D7FDFC BFA36EA1 A85841B9 E46E09A2"))
EXAMPLE_KEY = PublicKey(
    number("0AE4C779 8AA0F119 471BEE11 825BE462 02BB79E2 A5844495 E97C04FF 4DF2548A"),
    number("7C0240F8 8F1CD4E1 6352A73C 17B7F16F 07353E53 A176D684 A9FE0C6B B798E857"), EXAMPLE_CURVE)
EXAMPLE_R = number("40F1EC59F793D9F49E09DCEF49130D4194F79FB1EED2CAA55BACDB49C4E755D1")
EXAMPLE_S = number("6FC6DAC32C5D5CF10C77DFB20F7C2EB667A457872FB09EC56327A67EC7DEEBE7")


def test_example_of_the_recommended_curve() -> None:
    assert identity(KEY, DEFAULT_USER_ID).hex() == "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3"
    assert sm3(identity(KEY, DEFAULT_USER_ID) + MESSAGE).hex() == "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"
    verify(KEY, MESSAGE, R, S)


def test_example_of_the_other_curve() -> None:
    user = b"ALICE123@YAHOO.COM"
    assert identity(EXAMPLE_KEY, user).hex() == "f4a38489e32b45b6f876e3ac2168ca392362dc8f23459c1d1146fc3dbfb7bc9a"
    verify(EXAMPLE_KEY, MESSAGE, EXAMPLE_R, EXAMPLE_S, user)
    with pytest.raises(BadSignature):
        verify(EXAMPLE_KEY, MESSAGE, EXAMPLE_R, EXAMPLE_S, DEFAULT_USER_ID)


@pytest.mark.parametrize("at", range(len(VECTORS)))
def test_signatures_made_by_openssl(at: int) -> None:
    vector = VECTORS[at]
    key, content = key_from_pem(vector["public"]), bytes.fromhex(vector["content"])
    signature = bytes.fromhex(vector["signature"])
    r, s = read_der(signature)
    verify(key, content, r, s, vector["user_id"].encode())
    assert write_der(r, s) == signature
    assert read_raw(r.to_bytes(32, "big") + s.to_bytes(32, "big")) == (r, s)
    assert key_to_pem(key) == vector["public"]
    assert key_from_spki(key_to_spki(key)) == key_from_point(b"\x04" + key.x.to_bytes(32, "big") + key.y.to_bytes(32, "big")) == key
    with pytest.raises(BadSignature):
        verify(key, content + b"\x00", r, s, vector["user_id"].encode())


@pytest.mark.skipif(OPENSSL is None, reason="no openssl program here")
def test_openssl_and_this_verifier_agree_on_fresh_keys(tmp_path: Path) -> None:
    for turn in range(8):
        private, content = tmp_path / "key.pem", tmp_path / "content"
        subprocess.run([OPENSSL, "genpkey", "-algorithm", "SM2", "-out", private], check=True, capture_output=True)
        content.write_bytes(bytes(turn * 37))
        public = subprocess.run([OPENSSL, "pkey", "-in", private, "-pubout"], check=True, capture_output=True, text=True).stdout
        signature = subprocess.run(
            [OPENSSL, "pkeyutl", "-sign", "-rawin", "-digest", "sm3", "-inkey", private, "-pkeyopt", "distid:1234567812345678", "-in", content],
            check=True, capture_output=True).stdout
        verify(key_from_pem(public), content.read_bytes(), *read_der(signature))


@pytest.mark.skipif(OPENSSL is None, reason="no openssl program here")
def test_openssl_and_this_verifier_agree_on_bent_signatures(tmp_path: Path) -> None:
    """Forty signatures, most of them bent in some way: both accept, or both refuse."""
    random = Random(32918)
    public, content, signature = tmp_path / "public.pem", tmp_path / "content", tmp_path / "signature"
    accepted = 0
    for turn in range(40):
        vector = random.choice(VECTORS)
        text, sig = bytes.fromhex(vector["content"]), bytes.fromhex(vector["signature"])
        r, s = read_der(sig)
        at = random.randrange(len(sig))
        bent = (sig, sig[:at] + bytes([sig[at] ^ (1 << random.randrange(8))]) + sig[at + 1:], sig[:at], sig + b"\x00", write_der(r, N - s), write_der(N - r, s),
                write_der(s, r), write_der(0, s), write_der(r, 0), write_der(r + N, s) if r + N < 2**256 else sig)[turn % 10]
        public.write_text(vector["public"], "utf-8")
        content.write_bytes(text)
        signature.write_bytes(bent)
        theirs = subprocess.run(
            [OPENSSL, "pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pubin", "-inkey", public, "-pkeyopt", f"distid:{vector['user_id']}", "-in", content,
             "-sigfile", signature], capture_output=True).returncode == 0
        try:
            verify(key_from_pem(vector["public"]), text, *read_der(bent), vector["user_id"].encode())
            ours = True
        except BadSignature:
            ours = False
        assert ours == theirs, (turn, bent.hex())
        accepted += ours
    assert 4 <= accepted < 20


@pytest.mark.parametrize(("r", "s"), [
    (0, S), (R, 0), (N, S), (R, N), (R + N, S), (R, S + N), (-1, S), (R, -1), (0, 0), (N, N), (2**256 - 1, S), (R, 2**256 - 1),
    (R, N - R), (N - 1, 1),  # r + s = n
    (R, (S + 1) % N), ((R + 1) % N, S), (S, R), (N - R, S), (R, N - S),
])
def test_values_out_of_range_or_not_of_this_message(r: int, s: int) -> None:
    with pytest.raises(BadSignature):
        verify(KEY, MESSAGE, r, s)


def test_a_check_that_ends_at_infinity_is_refused() -> None:
    """With the base point as key, s + t = n gives infinity: s = (n - r) / 2."""
    key = PublicKey(SM2_CURVE.gx, SM2_CURVE.gy)
    r = 12345
    s = (N - r) * pow(2, -1, N) % N
    assert two_products(SM2_CURVE, s, (r + s) % N, (key.x, key.y)) is None
    with pytest.raises(BadSignature, match="infinity"):
        verify(key, b"", r, s)


@pytest.mark.parametrize(("x", "y"), [
    (0, 0), (KEY.x, KEY.y ^ 1), (KEY.x + SM2_CURVE.p, KEY.y), (KEY.x, KEY.y + SM2_CURVE.p), (KEY.x, -KEY.y), (KEY.y, KEY.x), (SM2_CURVE.p, 0),
])
def test_a_point_off_the_curve_is_no_key(x: int, y: int) -> None:
    with pytest.raises(BadKey):
        PublicKey(x, y)


def test_a_coordinate_has_one_form() -> None:
    """The point above x = 0: p stands for the same x, and is refused."""
    p = SM2_CURVE.p
    y = pow(SM2_CURVE.b, (p + 1) // 4, p)
    assert y * y % p == SM2_CURVE.b and PublicKey(0, y).x == 0
    for x, other in ((p, y), (0, y + p), (0, y - p)):
        with pytest.raises(BadKey):
            PublicKey(x, other)


def test_a_user_id_has_a_length_that_two_bytes_hold() -> None:
    assert identity(KEY, bytes(8191))
    with pytest.raises(BadKey):
        identity(KEY, bytes(8192))


@pytest.mark.parametrize("point", [
    b"", b"\x00", b"\x04", b"\x04" + bytes(64), b"\x02" + KEY.x.to_bytes(32, "big"), b"\x06" + KEY.x.to_bytes(32, "big") + KEY.y.to_bytes(32, "big"),
    b"\x04" + KEY.x.to_bytes(32, "big") + KEY.y.to_bytes(32, "big") + b"\x00", KEY.x.to_bytes(32, "big") + KEY.y.to_bytes(32, "big"),
])
def test_a_point_has_one_form(point: bytes) -> None:
    with pytest.raises(BadKey):
        key_from_point(point)


def test_keys_of_other_curves_and_broken_pem_are_refused() -> None:
    good = key_to_pem(KEY)
    spki = key_to_spki(KEY)
    other_curve = spki.replace(bytes.fromhex("06082a811ccf5501822d"), bytes.fromhex("06082a8648ce3d030107"))
    for bad in (spki[:-1], spki + b"\x00", other_curve, b""):
        with pytest.raises(BadKey):
            key_from_spki(bad)
    lines = good.splitlines()
    doubtful = [
        "", "x", good.replace("PUBLIC", "PRIVATE"), "\n".join([lines[0], lines[-1]]), "\n".join([lines[0], "!!!!", lines[-1]]),
        good + good, good.replace(lines[1], lines[1][:-1] + "é"),
        "\n".join([lines[0], base64.b64encode(other_curve).decode(), lines[-1]]),
    ]
    for text in doubtful:
        with pytest.raises(BadKey):
            key_from_pem(text)


GOOD = write_der(R, S)


@pytest.mark.parametrize("bad", [
    b"", b"\x30", b"\x30\x00", GOOD[:-1], GOOD + b"\x00", b"\x31" + GOOD[1:],
    b"\x30\x81" + GOOD[1:],                                                       # a length in the long form
    b"\x30\x80" + GOOD[2:] + b"\x00\x00",                                         # indefinite length (BER)
    b"\x30" + bytes([GOOD[1] + 1]) + b"\x02\x22\x00" + GOOD[4:],                  # one zero too many
    bytes([0x30, GOOD[1], 0x02, GOOD[3]]) + b"\x80" + GOOD[5:],                   # negative
    bytes.fromhex("3006020100020100")[:-1], bytes.fromhex("30060201ff020101"), bytes.fromhex("300602020001020101"),
    bytes.fromhex("3005020001020101"), bytes.fromhex("3006020101030101"), bytes.fromhex("3009020101020101020101"),
    GOOD[:3] + b"\x81" + GOOD[3:],
])
def test_der_has_one_form(bad: bytes) -> None:
    with pytest.raises(BadSignature):
        verify(KEY, MESSAGE, *read_der(bad))


def test_raw_signatures_have_64_bytes() -> None:
    for length in (0, 63, 65, 128):
        with pytest.raises(BadSignature):
            read_raw(bytes(length))


def test_every_bit_of_a_signature_and_of_the_message_counts() -> None:
    for at in range(8 * len(GOOD)):
        flipped = bytearray(GOOD)
        flipped[at // 8] ^= 1 << (at % 8)
        with pytest.raises(BadSignature):
            verify(KEY, MESSAGE, *read_der(bytes(flipped)))
    for at in range(8 * len(MESSAGE)):
        changed = bytearray(MESSAGE)
        changed[at // 8] ^= 1 << (at % 8)
        with pytest.raises(BadSignature):
            verify(KEY, bytes(changed), R, S)


def test_every_bit_of_a_key_counts() -> None:
    spki = key_to_spki(KEY)
    for at in range(8 * len(spki)):
        flipped = bytearray(spki)
        flipped[at // 8] ^= 1 << (at % 8)
        with pytest.raises((BadKey, BadSignature)):
            verify(key_from_spki(bytes(flipped)), MESSAGE, R, S)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_read_as_der_are_written_back_the_same(content: bytes) -> None:
    try:
        r, s = read_der(content)
    except BadSignature:
        return
    assert write_der(r, s) == content


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**256 - 1), st.integers(0, 2**256 - 1))
def test_any_pair_survives_der(r: int, s: int) -> None:
    assert read_der(write_der(r, s)) == (r, s)


def plain_sum(curve: Curve, one: tuple[int, int] | None, two: tuple[int, int] | None) -> tuple[int, int] | None:
    """Addition as schoolbooks have it, to compare with."""
    if one is None or two is None:
        return one or two
    p = curve.p
    if one[0] == two[0]:
        if (one[1] + two[1]) % p == 0:
            return None
        slope = (3 * one[0] ** 2 + curve.a) * pow(2 * one[1], -1, p) % p
    else:
        slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, p) % p
    x = (slope * slope - one[0] - two[0]) % p
    return x, (slope * (one[0] - x) - one[1]) % p


def plain_product(curve: Curve, times: int, point: tuple[int, int]) -> tuple[int, int] | None:
    found: tuple[int, int] | None = None
    addend: tuple[int, int] | None = point
    while times:
        if times & 1:
            found = plain_sum(curve, found, addend)
        addend = plain_sum(curve, addend, addend)
        times >>= 1
    return found


@settings(max_examples=40, deadline=None)
@given(st.one_of(st.integers(0, 40), st.integers(0, N - 1), st.integers(N - 40, N - 1)),
       st.one_of(st.integers(0, 40), st.integers(0, N - 1), st.integers(N - 40, N - 1)), st.sampled_from([1, 2, 3, 5, 7, N - 1, N - 2, 10**30]))
def test_two_products_agree_with_schoolbook_addition(s: int, t: int, of_base: int) -> None:
    base = (SM2_CURVE.gx, SM2_CURVE.gy)
    point = plain_product(SM2_CURVE, of_base, base)
    assert point is not None and on_curve(SM2_CURVE, *point)
    assert two_products(SM2_CURVE, s, t, point) == plain_sum(SM2_CURVE, plain_product(SM2_CURVE, s, base), plain_product(SM2_CURVE, t, point))
