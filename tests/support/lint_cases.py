"""For every lint rule, a text that it fires on and a text as similar as possible that it does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from authlens.core.lint.linter import lint
from authlens.core.lint.rule import LintedAnswer, LintFinding, LintRule, Surroundings
from authlens.core.policy import policy_file
from authlens.core.request.request import AuthorizerRequest, HttpContext
from support.policies import ARN, allow, deny, text


@dataclass(frozen=True)
class Case:
    rule: str
    fires: str
    """The text of a file: a document, several in a list, or an answer."""
    silent: str
    known: dict[str, Any] = field(default_factory=dict)
    """Members of `Surroundings`."""


CONNECT = allow("iot:Connect", "client/c1")
RECEIVE = allow("iot:Receive", "topic/a")


def answer(*documents: str, **members: Any) -> str:
    """An answer with its documents, as AWS returns it; a member that is None is left out."""
    whole = {
        "isAuthenticated": True,
        "principalId": "p1",
        "policyDocuments": list(documents or [text(CONNECT)]),
        "refreshAfterInSeconds": 300,
        "disconnectAfterInSeconds": 86400,
    } | members
    return json.dumps({name: value for name, value in whole.items() if value is not None}, indent=1)


def where(operator: str, key: str, *values: Any, action: str = "iot:Connect", resource: str = "client/c1") -> str:
    """A document with one statement that has one condition."""
    return text(allow(action, resource, Condition={operator: {key: list(values)}}))


def connects(client: str) -> str:
    return text(allow("iot:Connect", f"client/{client}"))


def publishes(resource: str) -> str:
    return text(CONNECT, allow("iot:Publish", resource))


def without(name: str) -> str:
    statement = {key: value for key, value in CONNECT.items() if key != name}
    return text(statement)


def rule_cases(rules: tuple[LintRule, ...]) -> Iterator[Case]:
    ids = {rule.id for rule in rules}
    return (case for case in CASES if case.rule in ids)


def findings(file_text: str, **known: Any) -> tuple[LintFinding, ...]:
    file = policy_file.read(file_text)
    return lint(
        file.documents, Surroundings(**known), LintedAnswer.of_node(file.answer, file.is_text) if file.answer else None
    )


def ids(file_text: str, **known: Any) -> set[str]:
    return {finding.id for finding in findings(file_text, **known)}


def messages(file_text: str, rule: str) -> list[str]:
    """The messages of one rule about a file."""
    return [finding.message for finding in findings(file_text) if finding.id == rule]


OTHER = {"region": "eu-west-1", "account": "999999999999"}
HTTPS = AuthorizerRequest("a", http_context=HttpContext())
BIG = "x" * 2048
SPACED = json.dumps(json.loads(text(CONNECT)), indent=400)
FULL = text(CONNECT)
DENY_FILTER = deny("iot:Subscribe", "topicfilter/b/c/*")
ALLOW_FILTER = allow("iot:Subscribe", "topicfilter/b/*")
ALLOW_TOPIC = allow("iot:Receive", "topic/b/*")

CASES = (
    # shape
    Case("json-syntax", '{"Version": "2012-10-17",}', FULL),
    Case("not-an-object", "[7]", f"[{FULL}]"),
    Case("missing-statement", '{"Version": "2012-10-17"}', FULL),
    Case("empty-statement", text(), FULL),
    Case("wrong-type", text(allow("iot:Connect", "client/c1") | {"Action": 7}), FULL),
    Case("missing-effect", without("Effect"), FULL),
    Case("invalid-effect", text(CONNECT | {"Effect": "allow"}), text(CONNECT | {"Effect": "Allow"})),
    Case("missing-action", without("Action"), FULL),
    Case("missing-resource", without("Resource"), FULL),
    Case("conflicting-keys", text(CONNECT | {"NotAction": "iot:Publish"}), FULL),
    Case("duplicate-key", '{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}', FULL),
    Case("unknown-key", text(CONNECT, Condition={}), text(CONNECT | {"Sid": "a"}, Id="b")),
    Case("principal", text(CONNECT | {"Principal": "*"}), FULL),
    Case("missing-version", json.dumps({"Statement": [CONNECT]}), FULL),
    Case("other-version", text(CONNECT, Version="2008-10-17"), FULL),
    Case("duplicate-sid", text(CONNECT | {"Sid": "a"}, RECEIVE | {"Sid": "a"}), text(CONNECT | {"Sid": "a"}, RECEIVE)),
    # ARNs
    Case("stringified-array", publishes(f'["{ARN}topic/a"]'), publishes("topic/[a]")),
    Case("malformed-arn", publishes("arn:aws:iot:us-east-1:1234:topic/a"), publishes("arn:aws:iot:*:*:topic/a")),
    Case("arn-without-service", publishes("arn:aws:us-east-1:123456789012:topic/a"), publishes("arn:aws:iot:*")),
    Case("slash-before-type", publishes("/topic/a"), publishes("topic//a")),
    Case("unknown-resource-type", publishes("topics/a"), publishes("topic*")),
    Case("unfilled-resource", connects("undefined"), connects("undefined-7")),
    Case("nameless-resource", publishes("topic/"), publishes("topic/a")),
    Case(
        "other-partition",
        publishes("arn:aws:iot:cn-north-1:123456789012:topic/a"),
        publishes("arn:aws-cn:iot:cn-north-1:123456789012:topic/a"),
    ),
    Case("other-region", publishes("topic/a"), text(allow("iot:Publish", "arn:aws:iot:*:999999999999:topic/a")), OTHER),
    Case(
        "several-places",
        text(CONNECT, allow("iot:Publish", "arn:aws:iot:us-west-2:*:topic/a")),
        text(CONNECT, allow("iot:Publish", "arn:aws:iot:*:*:topic/a")),
    ),
    Case("other-account", publishes("topic/a"), text(allow("iot:Publish", "arn:aws:iot:eu-west-1:*:topic/a")), OTHER),
    # actions
    Case("unknown-action", text(allow("iot:Conect", "client/c1")), text(allow("iot:Con*", "client/c1"))),
    Case("action-case", text(allow("iot:connect", "client/c1")), FULL),
    Case("variable-in-action", text(allow("iot:${a}", "client/c1")), FULL),
    Case("subscribe-on-topic", text(allow("iot:Subscribe", "topic/a")), text(allow("iot:Subscribe", "topicfilter/a"))),
    Case(
        "job-action-on-topic",
        text(allow("iot:UpdateJobExecution", "topic/a")),
        text(allow("iot:UpdateJobExecution", "thing/a")),
    ),
    Case(
        "job-action-prefix",
        text(allow("iot:UpdateJobExecution", "thing/a")),
        text(allow("iotjobsdata:UpdateJobExecution", "thing/a")),
    ),
    Case("action-resource-mismatch", text(allow("iot:Connect", "topic/c1")), text(allow("iot:Connect", "cl*"))),
    Case("job-action-over-https", text(allow("iot:UpdateJobExecution", "thing/a")), text(allow("iot:*", "thing/a"))),
    Case(
        "certificate-action",
        text(allow("iot:AssumeRoleWithCertificate", "rolealias/a")),
        text(deny("iot:AssumeRoleWithCertificate", "rolealias/a")),
    ),
    # variables
    Case("thing-variable", connects("${iot:Connection.Thing.ThingName}"), connects("${iot:ClientId}")),
    Case("certificate-variable", connects("${iot:Certificate.Subject.CommonName.2}"), connects("${iot:ClientId}")),
    Case("variable-case", connects("${iot:clientId}"), connects("${iot:ClientId}")),
    Case("unknown-variable", connects("${iot:Thing.ThingName}"), connects("${iot:ClientId}")),
    Case("global-variable", connects("${aws:username}"), connects("${aws:SourceIp}")),
    Case("malformed-variable", connects("${iot:ClientId"), connects("${iot:ClientId}")),
    Case(
        "client-id-in-filter",
        text(allow("iot:Connect", "client/*"), allow("iot:Subscribe", "topicfilter/${iot:ClientId}/a")),
        text(CONNECT, allow("iot:Subscribe", "topicfilter/${iot:ClientId}/a")),
    ),
    Case("client-id-absent", publishes("topic/${iot:ClientId}"), publishes("topic/a"), {"request": HTTPS}),
    # conditions
    Case("unknown-operator", where("StringEqual", "iot:ClientId", "a"), where("StringEquals", "iot:ClientId", "a")),
    Case("empty-condition", where("StringEquals", "iot:ClientId"), where("StringNotEquals", "iot:ClientId")),
    Case("condition-value", where("IpAddress", "aws:SourceIp", "here"), where("IpAddress", "aws:SourceIp", "::1/8")),
    Case("last-will-topic", where("ArnEquals", "iot:LastWillTopic", ARN), where("ArnEquals", "iot:DomainName", ARN)),
    Case(
        "for-all-values",
        where("ForAllValues:StringEquals", "iot:ConnectAttributes", "LastWill"),
        where("ForAnyValue:StringEquals", "iot:ConnectAttributes", "LastWill"),
    ),
    Case(
        "several-values",
        where("StringEquals", "iot:ConnectAttributes", "LastWill"),
        where("ForAnyValue:StringEquals", "iot:ConnectAttributes", "LastWill"),
    ),
    # statements
    Case(
        "covered-statement",
        text(allow("iot:Publish", "topic/a/b"), allow("iot:Publ*", "topic/a/*")),
        text(allow("iot:Publish", "topic/a/b"), allow("iot:Publ*", "topic/b/*")),
    ),
    Case(
        "cancelled-statement",
        text(CONNECT, deny("iot:*", "*")),
        text(CONNECT, deny("iot:*", "*", Condition={"Bool": {"a": "true"}})),
    ),
    Case("repeated-element", text(allow("iot:Connect", ["client/a", "client/a"])), FULL),
    Case("only-denies", text(deny("iot:Connect", "*")), FULL),
    Case("connect-missing", text(RECEIVE), text(RECEIVE, CONNECT)),
    Case("connect-refused", connects("c2"), connects("c1"), {"client_id": "c1"}),
    Case(
        "receive-missing",
        text(CONNECT, allow("iot:Subscribe", "topicfilter/a")),
        text(CONNECT, RECEIVE, allow("iot:Subscribe", "topicfilter/a")),
    ),
    Case(
        "publish-missing",
        text(CONNECT, allow("iot:RetainPublish", "topic/a")),
        text(CONNECT, allow(["iot:RetainPublish", "iot:Publish"], "topic/a")),
    ),
    Case(
        "broad-receive", text(CONNECT, allow("iot:Receive", "topic/*")), text(CONNECT, allow("iot:Receive", "topic/a*"))
    ),
    Case("mqtt-wildcard-in-topic", publishes("topic/a/#"), publishes("topic/a/*")),
    Case(
        "literal-filter",
        text(allow("iot:Subscribe", "topicfilter/a/+")),
        text(allow("iot:Subscribe", "topicfilter/a/*")),
    ),
    Case(
        "retain-on-reserved-topic",
        text(allow(["iot:Publish", "iot:RetainPublish"], "topic/$aws/a")),
        text(allow(["iot:Publish", "iot:Receive"], "topic/$aws/a")),
    ),
    Case("topic-too-deep", publishes("topic/1/2/3/4/5/6/7/8/9"), publishes("topic/1/2/3/4/5/6/7/8")),
    Case(
        "allow-with-not",
        text({"Effect": "Allow", "NotAction": "iot:Publish", "Resource": "*"}),
        text({"Effect": "Deny", "NotAction": "iot:Publish", "Resource": "*"}),
    ),
    # AWS's audit checks
    Case("overly-permissive", connects("*"), connects("c*")),
    Case(
        "mqtt-wildcard-in-deny",
        text(deny("iot:Subscribe", "topicfilter/a/#")),
        text(deny("iot:Subscribe", "topicfilter/a/*")),
    ),
    Case(
        "filter-around-deny",
        text(ALLOW_FILTER, DENY_FILTER, ALLOW_TOPIC),
        text(ALLOW_FILTER, DENY_FILTER, ALLOW_TOPIC, deny("iot:Receive", "topic/b/c/*")),
    ),
    # answers and limits
    Case("document-too-large", text(allow("iot:Publish", f"topic/{BIG}")), FULL),
    Case("document-large-with-space", SPACED, answer(SPACED)),
    Case("too-many-documents", f"[{','.join([FULL] * 11)}]", f"[{','.join([FULL] * 10)}]"),
    Case("json-text", json.dumps(answer()), answer()),
    Case("is-authenticated", answer(isAuthenticated="true"), answer(isAuthenticated=False)),
    Case("principal-id", answer(principalId="a-b"), answer(principalId="x" * 128)),
    Case("policy-documents", answer(policyDocuments={}), answer()),
    Case("no-documents", answer(policyDocuments=[]), answer(policyDocuments=[], isAuthenticated=False)),
    Case("refresh-range", answer(refreshAfterInSeconds=299), answer(refreshAfterInSeconds=300)),
    Case("disconnect-range", answer(disconnectAfterInSeconds=86401), answer(disconnectAfterInSeconds=86400)),
    Case(
        "never-refreshed",
        answer(refreshAfterInSeconds=600, disconnectAfterInSeconds=300),
        answer(refreshAfterInSeconds=600, disconnectAfterInSeconds=600),
    ),
    Case("unknown-member", answer(principalId=None, principalID="p"), answer(context={})),
    Case("context-member", answer(context={}), answer()),
)
