"""Keys for tests, made once: RSA pairs, and public keys that AWS refuses."""

from __future__ import annotations

from functools import cache

from authlens.core.signing.keys import KeyPair, generate_key_pair


@cache
def pair(name: str) -> KeyPair:
    """An RSA pair of 2,048 bits; the same name returns the same pair."""
    return generate_key_pair()


@cache
def of_bits(bits: int) -> str:
    """A public RSA key of the given size, in PEM."""
    return generate_key_pair(bits).public_pem


@cache
def elliptic() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


def body_of(pem: str) -> list[str]:
    """The lines between the first and the last."""
    return [line for line in pem.splitlines() if not line.startswith("-----")]
