"""The policy variables set by a client certificate and its thing (GUIDE/cert-policy-variables, thing-policy-…).

A variable is the first value of its attribute; `.1` is the second, `.List` all of them. Attributes missing from the
certificate have no variable.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from authlens.core.saved.certificate import Certificate

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509Certificate
    from cryptography.x509 import Name

Variables = dict[str, tuple[str, ...]]

_OIDS = {
    "2.5.4.46": "DistinguishedNameQualifier",
    "2.5.4.6": "Country",
    "2.5.4.10": "Organization",
    "2.5.4.11": "OrganizationalUnit",
    "2.5.4.8": "State",
    "2.5.4.3": "CommonName",
    "2.5.4.5": "SerialNumber",
    "2.5.4.12": "Title",
    "2.5.4.4": "Surname",
    "2.5.4.42": "GivenName",
    "2.5.4.43": "Initials",
    "2.5.4.65": "Pseudonym",
    "2.5.4.44": "GenerationQualifier",
}
"""The attributes of a name by their object identifiers (X.520)."""


class CertificateProblem(ValueError):
    """The certificate cannot be read; the message says why and never quotes it."""


def certificate_id(pem: str) -> str:
    """The id of the certificate in AWS IoT, which is its SHA-256 and the event's `principalId`."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return hashlib.sha256(_read(pem).public_bytes(Encoding.DER)).hexdigest()


def alone(pem: str) -> str:
    """The first certificate of the text, without what else the text holds. Raises CertificateProblem."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return _read(pem).public_bytes(Encoding.PEM).decode()


def subject_of(pem: str) -> str:
    """Such as `O=Acme,CN=sensor-7`; may be empty. Raises CertificateProblem."""
    return _read(pem).subject.rfc4514_string()


def certificate_variables(certificate: Certificate, pem: str | None) -> Variables:
    """The variables of the certificate and of its thing. Raises CertificateProblem."""
    found = _of_thing(certificate)
    if pem is not None:
        found |= _of_certificate(_read(pem)) | {"iot:CertificateId": (certificate_id(pem),)}
        found["iot:Certificate.AvailableKeys"] = tuple(name for name in found if name.startswith("iot:Certificate."))
    return found


def _of_thing(certificate: Certificate) -> Variables:
    attached = None if certificate.attached is None else str(certificate.attached).lower()
    known = {
        "iot:Connection.Thing.ThingName": certificate.thing_name,
        "iot:Connection.Thing.IsAttached": attached,
    }
    return {name: (value,) for name, value in known.items() if value is not None}


def _of_certificate(certificate: X509Certificate) -> Variables:
    from cryptography.x509 import IssuerAlternativeName, SubjectAlternativeName

    several: dict[str, list[str]] = {"iot:Certificate.SerialNumber": [f"{certificate.serial_number:x}"]}
    for side, name, kind in (
        ("Subject", certificate.subject, SubjectAlternativeName),
        ("Issuer", certificate.issuer, IssuerAlternativeName),
    ):
        named = (*_attributes(name), *_alternatives(certificate, kind))
        for attribute, value in named:
            several.setdefault(f"iot:Certificate.{side}.{attribute}", []).append(value)
    return {key: values for name, given in several.items() for key, values in _spelled(name, given)}


def _spelled(name: str, values: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield name, (values[0],)
    yield from ((f"{name}.{index}", (value,)) for index, value in enumerate(values))
    yield f"{name}.List", tuple(values)


def _attributes(name: Name) -> Iterator[tuple[str, str]]:
    for attribute in name:
        known = _OIDS.get(attribute.oid.dotted_string)
        if known is not None:
            yield known, str(attribute.value)


def _alternatives(certificate: X509Certificate, kind: Any) -> Iterator[tuple[str, str]]:
    from cryptography import x509

    names: dict[Any, str] = {
        x509.RFC822Name: "RFC822Name",
        x509.DNSName: "DNSName",
        x509.DirectoryName: "DirectoryName",
        x509.UniformResourceIdentifier: "UniformResourceIdentifier",
        x509.IPAddress: "IPAddress",
    }
    try:
        general = certificate.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, ValueError):
        return
    for one in general:
        known = names.get(type(one))
        if known is not None:
            value = one.value.rfc4514_string() if isinstance(one, x509.DirectoryName) else str(one.value)
            yield f"AlternativeName.{known}", value


def _read(pem: str) -> X509Certificate:
    from cryptography.x509 import load_pem_x509_certificate

    try:
        return load_pem_x509_certificate(pem.encode())
    except ValueError:
        label = "a private key" if "PRIVATE KEY-----" in pem else "not a certificate in PEM form"
        raise CertificateProblem(f"it is {label}; a device's certificate begins with BEGIN CERTIFICATE") from None
