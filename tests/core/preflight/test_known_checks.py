from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from authlens.core.contract.statement import Severity
from authlens.core.preflight.finding import Finding, Known, Missing
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


@pytest.mark.parametrize(
    ("names", "message", "fix"),
    [
        ((), "Give the name of an authorizer.", None),
        (("A",), "Give the name of an authorizer: A.", "A"),
        (("A", "B"), "Give the name of an authorizer: A, B.", None),
    ],
)
def test_a_request_without_an_authorizer(names: tuple[str, ...], message: str, fix: str | None) -> None:
    for request in (AuthorizerRequest(), AuthorizerRequest("", "t")):
        found = preflight(request, known=Known((), None, names))[0]
        assert (found.id, found.severity, found.path, found.message) == (
            "missing-authorizer",
            "error",
            "authorizerName",
            message,
        )
        assert (found.fix.request.authorizer_name if found.fix else None) == fix
    assert "missing-authorizer" not in {each.id for each in preflight(AuthorizerRequest("A"))}


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


def known(id_: str, *arguments: Any, **members: Any) -> list[Finding]:
    found = preflight(*arguments, **members)
    return [replace(each, fix=None) for each in found if each.id == id_]


@pytest.mark.parametrize(
    ("path", "id_", "severity"),
    [
        ("sign.key", "signing-key", "error"),
        ("sign.passphrase", "signing-key", "error"),
        ("certificate.file", "certificate-file", "warning"),
        ("target.local", "local-target", "error"),
        ("token", "missing-reference", "error"),
        ("httpContext.headers[sign.x]", "missing-reference", "error"),
    ],
)
def test_what_is_missing_is_named_by_its_part(path: str, id_: str, severity: Severity) -> None:
    missing = Known((Missing(path, "Why.", 1, 2),))
    assert known(id_, AuthorizerRequest("A", "t", "AAAA"), known=missing) == [
        Finding(id_, severity, path, "Why.", 1, 2)
    ]


SIGNING = "The request is signed on sending, but there is no token to sign"


@pytest.mark.parametrize(
    ("request_", "place", "authorizer", "message"),
    [
        (CONTEXT, "token", SIGNED, f"{SIGNING}: 'place: token' signs only the member token."),
        (CONTEXT, "username", SIGNED, f"{SIGNING}: neither the member token nor a parameter 'tok' contains one."),
        (CONTEXT, "username", UNSIGNED, f"{SIGNING}."),
    ],
)
def test_why_there_is_nothing_to_sign(
    request_: AuthorizerRequest, place: Place, authorizer: Authorizer, message: str
) -> None:
    found = known("nothing-to-sign", request_, authorizer, Sign("k.pem", place=place))
    assert found == [Finding("nothing-to-sign", "error", "token", message)]


@pytest.mark.parametrize(
    ("place", "label"),
    [("username", "the MQTT username"), ("queryString", "the query string"), ("headers", "the HTTP headers")],
)
def test_why_a_token_has_no_place(place: Place, label: str) -> None:
    found = known("no-place-for-token", AuthorizerRequest("A", "tok"), UNSIGNED, Sign("k.pem", place=place))
    message = (
        f"The authorizer has no tokenKeyName, so the token cannot be placed in {label} when the request is signed."
    )
    assert found == [Finding("no-place-for-token", "error", "token", message, 0, 3)]
    assert known("no-place-for-token", WITH_TOKEN, SIGNED, Sign("k.pem", place=place)) == []


NAMES = ("One", "Two", "Three", "Four", "Five", "Six")


@pytest.mark.parametrize(
    ("names", "message", "fix"),
    [
        ((), "There is no authorizer 'Ones' in this account and region.", None),
        (NAMES, "There is no authorizer 'Ones'; existing: One, Two, Three, Four, Five.", "One"),
        (("Zwei",), "There is no authorizer 'Ones'; existing: Zwei.", None),
    ],
)
def test_an_unknown_authorizer_in_words(names: tuple[str, ...], message: str, fix: str | None) -> None:
    request = AuthorizerRequest("Ones", "t", "AAAA")
    (found,) = (each for each in preflight(request, known=Known((), False, names)) if each.id == "unknown-authorizer")
    assert (found.message, found.start, found.end) == (message, 0, 4)
    assert (found.fix and (found.fix.label, found.fix.request)) == (
        fix and (f"Use {fix}", AuthorizerRequest(fix, "t", "AAAA"))
    )


@pytest.mark.parametrize(
    ("name", "authorizer", "count"),
    [("A", Authorizer("A"), 0), ("A", Authorizer("B"), 1), (None, None, 0), ("", None, 0), ("A", None, 1)],
)
def test_an_authorizer_that_answered_since_exists(name: str | None, authorizer: Authorizer | None, count: int) -> None:
    request = AuthorizerRequest(name, "t", "AAAA")
    assert len(known("unknown-authorizer", request, authorizer, known=Known((), False))) == count
