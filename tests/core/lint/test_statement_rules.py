from __future__ import annotations

from typing import Any

import pytest

from authlens.core.lint import statement_rules
from authlens.core.lint.rule import LintSubject
from authlens.core.policy.wildcards import TooMuchWork, bounded_work
from authlens.core.request.request import AuthorizerRequest, MqttContext
from support.lint_cases import Case, findings, ids, messages, rule_cases
from support.policies import ARN, allow, deny, document, text

CASES = list(rule_cases(statement_rules.RULES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_rule_speaks_of_the_one_and_not_of_the_other(case: Case) -> None:
    assert case.rule in ids(case.fires, **case.known)
    assert case.rule not in ids(case.silent, **case.known)


PUBLISH = allow("iot:Publish", "topic/a")


@pytest.mark.parametrize(
    ("statements", "idle"),
    [
        ((PUBLISH, PUBLISH), [1]),
        ((PUBLISH, PUBLISH, PUBLISH), [1, 2]),
        ((PUBLISH, allow("iot:*", "*")), [0]),
        ((allow("iot:*", "*"), PUBLISH), [1]),
        ((PUBLISH, deny("iot:*", "topic/b")), []),
        ((PUBLISH, allow("iot:*", "topic/*", Condition={"Bool": {"a": "true"}})), []),
        ((PUBLISH | {"Condition": {"Bool": {"a": "true"}}}, PUBLISH), [0]),
        ((PUBLISH | {"Condition": {"Bool": {"a": "true"}}}, PUBLISH | {"Condition": {"Bool": {"a": ["true"]}}}), [1]),
        ((allow("iot:Publish", "topic/${iot:ClientId}"), allow("iot:Publish", "topic/${iot:ClientId}/*")), []),
        ((allow("iot:Publish", "topic/${iot:ClientId}/a"), allow("iot:Publish", "topic/${iot:ClientId}/*")), [0]),
        ((allow(["iot:Publish", "iot:Connect"], "*"), allow("iot:Publish", "*"), allow("iot:Connect", "*")), [1, 2]),
        (({"Effect": "Allow", "NotAction": "iot:Publish", "Resource": "*"}, allow("iot:Connect", "*")), []),
    ],
)
def test_statements_that_another_one_covers(statements: tuple[dict[str, object], ...], idle: list[int]) -> None:
    assert [one.statement for one in findings(text(*statements)) if one.id == "covered-statement"] == idle


def test_the_same_text_is_not_the_same_resource_in_another_version() -> None:
    own = allow("iot:Publish", "topic/${iot:ClientId}")
    assert "covered-statement" in ids(f"[{text(own)}, {text(own)}]")
    assert "covered-statement" not in ids(f"[{text(own)}, {text(own, Version='2008-10-17')}]")


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_connecting_that_depends_on_the_network_is_no_error(effect: str) -> None:
    condition = {"Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
    here = (
        text(allow("iot:Connect", "*"), deny("*", "*", **condition))
        if effect == "Deny"
        else text(allow("iot:Connect", "client/c1", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))
    )
    assert "connect-refused" not in ids(here, client_id="c1")
    assert "connect-refused" in ids(here.replace("aws:SourceIp", "iot:Connection.Thing.ThingName"), client_id="c1")


def test_a_deny_of_another_document_cancels() -> None:
    found = [one for one in findings(f"[{text(PUBLISH)}, {text(deny('*', '*'))}]") if one.id == "cancelled-statement"]
    assert [(one.document, one.statement) for one in found] == [(0, 0)]
    assert found[0].message == "statement 1 of document 2 denies everything that this statement allows"


@pytest.mark.parametrize(
    ("statements", "message", "line"),
    [
        (
            (allow("iot:Connect", "topic/c1"),),
            "no statement allows iot:Connect for the client `c1`: `topic/c1` needs to be `client/c1` for iot:Connect",
            7,
        ),
        ((allow("*", "*"), deny("iot:Connect", "client/c*")), "iot:Connect is denied for the client `c1`", 9),
        ((allow("iot:Connect", "client/${iot:ClientId}"),), None, 0),
        (
            (PUBLISH,),
            "no statement allows iot:Connect for the client `c1`: iot:Publish is allowed, "
            "but no statement allows iot:Connect",
            1,
        ),
        ((), None, 0),
    ],
)
def test_the_client_of_the_request(statements: tuple[dict[str, object], ...], message: str | None, line: int) -> None:
    request = AuthorizerRequest("a", mqtt_context=MqttContext(client_id="c1"))
    found = [one for one in findings(text(*statements), request=request) if one.id == "connect-refused"]
    assert [(one.message, one.line) for one in found] == ([(message, line)] if message else [])
    assert "connect-missing" not in ids(text(*statements), request=request)


def test_the_client_of_the_command_line() -> None:
    assert "connect-refused" in ids(text(PUBLISH), client_id="c1")


def test_comparing_statements_is_work_that_is_bounded() -> None:
    """Also of those with different conditions."""
    many = [allow("iot:Publish", "*", Condition={"Bool": {"a": str(number)}}) for number in range(20)]
    subject = LintSubject((document(*many),))
    [covered] = [rule for rule in statement_rules.RULES if rule.id == "covered-statement"]
    with bounded_work(2 * 20 * 19), pytest.raises(TooMuchWork):
        list(covered.check(subject))


@pytest.mark.parametrize(
    ("element", "words"), [("NotAction", "allows every action except"), ("NotResource", "allows every resource except")]
)
def test_allow_with_not(element: str, words: str) -> None:
    one = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    del one[element.removeprefix("Not")]
    assert words in messages(text(one | {element: "arn:aws:iot:*"}), "allow-with-not")[0]


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        ((allow("iot:*", "topic/a"),), ": iot:Connect is allowed, but not on a resource that matches a client id"),
        (
            (allow("*", "arn:aws:iot:*:*:topic/a"),),
            ": iot:Connect is allowed, but not on a resource that matches a client id",
        ),
        (
            (allow("iot:Connect", "topic/a"),),
            ": iot:Connect is allowed, but not on a resource that matches a client id",
        ),
        ((PUBLISH,), ": no statement allows iot:Connect"),
        ((allow("iot:Connect", "client/a"), deny("iot:*", "*")), ": a Deny overrides every iot:Connect"),
        (
            (allow("iot:Connect", "client/${iot:Connection.Thing.ThingName}"),),
            ": the variable in its iot:Connect has no value for this connection",
        ),
        (
            (allow("iot:Connect", "arn:aws:iot:None:None:client/*"),),
            ": iot:Connect is allowed, but not on a resource that matches a client id",
        ),
        (
            (allow("iot:Connect", "*", Condition={"Bool": {"iot:Connection.Thing.IsAttached": "true"}}),),
            ": this connection does not meet the condition on its iot:Connect",
        ),
        ((allow("iot:*", "*"),), None),
        ((allow("iot:Con*", "client/${iot:ClientId}"),), None),
        ((allow("iot:Connect", "client/a"), deny("iot:Connect", "client/b")), None),
        (({"Effect": "Allow", "NotAction": "iot:Publish", "Resource": "*"},), None),
        ((deny("iot:Connect", "*"),), None),
    ],
)
def test_whether_any_client_may_connect(statements: tuple[dict[str, object], ...], message: str | None) -> None:
    expected = [] if message is None else ["the documents let no client connect" + message]
    assert messages(text(*statements), "connect-missing") == expected


def test_attached_policies_add_to_those_of_the_function() -> None:
    known = {"has_certificate": True}
    found = [one.message for one in findings(text(PUBLISH), **known) if one.id == "connect-missing"]
    assert found == [
        "the function's documents let no client connect: no statement allows iot:Connect; those attached to the "
        "certificate may"
    ]
    thing = text(allow("iot:Connect", "client/${iot:Connection.Thing.ThingName}"))
    assert "connect-missing" not in ids(thing, **known)
    assert "connect-refused" not in ids(text(PUBLISH), client_id="c1", **known)
    assert "connect-refused" in ids(text(PUBLISH, deny("iot:Connect", "*")), client_id="c1", **known)


@pytest.mark.parametrize(
    ("subscribe", "receive", "missing"),
    [
        ("a/b", "x/y", ["`a/b`"]),
        ("a/b", "a/b", []),
        ("a/b", "a/*", []),
        ("a/+", "a/b", []),
        ("a/#", "a/b/c", []),
        ("a/#", "a", []),
        ("a/+", "b/c", ["`a/+`"]),
        ("a/*", "a/b", []),
        ("#", "a", []),
        ("$aws/things/a/shadow/*", "$aws/things/a/shadow/update/accepted", []),
        ("${iot:ClientId}/a", "c1/a", []),
        ("$share/g/a/b", "a/b", []),
        ("$share/g/a/+", "a/b", []),
        ("$share/g/a/b", "x", ["`a/b`"]),
        ("$share/*", "x", []),
    ],
)
def test_topics_of_subscriptions_and_deliveries(subscribe: str, receive: str, missing: list[str]) -> None:
    written = text(
        allow("iot:Connect", "client/c1"),
        allow("iot:Subscribe", f"topicfilter/{subscribe}"),
        allow("iot:Receive", f"topic/{receive}"),
    )
    assert [found.split(" on ")[1].split(",")[0] for found in messages(written, "receive-missing")] == missing


def test_a_denied_delivery_is_missing_too() -> None:
    subscribe, receive = allow("iot:Subscribe", "topicfilter/a"), allow("iot:*", "topic/a")
    assert messages(text(subscribe, receive, deny("iot:Receive", "*")), "receive-missing") == [
        "no statement allows iot:Receive on anything, so no message is ever delivered"
    ]
    assert messages(text(subscribe, receive), "receive-missing") == []


@pytest.mark.parametrize(
    ("retain", "publish", "missing"),
    [("a", "b", 1), ("a", "a", 0), ("a/*", "a/b", 0), ("a", "*", 0)],
)
def test_topics_retained_and_published(retain: str, publish: str, missing: int) -> None:
    written = text(allow("iot:RetainPublish", f"topic/{retain}"), allow("iot:Publish", f"topic/{publish}"))
    assert len(messages(written, "publish-missing")) == missing


CONNECT = allow("iot:Connect", "client/c1")
DEAD = allow("iot:Connect", "client/${iot:Nope}")
NO_RECEIVE = "no statement allows iot:Receive on {}, so no message is ever delivered"
NO_PUBLISH = "no statement allows iot:Publish on {}, so retained messages are still refused"
NO_TOPIC = "`{}` is a topic that no client can publish to: `+` and `#` are literal"
ONE_FILTER = "`{}` allows only this literal filter, not the topics that it matches in MQTT"
OPEN = "Allow with Not{0} allows every {1} except those listed"
RULES = {rule.id for rule in statement_rules.RULES}

FINDINGS: dict[str, tuple[list[dict[str, Any]], list[tuple[str, int, str]]]] = {
    "repeated actions and resources": (
        [allow(["iot:Connect", "iot:Connect", "iot:connect"], ["client/a", "client/b", "client/a"])],
        [
            ("repeated-element", 8, "`iot:Connect` is listed twice"),
            ("repeated-element", 14, f"`{ARN}client/a` is listed twice"),
        ],
    ),
    "denials alone": (
        [deny("iot:Connect", "*"), deny("iot:Publish", "*")],
        [("only-denies", 4, "no statement allows anything: the client is authenticated but allowed nothing")],
    ),
    "MQTT wildcards in topics": (
        [CONNECT, allow("iot:Publish", ["topic/a/+", "topic/#", "topicfilter/+", "client/+", "topic/a"])],
        [
            ("mqtt-wildcard-in-topic", 13, NO_TOPIC.format("topic/a/+")),
            ("mqtt-wildcard-in-topic", 14, NO_TOPIC.format("topic/#")),
            ("literal-filter", 15, ONE_FILTER.format("topicfilter/+")),
        ],
    ),
    "MQTT wildcards beside one of policies": (
        [CONNECT, allow("iot:Receive", "topic/a*"), allow("iot:Subscribe", "topicfilter/a*/+")],
        [
            (
                "literal-filter",
                17,
                "`topicfilter/a*/+` allows only filters with a literal `+` or `#`, not the topics that they match in "
                "MQTT",
            )
        ],
    ),
    "MQTT wildcards in a Deny": (
        [CONNECT, deny("iot:Publish", ["topic/a/+", "topic/#"]), deny("iot:Subscribe", "topicfilter/#")],
        [],
    ),
    "subscriptions without a delivery": (
        [CONNECT, allow("iot:Subscribe", ["topicfilter/a/+", "topicfilter/b/#", "topicfilter/c"])],
        [
            ("receive-missing", 13, NO_RECEIVE.format("anything")),
            ("literal-filter", 13, ONE_FILTER.format("topicfilter/a/+")),
            ("literal-filter", 14, ONE_FILTER.format("topicfilter/b/#")),
        ],
    ),
    "deliveries on other topics": (
        [CONNECT, allow("iot:Subscribe", ["topicfilter/a", "topicfilter/b"]), allow("iot:Receive", "topic/c")],
        [("receive-missing", 13, NO_RECEIVE.format("`a`")), ("receive-missing", 14, NO_RECEIVE.format("`b`"))],
    ),
    "every filter but one": (
        [
            CONNECT,
            {"Effect": "Allow", "Action": "iot:Subscribe", "NotResource": ARN + "topicfilter/a"},
            allow("iot:Receive", "topic/a"),
        ],
        [("allow-with-not", 9, OPEN.format("Resource", "resource"))],
    ),
    "retaining without publishing": (
        [CONNECT, allow("iot:RetainPublish", ["topic/a", "topic/b"])],
        [("publish-missing", 13, NO_PUBLISH.format("anything"))],
    ),
    "retaining on other topics": (
        [CONNECT, allow("iot:RetainPublish", ["topic/a", "topic/b"]), allow("iot:Publish", "topic/c")],
        [("publish-missing", 13, NO_PUBLISH.format("`a`")), ("publish-missing", 14, NO_PUBLISH.format("`b`"))],
    ),
    "retaining on reserved topics": (
        [CONNECT, allow(["iot:Publish", "IOT:RetainPublish"], ["topic/$aws/a", "topic/a", "topic/$b"])],
        [
            ("retain-on-reserved-topic", 16, "messages cannot be retained on the reserved topic `topic/$aws/a`"),
            ("retain-on-reserved-topic", 18, "messages cannot be retained on the reserved topic `topic/$b`"),
        ],
    ),
    "a Deny of retaining on reserved topics": ([CONNECT, deny("iot:RetainPublish", "topic/$aws/a")], []),
    "depth": (
        [
            CONNECT,
            allow("iot:Publish", ["topic/1/2/3/4/5/6/7/8/9", "topic/1/2/3/4/5/6/7/8"]),
            allow("iot:Subscribe", "topicfilter/1/2/3/4/5/6/7/8/9/10"),
            allow("iot:Receive", "topic/1/*"),
            allow("iot:GetThingShadow", "thing/1/2/3/4/5/6/7/8/9"),
        ],
        [
            ("topic-too-deep", 13, "`topic/1/2/3/4/5/6/7/8/9` has 8 slashes; a topic has at most 7"),
            ("topic-too-deep", 20, "`topicfilter/1/2/3/4/5/6/7/8/9/10` has 9 slashes; a topic has at most 7"),
        ],
    ),
    "every message": (
        [CONNECT, allow("iot:Receive", "topic/a"), allow("iot:Receive", "topic/*"), allow("iot:Rec*", "*")],
        [
            ("covered-statement", 9, "statement 3 of document 1 covers everything in this statement"),
            ("covered-statement", 14, "statement 4 of document 1 covers everything in this statement"),
            ("broad-receive", 17, "iot:Receive on every topic includes direct messages, which need no subscription"),
        ],
    ),
    "every message but one": ([CONNECT, allow("iot:Receive", "*"), deny("iot:Receive", "topic/a")], []),
    "both Nots": (
        [{"Effect": "Allow", "NotAction": "iot:Publish", "NotResource": ARN + "topic/a"}],
        [
            ("allow-with-not", 4, OPEN.format("Action", "action")),
            ("publish-missing", 7, NO_PUBLISH.format("anything")),
        ],
    ),
    "a variable without a value": (
        [DEAD],
        [
            (
                "connect-missing",
                4,
                "the documents let no client connect: the variable in its iot:Connect has no value for this connection",
            )
        ],
    ),
}


@pytest.mark.parametrize(("statements", "found"), FINDINGS.values(), ids=FINDINGS)
def test_findings(statements: list[dict[str, Any]], found: list[tuple[str, int, str]]) -> None:
    assert [(one.id, one.line, one.message) for one in findings(text(*statements)) if one.id in RULES] == found


def test_a_connect_that_a_certificate_may_complete_is_not_missing() -> None:
    unmet = allow("iot:Connect", "client/a", Condition={"StringEquals": {"my:key": "a"}})
    for one in (DEAD, unmet):
        assert "connect-missing" in ids(text(one))
        assert "connect-missing" not in ids(text(one), has_certificate=True)


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (
            allow("iot:Publish", "*"),
            "no statement allows iot:Connect for the client `c1`: "
            "iot:Publish is allowed, but no statement allows iot:Connect",
        ),
        (deny("iot:Connect", "client/a"), "no statement allows iot:Connect for the client `c1`"),
    ],
)
def test_a_client_that_no_statement_lets_connect(one: dict[str, Any], message: str) -> None:
    [found] = [each for each in findings(text(one), client_id="c1") if each.id == "connect-refused"]
    assert (found.document, found.statement, found.line, found.message) == (0, None, 1, message)
