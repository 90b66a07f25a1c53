"""Private keys from arbitrary numbers, which no library would write."""

from __future__ import annotations

import base64


def written(n: int, e: int, d: int, p: int, q: int, dmp1: int, dmq1: int, iqmp: int) -> bytes:
    """A PKCS#1 key (RFC 8017 A.1.2)."""
    body = b"".join(map(integer, (0, n, e, d, p, q, dmp1, dmq1, iqmp)))
    encoded = base64.encodebytes(b"\x30" + length(body) + body)
    return b"-----BEGIN RSA PRIVATE KEY-----\n" + encoded + b"-----END RSA PRIVATE KEY-----\n"


def integer(value: int) -> bytes:
    octets = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return b"\x02" + length(octets) + octets


def length(octets: bytes) -> bytes:
    size = len(octets)
    if size < 128:
        return bytes([size])
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([128 | len(digits)]) + digits
