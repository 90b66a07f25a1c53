from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.deployment.deployment import Deployment, Domain
from authlens.core.invocation.invocation import Invocation
from authlens.core.invocation.read_for import read_for
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, TlsContext
from authlens.core.request.target import Target
from authlens.core.saved.certificate import Certificate
from support.preflight import NOW

BARE = Invocation(AuthorizerRequest("A", tls_context=TlsContext("d.example")), Target(), Outcome(True, "p"), NOW, 0.1)
OWN, OTHER = Authorizer("A"), Authorizer("B", status="INACTIVE")


@pytest.mark.parametrize(
    ("kept", "given", "expected"),
    [
        (None, None, None),
        (None, OWN, OWN),
        (None, OTHER, None),
        (OWN, OTHER, OWN),
        (OWN, Authorizer("A", status="INACTIVE"), OWN),
    ],
)
def test_the_authorizer_is_the_one_of_the_invocation(
    kept: Authorizer | None, given: Authorizer | None, expected: Authorizer | None
) -> None:
    assert read_for(replace(BARE, authorizer=kept), given).authorizer == expected


def test_a_name_that_is_a_reference_may_be_any() -> None:
    assert read_for(replace(BARE, request=AuthorizerRequest("${env:A}")), OTHER).authorizer == OTHER


def test_the_deployment_is_the_one_of_the_invocation() -> None:
    own = Deployment(OWN, None, None, domains=(Domain("d", "d.example", "ENABLED", "CUSTOM_AUTH_X509", "SECURE_MQTT"),))
    other = Deployment(OTHER, None, None)
    assert read_for(BARE, None, other).deployment is None
    assert read_for(BARE, None, own).deployment == own
    assert read_for(replace(BARE, deployment=own), None, other).deployment == own
    assert read_for(replace(BARE, deployment=own)).has_certificate
    assert not read_for(BARE).has_certificate


def test_a_certificate_settles_variables() -> None:
    known = replace(BARE, certificate=Certificate(), variables=(("iot:CertificateId", ("a",)),))
    assert read_for(known).has_certificate
    assert read_for(known).variables == {"iot:CertificateId": ("a",)}
