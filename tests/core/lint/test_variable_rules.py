from __future__ import annotations

from typing import Any

import pytest

from authlens.core.lint import variable_rules
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from support.lint_cases import Case, connects, findings, ids, messages, rule_cases, where
from support.policies import ARN, allow, deny, text

CASES = list(rule_cases(variable_rules.RULES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_rule_speaks_of_the_one_and_not_of_the_other(case: Case) -> None:
    assert case.rule in ids(case.fires, **case.known)
    assert case.rule not in ids(case.silent, **case.known)


NOT_A_VARIABLE = "is not a policy variable of AWS IoT"
NOT_A_KEY = "is not a condition key of AWS IoT"
NO_THING = "a connection with custom authentication alone: it has no thing"
NO_CERTIFICATE = "a connection without a client certificate"
TEMPLATE = "a template or format string should probably have replaced it"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (
            "AWS::Region",
            [
                (
                    "unknown-variable",
                    f"`${{AWS::Region}}` {NOT_A_VARIABLE}; a CloudFormation template should have replaced it (Fn::Sub)",
                )
            ],
        ),
        ("name", [("unknown-variable", f"`${{name}}` {NOT_A_VARIABLE}; {TEMPLATE}")]),
        (
            "iot:ClintId",
            [("unknown-variable", f"`${{iot:ClintId}}` {NOT_A_VARIABLE}; did you mean `iot:ClientId`?")],
        ),
        (
            "iot:Thing.thingName",
            [
                (
                    "unknown-variable",
                    f"`${{iot:Thing.thingName}}` {NOT_A_VARIABLE}; did you mean `iot:Connection.Thing.ThingName`?",
                )
            ],
        ),
        ("q:zzzz", [("unknown-variable", f"`${{q:zzzz}}` {NOT_A_VARIABLE}")]),
        ("iot:ClientId", []),
        ("aws:SourceIp", []),
        ("aws:VPCSourceIp", []),
        ("*", []),
        ("iot:clientId", [("variable-case", "AWS writes `iot:clientId` as `iot:ClientId`")]),
        ("AWS:SourceIp", [("variable-case", "AWS writes `AWS:SourceIp` as `aws:SourceIp`")]),
        (
            "iot:Connection.Thing.Attributes[a.b]",
            [("thing-variable", f"`${{iot:Connection.Thing.Attributes[a.b]}}` stays as text for {NO_THING}")],
        ),
        (
            "cognito-identity.amazonaws.com:sub",
            [("thing-variable", f"`${{cognito-identity.amazonaws.com:sub}}` stays as text for {NO_THING}")],
        ),
        (
            "iot:Certificate.Subject.CommonName, 'none'",
            [
                (
                    "certificate-variable",
                    f"`${{iot:Certificate.Subject.CommonName, 'none'}}` is always its default `none` for "
                    f"{NO_CERTIFICATE}",
                )
            ],
        ),
        (
            "iot:Connection.Thing.ThingName, 'x'",
            [
                (
                    "thing-variable",
                    f"`${{iot:Connection.Thing.ThingName, 'x'}}` is always its default `x` for {NO_THING}",
                )
            ],
        ),
        (
            "iot:certificate.subject.commonname.1",
            [
                (
                    "certificate-variable",
                    f"`${{iot:certificate.subject.commonname.1}}` stays as text for {NO_CERTIFICATE}",
                ),
                (
                    "variable-case",
                    "AWS writes `iot:certificate.subject.commonname` as `iot:Certificate.Subject.CommonName`",
                ),
            ],
        ),
        (
            "aws:username",
            [
                (
                    "global-variable",
                    "`${aws:username}` may have no value: AWS IoT's pages do not mention this key",
                )
            ],
        ),
    ],
)
def test_variables(name: str, found: list[tuple[str, str]]) -> None:
    assert [(one.id, one.message) for one in findings(connects(f"${{{name}}}")) if one.id in RULES] == found


RULES = {rule.id for rule in variable_rules.RULES}


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("foo", [("unknown-variable", f"`foo` {NOT_A_KEY}; {TEMPLATE}")]),
        ("AWS:x", [("unknown-variable", f"`AWS:x` {NOT_A_KEY}")]),
        ("aws:CurrentTime", []),
        ("iot:clientid", [("variable-case", "AWS writes `iot:clientid` as `iot:ClientId`")]),
        (
            "aws:username",
            [("global-variable", "`aws:username` may have no value: AWS IoT's pages do not mention this key")],
        ),
        (
            "iot:Connection.Thing.IsAttached",
            [("thing-variable", f"`iot:Connection.Thing.IsAttached` is absent from {NO_THING}")],
        ),
        ("iot:CertificateId", [("certificate-variable", f"`iot:CertificateId` is absent from {NO_CERTIFICATE}")]),
    ],
)
def test_condition_keys(key: str, found: list[tuple[str, str]]) -> None:
    variable = ("unknown-variable", 11, f"`${{q:zzzz}}` {NOT_A_VARIABLE}")
    expected = [*((rule, 10, message) for rule, message in found), variable]
    written = where("StringEquals", key, "${q:zzzz}")
    assert [(one.id, one.line, one.message) for one in findings(written) if one.id in RULES] == expected


def test_a_certificate_gives_keys_their_values() -> None:
    for key in ("iot:CertificateId", "iot:Connection.Thing.IsAttached", "cognito-identity.amazonaws.com:sub"):
        assert not ids(where("StringEquals", key, "a"), has_certificate=True) & RULES


def test_only_so_many_variables_of_one_text_are_examined() -> None:
    written = connects("".join(f"${{q:{number}}}" for number in range(51)))
    assert len(messages(written, "unknown-variable")) == 50


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


FILTERS = allow("iot:Subscribe", ["topicfilter/${iot:ClientId}/a", "topicfilter/x", "topic/${iot:ClientId}"])
ANY_CLIENT = "a client that connects as `+` subscribes to every client with `topicfilter/${iot:ClientId}/a`"


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ([allow("iot:Connect", "client/*"), FILTERS], [(13, ANY_CLIENT)]),
        ([allow("iot:*", "*"), FILTERS], [(13, ANY_CLIENT)]),
        ([allow("iot:Connect", "client/${iot:ClientId}"), FILTERS], [(13, ANY_CLIENT)]),
        ([allow("iot:Connect", "client/c1"), FILTERS], []),
        ([allow("iot:Connect", "topic/*"), FILTERS], []),
        ([allow("iot:Publish", "*"), FILTERS], []),
        ([deny("iot:Connect", "*"), FILTERS], []),
        ([allow("iot:Connect", "client/*"), FILTERS | {"Effect": "Deny"}], []),
        ([allow("iot:Connect", "client/*"), allow("iot:Subscribe", "topicfilter/${iot:DomainName}")], []),
        (
            [
                allow("iot:Connect", "client/*"),
                {"Effect": "Allow", "Action": "iot:Subscribe", "NotResource": f"{ARN}topicfilter/${{iot:ClientId}}"},
            ],
            [],
        ),
    ],
)
def test_a_filter_with_the_client_id_is_as_safe_as_the_connect(
    statements: list[dict[str, Any]], found: list[tuple[int, str]]
) -> None:
    hits = [one for one in findings(text(*statements)) if one.id == "client-id-in-filter"]
    assert "client-id-in-filter" not in ids(text(*statements, Version="2008-10-17"))
    assert [(one.line, one.message) for one in hits] == found


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
    written = text(allow("iot:Publish", ["topic/${iot:clientid}", "topic/${iot:DomainName}", "topic/a"]))
    found = [one.message for one in findings(written, **known) if one.id == "client-id-absent"]
    assert found == ["`${iot:clientid}` has no value for this request: HTTPS has no client id"] * expected


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("$(*)", "${*}"),
        ("$(?)", "${?}"),
        ("$($)", "${$}"),
        ("$(iot:DomainName)", "${iot:DomainName}"),
        ("$(x)", "${iot:ClientId}"),
        ("${iot:DomainName", "${iot:DomainName}"),
        ("${", "${iot:ClientId}"),
        ("${}", "${iot:ClientId}"),
        ("${ }", "${iot:ClientId}"),
    ],
)
def test_what_a_malformed_variable_means(written: str, meant: str) -> None:
    assert messages(connects(written), "malformed-variable") == [f"`{written}` is not a variable; write `{meant}`"]


@pytest.mark.parametrize(
    ("written", "quoted"),
    [("$iot:ClientId", "$"), (f"$({'x' * 40})", f"$({'x' * 38}"), ("${x${iot:ClientId}", "${x${")],
)
def test_only_the_malformed_part_is_quoted(written: str, quoted: str) -> None:
    assert messages(connects(written), "malformed-variable") == [
        f"`{quoted}` is not a variable; write `${{iot:ClientId}}`"
    ]


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
