import pytest

from authlens.core.invocation.access import (
    Access,
    AccessQuestions,
    limited_by_broker,
    place_of,
    refused_by_broker,
    variables_of,
)
from authlens.core.policy.document import parse
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, MqttContext, TlsContext
from authlens.core.saved.expectation import Question
from support.invocations import CONNECT, PUBLISH, REQUEST, outcome, policy

CONNECTING = Question("iot:Connect", "client/sensor-7")


def test_documents_decide() -> None:
    questions = AccessQuestions(outcome(policy(CONNECT), policy({**PUBLISH, "Effect": "Deny"})), REQUEST)

    assert questions.word(CONNECTING) == "ALLOWED"
    assert questions.word(Question("iot:Publish", "topic/sensors/7/data")) == "EXPLICIT_DENY"
    assert questions.word(Question("iot:Publish", "topic/sensors/8/data")) == "IMPLICIT_DENY"


def test_the_reason_is_given() -> None:
    access = AccessQuestions(outcome(policy(PUBLISH, CONNECT))).ask(CONNECTING)

    assert access.word == "ALLOWED"
    assert "statement 2" in access.because
    assert access.nearest is None


def test_the_nearest_miss_is_a_value_with_its_place() -> None:
    topic = policy(PUBLISH, {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:*:*:client/sensor"})
    access = AccessQuestions(outcome(topic)).ask(CONNECTING)

    assert access.nearest is not None
    assert (access.nearest.document, access.nearest.statement and access.nearest.statement.index) == (0, 1)
    assert "`client/sensor` is not a prefix" in access.nearest.message
    assert access.because.endswith(f"; the nearest miss: {access.nearest.message}")
    assert not any(access.nearest.message in reason for reason in access.reasons)
    assert AccessQuestions(outcome(topic)).ask(CONNECTING, in_short=True).nearest is None


def test_a_deny_that_nearly_applies_to_what_is_allowed() -> None:
    denied = {"Effect": "Deny", "Action": "iot:Publish", "Resource": "arn:aws:iot:*:*:topic/sensors/+/data"}
    access = AccessQuestions(outcome(policy(PUBLISH, denied))).ask(Question("iot:Publish", "topic/sensors/7/data"))

    assert (access.word, access.nearest is None) == ("ALLOWED", False)
    assert "; a Deny nearly applies: " in access.because


def test_documents_that_are_laid_out_elsewhere_give_the_lines() -> None:
    laid_out = parse(policy(CONNECT).replace(",", ",\n"))
    plain, wide = (
        AccessQuestions(outcome(policy(CONNECT)), None, None, None, documents).decide(CONNECTING).deciding[0]
        for documents in (None, (laid_out,))
    )
    assert (plain.statement.span.line, wide.statement.span.line) == (1, 2)


def test_a_refused_login_may_do_nothing() -> None:
    questions = AccessQuestions(outcome(policy(CONNECT), authenticated=False))

    assert questions.word(CONNECTING) == "IMPLICIT_DENY"
    assert questions.ask(CONNECTING).because == "the client is not authenticated"


def test_variables_come_from_the_request_and_from_the_question_first() -> None:
    own = policy({**CONNECT, "Resource": "arn:aws:iot:us-west-2:123456789012:client/${iot:ClientId}"})

    assert AccessQuestions(outcome(own), REQUEST).word(CONNECTING) == "ALLOWED"
    assert AccessQuestions(outcome(own), REQUEST, {"iot:ClientId": ("other",)}).word(CONNECTING) == "IMPLICIT_DENY"
    assert AccessQuestions(outcome(own)).word(CONNECTING) == "IMPLICIT_DENY"


@pytest.mark.parametrize(
    ("request_", "variables"),
    [
        pytest.param(None, {}, id="no request"),
        pytest.param(AuthorizerRequest("A", token="t"), {}, id="token mode"),
        pytest.param(
            AuthorizerRequest("A", mqtt_context=MqttContext(client_id="${env:ID}"), tls_context=TlsContext("n")),
            {"iot:DomainName": ("n",)},
            id="a reference and a value",
        ),
        pytest.param(REQUEST, {"iot:ClientId": ("sensor-7",)}, id="client id"),
        pytest.param(AuthorizerRequest("A", tls_context=TlsContext("n")), {"iot:DomainName": ("n",)}, id="server name"),
        pytest.param(
            AuthorizerRequest("A", mqtt_context=MqttContext(client_id="${env:ID}")), {}, id="a reference is not a value"
        ),
    ],
)
def test_variables_that_a_request_settles(
    request_: AuthorizerRequest | None, variables: dict[str, tuple[str, ...]]
) -> None:
    assert variables_of(request_) == variables


WEST = Authorizer("A", "arn:aws:iot:us-west-2:123456789012:authorizer/A")


@pytest.mark.parametrize(
    ("authorizer", "word"),
    [
        (None, "ALLOWED"),
        (WEST, "ALLOWED"),
        (Authorizer("A", "arn:aws:iot:eu-west-1:123456789012:authorizer/A"), "IMPLICIT_DENY"),
        (Authorizer("A", "arn:aws:iot:us-west-2:999999999999:authorizer/A"), "IMPLICIT_DENY"),
        (Authorizer("A", "arn:aws:iot:eu-west-1:000000000000:authorizer/A"), "ALLOWED"),
        (Authorizer("A", "no ARN"), "ALLOWED"),
    ],
    ids=["unknown", "own", "other region", "other account", "local", "broken"],
)
def test_a_question_is_asked_in_the_authorizers_region_and_account(authorizer: Authorizer | None, word: str) -> None:
    questions = AccessQuestions(outcome(policy(CONNECT)), REQUEST, None, authorizer)
    assert questions.ask(CONNECTING).word == word
    assert questions.word(CONNECTING) == "ALLOWED"
    whole = Question("iot:Connect", "arn:aws:iot:us-west-2:123456789012:client/sensor-7")
    assert questions.ask(whole).word == "ALLOWED"


def test_an_arn_without_region_and_account_allows_nothing() -> None:
    broken = policy({**CONNECT, "Resource": "arn:aws:iot:None:None:client/*"})
    access = AccessQuestions(outcome(broken), REQUEST).ask(CONNECTING)
    assert access.word == "IMPLICIT_DENY"
    assert "contains `None`, a missing value formatted as text" in access.because


def test_what_the_broker_refuses_is_said_first() -> None:
    everything = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
    because = AccessQuestions(outcome(everything)).ask(Question("iot:Publish", "topic/a/+")).because
    assert because.startswith(
        "but the broker refuses it: a client cannot publish to a topic with the MQTT wildcard `+`; "
    )


@pytest.mark.parametrize(
    ("authorizer", "place"),
    [
        (None, (None, None)),
        (WEST, ("us-west-2", "123456789012")),
        (Authorizer("A", "arn:aws:iot:eu-west-1:000000000000:authorizer/A"), (None, None)),
        (Authorizer("A", ""), (None, None)),
    ],
)
def test_the_place_of_an_authorizer(authorizer: Authorizer | None, place: tuple[str | None, str | None]) -> None:
    assert place_of(authorizer) == place


def test_every_resource_is_asked_for_as_it_is_written() -> None:
    everywhere = {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}
    questions = AccessQuestions(outcome(policy(everywhere)), REQUEST, None, WEST)
    assert [questions.decide(Question("iot:Connect", resource)).asking.resource.text for resource in RESOURCES] == [
        "*",
        "arn:aws:iot:eu-west-1:1:client/c",
        "arn:aws:iot:us-west-2:123456789012:client/c",
    ]


RESOURCES = ("*", "arn:aws:iot:eu-west-1:1:client/c", "client/c")


@pytest.mark.parametrize(
    ("arn", "resource", "word"),
    [
        (WEST.arn, "client/sensor-7", "ALLOWED"),
        (WEST.arn.replace("west", "east"), "client/sensor-7", "IMPLICIT_DENY"),
        (WEST.arn.replace("west", "east"), "arn:aws:iot:us-west-2:123456789012:client/sensor-7", "ALLOWED"),
        ("no ARN", "client/sensor-7", "ALLOWED"),
    ],
)
def test_the_decision_where_an_authorizer_is(arn: str, resource: str, word: str) -> None:
    questions = AccessQuestions(outcome(policy(CONNECT)), REQUEST)
    assert questions.word_at(Authorizer("A", arn), Question("iot:Connect", resource)) == word


QOS_2 = ["At QoS 2 it is still refused: AWS IoT supports QoS 0 and 1"]
PLUS = ["a client cannot publish to a topic with the MQTT wildcard `+`"]


@pytest.mark.parametrize(
    ("action", "topic", "refusals", "limits"),
    [
        ("iot:Publish", "topic/a", [], QOS_2),
        ("iot:Publish", "topic/+", PLUS, []),
        ("iot:Receive", "topic/a", [], []),
        ("iot:Publish", "topic/denied", [], []),
        ("iot:Publish", "topic/denied/+", [], []),
    ],
)
def test_what_the_broker_says_of_what_is_allowed(
    action: str, topic: str, refusals: list[str], limits: list[str]
) -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    denied = {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:iot:*:*:topic/denied*"}
    decision = AccessQuestions(outcome(policy(everything, denied))).decide(Question(action, topic))
    assert [each.message for each in refused_by_broker(decision)] == refusals
    assert [each.message for each in limited_by_broker(decision)] == limits


def test_a_short_answer_has_the_first_reason_alone() -> None:
    everything = policy(*[{"Effect": "Allow", "Action": "*", "Resource": "*"}] * 2)
    questions = AccessQuestions(outcome(everything))
    long, short = (questions.ask(Question("iot:Publish", "topic/a/+"), in_short) for in_short in (False, True))
    assert short == Access(long.question, "ALLOWED", long.reasons[1:2])
    assert [reason.partition(" (")[0] for reason in long.reasons[1:]] == [
        "Document 1, statement 1",
        "Document 1, statement 2",
    ]


def test_permissions_are_of_the_authorizers_region_and_account() -> None:
    here, there = (
        [*AccessQuestions(outcome(policy(CONNECT)), REQUEST, None, place).permissions()] for place in (WEST, EAST)
    )
    assert any(one.grants for one in here) != any(one.grants for one in there)


EAST = Authorizer("A", "arn:aws:iot:us-east-1:123456789012:authorizer/A")
