"""Questions as people type them."""

from __future__ import annotations

import re

import pytest

from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.saved.expectation import Expectation, Question
from authlens.core.saved.question import first_questions, question_problem, read_question


@pytest.mark.parametrize(
    ("text", "action", "resource"),
    [
        ("publish sensors/7/data", "iot:Publish", "topic/sensors/7/data"),
        ("iot:Publish topic/a", "iot:Publish", "topic/a"),
        ("pub a", "iot:Publish", "topic/a"),
        ("Sub a/#", "iot:Subscribe", "topicfilter/a/#"),
        ("recv a", "iot:Receive", "topic/a"),
        ("  SUBSCRIBE   a/+/b ", "iot:Subscribe", "topicfilter/a/+/b"),
        ("publish\tsensors/7", "iot:Publish", "topic/sensors/7"),
        ("connect sensor 7", "iot:Connect", "client/sensor 7"),
        ("connect *", "iot:Connect", "*"),
        ("receive arn:aws:iot:r:1:topic/a", "iot:Receive", "arn:aws:iot:r:1:topic/a"),
        ("getthingshadow lamp", "iot:GetThingShadow", "thing/lamp"),
        ("ListRetainedMessages", "iot:ListRetainedMessages", "*"),
        ("iot:Frobnicate topic/a", "iot:Frobnicate", "topic/a"),
        ("greengrass:discover thing/a", "greengrass:Discover", "thing/a"),
    ],
)
def test_questions(text: str, action: str, resource: str) -> None:
    assert read_question(text) == Question(action, resource)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "publish sensors/7/data"),
        ("pubish a", "did you mean iot:Publish?"),
        ("frobnicate a", "try connect"),
        ("foo:Bar a", "does not have a prefix"),
        ("iot:* topic/a", "is a pattern"),
        ("iot:Frobnicate", "iot:Frobnicate on what?"),
        ("connect", "Add the client id"),
        ("publish", "Add the topic"),
        ("subscribe topic/a", "did you mean topicfilter/a?"),
        ("connect client/${iot:ClientId}", "contains a variable"),
    ],
)
def test_what_is_not_a_question_says_how_to_ask(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("?", r"\?")):
        read_question(text)


@pytest.mark.parametrize(
    ("action", "resource", "says"),
    [
        ("iot:Publish", "topic/a", None),
        ("connect", "client/c", None),
        ("iot:Publish", "*", None),
        ("iot:Publish", "arn:aws:iot:us-west-2:123456789012:topic/a:b", None),
        ("iot:ListRetainedMessages", "*", None),
        ("greengrass:Discover", "thing/t", None),
        ("iot:Frobnicate", "topic/a", None),
        ("iot:Publsh", "topic/a", "iot:Publsh is not an action of AWS IoT policies; did you mean iot:Publish?"),
        ("iot:*", "topic/a", "iot:* is a pattern; ask about a single action, such as iot:Publish"),
        (
            "s3:GetObject",
            "*",
            "s3:GetObject does not have a prefix used in AWS IoT policies (iot:, iotjobsdata:, greengrass:)",
        ),
        (
            "iot:Connect",
            "client/${iot:ClientId}",
            "client/${iot:ClientId} contains a variable; ask about a concrete resource, such as client/sensor-7",
        ),
        ("publish", "a/b", "a/b is not a resource of iot:Publish; did you mean topic/a/b?"),
        ("iot:Subscribe", "topic/#", "topic/# is not a resource of iot:Subscribe; did you mean topicfilter/#?"),
        (
            "iot:Publish",
            "arn:aws:iot:r:1:client/a",
            "client/a is not a resource of iot:Publish; did you mean topic/a?",
        ),
    ],
)
def test_problems_that_would_pass_for_a_denial(action: str, resource: str, says: str | None) -> None:
    assert question_problem(Question(action, resource)) == says


def test_what_is_asked_unasked() -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext(client_id="c1"))
    connect, publish, subscribe = (
        Question("iot:Connect", "client/c1"),
        Question("iot:Publish", "topic/a"),
        Question("iot:Subscribe", "topicfilter/#"),
    )
    expect = Expectation(allow=(connect, publish), deny=(subscribe,))
    assert first_questions(request, expect) == (connect, publish)
    assert first_questions(AuthorizerRequest("A"), None) == ()
    assert first_questions(AuthorizerRequest("A", mqtt_context=MqttContext(client_id="${env:ID}")), None) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("  ", "Enter an action and a resource, for example: publish sensors/7/data"),
        ("iot:* topic/a", "iot:* is a pattern; ask about a single action, such as iot:Publish."),
        ("iot:Publis? topic/a", "iot:Publis? is a pattern; ask about a single action, such as iot:Publish."),
        ("pubish a", "pubish is not an action of AWS IoT policies; did you mean iot:Publish?"),
        (
            "frobnicate a",
            "frobnicate is not an action of AWS IoT policies; try connect, publish, subscribe or receive.",
        ),
        ("connect", "iot:Connect on what? Add the client id."),
        ("publish", "iot:Publish on what? Add the topic."),
        ("subscribe", "iot:Subscribe on what? Add the topic filter."),
        ("getthingshadow", "iot:GetThingShadow on what? Add the thing."),
        ("iot:Frobnicate", "iot:Frobnicate on what? Add the resource, such as thing/NAME or *."),
    ],
)
def test_the_whole_sentence_of_what_is_missing(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(says)}$"):
        read_question(text)


def test_a_resource_keeps_the_type_that_it_has() -> None:
    for written, resource in (("client/a", "client/a"), ("a/client/b", "topic/a/client/b"), ("*", "*")):
        if written.startswith("client"):
            with pytest.raises(ValueError, match="did you mean topic/a"):
                read_question(f"publish {written}")
        else:
            assert read_question(f"publish {written}").resource == resource


def test_what_is_expected_is_asked_once_and_after_the_connection() -> None:
    allow = (Question("iot:Publish", "topic/a"), Question("iot:Publish", "topic/a"))
    assert first_questions(AuthorizerRequest(mqtt_context=MqttContext("u")), Expectation(allow=allow)) == allow[:1]
