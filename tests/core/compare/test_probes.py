from dataclasses import replace

import pytest

from authlens.core.compare.policies import pair_documents
from authlens.core.compare.probes import probes
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

    assert len(raised({**PUBLISH, "Resource": resources})) == 16


def asked(left: str, right: str, client: str | None = None, ask_all: bool = False) -> list[str]:
    """What is asked after a change of documents, as `connect client/c`."""
    other = REQUEST if client is None else replace(REQUEST, mqtt_context=MqttContext(client_id=client))
    found = probes(pair_documents([left], [right]), (REQUEST, other), ask_all=ask_all)
    return [f"{each.action.removeprefix('iot:').lower()} {each.resource.rpartition(':')[2]}" for each in found]


TAIL, VERBS = "topic/sensors/7/data", ("connect", "publish", "subscribe", "receive")
CONNECTS, PUBLISHES = "connect client/sensor-7", "publish topic/sensors/7/data"
GUARDED = {**CONNECT, "Condition": {"StringEquals": {"iot:ClientId": "c2"}}}
OWN = {**CONNECT, "Resource": f"{CLIENT}${{iot:ClientId}}"}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (policy(CONNECT), policy(CONNECT), []),
        (policy(CONNECT, PUBLISH), policy(CONNECT), [PUBLISHES]),
        (policy(CONNECT), policy(CONNECT, PUBLISH), [PUBLISHES]),
        (policy(CONNECT), policy({**CONNECT, "Effect": "Deny"}), [CONNECTS]),
        (policy(CONNECT), policy(CONNECT, {**PUBLISH, "Action": "iot:Publis?"}), [PUBLISHES, f"receive {TAIL}"]),
        (policy(), policy({**PUBLISH, "Action": "iot:*", "Resource": "*"}), [f"{verb} *" for verb in VERBS]),
        (policy(), policy({**PUBLISH, "Action": "iot:*", "Resource": f"{CLIENT[:-7]}thing/t"}), []),
        (policy(CONNECT), policy(CONNECT, {**PUBLISH, "Resource": f"{TOPIC}*"}), ["publish topic/*", CONNECTS]),
        (policy(CONNECT), policy(CONNECT, {**PUBLISH, "Resource": f"{TOPIC}?"}), ["publish topic/?", CONNECTS]),
        (policy(CONNECT), policy(CONNECT, {**PUBLISH, "NotAction": "a"}), [PUBLISHES, CONNECTS]),
        (policy(CONNECT), policy(CONNECT, {"Effect": "Deny", "NotResource": "a", "Action": "b"}), [CONNECTS]),
        (policy(CONNECT), policy(CONNECT, {"Effect": "Deny", "Action": "iot:*", "Resource": "a"}), []),
    ],
)
def test_what_is_asked_after_a_change(left: str, right: str, expected: list[str]) -> None:
    assert asked(left, right) == expected


def test_all_is_asked_where_something_else_decides() -> None:
    assert asked(policy(CONNECT), policy(CONNECT, PUBLISH), ask_all=True) == [PUBLISHES, CONNECTS]
    assert asked(policy(CONNECT), policy(CONNECT), ask_all=True) == [CONNECTS]


@pytest.mark.parametrize(
    ("statement", "client", "expected"),
    [
        (OWN, None, []),
        (OWN, "c2", [CONNECTS, "connect client/c2"]),
        (GUARDED, None, []),
        (GUARDED, "c2", [CONNECTS]),
        (CONNECT, "c2", []),
        ({**CONNECT, "Resource": f"{CLIENT}${{iot:ClientId}}${{aws:Unknown}}"}, "c2", []),
    ],
)
def test_what_another_client_changes(statement: object, client: str | None, expected: list[str]) -> None:
    assert asked(policy(statement), policy(statement), client) == expected
