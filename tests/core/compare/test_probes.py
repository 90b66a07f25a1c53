from dataclasses import replace

import pytest

from authlens.core.compare.policies import pair_documents
from authlens.core.compare.probes import MOST, probes
from authlens.core.request.request import MqttContext
from authlens.core.saved.expectation import Question
from support.invocations import CLIENT, CONNECT, PUBLISH, REQUEST, TOPIC, policy

FILTER = "arn:aws:iot:us-west-2:123456789012:topicfilter/"


def raised(*statements: object) -> list[tuple[str, str]]:
    pairs = pair_documents([], [policy(*statements)])
    return [(question.action, question.resource) for question in probes(pairs, (REQUEST, REQUEST))]


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        pytest.param("iot:Publish", f"{TOPIC}a", [("iot:Publish", f"{TOPIC}a")], id="as written"),
        pytest.param("iot:Publish", f"{TOPIC}a/*", [("iot:Publish", f"{TOPIC}a/*")], id="by its own letters"),
        pytest.param("iot:*", f"{CLIENT}c", [("iot:Connect", f"{CLIENT}c")], id="any action on a client"),
        pytest.param(
            "*", f"{TOPIC}a", [("iot:Publish", f"{TOPIC}a"), ("iot:Receive", f"{TOPIC}a")], id="any action on a topic"
        ),
        pytest.param("iot:S*", f"{FILTER}a/#", [("iot:Subscribe", f"{FILTER}a/#")], id="any action on a filter"),
        pytest.param("iot:Publish", "*", [("iot:Publish", "*")], id="any resource"),
        pytest.param(
            "iot:Connect", CLIENT + "${iot:ClientId}", [("iot:Connect", f"{CLIENT}sensor-7")], id="variable filled in"
        ),
        pytest.param("iot:Connect", CLIENT + "${iot:Unknown}", [], id="variable unknown"),
    ],
)
def test_questions_of_a_statement(action: str, resource: str, expected: list[tuple[str, str]]) -> None:
    assert raised({"Effect": "Allow", "Action": action, "Resource": resource}) == expected


def test_each_question_once() -> None:
    assert raised(PUBLISH, {**PUBLISH, "Effect": "Deny"}) == [("iot:Publish", f"{TOPIC}sensors/7/data")]


def test_only_statements_that_changed_raise_questions() -> None:
    pairs = pair_documents([policy(CONNECT, PUBLISH)], [policy(PUBLISH, {**CONNECT, "Resource": f"{CLIENT}c2"})])

    assert probes(pairs, (REQUEST, REQUEST)) == (
        Question("iot:Connect", f"{CLIENT}sensor-7"),
        Question("iot:Connect", f"{CLIENT}c2"),
    )


def test_statements_with_variables_change_with_the_client() -> None:
    own = policy({**CONNECT, "Resource": CLIENT + "${iot:ClientId}"}, PUBLISH)
    other = replace(REQUEST, mqtt_context=MqttContext(client_id="c2"))

    assert probes(pair_documents([own], [own]), (REQUEST, REQUEST)) == ()
    assert probes(pair_documents([own], [own]), (REQUEST, other)) == (
        Question("iot:Connect", f"{CLIENT}sensor-7"),
        Question("iot:Connect", f"{CLIENT}c2"),
    )


def test_questions_are_bounded() -> None:
    resources = [f"{TOPIC}{number}" for number in range(1000)]

    assert len(raised({**PUBLISH, "Resource": resources})) == MOST
