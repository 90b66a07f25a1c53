from __future__ import annotations

import hashlib
import ssl
from datetime import UTC, datetime
from ipaddress import IPv4Address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from authlens.core.saved.certificate import Certificate
from authlens.core.saved.certificate_variables import (
    CertificateProblem,
    alone,
    certificate_id,
    certificate_variables,
    subject_of,
)
from support.certificates import certificate_pem


def test_what_the_certificate_holds_becomes_variables() -> None:
    found = certificate_variables(Certificate("c.pem"), certificate_pem())
    assert found["iot:Certificate.Subject.CommonName"] == ("sensor-7",)
    assert found["iot:Certificate.Subject.Country"] == ("DE",)
    assert found["iot:Certificate.Subject.Country.1"] == ("FR",)
    assert found["iot:Certificate.Subject.Country.List"] == ("DE", "FR")
    assert found["iot:Certificate.Subject.AlternativeName.DNSName"] == ("s7.example",)
    assert found["iot:Certificate.Subject.AlternativeName.RFC822Name"] == ("s7@example.com",)
    assert found["iot:Certificate.Issuer.CommonName"] == ("Maker",)
    assert found["iot:Certificate.SerialNumber"] == ("abc",)
    assert "iot:Certificate.Subject.Title" not in found
    assert "iot:Certificate.Subject.Country.2" not in found
    assert "iot:Certificate.Issuer.CommonName" in found["iot:Certificate.AvailableKeys"]


def test_the_id_is_the_hash_of_the_certificate() -> None:
    octets = ssl.PEM_cert_to_DER_cert(certificate_pem())
    assert certificate_id(certificate_pem()) == hashlib.sha256(octets).hexdigest()
    assert certificate_variables(Certificate(), certificate_pem())["iot:CertificateId"] == (
        certificate_id(certificate_pem()),
    )


@pytest.mark.parametrize(
    ("certificate", "expected"),
    [
        (Certificate(), {}),
        (Certificate(thing_name="t"), {"iot:Connection.Thing.ThingName": ("t",)}),
        (Certificate(attached=True), {"iot:Connection.Thing.IsAttached": ("true",)}),
        (Certificate(attached=False), {"iot:Connection.Thing.IsAttached": ("false",)}),
    ],
)
def test_the_thing_is_what_is_said_of_it(certificate: Certificate, expected: dict[str, tuple[str, ...]]) -> None:
    assert certificate_variables(certificate, None) == expected


@pytest.mark.parametrize(
    ("text", "words"), [("", "not a certificate"), ("-----BEGIN PRIVATE KEY-----", "a private key")]
)
def test_what_is_not_a_certificate_is_said_to_be(text: str, words: str) -> None:
    with pytest.raises(CertificateProblem, match=words):
        certificate_variables(Certificate(), text)


def spelled(name: str, *values: str) -> dict[str, tuple[str, ...]]:
    numbered = {f"{name}.{number}": (value,) for number, value in enumerate(values)}
    return {name: values[:1], **numbered, f"{name}.List": values}


def test_every_variable_of_the_certificate() -> None:
    subject, issuer = "iot:Certificate.Subject.", "iot:Certificate.Issuer."
    found = certificate_variables(Certificate(thing_name="t", attached=True), certificate_pem())
    available = found.pop("iot:Certificate.AvailableKeys")
    of_certificate = {
        **spelled("iot:Certificate.SerialNumber", "abc"),
        **spelled(f"{subject}CommonName", "sensor-7"),
        **spelled(f"{subject}Country", "DE", "FR"),
        **spelled(f"{subject}Organization", "Acme"),
        **spelled(f"{subject}AlternativeName.DNSName", "s7.example"),
        **spelled(f"{subject}AlternativeName.RFC822Name", "s7@example.com"),
        **spelled(f"{issuer}CommonName", "Maker"),
    }
    assert found == {
        "iot:Connection.Thing.ThingName": ("t",),
        "iot:Connection.Thing.IsAttached": ("true",),
        **of_certificate,
        "iot:CertificateId": (certificate_id(certificate_pem()),),
    }
    assert available == tuple(of_certificate)


def test_other_names_and_attributes() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime(2026, 1, 1, tzinfo=UTC)
    name = x509.Name([x509.NameAttribute(NameOID.DOMAIN_COMPONENT, "x"), x509.NameAttribute(NameOID.TITLE, "T")])
    names = [
        x509.DirectoryName(name),
        x509.UniformResourceIdentifier("urn:a"),
        x509.IPAddress(IPv4Address("192.0.2.1")),
        x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM).decode()
    found = certificate_variables(Certificate(), pem)
    plain = [key for key in found["iot:Certificate.AvailableKeys"] if not key.endswith((".0", ".List"))]
    assert {key: found[key] for key in plain} == {
        "iot:Certificate.SerialNumber": ("7",),
        "iot:Certificate.Subject.Title": ("T",),
        "iot:Certificate.Subject.AlternativeName.DirectoryName": ("2.5.4.12=T,DC=x",),
        "iot:Certificate.Subject.AlternativeName.UniformResourceIdentifier": ("urn:a",),
        "iot:Certificate.Subject.AlternativeName.IPAddress": ("192.0.2.1",),
        "iot:Certificate.Issuer.Title": ("T",),
    }
    assert subject_of(pem) == name.rfc4514_string()


def test_the_certificate_alone_and_its_subject() -> None:
    assert alone(f"before\n{certificate_pem()}after\n") == certificate_pem()
    assert subject_of(certificate_pem()) == "O=Acme,C=FR,C=DE,CN=sensor-7"
    for read in (alone, subject_of, certificate_id):
        with pytest.raises(CertificateProblem) as raised:
            read("SECRET")
        assert str(raised.value) == (
            "it is not a certificate in PEM form; a device's certificate begins with BEGIN CERTIFICATE"
        )
