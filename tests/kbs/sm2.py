# SPDX-License-Identifier: GPL-2.0-or-later
"""SM2 signatures (GB/T 32918.2, ISO/IEC 14888-3), which python3-cryptography lacks.

Plain arithmetic, for verifying test evidence and making it; slow, and of no use
where a key is worth anything.
"""

import hashlib
import secrets

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
     0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0)


def on_curve(point):
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - x * x * x - A * x - B) % P == 0


def add(p, q):
    """The sum; None is the point at infinity."""
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % P == 0:
        return None
    if p == q:
        slope = (3 * p[0] * p[0] + A) * pow(2 * p[1], -1, P)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P)
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def multiply(k, point):
    found = None
    while k:
        if k & 1:
            found = add(found, point)
        point = add(point, point)
        k >>= 1
    return found


def digest(public, name, message):
    """What is signed: the message, and before it who signs with which key."""
    parts = (A, B, *G, *public)
    who = hashlib.new("sm3", (8 * len(name)).to_bytes(2, "big") + name +
                      b"".join(part.to_bytes(32, "big") for part in parts)).digest()
    return int.from_bytes(hashlib.new("sm3", who + message).digest(), "big")


def verify(public, name, message, r, s):
    if not on_curve(public) or not (0 < r < N and 0 < s < N) or (r + s) % N == 0:
        return False
    point = add(multiply(s, G), multiply((r + s) % N, public))
    return point is not None and (digest(public, name, message) + point[0]) % N == r


def new_key():
    """(private, public)"""
    private = secrets.randbelow(N - 2) + 1
    return private, multiply(private, G)


def sign(private, name, message):
    e = digest(multiply(private, G), name, message)
    while True:
        k = secrets.randbelow(N - 1) + 1
        r = (e + multiply(k, G)[0]) % N
        s = pow(1 + private, -1, N) * (k - r * private) % N
        if r and s and r + k != N:
            return r, s
