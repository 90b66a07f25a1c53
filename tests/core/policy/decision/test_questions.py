"""Questions whose answers follow from AWS's pages on AWS IoT policies and from IAM's rules for conditions.

Each policy is asked several things; `+` allowed, `-` denied by default, `!` denied explicitly.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from authlens.core.policy.decision.decide import decide
from authlens.core.policy.document import parse
from authlens.core.policy.matching import DecisionWord
from support.policies import ARN

WORDS = {"+": DecisionWord.ALLOWED, "-": DecisionWord.IMPLICIT_DENY, "!": DecisionWord.EXPLICIT_DENY}
Context = dict[str, tuple[str, ...]]
Row = tuple[str, str, Context]


def one(action: Any, resource: Any, condition: Any = None, effect: str = "Allow") -> dict[str, Any]:
    """A statement; tails are completed."""
    tails = [resource] if isinstance(resource, str) else resource
    whole = [tail if tail == "*" or tail.startswith("arn:") else ARN + tail for tail in tails]
    more = {} if condition is None else {"Condition": condition}
    return {"Effect": effect, "Action": action, "Resource": whole, **more}


def when(operator: str, key: str, value: Any, action: str = "iot:Connect", resource: str = "*") -> dict[str, Any]:
    return one(action, resource, {operator: {key: value}})


CONNECT = "iot:Connect client/c1"
PUBLISH_A = "iot:Publish topic/a"
ME: Context = {"iot:ClientId": ("c1",)}


def seen(key: str, *values: str) -> Context:
    return {key: values}


ALLOW_ALL = one("iot:*", "*")
TOPIC = "iot:LastWillTopic"
ATTRIBUTES = "iot:ConnectAttributes"
IP = "aws:SourceIp"
NOW = "aws:CurrentTime"

QUESTIONS: dict[str, tuple[list[dict[str, Any]], list[Row]]] = {
    # Wildcards of resources and actions
    "* reaches over levels, and over nothing": (
        [one("iot:Publish", "topic/a/*/z")],
        [
            ("+", "iot:Publish topic/a/b/z", {}),
            ("+", "iot:Publish topic/a/b/c/z", {}),
            ("+", "iot:Publish topic/a//z", {}),
            ("-", "iot:Publish topic/a/z", {}),
            ("-", "iot:Publish topic/a/b/zz", {}),
        ],
    ),
    "? is one character, a slash too": (
        [one("iot:Publish", "topic/a?c")],
        [
            ("+", "iot:Publish topic/abc", {}),
            ("+", "iot:Publish topic/a/c", {}),
            ("+", "iot:Publish topic/aéc", {}),
            ("-", "iot:Publish topic/ac", {}),
            ("-", "iot:Publish topic/abbc", {}),
        ],
    ),
    "several stars that overlap": (
        [one("iot:Publish", "topic/*ab*ab*")],
        [
            ("+", "iot:Publish topic/abab", {}),
            ("+", "iot:Publish topic/xabyabz", {}),
            ("-", "iot:Publish topic/aba", {}),
            ("-", "iot:Publish topic/ab", {}),
        ],
    ),
    "+ and # are characters": (
        [one(["iot:Subscribe", "iot:Publish"], ["topicfilter/a/+/b", "topicfilter/c/#", "topic/d/+"])],
        [
            ("+", "iot:Subscribe topicfilter/a/+/b", {}),
            ("-", "iot:Subscribe topicfilter/a/x/b", {}),
            ("+", "iot:Subscribe topicfilter/c/#", {}),
            ("-", "iot:Subscribe topicfilter/c/x", {}),
            ("-", "iot:Publish topic/d/x", {}),
        ],
    ),
    "a grant of * covers filters with wildcards": (
        [one("iot:Subscribe", "topicfilter/a/*")],
        [
            ("+", "iot:Subscribe topicfilter/a/#", {}),
            ("+", "iot:Subscribe topicfilter/a/+/b", {}),
            ("-", "iot:Subscribe topicfilter/#", {}),
            ("-", "iot:Subscribe topicfilter/+/b", {}),
        ],
    ),
    "actions without case, with wildcards": (
        [one(["IOT:PUB*", "iot:c?nnect"], "*")],
        [
            ("+", PUBLISH_A, {}),
            ("+", CONNECT, {}),
            ("-", "iot:Subscribe topicfilter/a", {}),
            ("-", "iot:RetainPublish topic/a", {}),
        ],
    ),
    "iot:*Publish is both kinds": (
        [one("iot:*Publish", "topic/a")],
        [("+", PUBLISH_A, {}), ("+", "iot:RetainPublish topic/a", {}), ("-", "iot:Receive topic/a", {})],
    ),
    "iot:* covers no other service": (
        [one("iot:*", "*")],
        [
            ("+", "iot:DeleteConnection client/c1", {}),
            ("-", "iotjobsdata:DescribeJobExecution thing/t", {}),
            ("-", "greengrass:Discover *", {}),
        ],
    ),
    "every action": (
        [one("*", "*")],
        [("+", "iotjobsdata:UpdateJobExecution thing/t", {}), ("+", "greengrass:Discover *", {}), ("+", CONNECT, {})],
    ),
    "the prefix is literal": (
        [one("i*:Publish", "*"), one("iot*", "*")],
        [("-", PUBLISH_A, {})],
    ),
    # ARNs
    "resources match with case, actions without": (
        [one("iot:publish", "topic/Room")],
        [("+", "iot:Publish topic/Room", {}), ("-", "iot:Publish topic/room", {})],
    ),
    "another region, account, partition or service": (
        [
            one(
                "iot:Publish",
                [
                    "arn:aws:iot:eu-west-1:123456789012:topic/a",
                    "arn:aws:iot:us-east-1:999999999999:topic/a",
                    "arn:aws-cn:iot:us-east-1:123456789012:topic/a",
                    "arn:aws:iotdata:us-east-1:123456789012:topic/a",
                    "arn:aws:us-east-1:123456789012:topic/a",
                ],
            )
        ],
        [("-", PUBLISH_A, {})],
    ),
    "wildcards in the fields of an ARN": (
        [one("iot:Publish", "arn:aws:iot:*:*:topic/a"), one("iot:Subscribe", "arn:aws:iot:us-*:1234*:topicfilter/?")],
        [("+", PUBLISH_A, {}), ("+", "iot:Subscribe topicfilter/a", {}), ("-", "iot:Subscribe topicfilter/ab", {})],
    ),
    "a whole account": (
        [one("iot:*", "arn:aws:iot:us-east-1:123456789012:*")],
        [("+", CONNECT, {}), ("+", PUBLISH_A, {}), ("+", "iot:Subscribe topicfilter/#", {})],
    ),
    "each action has its type": (
        [one(["iot:Subscribe", "iot:Receive", "iot:Connect"], ["topic/a", "topic/c1"])],
        [
            ("-", "iot:Subscribe topicfilter/a", {}),
            ("+", "iot:Receive topic/a", {}),
            ("-", CONNECT, {}),
        ],
    ),
    "slashes count": (
        [one("iot:Publish", ["topic/a/", "topic//b"])],
        [
            ("-", PUBLISH_A, {}),
            ("+", "iot:Publish topic/a/", {}),
            ("-", "iot:Publish topic/b", {}),
            ("+", "iot:Publish topic//b", {}),
        ],
    ),
    "not a prefix": (
        [one("iot:Connect", "client/c")],
        [("-", CONNECT, {}), ("+", "iot:Connect client/c", {})],
    ),
    "a thing and its named shadows": (
        [one("iot:GetThingShadow", ["thing/t", "thing/u/*"])],
        [
            ("+", "iot:GetThingShadow thing/t", {}),
            ("-", "iot:GetThingShadow thing/t/one", {}),
            ("+", "iot:GetThingShadow thing/u/one", {}),
            ("-", "iot:GetThingShadow thing/u", {}),
        ],
    ),
    "special characters in a name": (
        [one("iot:Publish", ["topic/a%2Fb", "topic/grüße 1", "topic/a.b", "topic/$aws/rules/r"])],
        [
            ("-", "iot:Publish topic/a/b", {}),
            ("+", "iot:Publish topic/grüße 1", {}),
            ("-", "iot:Publish topic/axb", {}),
            ("+", "iot:Publish topic/$aws/rules/r", {}),
        ],
    ),
    # NotAction, NotResource, Deny
    "all actions but one": (
        [{"Effect": "Allow", "NotAction": ["iot:Publish", "iot:Retain*"], "Resource": "*"}],
        [
            ("-", PUBLISH_A, {}),
            ("-", "iot:RetainPublish topic/a", {}),
            ("+", CONNECT, {}),
            ("+", "greengrass:Discover *", {}),
        ],
    ),
    "a Deny of all actions but one": (
        [ALLOW_ALL, {"Effect": "Deny", "NotAction": "iot:Connect", "Resource": "*"}],
        [("+", CONNECT, {}), ("!", PUBLISH_A, {})],
    ),
    "all resources but some": (
        [{"Effect": "Allow", "Action": "iot:Publish", "NotResource": [f"{ARN}topic/admin/*", f"{ARN}topic/x"]}],
        [
            ("+", PUBLISH_A, {}),
            ("-", "iot:Publish topic/admin/1", {}),
            ("-", "iot:Publish topic/x", {}),
            ("+", "iot:Publish topic/admin", {}),
        ],
    ),
    "a Deny of all resources but one": (
        [ALLOW_ALL, {"Effect": "Deny", "Action": "iot:Publish", "NotResource": f"{ARN}topic/a"}],
        [("+", PUBLISH_A, {}), ("!", "iot:Publish topic/b", {}), ("+", CONNECT, {})],
    ),
    "a Deny with a literal + is bypassed": (
        [ALLOW_ALL, one("iot:Subscribe", "topicfilter/a/+/secret", None, "Deny")],
        [("!", "iot:Subscribe topicfilter/a/+/secret", {}), ("+", "iot:Subscribe topicfilter/a/b/secret", {})],
    ),
    "a Deny on an unmet condition": (
        [ALLOW_ALL, {**when("StringEquals", IP, "10.0.0.1"), "Effect": "Deny"}],
        [("+", CONNECT, {}), ("!", CONNECT, seen(IP, "10.0.0.1"))],
    ),
    "a Deny whose variable has no value": (
        [ALLOW_ALL, one("iot:Publish", "topic/${iot:ClientId}", None, "Deny")],
        [("+", "iot:Publish topic/c1", {}), ("!", "iot:Publish topic/c1", ME)],
    ),
    # Variables
    "the client id in a resource": (
        [one("*", ["client/${iot:ClientId}", "topic/${iot:ClientId}/*"])],
        [
            ("+", CONNECT, ME),
            ("-", "iot:Connect client/c2", ME),
            ("-", CONNECT, {}),
            ("+", "iot:Publish topic/c1/x", ME),
            ("-", "iot:Publish topic/c12/x", ME),
        ],
    ),
    "names of keys are found without case": (
        [one("iot:Connect", "client/${IOT:clientid}")],
        [("+", CONNECT, ME)],
    ),
    "wildcards in a value are characters": (
        [one("iot:*", ["topic/${iot:ClientId}", "topicfilter/${iot:ClientId}/x"])],
        [
            ("-", PUBLISH_A, seen("iot:ClientId", "*")),
            ("+", "iot:Publish topic/*", seen("iot:ClientId", "*")),
            ("-", "iot:Publish topic/b", seen("iot:ClientId", "?")),
            ("+", "iot:Subscribe topicfilter/+/x", seen("iot:ClientId", "+")),
        ],
    ),
    "a variable of several values stays text": (
        [one("iot:Publish", "topic/${iot:ClientId}")],
        [
            ("-", "iot:Publish topic/c1", seen("iot:ClientId", "c1", "c2")),
            ("-", "iot:Publish topic/c1", seen("iot:ClientId")),
        ],
    ),
    "a default value": (
        [one("iot:Publish", "topic/${iot:DomainName, 'none'}/x")],
        [("+", "iot:Publish topic/none/x", {}), ("+", "iot:Publish topic/d/x", seen("iot:DomainName", "d"))],
    ),
    "escaped wildcards": (
        [one("iot:Publish", ["topic/a${*}b", "topic/c${?}", "topic/${$}{x}"])],
        [
            ("+", "iot:Publish topic/a*b", {}),
            ("-", "iot:Publish topic/axb", {}),
            ("+", "iot:Publish topic/c?", {}),
            ("-", "iot:Publish topic/cx", {}),
            ("+", "iot:Publish topic/${x}", {}),
        ],
    ),
    "thing variables have values with a certificate": (
        [one("iot:Connect", "client/${iot:Connection.Thing.ThingName}")],
        [
            ("-", CONNECT, ME),
            ("+", CONNECT, {**ME, "iot:Connection.Thing.ThingName": ("c1",)}),
        ],
    ),
    "a thing attribute": (
        [one("iot:Publish", "topic/${iot:Connection.Thing.Attributes[site]}/x")],
        [
            ("+", "iot:Publish topic/s1/x", seen("iot:Connection.Thing.Attributes[site]", "s1")),
            ("-", "iot:Publish topic/s1/x", seen("iot:Connection.Thing.Attributes[other]", "s1")),
        ],
    ),
    # Conditions
    "equality of text": (
        [when("StringEquals", "iot:DomainName", ["d1", "d2"])],
        [
            ("+", CONNECT, seen("iot:DomainName", "d2")),
            ("-", CONNECT, seen("iot:DomainName", "D2")),
            ("-", CONNECT, {}),
        ],
    ),
    "equality without case": (
        [when("StringEqualsIgnoreCase", "iot:DomainName", "Data.Example.com")],
        [("+", CONNECT, seen("iot:DomainName", "data.example.COM"))],
    ),
    "no wildcards in StringEquals": (
        [when("StringEquals", "iot:DomainName", "d*")],
        [("-", CONNECT, seen("iot:DomainName", "d1")), ("+", CONNECT, seen("iot:DomainName", "d*"))],
    ),
    "wildcards in StringLike": (
        [when("StringLike", "iot:DomainName", "d?.*")],
        [
            ("+", CONNECT, seen("iot:DomainName", "d1.")),
            ("-", CONNECT, seen("iot:DomainName", "D1.x")),
            ("-", CONNECT, seen("iot:DomainName", "d.x")),
        ],
    ),
    "negated operators hold for an absent key": (
        [when("StringNotEquals", "iot:DomainName", ["d1", "d2"])],
        [
            ("+", CONNECT, {}),
            ("-", CONNECT, seen("iot:DomainName", "d2")),
            ("+", CONNECT, seen("iot:DomainName", "d3")),
        ],
    ),
    "StringNotLike": (
        [when("StringNotLike", "iot:DomainName", "test-*")],
        [
            ("-", CONNECT, seen("iot:DomainName", "test-1")),
            ("+", CONNECT, seen("iot:DomainName", "live")),
            ("+", CONNECT, {}),
        ],
    ),
    "IfExists": (
        [when("StringEqualsIfExists", "iot:DomainName", "d1")],
        [
            ("+", CONNECT, {}),
            ("+", CONNECT, seen("iot:DomainName", "d1")),
            ("-", CONNECT, seen("iot:DomainName", "d2")),
        ],
    ),
    "Null": (
        [
            when("Null", "iot:Connection.Thing.ThingName", "true"),
            when("Null", "iot:DomainName", "false", "iot:Publish"),
        ],
        [
            ("+", CONNECT, {}),
            ("-", CONNECT, seen("iot:Connection.Thing.ThingName", "t")),
            ("-", PUBLISH_A, {}),
            ("+", PUBLISH_A, seen("iot:DomainName", "d")),
        ],
    ),
    "values that are not text": (
        [when("Bool", "iot:Connection.Thing.IsAttached", True), when("NumericLessThan", "x", 7, "iot:Publish")],
        [
            ("+", CONNECT, seen("iot:Connection.Thing.IsAttached", "true")),
            ("-", CONNECT, seen("iot:Connection.Thing.IsAttached", "false")),
            ("-", CONNECT, {}),
            ("+", PUBLISH_A, seen("x", "6.5")),
            ("-", PUBLISH_A, seen("x", "7")),
            ("-", PUBLISH_A, seen("x", "six")),
        ],
    ),
    "numbers": (
        [when("NumericEquals", "x", "10"), when("NumericGreaterThanEquals", "x", "3", "iot:Publish")],
        [("+", CONNECT, seen("x", "10.0")), ("+", PUBLISH_A, seen("x", "3")), ("-", PUBLISH_A, seen("x", "-4"))],
    ),
    "dates": (
        [when("DateLessThan", NOW, "2027-01-01T00:00:00Z"), when("DateGreaterThan", NOW, "2026-11-01", "iot:Publish")],
        [
            ("+", CONNECT, seen(NOW, "2026-11-29T12:00:00Z")),
            ("-", CONNECT, seen(NOW, "2027-01-01T00:00:00Z")),
            ("+", PUBLISH_A, seen(NOW, "2026-11-29T12:00:00Z")),
        ],
    ),
    "addresses": (
        [when("IpAddress", IP, ["203.0.113.0/24", "2001:db8::/32", "10.0.0.1"])],
        [
            ("+", CONNECT, seen(IP, "203.0.113.255")),
            ("-", CONNECT, seen(IP, "203.0.114.1")),
            ("+", CONNECT, seen(IP, "2001:db8:1::5")),
            ("+", CONNECT, seen(IP, "10.0.0.1")),
            ("-", CONNECT, seen(IP, "10.0.0.10")),
            ("-", CONNECT, {}),
        ],
    ),
    "not an address": (
        [when("NotIpAddress", IP, "203.0.113.0/24")],
        [("-", CONNECT, seen(IP, "203.0.113.9")), ("+", CONNECT, seen(IP, "10.0.0.1")), ("+", CONNECT, {})],
    ),
    "a private network": (
        [
            one(
                "iot:Connect",
                "*",
                {"StringEquals": {"aws:SourceVpce": "vpce-1"}, "IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}},
            )
        ],
        [
            ("+", CONNECT, {"aws:SourceVpce": ("vpce-1",), "aws:VpcSourceIp": ("10.1.2.3",)}),
            ("-", CONNECT, {"aws:SourceVpce": ("vpce-1",)}),
            ("-", CONNECT, {"aws:SourceVpce": ("vpce-2",), "aws:VpcSourceIp": ("10.1.2.3",)}),
        ],
    ),
    "several keys and operators all hold": (
        [
            one(
                "iot:Connect",
                "*",
                {"StringEquals": {"iot:DomainName": "d", "iot:ClientId": ["c1", "c2"]}, "Bool": {"x": "true"}},
            )
        ],
        [
            ("+", CONNECT, {**ME, "iot:DomainName": ("d",), "x": ("true",)}),
            ("-", CONNECT, {**ME, "iot:DomainName": ("d",)}),
            ("-", CONNECT, {"iot:ClientId": ("c3",), "iot:DomainName": ("d",), "x": ("true",)}),
        ],
    ),
    "a variable in a condition": (
        [when("StringEquals", "iot:Connection.Thing.ThingName", "${iot:ClientId}")],
        [
            ("+", CONNECT, {**ME, "iot:Connection.Thing.ThingName": ("c1",)}),
            ("-", CONNECT, {**ME, "iot:Connection.Thing.ThingName": ("t1",)}),
            ("-", CONNECT, seen("iot:Connection.Thing.ThingName", "c1")),
        ],
    ),
    # Several values
    "ForAnyValue": (
        [when("ForAnyValue:StringEquals", ATTRIBUTES, ["PersistentConnect", "LastWill"])],
        [
            ("+", CONNECT, seen(ATTRIBUTES, "PersistentConnect")),
            ("+", CONNECT, seen(ATTRIBUTES, "Other", "LastWill")),
            ("-", CONNECT, seen(ATTRIBUTES, "Other")),
            ("-", CONNECT, seen(ATTRIBUTES)),
            ("-", CONNECT, {}),
        ],
    ),
    "ForAllValues": (
        [when("ForAllValues:StringEquals", ATTRIBUTES, ["PersistentConnect"])],
        [
            ("+", CONNECT, {}),
            ("+", CONNECT, seen(ATTRIBUTES)),
            ("+", CONNECT, seen(ATTRIBUTES, "PersistentConnect")),
            ("-", CONNECT, seen(ATTRIBUTES, "PersistentConnect", "LastWill")),
        ],
    ),
    "ForAllValues of none": (
        [when("ForAllValues:StringNotEquals", ATTRIBUTES, ["PersistentConnect"])],
        [
            ("+", CONNECT, {}),
            ("+", CONNECT, seen(ATTRIBUTES, "LastWill")),
            ("-", CONNECT, seen(ATTRIBUTES, "LastWill", "PersistentConnect")),
        ],
    ),
    "ForAnyValue of another": (
        [when("ForAnyValue:StringNotEquals", ATTRIBUTES, ["PersistentConnect"])],
        [
            ("+", CONNECT, seen(ATTRIBUTES, "LastWill", "PersistentConnect")),
            ("-", CONNECT, seen(ATTRIBUTES, "PersistentConnect")),
            ("-", CONNECT, {}),
        ],
    ),
    "ForAllValues with wildcards": (
        [when("ForAllValues:StringLike", ATTRIBUTES, ["Last*"])],
        [("+", CONNECT, seen(ATTRIBUTES, "LastWill")), ("-", CONNECT, seen(ATTRIBUTES, "LastWill", "Persistent"))],
    ),
    # The will
    "the topic of a will": (
        [when("ArnEquals", TOPIC, f"{ARN}topic/will/*")],
        [
            ("+", CONNECT, seen(TOPIC, f"{ARN}topic/will/c1")),
            ("-", CONNECT, seen(TOPIC, f"{ARN}topic/other")),
            ("-", CONNECT, {}),
        ],
    ),
    "no will on a topic": (
        [when("ArnNotLike", TOPIC, f"{ARN}topic/admin/*")],
        [
            ("+", CONNECT, {}),
            ("+", CONNECT, seen(TOPIC, f"{ARN}topic/will")),
            ("-", CONNECT, seen(TOPIC, f"{ARN}topic/admin/x")),
        ],
    ),
    "fields of an ARN one by one": (
        [when("ArnLike", TOPIC, "arn:aws:iot:*:123456789012:topic/will")],
        [
            ("+", CONNECT, seen(TOPIC, "arn:aws:iot:eu-west-1:123456789012:topic/will")),
            ("-", CONNECT, seen(TOPIC, "arn:aws:iot:eu-west-1:1:123456789012:topic/will")),
            ("-", CONNECT, seen(TOPIC, "not an ARN")),
        ],
    ),
    # What does not count
    "an effect that is not one": ([{**ALLOW_ALL, "Effect": "allow"}], [("-", CONNECT, {})]),
    "an operator that is not one": ([when("StringMatches", "iot:ClientId", "c1")], [("-", CONNECT, ME)]),
    "an empty condition": ([one("iot:Connect", "*", {})], [("+", CONNECT, {})]),
    "no region and no account": (
        [one("iot:Connect", "arn:aws:iot:::client/*"), one("iot:Connect", "arn:aws:iot:None:None:client/*")],
        [("-", CONNECT, {})],
    ),
}
TABLE = [
    pytest.param(statements, *row, id=f"{name}: {row[1]} {json.dumps(row[2])}")
    for name, (statements, rows) in QUESTIONS.items()
    for row in rows
]


@pytest.mark.parametrize(("statements", "expected", "question", "context"), TABLE)
def test_a_question(statements: list[dict[str, Any]], expected: str, question: str, context: Context) -> None:
    action, _, tail = question.partition(" ")
    whole = parse(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    resource = tail if tail == "*" else ARN + tail
    assert decide([whole], action, resource, context).word is WORDS[expected]
    apart = [parse(json.dumps({"Version": "2012-10-17", "Statement": each})) for each in statements]
    assert decide(apart, action, resource, context).word is WORDS[expected]


@pytest.mark.parametrize("version", ["2008-10-17", None])
@pytest.mark.parametrize(
    ("tail", "expected"), [("client/c1", "-"), ("client/${iot:ClientId}", "+"), ("client/${*}", "+"), ("client/*", "-")]
)
def test_only_version_2012_has_variables(version: str | None, tail: str, expected: str) -> None:
    policy = {"Version": version, "Statement": [one("iot:Connect", ["client/${iot:ClientId}", "client/${*}"])]}
    written = parse(json.dumps({key: value for key, value in policy.items() if value is not None}))
    assert decide([written], "iot:Connect", ARN + tail, ME).word is WORDS[expected]
