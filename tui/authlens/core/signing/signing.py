"""Signing and verifying like AWS IoT: RSA, SHA-256, PKCS#1 v1.5, over exactly the token's UTF-8 bytes."""

from __future__ import annotations

from collections.abc import Iterable
from shlex import quote

from authlens.core.signing.keys import KeyProblem, read_private_key, read_public_key
from authlens.core.text.encodings import signature_bytes, to_base64, token_bytes


def sign(token: str, key_pem: bytes, passphrase: bytes | None = None) -> str:
    """The base64 signature of the token. Raises KeyProblem."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    key, signed = read_private_key(key_pem, passphrase), token_bytes(token)
    try:
        signature = key.sign(signed, PKCS1v15(), SHA256())
        key.public_key().verify(signature, signed, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        raise KeyProblem("The private key is damaged: its signatures do not fit its public key.") from None
    return to_base64(signature)


def verify(token: str, signature: str, public_pem: str) -> bool:
    """Whether the base64 signature of the token fits the key. Raises KeyProblem if the key cannot be read."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    octets = signature_bytes(signature)
    key = read_public_key(public_pem)
    if octets is None:
        return False
    try:
        key.verify(octets, token_bytes(token), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def fitting_key(token: str, signature: str, keys: Iterable[tuple[str, str]]) -> str | None:
    """The name of the first of the (name, PEM) keys that the signature fits. Unreadable keys are skipped."""
    for name, pem in keys:
        try:
            if verify(token, signature, pem):
                return name
        except KeyProblem:
            continue
    return None


def openssl_signing(token: str, private: str = "private.pem") -> str:
    """The shell command for the same signature: no line feed after the token, none in the signature."""
    return f"printf %s {quote(token)} | openssl dgst -sha256 -sign {quote(private)} | openssl base64 -A"
