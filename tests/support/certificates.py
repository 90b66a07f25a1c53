"""A client certificate, made once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate_pem() -> str:
    return certificate_and_key()[0]


@cache
def certificate_and_key() -> tuple[str, str]:
    """PEM texts of a certificate and its key.

    For CN sensor-7, with two countries, an organization, a DNS name and an email address; issued by CN Maker.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime(2026, 1, 1, tzinfo=UTC)
    attributes = [
        (NameOID.COMMON_NAME, "sensor-7"),
        (NameOID.COUNTRY_NAME, "DE"),
        (NameOID.COUNTRY_NAME, "FR"),
        (NameOID.ORGANIZATION_NAME, "Acme"),
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(kind, value) for kind, value in attributes]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Maker")]))
        .public_key(key.public_key())
        .serial_number(0xABC)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("s7.example"), x509.RFC822Name("s7@example.com")]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return _pem_texts(certificate, key)


def issued_certificate(issuer: x509.Certificate, issuer_key: ec.EllipticCurvePrivateKey) -> tuple[str, str]:
    """PEM texts of a certificate for CN other-device, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "other-device")]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(0xDEF)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=3650))
        .sign(issuer_key, hashes.SHA256())
    )
    return _pem_texts(certificate, key)


def _pem_texts(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> tuple[str, str]:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode(), private.decode()
