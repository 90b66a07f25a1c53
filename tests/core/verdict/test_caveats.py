from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.deployment.deployment import Deployment, Domain, Unread
from authlens.core.deployment.transport import DeviceTransport
from authlens.core.invocation.access import AccessQuestions
from authlens.core.invocation.invocation import Invocation
from authlens.core.invocation.local_run import LocalRun
from authlens.core.invocation.read_for import read_for
from authlens.core.mqtt.connection import DeviceConnection, Transport
from authlens.core.request.authorizer import AUTHORIZER_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.request.target import Identity, Target
from authlens.core.saved.certificate import Certificate
from authlens.core.verdict.caveats import Passed, caveats
from support.preflight import NOW

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:eu-west-1:1:client/c1"},
    }
)
GOOD = Outcome(True, "p1", (POLICY,), 300, 86400)
REQUEST = AuthorizerRequest("A", mqtt_context=MqttContext(f"u?{AUTHORIZER_NAME}=A", "p", "c1"))
AUTHORIZER = Authorizer("A", arn="arn:aws:iot:eu-west-1:1:authorizer/A", creation_date="2026-01-01T00:00:00+00:00")


def found(
    request: AuthorizerRequest = REQUEST,
    outcome: Outcome = GOOD,
    authorizer: Authorizer | None = AUTHORIZER,
    duration: float = 0.1,
    region: str = "eu-west-1",
) -> dict[str, str]:
    """The severities by the caveats' ids."""
    identity = Identity("1", "arn:aws:iam::1:root", region)
    invocation = Invocation(request, Target(), outcome, NOW, duration, identity=identity)
    passed = Passed(invocation, outcome, authorizer, AccessQuestions(outcome, request))
    return {caveat.id: caveat.severity for caveat in caveats(passed)}


def test_a_good_mqtt_login_leaves_only_what_no_test_call_can_see() -> None:
    assert found() == {"alpn-and-port": "info"}


def test_an_inactive_authorizer_comes_first() -> None:
    assert next(iter(found(authorizer=replace(AUTHORIZER, status="INACTIVE")).items())) == ("inactive", "warning")


def test_an_empty_list_of_documents_is_refused_by_a_real_connection() -> None:
    assert found(outcome=replace(GOOD, policy_documents=()))["no-documents"] == "warning"


@pytest.mark.parametrize(("client", "warned"), [("c1", False), ("c2", True), (None, False), ("${env:CLIENT}", False)])
def test_connecting_must_be_allowed_for_this_client_id(client: str | None, warned: bool) -> None:
    request = replace(REQUEST, mqtt_context=MqttContext(f"u?{AUTHORIZER_NAME}=A", "p", client))
    assert ("no-connect" in found(request)) is warned


@pytest.mark.parametrize(("place", "warned"), [("eu-west-1:1", False), ("eu-west-2:1", True), ("eu-west-1:2", True)])
def test_connecting_must_be_allowed_where_the_authorizer_is(place: str, warned: bool) -> None:
    moved = replace(AUTHORIZER, arn=f"arn:aws:iot:{place}:authorizer/A")
    assert ("connect-elsewhere" in found(authorizer=moved)) is warned


def test_token_mode_sent_no_protocol_data() -> None:
    assert found(AuthorizerRequest("A", "t", "s"))["no-protocol-data"] == "warning"


def test_header_case_and_the_query_mark_differ_over_a_real_connection() -> None:
    http = HttpContext((("X-A", "1"), (AUTHORIZER_NAME, "A")), "?a=1")
    assert found(AuthorizerRequest("A", http_context=http)) == {"header-case": "warning", "query-string-mark": "info"}
    lower = HttpContext((("x-a", "1"), (AUTHORIZER_NAME, "A")))
    assert found(AuthorizerRequest("A", http_context=lower)) == {}


@pytest.mark.parametrize(("duration", "warned"), [(3.9, False), (4.0, False), (4.1, True)])
def test_a_function_near_its_limit_is_warned_of(duration: float, warned: bool) -> None:
    assert ("slow" in found(duration=duration)) is warned


def test_without_its_name_in_the_contexts_the_default_authorizer_answers() -> None:
    assert "default-authorizer" in found(AuthorizerRequest("A", mqtt_context=MqttContext("u", "p", "c1")))


@pytest.mark.parametrize(("region", "warned"), [("eu-west-1", False), ("us-east-1", True)])
def test_another_region_is_warned_of(region: str, warned: bool) -> None:
    assert ("other-region" in found(region=region)) is warned


@pytest.mark.parametrize(
    ("created", "noted"),
    [
        ((NOW - timedelta(minutes=2)).isoformat(), True),
        (NOW.isoformat(), True),
        ((NOW - timedelta(minutes=20)).isoformat(), False),
        ((NOW + timedelta(minutes=2)).isoformat(), False),
        ("2026-11-23T11:59:00", False),
        ("yesterday", False),
        (None, False),
    ],
)
def test_a_new_authorizer_may_refuse_at_first(created: str | None, noted: bool) -> None:
    assert ("just-created" in found(authorizer=replace(AUTHORIZER, creation_date=created))) is noted


def test_nothing_is_made_up_where_the_authorizer_is_unknown() -> None:
    assert found(authorizer=None) == {"alpn-and-port": "info"}


def of_x509(outcome: Outcome = GOOD, **known: Any) -> dict[str, str]:
    invocation = Invocation(REQUEST, Target(), outcome, NOW, 0.1, certificate=Certificate(thing_name="t"), **known)
    transport = read_for(invocation).transport
    passed = Passed(invocation, outcome, AUTHORIZER, AccessQuestions(outcome, REQUEST), transport=transport)
    return {caveat.id: caveat.severity for caveat in caveats(passed)}


def test_with_a_certificate_the_function_does_not_decide_alone() -> None:
    assert of_x509() == {"certificate-not-sent": "info", "alpn-and-port": "info"}
    assert of_x509(replace(GOOD, policy_documents=()))["no-documents"] == "info"
    other = replace(GOOD, policy_documents=(POLICY.replace("c1", "c2"),))
    assert of_x509(other)["no-connect"] == "info"
    denied = replace(GOOD, policy_documents=(POLICY.replace("Allow", "Deny"),))
    assert of_x509(denied)["no-connect"] == "warning"


def test_a_connection_included_the_certificate() -> None:
    assert "certificate-not-sent" not in of_x509(device=DeviceConnection("i", Transport.MQTTS))


@pytest.mark.parametrize(("principal", "warned"), [("p1", True), ("abc", False)])
def test_the_principal_is_the_id_of_the_certificate(principal: str, warned: bool) -> None:
    outcome = replace(GOOD, principal_id=principal)
    found_ = of_x509(outcome, variables=(("iot:CertificateId", ("abc",)),))
    assert ("principal-not-certificate" in found_) is warned


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        (Domain("d", "d.example", "ENABLED", "CUSTOM_AUTH", "SECURE_MQTT", "A", True), "neither ALPN nor to name"),
        (Domain("d", "d.example", "ENABLED", "CUSTOM_AUTH", "SECURE_MQTT", "B", True), "SNI and no ALPN"),
        (Domain("d", "d.example", "ENABLED", "CUSTOM_AUTH_X509", "SECURE_MQTT", "A", True), "client certificate"),
        (Domain("d", "d.example"), "ALPN 'mqtt'"),
    ],
)
def test_the_domain_configuration_decides_what_a_device_needs(domain: Domain, words: str) -> None:
    request = replace(REQUEST, tls_context=TlsContext("d.example"))
    deployment = Deployment(AUTHORIZER, None, None, domains=(domain,), default_authorizer="A")
    invocation = Invocation(request, Target(), GOOD, NOW, 0.1)
    transport = read_for(invocation, AUTHORIZER, deployment).transport
    passed = Passed(invocation, GOOD, AUTHORIZER, AccessQuestions(GOOD, request), deployment, transport)
    caveat = next(each for each in caveats(passed) if each.id == "alpn-and-port")
    assert words in caveat.message
    assert ("applicationProtocol SECURE_MQTT" in caveat.next_step) == ("'mqtt'" in words)


@pytest.mark.parametrize(
    ("age", "noted"), [(timedelta(minutes=10) - timedelta(seconds=1), True), (timedelta(minutes=10), False)]
)
def test_an_authorizer_is_new_for_ten_minutes(age: timedelta, noted: bool) -> None:
    created = replace(AUTHORIZER, creation_date=(NOW - age).isoformat())
    assert found(authorizer=created) == {"alpn-and-port": "info", **({"just-created": "info"} if noted else {})}


NEITHER = (
    "The test call has no transport: according to its domain configuration a device needs SNI, but neither ALPN nor to "
    "name the authorizer."
)
NO_ALPN = "The test call has no transport: according to its domain configuration a device needs SNI and no ALPN."
WITH_CERTIFICATE = "The test call has no transport: a device needs SNI and its client certificate, and no ALPN."
WITH_ALPN = "The test call has no transport: a device needs port 443, ALPN 'mqtt' (none over WebSocket) and SNI."
COMMANDS = "Use the device commands, which include all of this."
CURE = (
    f"{COMMANDS} A client that cannot set ALPN needs a domain configuration with applicationProtocol SECURE_MQTT and "
    "authenticationType CUSTOM_AUTH, or a WebSocket."
)
HTTP = AuthorizerRequest("A", http_context=HttpContext(((AUTHORIZER_NAME, "A"),)))


@pytest.mark.parametrize(
    ("request_", "transport", "message", "step"),
    [
        (REQUEST, DeviceTransport(), WITH_ALPN, CURE),
        (HTTP, DeviceTransport(), None, None),
        (REQUEST, DeviceTransport(certificate=Certificate(), is_default=False), WITH_CERTIFICATE, COMMANDS),
        (HTTP, DeviceTransport(certificate=Certificate(), is_default=False), WITH_CERTIFICATE, COMMANDS),
        (REQUEST, DeviceTransport(None, needs_name=False, is_default=False), NEITHER, COMMANDS),
        (HTTP, DeviceTransport(None, needs_name=False, is_default=False), NEITHER, COMMANDS),
        (REQUEST, DeviceTransport(None, is_default=False), NO_ALPN, COMMANDS),
    ],
)
def test_what_a_device_needs_on_the_way(
    request_: AuthorizerRequest, transport: DeviceTransport, message: str | None, step: str | None
) -> None:
    invocation = Invocation(request_, Target(), GOOD, NOW, 0.1)
    passed = Passed(invocation, GOOD, AUTHORIZER, AccessQuestions(GOOD, request_), transport=transport)
    noted = [(each.message, each.next_step) for each in caveats(passed) if each.id == "alpn-and-port"]
    assert noted == ([] if message is None else [(message, step)])


UNREAD = Unread("iot:DescribeDefaultAuthorizer", "AccessDeniedException")
UNNAMED = AuthorizerRequest("A", mqtt_context=MqttContext("u", "p", "c1"))
AROUND = Deployment(AUTHORIZER, Unread("lambda:GetFunctionConfiguration", "x"), None)


@pytest.mark.parametrize(
    ("request_", "default", "needs_name", "count"),
    [
        (UNNAMED, None, True, 1),
        (UNNAMED, None, False, 0),
        (REQUEST, None, True, 0),
        (AuthorizerRequest("A"), None, True, 0),
        (UNNAMED, replace(AROUND, default_authorizer=UNREAD), True, 1),
        (UNNAMED, replace(AROUND, default_authorizer="A"), True, 0),
    ],
)
def test_the_default_authorizer_is_asked_for_where_nothing_is_known_of_it(
    request_: AuthorizerRequest, default: Deployment | None, needs_name: bool, count: int
) -> None:
    invocation = Invocation(request_, Target(), GOOD, NOW, 0.1)
    transport = DeviceTransport(needs_name=needs_name)
    passed = Passed(invocation, GOOD, AUTHORIZER, AccessQuestions(GOOD, request_), default, transport)
    assert [each.id for each in caveats(passed)].count("default-authorizer") == count


@pytest.mark.parametrize(
    ("run", "noted"), [(None, False), (LocalRun("Python"), False), (LocalRun("Python", answered_text=True), True)]
)
def test_an_answer_that_was_json_text_is_noted(run: LocalRun | None, noted: bool) -> None:
    invocation = Invocation(REQUEST, Target(), GOOD, NOW, 0.1, local_run=run)
    passed = Passed(invocation, GOOD, AUTHORIZER, AccessQuestions(GOOD, REQUEST))
    assert ("json-text" in {each.id for each in caveats(passed)}) is noted


@pytest.mark.parametrize(
    ("identity", "arn", "warned"),
    [
        (Identity("1", "arn:aws:iam::1:root", "us-east-1"), AUTHORIZER.arn, True),
        (Identity("1", "arn:aws:iam::1:root", "eu-west-1"), AUTHORIZER.arn, False),
        (Identity("1", "arn:aws:iam::1:root", "us-east-1"), "", False),
        (Identity("1", "arn:aws:iam::1:root", "us-east-1"), "arn:aws:iot::1:authorizer/A", False),
        (None, AUTHORIZER.arn, False),
    ],
)
def test_the_caller_s_region_is_compared_with_the_authorizer_s(
    identity: Identity | None, arn: str, warned: bool
) -> None:
    authorizer = replace(AUTHORIZER, arn=arn)
    invocation = Invocation(UNNAMED, Target(), GOOD, NOW, 0.1, identity=identity)
    passed = Passed(invocation, GOOD, authorizer, AccessQuestions(GOOD, UNNAMED))
    assert ("other-region" in {each.id for each in caveats(passed)}) is warned


@pytest.mark.parametrize(
    ("http", "ids"),
    [
        (HttpContext(((AUTHORIZER_NAME, "A"),)), set()),
        (HttpContext(None, f"?{AUTHORIZER_NAME}=A"), {"query-string-mark"}),
        (HttpContext(((AUTHORIZER_NAME, "A"), ("a", "1")), ""), set()),
        (HttpContext(((AUTHORIZER_NAME.title(), "A"),)), {"header-case"}),
    ],
)
def test_what_differs_of_an_http_request(http: HttpContext, ids: set[str]) -> None:
    assert found(AuthorizerRequest("A", http_context=http)).keys() == ids


def of(request: AuthorizerRequest, outcome: Outcome, authorizer: Authorizer, id_: str) -> tuple[str, str]:
    invocation = Invocation(request, Target(), outcome, NOW, 4.26)
    passed = Passed(invocation, outcome, authorizer, AccessQuestions(outcome, request))
    caveat = next(each for each in caveats(passed) if each.id == id_)
    return caveat.message, caveat.next_step


def test_where_connecting_has_to_be_allowed() -> None:
    moved = replace(AUTHORIZER, arn="arn:aws:iot:eu-west-2:1:authorizer/A")
    assert of(REQUEST, GOOD, moved, "connect-elsewhere") == (
        "The client id 'c1' may connect, but not in the authorizer's region and account: the documents are for others, "
        "so its real connection is refused.",
        "Allow iot:Connect on arn:aws:iot:eu-west-2:1:client/c1.",
    )
    other = replace(REQUEST, mqtt_context=MqttContext("u", client_id="c2"))
    assert of(other, GOOD, AUTHORIZER, "no-connect") == (
        "No document allows iot:Connect for the client id 'c2': its real connection is refused.",
        "Allow iot:Connect on arn:aws:iot:REGION:ACCOUNT:client/c2.",
    )


def test_a_deny_is_not_answered_with_another_allow() -> None:
    denying = replace(GOOD, policy_documents=(POLICY, POLICY.replace("Allow", "Deny")))
    assert of(REQUEST, denying, AUTHORIZER, "no-connect") == (
        "A Deny applies to iot:Connect for the client id 'c1': its real connection is refused.",
        "Remove or narrow that Deny: no Allow overrides it.",
    )


@pytest.mark.parametrize(
    ("effect", "operator"),
    [("Allow", "IpAddress"), ("Allow", "NotIpAddress"), ("Deny", "IpAddress"), ("Deny", "NotIpAddress")],
)
def test_what_depends_on_the_connection_is_not_guessed(effect: str, operator: str) -> None:
    allowing = '{"Effect":"Allow","Action":"iot:*","Resource":"*"}'
    more = (
        f'"Effect":"{effect}","Action":"*","Resource":"*","Condition":{{"{operator}":{{"aws:SourceIp":"10.0.0.0/8"}}}}'
    )
    statements = f"{allowing},{{{more}}}" if effect == "Deny" else f"{{{more}}}"
    outcome = replace(GOOD, policy_documents=(f'{{"Version":"2012-10-17","Statement":[{statements}]}}',))
    assert found(outcome=outcome)["no-connect"] == "info"
    assert of(REQUEST, outcome, AUTHORIZER, "no-connect")[0] == (
        "Whether the client id 'c1' may connect depends on aws:SourceIp, unknown before it connects."
    )


def test_how_long_a_slow_call_took() -> None:
    assert of(REQUEST, GOOD, AUTHORIZER, "slow")[0] == (
        "The call took 4.3 s; AWS ends an authorizer's function after 5 seconds."
    )
