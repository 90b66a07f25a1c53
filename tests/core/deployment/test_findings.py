"""What is read of a deployment, and what it means for a device."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from authlens.core.deployment.deployment import Concurrency, Deployment, Domain, Function, Logging, Unread
from authlens.core.deployment.facts import facts
from authlens.core.deployment.findings import deployment_caveats
from authlens.core.request.authorizer import AUTHORIZER_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext

ARN = "arn:aws:iot:eu-west-1:111122223333:authorizer/A"
FUNCTION_ARN = "arn:aws:lambda:eu-west-1:111122223333:function:f"
AUTHORIZER = Authorizer("A", arn=ARN, function_arn=FUNCTION_ARN)
HOST = "abc-ats.iot.eu-west-1.amazonaws.com"
NAMED = AuthorizerRequest("A", mqtt_context=MqttContext(f"u?{AUTHORIZER_NAME}=A", "p", "c1"))
ALIASED = replace(AUTHORIZER, function_arn=f"{FUNCTION_ARN}:prod")


def policy(source: str = ARN, **members: Any) -> str:
    statement = {
        "Sid": "s1",
        "Effect": "Allow",
        "Principal": {"Service": "iot.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION_ARN,
        "Condition": {"ArnLike": {"AWS:SourceArn": source}},
    }
    return json.dumps({"Statement": [statement | members]})


GOOD = Deployment(AUTHORIZER, Function(FUNCTION_ARN, 3), policy(), default_authorizer="A", data_endpoint=HOST)
DENIED = "AccessDeniedException"


def on(host: str, request: AuthorizerRequest = NAMED) -> AuthorizerRequest:
    return replace(request, tls_context=TlsContext(host))


def domain(**members: Any) -> tuple[Domain, ...]:
    return (Domain("shop", "iot.example.com", **members),)


CASES: dict[str, tuple[Deployment, AuthorizerRequest, dict[str, str], str]] = {
    "nothing is wrong": (GOOD, NAMED, {}, ""),
    "no such function": (
        replace(GOOD, function=None, permission=None),
        NAMED,
        {"function-missing": "warning"},
        "update",
    ),
    "a failed function": (
        replace(GOOD, function=Function(FUNCTION_ARN, 3, "Failed", "no image")),
        NAMED,
        {"function-not-active": "warning"},
        "Failed (no image)",
    ),
    "an idle function": (
        replace(GOOD, function=Function(FUNCTION_ARN, 3, "Inactive")),
        NAMED,
        {"function-idle": "warning"},
        "the first call after an idle period fails",
    ),
    **{
        f"a function that is {state}": (
            replace(GOOD, function=Function(FUNCTION_ARN, 3, state)),
            NAMED,
            {"function-not-active": "warning"},
            f"state is {state}: it cannot be invoked",
        )
        for state in ("ActiveNonInvocable", "Deactivating", "Deactivated", "Deleting")
    },
    "five seconds will do": (replace(GOOD, function=Function(FUNCTION_ARN, 5)), NAMED, {}, ""),
    "a long timeout": (
        replace(GOOD, function=Function(FUNCTION_ARN, 30)),
        NAMED,
        {"function-timeout": "info"},
        "30 s, but AWS IoT ends",
    ),
    "no permission at all": (
        replace(GOOD, permission=None),
        NAMED,
        {"permission-missing": "warning"},
        f"aws lambda add-permission --function-name {FUNCTION_ARN} --principal iot.amazonaws.com --source-arn {ARN}",
    ),
    "only of another service": (
        replace(GOOD, permission=policy(Principal={"Service": "apigateway.amazonaws.com"})),
        NAMED,
        {"permission-missing": "warning"},
        "it only allows apigateway.amazonaws.com",
    ),
    "the function's own ARN": (
        replace(GOOD, permission=policy(FUNCTION_ARN)),
        NAMED,
        {"permission-source-arn": "warning"},
        "is the function's own ARN, and must be " + ARN,
    ),
    "another authorizer": (
        replace(GOOD, permission=policy(ARN.replace("/A", "/B"))),
        NAMED,
        {"permission-source-arn": "warning"},
        "is the authorizer 'B'",
    ),
    "another account's authorizer": (
        replace(GOOD, permission=policy(ARN.replace("111122223333", "444455556666"))),
        NAMED,
        {"permission-source-arn": "warning"},
        "is of account 444455556666",
    ),
    "another region's authorizer": (
        replace(GOOD, permission=policy(ARN.replace("eu-west-1", "us-east-1"))),
        NAMED,
        {"permission-source-arn": "warning"},
        "is of region us-east-1",
    ),
    "something else": (
        replace(GOOD, permission=policy("arn:aws:iot:eu-west-1:111122223333:rule/x")),
        NAMED,
        {"permission-source-arn": "warning"},
        "is not the authorizer's ARN",
    ),
    "another account": (
        replace(GOOD, permission=policy(Condition={"StringEquals": {"AWS:SourceAccount": "444455556666"}})),
        NAMED,
        {"permission-source-account": "warning"},
        "the authorizer's account is 111122223333",
    ),
    "every invocation is throttled": (
        replace(GOOD, concurrency=Concurrency(0)),
        NAMED,
        {"function-throttled": "warning"},
        f"aws lambda delete-function-concurrency --function-name {FUNCTION_ARN}",
    ),
    "few invocations at once": (
        replace(GOOD, concurrency=Concurrency(2)),
        NAMED,
        {"function-concurrency": "info"},
        "reserved concurrency is 2",
    ),
    "no reserved concurrency": (replace(GOOD, concurrency=Concurrency(None)), NAMED, {}, ""),
    "a dead alias": (
        replace(
            GOOD,
            authorizer=replace(AUTHORIZER, function_arn=f"{FUNCTION_ARN}:live"),
            function=None,
            permission=None,
            concurrency=Concurrency(None),
        ),
        NAMED,
        {"function-qualifier": "warning"},
        "names the alias 'live' of its function, which does not exist",
    ),
    "no AWS IoT log": (
        replace(GOOD, is_logging_read=True),
        replace(NAMED, mqtt_context=MqttContext(client_id="sensor 7")),
        {"iot-logging-off": "info"},
        "--log-target 'targetType=CLIENT_ID,targetName=sensor 7' --log-level DEBUG",
    ),
    "its log is switched off": (
        replace(GOOD, is_logging_read=True, logging=Logging("INFO", "ROLE", is_off=True)),
        NAMED,
        {"iot-logging-off": "info"},
        "set-v2-logging-options --role-arn ROLE --default-log-level ERROR",
    ),
    "its log is on": (replace(GOOD, is_logging_read=True, logging=Logging("ERROR")), NAMED, {}, ""),
    "an invalid certificate": (
        replace(GOOD, domains=domain(certificate_status="INVALID", certificate_detail="expired")),
        on("iot.example.com"),
        {"domain-certificate": "warning"},
        "is INVALID (expired): AWS IoT serves the last valid one",
    ),
    "TLS 1.3 only": (
        replace(GOOD, domains=domain(tls_policy="IoTSecurityPolicy_TLS13_1_3_2022_10")),
        NAMED,
        {"domain-tls-policy": "info"},
        "accepts only TLS 1.3",
    ),
    "domains that were not read": (
        replace(GOOD, undescribed=("d3", "d4")),
        on("other.example.com"),
        {"not-described": "info"},
        "d3, d4",
    ),
    "a denial": (
        replace(GOOD, permission=policy(Effect="Deny")),
        NAMED,
        {"permission-denied": "warning"},
        "'s1' of the function's resource policy denies iot.amazonaws.com permission to invoke it. Remove that",
    ),
    "a denial without a name": (
        replace(GOOD, permission=policy(Effect="Deny", Sid=None)),
        NAMED,
        {"permission-denied": "warning"},
        "The statement without a Sid of",
    ),
    "several other sources": (
        replace(GOOD, permission=policy(Condition={"ArnLike": {"aws:SourceArn": [f"{ARN}2", f"{ARN}3"]}})),
        NAMED,
        {"permission-source-arn": "warning"},
        "is not the authorizer's ARN, and must be",
    ),
    "a function's policy that names its aliases": (
        replace(GOOD, authorizer=ALIASED, permission=None, unqualified_permission=policy(Resource=f"{FUNCTION_ARN}:*")),
        NAMED,
        {"permission-unjudged": "info"},
        "does not evaluate a Resource with versions or aliases",
    ),
    "not JSON": (replace(GOOD, permission="x"), NAMED, {"permission-unreadable": "warning"}, "not a valid JSON policy"),
    "open to everybody": (
        replace(GOOD, permission=policy(Condition={})),
        NAMED,
        {"permission-open": "info"},
        "any authorizer of any account",
    ),
    "a condition of another kind": (
        replace(GOOD, permission=policy(Condition={"Bool": {"aws:SecureTransport": "true"}})),
        NAMED,
        {"permission-unjudged": "info"},
        "Bool aws:SecureTransport",
    ),
    "given to the function but not to its alias": (
        replace(GOOD, authorizer=ALIASED, permission=None, unqualified_permission=policy()),
        NAMED,
        {"permission-alias": "warning"},
        "refers to its alias 'prod'",
    ),
    "given to neither": (
        replace(GOOD, authorizer=ALIASED, permission=None, unqualified_permission=None),
        NAMED,
        {"permission-missing": "warning"},
        f"{FUNCTION_ARN}:prod",
    ),
    "nothing names it, and it is the default": (GOOD, AuthorizerRequest("A", "t", "s"), {}, ""),
    "nothing names it, and another is the default": (
        replace(GOOD, default_authorizer="B"),
        AuthorizerRequest("A", "t", "s"),
        {"default-authorizer": "info"},
        "uses the default, B",
    ),
    "nothing names it, and there is no default": (
        replace(GOOD, default_authorizer=None),
        AuthorizerRequest("A", "t", "s"),
        {"default-authorizer": "info"},
        "there is no default authorizer",
    ),
    "the domain's default comes before the account's": (
        replace(GOOD, default_authorizer="B", domains=domain(default_authorizer="A", allows_override=False)),
        on("iot.example.com", AuthorizerRequest("A", "t", "s")),
        {},
        "",
    ),
    "a domain that sends everybody elsewhere": (
        replace(GOOD, domains=domain(default_authorizer="B", allows_override=False)),
        on("iot.example.com"),
        {"domain-override": "warning"},
        "sends every device to B: its allowAuthorizerOverride is false",
    ),
    "a domain that is not the one meant": (
        replace(GOOD, domains=domain(default_authorizer="B", allows_override=False)),
        on(HOST),
        {},
        "",
    ),
    "a domain that may be meant": (
        replace(GOOD, domains=domain(default_authorizer="B", allows_override=False)),
        NAMED,
        {"domain-override": "info"},
        "shop (iot.example.com)",
    ),
    "a domain that lets devices choose": (
        replace(GOOD, domains=domain(default_authorizer="B", allows_override=True)),
        on("IOT.example.com"),
        {},
        "",
    ),
    "a domain without authorizer": (replace(GOOD, domains=domain()), on("iot.example.com"), {}, ""),
    "a disabled domain": (
        replace(GOOD, domains=domain(status="DISABLED")),
        on("iot.example.com"),
        {"domain-disabled": "warning"},
        "is DISABLED",
    ),
    "a domain for certificates": (
        replace(GOOD, domains=domain(authentication_type="AWS_X509")),
        on("iot.example.com"),
        {"domain-authentication": "warning"},
        "authenticates with AWS_X509",
    ),
    "a domain for another protocol": (
        replace(GOOD, domains=domain(application_protocol="HTTPS")),
        on("iot.example.com"),
        {"domain-protocol": "warning"},
        "only accepts HTTPS",
    ),
    "a domain for MQTT, asked over HTTP": (
        replace(GOOD, domains=domain(application_protocol="SECURE_MQTT")),
        on("iot.example.com", AuthorizerRequest("A", http_context=HttpContext(((AUTHORIZER_NAME, "A"),)))),
        {"domain-protocol": "warning"},
        "only accepts MQTT over TLS",
    ),
    "a domain for MQTT": (
        replace(GOOD, domains=domain(application_protocol="SECURE_MQTT")),
        on("iot.example.com"),
        {},
        "",
    ),
    "a domain for MQTT, asked over a WebSocket": (
        replace(GOOD, domains=domain(application_protocol="SECURE_MQTT")),
        on("iot.example.com", replace(NAMED, http_context=HttpContext((("sec-websocket-protocol", "mqtt"),)))),
        {"domain-protocol": "warning"},
        "only accepts MQTT over TLS",
    ),
    "a domain for WebSockets, asked over HTTP": (
        replace(GOOD, domains=domain(application_protocol="MQTT_WSS")),
        on("iot.example.com", AuthorizerRequest("A", http_context=HttpContext(((AUTHORIZER_NAME, "A"),)))),
        {"domain-protocol": "warning"},
        "only accepts MQTT over WebSocket",
    ),
    **{
        f"the account's endpoint as {host}": (GOOD, on(host), {}, "")
        for host in (
            HOST.upper(),
            "abc.iot.eu-west-1.amazonaws.com",
            "abc.iot-fips.eu-west-1.amazonaws.com",
            "abc-ats.iot-fips.eu-west-1.amazonaws.com",
        )
    },
    **{
        f"an endpoint that is another's, {host}": (GOOD, on(host), {"server-name-unknown": "warning"}, "iot:Data")
        for host in (
            "abd-ats.iot.eu-west-1.amazonaws.com",
            "abc-ats.iot.eu-west-2.amazonaws.com",
            "abc.s3.amazonaws.com",
        )
    },
    "a host that is nobody's": (GOOD, on("example.org"), {"server-name-unknown": "warning"}, f"Use {HOST}"),
    "the data endpoint": (GOOD, on(HOST.upper()), {}, ""),
    "a host that cannot be judged": (
        replace(GOOD, data_endpoint=Unread("iot:DescribeEndpoint", DENIED)),
        on("example.org"),
        {"not-read": "info"},
        "iot:DescribeEndpoint (AccessDeniedException)",
    ),
    "nothing could be read": (
        Deployment(
            AUTHORIZER,
            Unread("lambda:GetFunctionConfiguration", DENIED),
            Unread("lambda:GetPolicy", DENIED),
            default_authorizer=Unread("iot:DescribeDefaultAuthorizer", DENIED),
            domains=Unread("iot:ListDomainConfigurations", DENIED),
            data_endpoint=Unread("iot:DescribeEndpoint", "timed out"),
        ),
        on("example.org", AuthorizerRequest("A", "t", "s")),
        {"not-read": "info"},
        "lambda:GetPolicy (AccessDeniedException)",
    ),
}


@pytest.mark.parametrize(("deployment", "request_", "expected", "words"), CASES.values(), ids=CASES.keys())
def test_a_deployment_is_judged(
    deployment: Deployment, request_: AuthorizerRequest, expected: dict[str, str], words: str
) -> None:
    found = deployment_caveats(deployment, request_)
    assert {caveat.id: caveat.severity for caveat in found} == expected
    assert words in " ".join(f"{caveat.message} {caveat.next_step}" for caveat in found)


@pytest.mark.parametrize("deployment", [case[0] for case in CASES.values()], ids=CASES.keys())
def test_every_fact_is_a_sentence(deployment: Deployment) -> None:
    found = facts(deployment)
    assert {fact.id for fact in found} >= {"function", "permission", "default-authorizer", "data-endpoint"}
    assert all(fact.text.endswith(".") for fact in found)
    assert sum(not fact.is_read for fact in found) == len(deployment.unread)


def test_a_domain_tells_where_it_sends_devices() -> None:
    deployment = replace(GOOD, domains=domain(default_authorizer="B", allows_override=False))
    assert facts(deployment)[-1].text == (
        "Domain configuration shop (iot.example.com, ENABLED): default authorizer B, devices may not name another; "
        "authentication DEFAULT, protocol DEFAULT. MQTT over TLS needs ALPN mqtt there."
    )
    mqtt = domain(application_protocol="SECURE_MQTT", certificate_status="VALID", tls_policy="P")
    assert facts(replace(GOOD, domains=mqtt))[-1].text.endswith(
        "protocol SECURE_MQTT, certificate VALID, TLS policy P. MQTT over TLS needs no ALPN there."
    )
    reserved = facts(replace(GOOD, concurrency=Concurrency(3), logging=Logging("ERROR"), is_logging_read=True))
    assert [each.text.partition(" Whether")[0] for each in reserved[-2:]] == [
        "The function's reserved concurrency is 3.",
        "AWS IoT logs at level ERROR.",
    ]


def test_without_the_arns_the_permission_is_asked_for_without_a_command() -> None:
    nowhere = Deployment(Authorizer("A"), Function(FUNCTION_ARN, 3), None)
    assert next(iter(deployment_caveats(nowhere, NAMED))).next_step == "Add the permission."


MQTT, PLAIN = MqttContext(f"u?{AUTHORIZER_NAME}=A"), HttpContext(((AUTHORIZER_NAME, "A"),))


def headers(name: str) -> HttpContext:
    return HttpContext(((AUTHORIZER_NAME, "A"), (name, "x")))


@pytest.mark.parametrize(
    ("protocol", "mqtt", "http", "is_carried"),
    [
        ("DEFAULT", MQTT, PLAIN, True),
        ("HTTPS", MQTT, None, False),
        ("HTTPS", MQTT, PLAIN, False),
        ("HTTPS", None, PLAIN, True),
        ("MQTT_WSS", MQTT, None, True),
        ("MQTT_WSS", MQTT, PLAIN, True),
        ("MQTT_WSS", None, PLAIN, False),
        ("MQTT_WSS", None, HttpContext(None, f"?{AUTHORIZER_NAME}=A"), False),
        ("MQTT_WSS", None, headers("Upgrade"), True),
        ("MQTT_WSS", None, headers("sec-websocket-protocol"), True),
        ("MQTT_WSS", None, headers("Sec-WebSocket-Key"), True),
        ("MQTT_WSS", None, headers("sec-fetch-mode"), False),
        ("SECURE_MQTT", MQTT, None, True),
        ("SECURE_MQTT", MQTT, PLAIN, False),
        ("SECURE_MQTT", None, PLAIN, False),
    ],
)
def test_what_a_domain_s_protocol_carries(
    protocol: str, mqtt: MqttContext | None, http: HttpContext | None, is_carried: bool
) -> None:
    deployment = replace(GOOD, domains=domain(application_protocol=protocol))
    request = on("iot.example.com", AuthorizerRequest("A", http_context=http, mqtt_context=mqtt))
    found = [caveat.id for caveat in deployment_caveats(deployment, request)]
    assert found == ([] if is_carried else ["domain-protocol"])


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "d1."),
        (5, "d1, d2, d3, d4, d5."),
        (6, "d1, d2, d3, d4, d5 and 1 more."),
        (7, "d1, d2, d3, d4, d5 and 2 more."),
    ],
)
def test_the_first_five_domains_that_were_not_read_are_named(count: int, words: str) -> None:
    names = tuple(f"d{number}" for number in range(1, count + 1))
    (found,) = deployment_caveats(replace(GOOD, undescribed=names), NAMED)
    assert found.message == f"Domain configurations not read, because at most ten calls are made: {words}"
