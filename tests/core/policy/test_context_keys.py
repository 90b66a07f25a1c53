"""The context keys of policies, and which connections have a value for them."""

from __future__ import annotations

import pytest

from authlens.core.policy.context_keys import KEYS, KeyKind, kind_of_key, needs_certificate, plain_name, proper_name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("iot:ClientId", KeyKind.CONNECTION),
        ("IOT:clientid", KeyKind.CONNECTION),
        ("iot:LastWillTopic", KeyKind.CLIENT),
        ("iot:Topic", KeyKind.CLIENT),
        ("aws:SourceVpce", KeyKind.NETWORK),
        ("aws:VPCSourceIp", KeyKind.NETWORK),
        ("iot:Connection.Thing.Attributes[a.b]", KeyKind.THING),
        ("iot:Certificate.Subject.CommonName.List", KeyKind.CERTIFICATE),
        ("iot:Certificate.Issuer.AlternativeName.IPAddress", KeyKind.CERTIFICATE),
        ("iot:Certificate.Subject.AlternativeName.RFC822Name.1", KeyKind.CERTIFICATE),
        ("iot:CertificateId", KeyKind.CERTIFICATE),
        ("cognito-identity.amazonaws.com:sub", KeyKind.COGNITO),
        ("iot:Thing.ThingName", None),
        ("aws:username", None),
    ],
)
def test_kinds(name: str, kind: KeyKind | None) -> None:
    assert kind_of_key(name) is kind


def test_there_are_ten_alternative_names() -> None:
    assert len([name for name in KEYS if ".AlternativeName." in name]) == 10


def test_names() -> None:
    assert plain_name("iot:Connection.Thing.Attributes[a]") == "iot:Connection.Thing.Attributes"
    assert plain_name("iot:Certificate.Subject.Country.2") == "iot:Certificate.Subject.Country"
    assert plain_name("iot:ClientId.2") == "iot:ClientId.2"
    assert proper_name("iot:clientId") == "iot:ClientId"
    assert proper_name("iot:Client") is None


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        ("iot:Connection.Thing.ThingName", True),
        ("iot:CertificateId", True),
        ("cognito-identity.amazonaws.com:sub", True),
        ("iot:ClientId", False),
        ("iot:Topic", False),
        ("no:Key", False),
    ],
)
def test_what_only_a_certificate_gives(name: str, needs: bool) -> None:
    assert needs_certificate(name) is needs
