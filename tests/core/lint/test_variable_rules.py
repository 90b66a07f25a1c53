from __future__ import annotations

from typing import Any

import pytest

from authlens.core.lint import variable_rules
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from support.lint_cases import Case, connects, findings, ids, messages, rule_cases, where
from support.policies import allow, text

CASES = list(rule_cases(variable_rules.RULES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_rule_speaks_of_the_one_and_not_of_the_other(case: Case) -> None:
    assert case.rule in ids(case.fires, **case.known)
    assert case.rule not in ids(case.silent, **case.known)


@pytest.mark.parametrize(
    ("written", "rule", "words"),
    [
        (connects("${AWS::Region}"), "unknown-variable", "a CloudFormation template should have replaced it"),
        (connects("${name}"), "unknown-variable", "a template or format string"),
        (connects("${iot:ClientID.x}"), "unknown-variable", "did you mean `iot:ClientId`?"),
        (connects("${iot:Thing.ThingName}"), "unknown-variable", "did you mean `iot:Connection.Thing.ThingName`?"),
        (connects("${q:zzzz}"), "unknown-variable", "is not a policy variable of AWS IoT"),
        (where("StringEquals", "iot:clientid", "a"), "variable-case", "AWS writes `iot:clientid` as `iot:ClientId`"),
        (where("StringEquals", "foo", "a"), "unknown-variable", "`foo` is not a condition key"),
        (where("StringEquals", "aws:CurrentTime", "${iot:Thing.X}"), "unknown-variable", "`${iot:Thing.X}`"),
        (where("Bool", "iot:Connection.Thing.IsAttached", "true"), "thing-variable", "is absent from a connection"),
        (connects("${iot:Connection.Thing.Attributes[a.b]}"), "thing-variable", "stays as text"),
        (where("Bool", "iot:Certificate.AvailableKeys", "a"), "certificate-variable", "is absent from a connection"),
        (connects("$(iot:ClientId)"), "malformed-variable", "`$(iot:ClientId)` is not a variable"),
        (connects("$iot:ClientId"), "malformed-variable", "`$` is not a variable"),
        (connects("a${}"), "malformed-variable", "`${}` is not a variable"),
    ],
)
def test_messages(written: str, rule: str, words: str) -> None:
    assert any(words in message for message in messages(written, rule))


def test_a_finding_points_at_its_variable() -> None:
    tail = '\\u0041"*?${*}${iot:x}/${iot:x}${iot:ClientId}${iot:x'
    written = text(allow("iot:Connect", "client/${iot:ClientId}")).replace("${iot:ClientId}", tail.replace('"', '\\"'))
    line = written.splitlines()[6]
    found = [one for one in findings(written) if one.id == "unknown-variable"]
    assert [(one.line, one.column) for one in found] == [
        (7, line.index("${iot:x}") + 1),
        (7, line.rindex("${iot:x}") + 1),
    ]
    assert [written[one.span.start : one.span.end] for one in found if one.span] == ["${iot:x}", "${iot:x}"]


@pytest.mark.parametrize("name", ["Subject.Organization.List", "Issuer.CommonName.0", "SerialNumber", "AvailableKeys"])
def test_the_certificate_variables_of_the_guide_are_known(name: str) -> None:
    assert not messages(connects(f"${{iot:Certificate.{name}}}"), "unknown-variable")


@pytest.mark.parametrize(
    ("connect", "expected"),
    [("client/${iot:ClientId}", 1), ("*", 1), ("client/c1", 0), ("topic/*", 0)],
)
def test_a_filter_with_the_client_id_is_as_safe_as_the_connect(connect: str, expected: int) -> None:
    written = text(allow("iot:Connect", connect), allow("iot:Subscribe", "topicfilter/${iot:ClientId}"))
    assert len(messages(written, "client-id-in-filter")) == expected


def test_a_free_choice_of_id_needs_connect() -> None:
    written = text(allow("iot:Publish", "*"), allow("iot:Subscribe", "topicfilter/${iot:ClientId}"))
    assert not messages(written, "client-id-in-filter")


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, False),
        ({"request": AuthorizerRequest("a", token="t")}, False),
        ({"request": AuthorizerRequest("a", http_context=HttpContext())}, True),
        ({"request": AuthorizerRequest("a", http_context=HttpContext()), "client_id": "c1"}, False),
        ({"request": AuthorizerRequest("a", http_context=HttpContext(), mqtt_context=MqttContext("u"))}, False),
    ],
    ids=["no request", "token", "https", "https with a client id", "websocket"],
)
def test_only_https_has_no_client_id(known: dict[str, Any], expected: bool) -> None:
    assert ("client-id-absent" in ids(text(allow("iot:Publish", "topic/${iot:ClientId}")), **known)) is expected


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("$(*)", "${*}"),
        ("$(?)", "${?}"),
        ("$($)", "${$}"),
        ("$(iot:DomainName)", "${iot:DomainName}"),
        ("$(x)", "${iot:ClientId}"),
    ],
)
def test_what_a_malformed_variable_means(written: str, meant: str) -> None:
    assert messages(connects(written), "malformed-variable") == [f"`{written}` is not a variable; write `{meant}`"]


@pytest.mark.parametrize("key", ["aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp", "aws:VPCSourceIp", "iot:Topic"])
def test_keys_that_aws_names_have_no_finding(key: str) -> None:
    assert not ids(where("StringEquals", key, "a")) & {"global-variable", "unknown-variable", "variable-case"}


@pytest.mark.parametrize(
    "name",
    ["iot:CertificateId", "iot:Connection.Thing.ThingName", "iot:Certificate.Subject.AlternativeName.IPAddress"],
)
def test_what_a_certificate_brings_is_not_an_error(name: str) -> None:
    found = [one.severity for one in findings(connects(f"${{{name}}}")) if one.id.endswith("-variable")]
    assert found == ["warning"]
    assert not ids(connects(f"${{{name}}}"), has_certificate=True) & {"thing-variable", "certificate-variable"}
