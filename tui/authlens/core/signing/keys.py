"""RSA keys in PEM form: reading, checking and generating. The error for an unreadable key says what it is instead."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from authlens.core.text.encodings import strict_base64
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

MINIMUM_BITS = 2048
"""AWS rejects a smaller public key."""
GENERATED_BITS = 2048
LONGEST_PASSPHRASE = 1023
"""Bytes; OpenSSL takes no more."""


class KeyProblem(ValueError):
    """The key cannot be used; the message says why and never quotes the key."""


class PassphraseNeeded(KeyProblem):
    """The private key is encrypted and no passphrase was given."""


class PassphraseWrong(KeyProblem):
    """The passphrase does not decrypt the private key."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    private_pem: bytes
    """PKCS#8, encrypted if a passphrase was given."""
    public_pem: str
    """`BEGIN PUBLIC KEY`, as AWS IoT expects it."""
    bits: int


_KEYS = ("PUBLIC KEY", "RSA PUBLIC KEY", "PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
"""What the first line of a key says, in the forms that are read."""
_LABEL = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----")

_BODY = re.compile(rb"-----BEGIN (?:PUBLIC|PRIVATE) KEY-----(.*?)-----END", re.DOTALL)
_USUAL = re.compile("-----BEGIN PUBLIC KEY-----\n((?:[A-Za-z0-9+/=]{1,64}\n)+)-----END PUBLIC KEY-----\\s*")
_USUAL_BITS = (2048, 3072, 4096)
_EXPONENT = bytes.fromhex("0203010001")
"""65,537 in DER."""
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
"""The algorithm identifier of an RSA key in DER."""

_BARE = re.compile(r"[A-Za-z0-9+/=\s]{64,}")
_PSS = bytes.fromhex("06092a864886f70d01010a")
"""The object identifier of an RSA key restricted to PSS padding."""
_FOR_PSS = (
    "This RSA key is restricted to PSS padding, but AWS IoT verifies PKCS#1 v1.5: create a key with 'openssl genrsa'."
)

_CERTIFICATES = ("CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE")
_INSTEAD = {
    **dict.fromkeys(_CERTIFICATES, "it is a certificate; 'openssl x509 -in FILE -pubkey -noout' prints its public key"),
    "CERTIFICATE REQUEST": "it is a certificate request, not a key",
    "EC PRIVATE KEY": "it is an elliptic-curve key; AWS IoT verifies RSA signatures only",
    "EC PARAMETERS": "it is an elliptic-curve key; AWS IoT verifies RSA signatures only",
    "DSA PRIVATE KEY": "it is a DSA key; AWS IoT verifies RSA signatures only",
    "OPENSSH PRIVATE KEY": "it is in OpenSSH's own format; convert it with 'ssh-keygen -p -m PEM -f FILE'",
}


def read_private_key(pem: bytes, passphrase: bytes | None = None) -> RSAPrivateKey:
    """Read an RSA key from PKCS#1 or PKCS#8. A passphrase for an unencrypted key is ignored.

    The consistency of its numbers is checked; proving its primes to be prime would take hundreds of milliseconds.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        needed = passphrase if is_encrypted(pem) else None
        key = load_pem_private_key(pem, needed, unsafe_skip_rsa_key_validation=True)
    except TypeError:
        raise PassphraseNeeded("The private key is encrypted and its passphrase was not given.") from None
    except (ValueError, UnsupportedAlgorithm):
        if passphrase is not None and is_encrypted(pem):
            raise PassphraseWrong("The passphrase does not decrypt the private key.") from None
        raise KeyProblem(f"Not an RSA private key in PEM form: {_why_not_private(pem)}.") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise KeyProblem("Not an RSA private key; AWS IoT verifies RSA signatures only.")
    if _is_for_pss(pem):
        raise KeyProblem(_FOR_PSS)
    if not _is_consistent(key):
        raise KeyProblem("The private key is damaged: its numbers are inconsistent.")
    return key


def _is_for_pss(pem: bytes) -> bool:
    """Whether the PEM text says so; an encrypted key would have to be decrypted twice to find out."""
    found = _BODY.search(pem)
    octets = strict_base64(b"".join(found[1].split()).decode("ascii", "replace")) if found else None
    return octets is not None and _PSS in octets


def _is_consistent(key: RSAPrivateKey) -> bool:
    """Checks the equations between the numbers of a key (RFC 8017 §3.2)."""
    numbers = key.private_numbers()
    p, q, d, public = numbers.p, numbers.q, numbers.d, numbers.public_numbers
    return (
        1 not in (p, q, d)
        and p * q == public.n
        and d * public.e % (p - 1) == 1
        and d * public.e % (q - 1) == 1
        and numbers.dmp1 == d % (p - 1)
        and numbers.dmq1 == d % (q - 1)
        and numbers.iqmp * q % p == 1
    )


def is_encrypted(pem: bytes) -> bool:
    """Whether a passphrase is needed to read the private key."""
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in pem or b"Proc-Type: 4,ENCRYPTED" in pem


@lru_cache(maxsize=16)
def read_public_key(pem: str) -> RSAPublicKey:
    """Read an RSA key from `BEGIN PUBLIC KEY` or `BEGIN RSA PUBLIC KEY`; text before the header is skipped."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem.encode("utf-8", "replace"))
    except (ValueError, UnsupportedAlgorithm):
        raise KeyProblem(f"Not an RSA public key in PEM form: {_why_not_public(pem)}.") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise KeyProblem("Not an RSA public key; AWS IoT verifies RSA signatures only.")
    if _is_for_pss(pem.encode("utf-8", "replace")):
        raise KeyProblem(_FOR_PSS)
    return key


def public_key_bits(pem: str) -> int:
    """The size of an RSA public key. Raises KeyProblem as `read_public_key` does.

    A key as OpenSSL and AWS KMS write it is measured without loading the library, which takes up several MiB.
    """
    return _usual_bits(pem) or read_public_key(pem).key_size


def _usual_bits(pem: str) -> int | None:
    """The size of a key of a usual size and exponent; `None` for any other text, which only the library can judge."""
    found = _USUAL.fullmatch(pem)
    octets = strict_base64("".join(found[1].split())) if found else None
    if octets is None:
        return None
    for bits in _USUAL_BITS:
        modulus = octets[-bits // 8 - len(_EXPONENT) : -len(_EXPONENT)]
        if modulus[:1] >= b"\x80" and modulus[-1] % 2 and octets == _usual_key(modulus):
            return bits
    return None


def _usual_key(modulus: bytes) -> bytes:
    """A SubjectPublicKeyInfo (RFC 5280 §4.1) with an RSAPublicKey (RFC 8017 §A.1.1)."""
    numbers = _long(0x30, _long(0x02, b"\0" + modulus) + _EXPONENT)
    return _long(0x30, _RSA + _long(0x03, b"\0" + numbers))


def _long(tag: int, content: bytes) -> bytes:
    """A value of 256 to 65,535 bytes in DER."""
    return bytes([tag, 0x82]) + len(content).to_bytes(2) + content


def public_pem_of(private_pem: bytes, passphrase: bytes | None = None) -> str:
    """The public key of a private key, as AWS IoT expects it."""
    return _public_pem(read_private_key(private_pem, passphrase).public_key())


def generate_key_pair(bits: int = GENERATED_BITS, passphrase: bytes | None = None) -> KeyPair:
    """passphrase: of 1 to LONGEST_PASSPHRASE bytes."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        encryption = serialization.BestAvailableEncryption(passphrase)
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    return KeyPair(pem, _public_pem(private.public_key()), bits)


def openssl_generating(
    bits: int = GENERATED_BITS, private: str = "private.pem", public: str = "public.pem", encrypted: bool = False
) -> tuple[str, ...]:
    """Shell commands that generate an equivalent pair."""
    from shlex import quote

    cipher = "-aes-256-cbc " if encrypted else ""
    return (
        f"openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:{bits} {cipher}-out {quote(private)}",
        f"openssl pkey -in {quote(private)} -pubout -out {quote(public)}",
    )


def size_advice(bits: int) -> str | None:
    """Why AWS IoT rejects a key of this size; `None` if it does not."""
    if bits < MINIMUM_BITS:
        return f"The key has {bits} bits; AWS IoT rejects public keys under {MINIMUM_BITS} bits."
    return None


def _public_pem(key: RSAPublicKey) -> str:
    from cryptography.hazmat.primitives import serialization

    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode("ascii")


def _why_not_private(pem: bytes) -> str:
    text = pem.decode("utf-8", "replace")
    label = _LABEL.search(text)
    if label and label[1] in ("PUBLIC KEY", "RSA PUBLIC KEY"):
        return "it is a public key; signing needs the private key"
    if label and label[1] in _CERTIFICATES:
        return "it is a certificate; signing needs the private key that belongs to it"
    return _why_not(text, label[1] if label else None, "PRIVATE")


def _why_not_public(pem: str) -> str:
    label = _LABEL.search(pem)
    if label and label[1].endswith("PRIVATE KEY") and label[1] not in _INSTEAD:
        return "it is a private key; 'openssl pkey -in FILE -pubout' prints the public key"
    return _why_not(pem, label[1] if label else None, "PUBLIC")


def _why_without_label(text: str, kind: str) -> str:
    if "-\0-\0" in text or "\0-\0-" in text:
        return "it is in UTF-16; 'iconv -f UTF-16 -t UTF-8 FILE' prints it as PEM"
    if text.startswith("0") and _BINARY.search(text):  # a SEQUENCE of ASN.1
        return (
            "it is in binary form, such as DER; 'openssl pkey -inform DER -in FILE' (with -pubin for a public key) "
            "prints a key as PEM, 'openssl x509 -inform DER -in FILE' a certificate, 'openssl pkcs12 -in FILE' the "
            "content of a .p12"
        )
    if text.startswith("ssh-"):
        return "it is in OpenSSH's own format; 'ssh-keygen -e -m PKCS8 -f FILE' prints it as PEM"
    bare = "".join(text.split())
    if (strict_base64(bare) or b"").lstrip().startswith(b"-----BEGIN"):
        return "it is PEM that was base64-encoded again; 'base64 -d FILE' prints it"
    if _BARE.fullmatch(text.strip()):
        return (
            f"its first and last lines are missing, such as '-----BEGIN {kind} KEY-----' and '-----END {kind} KEY-----'"
        )
    return "it has no line '-----BEGIN …-----'"


_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f\ufffd]")
"""What no text holds; bytes that are not UTF-8 were replaced."""


def _why_not(text: str, label: str | None, kind: str) -> str:
    if label in _INSTEAD:
        return _INSTEAD[label]
    if label is None:
        return _why_without_label(text, kind)
    if label not in _KEYS:
        return f"its first line says {label}"
    if "\\n" in text:
        return "its line breaks are written as backslash and n; printf '%b' \"$(cat FILE)\" converts them"
    if f"-----END {label}-----" not in text:
        return f"it has no line '-----END {label}-----'"
    return "the text between its first and last lines is damaged, or not what these lines say"
