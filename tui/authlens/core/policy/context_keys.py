"""The context keys of AWS IoT policies, and which connections have a value for each.

Sources: the developer guide's pages on basic, thing and certificate policy variables, on certificate, connect and
direct messaging policy examples, and on VPC endpoints; IAM's page on global condition keys for the two time keys.
"""

from __future__ import annotations

import re
from enum import Enum


class KeyKind(Enum):
    """Where a value comes from."""

    CONNECTION = "connection"
    """Every connection has a value."""
    CLIENT = "client"
    """What the client sends in CONNECT, or in a message."""
    NETWORK = "network"
    """The VPC endpoint that the client connected through."""
    THING = "thing"
    """The thing that the certificate or the Cognito identity is attached to."""
    CERTIFICATE = "certificate"
    COGNITO = "cognito"


_NAME_PARTS = (
    "DistinguishedNameQualifier",
    "Country",
    "Organization",
    "OrganizationalUnit",
    "State",
    "CommonName",
    "SerialNumber",
    "Title",
    "Surname",
    "GivenName",
    "Initials",
    "Pseudonym",
    "GenerationQualifier",
)
_ALTERNATIVE_NAMES = ("RFC822Name", "DNSName", "DirectoryName", "UniformResourceIdentifier", "IPAddress")

KEYS: dict[str, KeyKind] = {
    **dict.fromkeys(("iot:ClientId", "aws:SourceIp", "iot:DomainName"), KeyKind.CONNECTION),
    **dict.fromkeys(("aws:CurrentTime", "aws:EpochTime"), KeyKind.CONNECTION),
    **dict.fromkeys(("iot:ConnectAttributes", "iot:LastWillTopic", "iot:Topic"), KeyKind.CLIENT),
    **dict.fromkeys(("aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp"), KeyKind.NETWORK),
    **{
        f"iot:Connection.Thing.{name}": KeyKind.THING
        for name in ("ThingName", "ThingTypeName", "IsAttached", "Attributes")
    },
    **{
        f"iot:Certificate.{side}.{part}": KeyKind.CERTIFICATE
        for side in ("Subject", "Issuer")
        for part in (*_NAME_PARTS, *(f"AlternativeName.{name}" for name in _ALTERNATIVE_NAMES))
    },
    **dict.fromkeys(
        ("iot:Certificate.SerialNumber", "iot:Certificate.AvailableKeys", "iot:CertificateId"), KeyKind.CERTIFICATE
    ),
    **{f"cognito-identity.amazonaws.com:{name}": KeyKind.COGNITO for name in ("aud", "sub", "amr")},
}

_FOLDED = {name.casefold(): name for name in KEYS}


def plain_name(name: str) -> str:
    """The key without `[attribute]`, and without the number or `List` of a certificate field."""
    name = name.partition("[")[0] if name.endswith("]") else name
    return re.sub(r"\.([0-9]+|List)$", "", name) if name.casefold().startswith("iot:certificate.") else name


def proper_name(name: str) -> str | None:
    """The key as AWS spells it, found ignoring case; `None` for a key that no page lists."""
    return _FOLDED.get(plain_name(name).casefold())


def kind_of_key(name: str) -> KeyKind | None:
    proper = proper_name(name)
    return KEYS[proper] if proper else None


def needs_certificate(name: str) -> bool:
    """Whether the key never has a value on a connection without a certificate."""
    return kind_of_key(name) in (KeyKind.THING, KeyKind.CERTIFICATE, KeyKind.COGNITO)
