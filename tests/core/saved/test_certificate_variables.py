from __future__ import annotations

import hashlib
import ssl

import pytest

from authlens.core.saved.certificate import Certificate
from authlens.core.saved.certificate_variables import CertificateProblem, certificate_id, certificate_variables
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
