"""The local certificate authority, created once and private to this user, and a certificate for each run.

Clients must be given its certificate; nothing else on the machine trusts it.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import ssl
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from authlens.frozen import dataclass

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
ALPN = ("mqtt", "x-amzn-mqtt-ca", "http/1.1", "x-amzn-http-ca")
"""The accepted protocols, most preferred first."""
_AUTHORITY_DAYS = 3650
_LEAF_DAYS = 30
_KEY, _CERTIFICATE = "ca-key.pem", "ca.pem"


class AuthorityError(Exception):
    """The local authority cannot be created or read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Authority:
    path: Path
    """The file with the certificate that clients must trust."""
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


def authority(folder: Path) -> Authority:
    """The authority in a folder, created if there is none. Raises AuthorityError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _read(folder) or _make(folder)
    except OSError as error:
        where = error.filename or folder
        raise AuthorityError(f"the local CA cannot be kept in {where}: {error.strerror}") from None


def server_context(own: Authority, names: Sequence[str], accepted: Sequence[str] | None = None) -> ssl.SSLContext:
    """The TLS context of the listener, with a certificate for these names and addresses.

    accepted: require one of these client certificates (PEM), whoever issued it; `None`: request none.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = _leaf(own, key, names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(list(ALPN))
    chain = leaf.public_bytes(serialization.Encoding.PEM) + own.certificate.public_bytes(serialization.Encoding.PEM)
    # OpenSSL reads keys from files only; this file is private to the user and deleted at once.
    with tempfile.NamedTemporaryFile(dir=own.path.parent, prefix="leaf-", suffix=".pem") as file:
        file.write(chain + _pem(key))
        file.flush()
        context.load_cert_chain(file.name)
    if accepted is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        if accepted:
            context.load_verify_locations(cadata="\n".join(accepted))
    return context


def _read(folder: Path) -> Authority | None:
    """`None` if there is none, or it is about to expire."""
    try:
        pem = (folder / _KEY).read_bytes()
        certificate = x509.load_pem_x509_certificate(pem)
        key = serialization.load_pem_private_key(pem, None)
    except FileNotFoundError:
        return None
    except ValueError:
        problem = f"the local CA in {folder} cannot be read; remove that folder to have a new one made"
        raise AuthorityError(problem) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise AuthorityError(f"the local CA in {folder} has another kind of key; remove that folder")
    if certificate.not_valid_after_utc < datetime.now(UTC) + timedelta(days=_LEAF_DAYS):
        (folder / _KEY).unlink(missing_ok=True)
        return None
    own = Authority(folder / _CERTIFICATE, certificate, key)
    if not own.path.exists() or own.path.read_text("ascii", "replace") != own.pem:
        _write(own.path, own.pem.encode())
    return own


def _make(folder: Path) -> Authority:
    """Key and certificate are written to one file atomically: of two processes, one wins."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authlens local CA")])
    certificate = (
        _builder(name, name, key, _AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(folder / _KEY, certificate.public_bytes(serialization.Encoding.PEM) + _pem(key), is_new=True)
    made = _read(folder)
    if made is None:
        raise AuthorityError(f"the local CA in {folder} was removed while it was being made")
    return made


def _leaf(own: Authority, key: ec.EllipticCurvePrivateKey, names: Sequence[str]) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authlens device listener")])
    return (
        _builder(subject, own.certificate.subject, key, _LEAF_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own.key.public_key()), critical=False)
        .sign(own.key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, is_new: bool = False) -> None:
    """Write atomically, readable by this user only. is_new: keep a file that already exists."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        if is_new:
            with contextlib.suppress(FileExistsError):
                os.link(temporary, path)
        else:
            os.replace(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)
