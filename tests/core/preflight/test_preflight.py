from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.contract.refusal import RefusalRule
from authlens.core.contract.test_call import TEST_CALL, UNKNOWN_AUTHORIZER, refuse
from authlens.core.preflight.preflight import preflight
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext, text_at
from authlens.core.request.token_place import Place
from authlens.core.saved.saved_request import Sign
from authlens.core.signing.signing import verify
from support.preflight import NOW, SIGNED, UNSIGNED, found, signature

WORDS = (
    st.none() | st.text(max_size=12) | st.sampled_from(["?tok=a+b", "${env:X}", "a b", "abc=", "dGVzdA==", "Bearer x"])
)
REQUESTS = st.builds(
    AuthorizerRequest,
    WORDS,
    WORDS,
    WORDS,
    st.none()
    | st.builds(HttpContext, st.none() | st.lists(st.tuples(st.text(), st.text()), max_size=3).map(tuple), WORDS),
    st.none() | st.builds(MqttContext, WORDS, WORDS | st.binary(), WORDS),
    st.none() | st.builds(TlsContext, WORDS),
)
AUTHORIZERS = st.sampled_from([None, SIGNED, UNSIGNED])


@given(REQUESTS, AUTHORIZERS)
def test_every_finding_points_into_its_member_and_the_gravest_come_first(
    request_: AuthorizerRequest, known: Authorizer | None
) -> None:
    findings = preflight(request_, known, None, NOW)
    severities = [finding.severity for finding in findings]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    for finding in findings:
        assert finding.message.endswith(".")
        assert finding.severity != "error" or ". " not in finding.message.replace(request_.authorizer_name or "\0", "")
        assert 0 <= finding.start <= finding.end
        text = text_at(request_, finding.path)
        assert finding.end == 0 or text is None or finding.end <= len(text)


@given(REQUESTS, st.sampled_from([SIGNED, UNSIGNED]))
def test_there_is_an_error_exactly_when_aws_would_refuse(request_: AuthorizerRequest, known: Authorizer) -> None:
    if "${" in repr(request_):
        return
    refusal = refuse(request_, known, verify)
    errors = [finding for finding in preflight(request_, known, None, NOW) if finding.severity == "error"]
    assert bool(errors) is (refusal is not None)
    if refusal is not None and refusal.rule != "model-constraint":
        assert errors[0].id == refusal.rule
        assert errors[0].aws_words == (refusal.message or "null")


REFUSED = {
    "model-constraint": AuthorizerRequest("A!", "t", "AAAA"),
    "token-and-signature-together": AuthorizerRequest("A", "t"),
    "token-or-context": AuthorizerRequest("A", "t", "AAAA", mqtt_context=MqttContext("u")),
    "nothing-sent": AuthorizerRequest("A"),
    "query-string-mark": AuthorizerRequest("A", http_context=HttpContext(query_string="a=1")),
    "signature-mismatch": AuthorizerRequest("A", "t", "AAAA"),
    "token-not-in-context": AuthorizerRequest("A", tls_context=TlsContext("host")),
}


@pytest.mark.parametrize(
    "rule", [rule for rule in TEST_CALL if rule is not UNKNOWN_AUTHORIZER], ids=lambda rule: rule.id
)
def test_every_rule_of_the_contract_is_foreseen(rule: RefusalRule) -> None:
    identifier = rule.id
    if identifier == "signing-disabled":
        findings = found(AuthorizerRequest("A", "t", "AAAA"), UNSIGNED)
    else:
        findings = found(REFUSED[identifier], SIGNED)
    assert any(each.startswith(identifier) and findings[each].severity == "error" for each in findings)


def test_a_good_request_has_no_error_and_no_warning() -> None:
    request = AuthorizerRequest("A", "abc", signature("abc"))
    assert [each.severity for each in preflight(request, SIGNED)] == ["info"]
    context = AuthorizerRequest(
        "A", mqtt_context=MqttContext("u?x-amz-customauthorizer-name=A&SDK=PythonV2&Version=1", "pass", "c1")
    )
    assert preflight(context, UNSIGNED) == ()


@pytest.mark.parametrize("place", ["token", "username", "queryString", "headers"])
def test_a_request_that_is_signed_on_sending_is_judged_as_signed(place: Place) -> None:
    sign = Sign("key.pem", place=place)
    assert not [each for each in preflight(AuthorizerRequest("A", "t"), SIGNED, sign) if each.severity == "error"]


def test_references_are_not_judged_as_values() -> None:
    request = AuthorizerRequest("${env:NAME}", "${env:TOKEN}", "${env:SIGNATURE}")
    assert not [each for each in preflight(request, SIGNED) if each.severity != "info"]
    query = AuthorizerRequest("A", http_context=HttpContext(query_string="${env:QUERY}"))
    assert not [each for each in preflight(query, UNSIGNED) if each.severity != "info"]


INACTIVE = Authorizer("A", status="INACTIVE", signing_disabled=True)
USER = AuthorizerRequest("A", mqtt_context=MqttContext("u", "p"))
ENCODED = AuthorizerRequest("A", mqtt_context=MqttContext("u", "dGVzdA=="))
RESERVED = AuthorizerRequest("A", mqtt_context=MqttContext("u", "p", "$x"))
CAPITALS = AuthorizerRequest("A", http_context=HttpContext((("Tok", "x"),)))
QUERY = AuthorizerRequest("A", http_context=HttpContext(query_string="x=1"))
POINTED: list[tuple[AuthorizerRequest, Authorizer, str, str, str | None]] = [
    (ENCODED, UNSIGNED, "password-base64", "mqttContext.password", "dGVzdA=="),
    (USER, UNSIGNED, "no-authorizer-parameters", "mqttContext.username", "u"),
    (USER, UNSIGNED, "no-client-id", "mqttContext.clientId", None),
    (RESERVED, UNSIGNED, "client-id-reserved", "mqttContext.clientId", "$"),
    (CAPITALS, UNSIGNED, "header-case", "httpContext.headers[Tok]", ""),
    (QUERY, SIGNED, "query-string-mark", "httpContext.queryString", "x"),
    (QUERY, SIGNED, "token-not-in-context", "httpContext.queryString", ""),
    (AuthorizerRequest("A", "Bearer abc", "AAAA"), SIGNED, "token-scheme", "token", "Bearer "),
    (AuthorizerRequest("A", "Bearer abc", "AAAA"), SIGNED, "no-protocol-data", "token", "Bearer abc"),
    (AuthorizerRequest("A", "./t.json", "AAAA"), SIGNED, "name-of-file", "token", "./t.json"),
    (AuthorizerRequest("A", "t", "AAAA"), SIGNED, "signature-mismatch", "tokenSignature", "AAAA"),
    (AuthorizerRequest("A", "t", "AAAA"), SIGNED, "signature-too-short", "tokenSignature", "AAAA"),
    (AuthorizerRequest("A", "t", "AAAA"), INACTIVE, "authorizer-inactive", "authorizerName", "A"),
    (AuthorizerRequest("A", "tt", "AAAA"), INACTIVE, "signing-disabled", "token", "tt"),
    (AuthorizerRequest("A", "tt", "AAAA", mqtt_context=MqttContext("u")), SIGNED, "token-or-context", "token", "tt"),
    (AuthorizerRequest("A", "tt"), SIGNED, "token-and-signature-together", "token", "tt"),
    (AuthorizerRequest("A"), SIGNED, "nothing-sent", "", None),
]


@pytest.mark.parametrize(("request_", "authorizer", "id_", "path", "pointed"), POINTED, ids=[row[2] for row in POINTED])
def test_what_a_finding_points_at(
    request_: AuthorizerRequest, authorizer: Authorizer, id_: str, path: str, pointed: str | None
) -> None:
    finding = found(request_, authorizer)[id_]
    assert finding.path == path
    text = text_at(request_, path) if path else None
    assert (None if text is None else text[finding.start : finding.end]) == pointed
    assert pointed or finding.start == finding.end == 0
