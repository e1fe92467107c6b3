"""Points of a short Weierstrass curve over a prime field, for checking signatures: s·G + t·P in about a millisecond.

Public values only: the running time depends on them. The base point's multiples are made once a process; the other point's few
odd multiples on every call. Jacobian coordinates (X, Y, Z) stand for (X/Z², Y/Z³); Z = 0 is the point at infinity.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

__all__ = ["SM2_CURVE", "Curve", "on_curve", "two_products"]

Affine = tuple[int, int]
Jacobian = tuple[int, int, int]

_INFINITY: Final[Jacobian] = (1, 1, 0)
_BASE_WINDOW: Final = 8    # the base point: 64 odd multiples, kept
_OTHER_WINDOW: Final = 5   # the other point: 8 odd multiples, made for each signature


@dataclass(frozen=True, slots=True)
class Curve:
    """y² = x³ + a·x + b over the field of `p` elements; (gx, gy) has the prime order `n`, cofactor 1."""

    p: int
    a: int
    b: int
    n: int
    gx: int
    gy: int


# GB/T 32918.5-2017, the recommended curve (also RFC 8998, curveSM2).
SM2_CURVE: Final = Curve(
    p=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF,
    a=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC,
    b=0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93,
    n=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
    gx=0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    gy=0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)


def on_curve(curve: Curve, x: int, y: int) -> bool:
    """Whether (x, y) is a point of the curve in its one proper form (both below p). With cofactor 1 it then has order n."""
    p = curve.p
    return 0 <= x < p and 0 <= y < p and (y * y - (x * x * x + curve.a * x + curve.b)) % p == 0


def two_products(curve: Curve, s: int, t: int, point: Affine) -> Affine | None:
    """s·G + t·point for 0 <= s, t < n and a point of the curve; None is infinity."""
    p, a = curve.p, curve.a
    base = _base_multiples(curve)
    other = _odd_multiples(curve, point, 1 << (_OTHER_WINDOW - 2))
    first, second = _digits(s, _BASE_WINDOW), _digits(t, _OTHER_WINDOW)
    result = _INFINITY
    for at in range(max(len(first), len(second)) - 1, -1, -1):
        result = _doubled(result, p, a)
        if at < len(first) and (digit := first[at]):
            result = _plus(result, base[abs(digit) >> 1], digit < 0, p, a)
        if at < len(second) and (digit := second[at]):
            result = _plus(result, other[abs(digit) >> 1], digit < 0, p, a)
    x, y, z = result
    if z == 0:
        return None
    inverse = pow(z, -1, p)
    square = inverse * inverse % p
    return x * square % p, y * square * inverse % p


def _digits(number: int, window: int) -> list[int]:
    """Signed digits, least first: each 0 or odd with magnitude below 2^(window-1), at most one in `window` of them not 0."""
    digits: list[int] = []
    whole, half = 1 << window, 1 << (window - 1)
    while number:
        digit = 0
        if number & 1:
            digit = number & (whole - 1)
            if digit >= half:
                digit -= whole
            number -= digit
        digits.append(digit)
        number >>= 1
    return digits


@lru_cache(maxsize=4)
def _base_multiples(curve: Curve) -> tuple[Affine, ...]:
    return _odd_multiples(curve, (curve.gx, curve.gy), 1 << (_BASE_WINDOW - 2))


def _odd_multiples(curve: Curve, point: Affine, count: int) -> tuple[Affine, ...]:
    """1·P, 3·P, 5·P … brought to affine form with one inversion. None of them is infinity: the order of P is a large prime."""
    p, a = curve.p, curve.a
    (twice,) = _affine([_doubled((*point, 1), p, a)], p)
    multiples: list[Jacobian] = [(*point, 1)]
    for _ in range(count - 1):
        multiples.append(_plus(multiples[-1], twice, False, p, a))
    return _affine(multiples, p)


def _affine(points: list[Jacobian], p: int) -> tuple[Affine, ...]:
    running, products = 1, []
    for _, _, z in points:
        products.append(running)
        running = running * z % p
    inverse, found = pow(running, -1, p), []
    for (x, y, z), before in zip(reversed(points), reversed(products), strict=True):
        own = inverse * before % p
        inverse = inverse * z % p
        square = own * own % p
        found.append((x * square % p, y * square * own % p))
    return tuple(reversed(found))


def _doubled(point: Jacobian, p: int, a: int) -> Jacobian:
    x, y, z = point
    if z == 0 or y == 0:
        return _INFINITY
    square = y * y % p
    four = 4 * x * square % p
    zz = z * z % p
    slope = (3 * (x - zz) * (x + zz) if a == p - 3 else 3 * x * x + a * zz * zz) % p
    new = (slope * slope - 2 * four) % p
    return new, (slope * (four - new) - 8 * square * square) % p, 2 * y * z % p


def _plus(left: Jacobian, right: Affine, negative: bool, p: int, a: int) -> Jacobian:
    """left ± right; the three special cases of the formula (infinity, equal, opposite) are told apart."""
    x1, y1, z1 = left
    x2, y2 = right
    if negative:
        y2 = p - y2
    if z1 == 0:
        return x2, y2, 1
    zz = z1 * z1 % p
    across = (x2 * zz - x1) % p
    up = (y2 * zz * z1 - y1) % p
    if across == 0:
        return _doubled(left, p, a) if up == 0 else _INFINITY
    square = across * across % p
    cube = square * across % p
    base = x1 * square % p
    new = (up * up - cube - 2 * base) % p
    return new, (up * (base - new) - y1 * cube) % p, z1 * across % p
