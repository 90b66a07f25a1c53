from __future__ import annotations

import pytest

from authlens.core.preflight.finding import Known, Missing
from authlens.core.preflight.preflight import preflight
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.token_place import Place
from authlens.core.saved.saved_request import Sign
from support.preflight import SIGNED, UNSIGNED


def test_what_is_missing_comes_first() -> None:
    known = Known((Missing("token", "The token: no.", 0, 3), Missing("sign.key", "The key is gone.")))
    findings = preflight(AuthorizerRequest("A", "${env:T}"), known=known)
    assert [(each.id, each.path, each.end) for each in findings[:2]] == [
        ("missing-reference", "token", 3),
        ("signing-key", "sign.key", 0),
    ]


@pytest.mark.parametrize(("has_authorizer", "count"), [(False, 1), (True, 0), (None, 0)])
def test_an_authorizer_that_does_not_exist_is_reported(has_authorizer: bool | None, count: int) -> None:
    findings = preflight(AuthorizerRequest("SensorAut", "t", "AAAA"), known=Known((), has_authorizer, ("SensorAuth",)))
    found = [each for each in findings if each.id == "unknown-authorizer"]
    assert len(found) == count
    for finding in found:
        assert finding.aws_words == "Authorizer SensorAut not found"
        assert finding.fix is not None
        assert finding.fix.request.authorizer_name == "SensorAuth"


def test_a_name_that_is_a_reference_is_not_judged() -> None:
    findings = preflight(AuthorizerRequest("${env:A}", "t", "AAAA"), known=Known((), False, ("A",)))
    assert "unknown-authorizer" not in {each.id for each in findings}


CONTEXT = AuthorizerRequest("A", mqtt_context=MqttContext("u"))
WITH_TOKEN = AuthorizerRequest("A", mqtt_context=MqttContext("u?tok=t"))


@pytest.mark.parametrize(
    ("request_", "place", "authorizer", "expected"),
    [
        (CONTEXT, "token", None, "nothing-to-sign"),
        (WITH_TOKEN, "token", SIGNED, "nothing-to-sign"),
        (AuthorizerRequest("A", ""), "token", None, "nothing-to-sign"),
        (CONTEXT, "username", SIGNED, "nothing-to-sign"),
        (CONTEXT, "username", None, None),
        (WITH_TOKEN, "username", SIGNED, None),
        (AuthorizerRequest("A", "t"), "headers", SIGNED, None),
        (AuthorizerRequest("A", "t"), "headers", UNSIGNED, "no-place-for-token"),
        (AuthorizerRequest("A", "t"), "token", UNSIGNED, None),
    ],
)
def test_signing_needs_a_token_and_a_place(
    request_: AuthorizerRequest, place: Place, authorizer: Authorizer | None, expected: str | None
) -> None:
    found = {each.id for each in preflight(request_, authorizer, Sign("k.pem", place=place))}
    assert found & {"nothing-to-sign", "no-place-for-token"} == ({expected} if expected else set())


@pytest.mark.parametrize("place", ["username", "queryString", "headers"])
def test_a_signature_made_on_sending_is_where_it_will_be(place: Place) -> None:
    """Whether the token is a member of its own or in the username already."""
    for request in (AuthorizerRequest("A", "t"), WITH_TOKEN):
        findings = preflight(request, SIGNED, Sign("k.pem", place=place))
        assert [each.id for each in findings if each.severity == "error"] == []
