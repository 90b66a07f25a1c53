import json
from typing import Any

import pytest

from authlens.core.compare.changes import Change, policy_changes, request_changes, result_changes, result_words
from authlens.core.compare.policies import pair_documents
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind

CONNECT = {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:c"}
PUBLISH = {"Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:t"}
REFUSED = Failure(FailureKind.AWS, "InvalidRequestException", "no", 400)


def policy(*statements: Any, version: str = "2012-10-17") -> str:
    return json.dumps({"Version": version, "Statement": list(statements)})


def policy_words(left: list[str], right: list[str]) -> list[str]:
    return [change.words for change in policy_changes(pair_documents(left, right))]


def test_the_sentence_of_the_guide() -> None:
    left = [policy(CONNECT), policy(CONNECT, PUBLISH)]
    right = [policy(CONNECT), policy(CONNECT, {**PUBLISH, "Action": ["iot:Publish", "iot:Receive"]})]
    before, after = Outcome(True, "p1", tuple(left)), Outcome(True, "p2", tuple(right))

    words = [change.words for change in result_changes(before, after)] + policy_words(left, right)

    assert words == ["principal p1 → p2", "document 1 unchanged", "document 2, statement 2: action iot:Receive added"]


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        pytest.param([policy(CONNECT)], [policy(CONNECT)], ["document 1 unchanged"], id="nothing"),
        pytest.param(
            [policy(CONNECT)],
            [policy({**CONNECT, "Effect": "Deny"})],
            ["statement 1: effect Allow → Deny"],
            id="effect",
        ),
        pytest.param(
            [policy(CONNECT)], [policy({**CONNECT, "Resource": "*"})], ["statement 1: resource arn:c → *"], id="value"
        ),
        pytest.param(
            [policy(CONNECT)],
            [policy({**CONNECT, "Condition": {"Bool": {"a": True}}})],
            ["statement 1: condition Bool a true added"],
            id="condition",
        ),
        pytest.param(
            [policy(CONNECT, PUBLISH)],
            [policy({**PUBLISH, "Resource": "*"}, CONNECT)],
            ["statement 1 (was 2): resource arn:t → *"],
            id="moved statement",
        ),
        pytest.param(
            [policy(CONNECT)],
            [policy(CONNECT, {**PUBLISH, "Condition": {"Bool": {"a": "b"}}})],
            ["statement 2 added: Allow iot:Publish on arn:t under conditions"],
            id="statement added",
        ),
        pytest.param(
            [policy(CONNECT, PUBLISH)],
            [policy(CONNECT)],
            ["statement 2 removed: Allow iot:Publish on arn:t"],
            id="statement removed",
        ),
        pytest.param(
            [policy(CONNECT)],
            [policy(CONNECT, version="2008-10-17")],
            ["version 2012-10-17 → 2008-10-17"],
            id="version",
        ),
        pytest.param(
            [],
            [policy({"Effect": "Allow", "NotAction": "a", "NotResource": "b"})],
            ["document 1 added: Allow all but a on all but b"],
            id="document added",
        ),
        pytest.param([policy()], [], ["document 1 removed: no statement"], id="document removed"),
        pytest.param(
            [policy({**CONNECT, "Principal": {"AWS": "ü"}})],
            [policy({**CONNECT, "Condition": {"Bool": {}, "Null": "x"}, "Action": []})],
            ['statement 1: action iot:Connect → (empty list), condition Null x added, principal {"AWS": "ü"} removed'],
            id="odd values",
        ),
        pytest.param(
            [],
            [policy({}, {"Effect": "Deny"}, {"Effect": "Allow", "Action": "a", "NotResource": ["c", "b"]})],
            [
                "document 1 added: no effect: no action on no resource; Deny no action on no resource; "
                "Allow a on all but b, c"
            ],
            id="statements without elements",
        ),
        pytest.param(
            [policy({**CONNECT, "Action": ["iot:Connect", "d", "c"]})],
            [policy({**CONNECT, "Action": ["b", "iot:Connect"], "Resource": ["y", "x"], "Sid": "s"}, version="1")],
            [
                "version 2012-10-17 → 1",
                "statement 1: action b added, action c removed, action d removed, resource x added, resource y added, "
                "resource arn:c removed",
            ],
            id="several values",
        ),
        pytest.param(
            [policy(CONNECT)], ["{"], ["document 1: text differs (not a policy on both sides)"], id="unreadable"
        ),
        pytest.param(
            [policy(CONNECT), policy(PUBLISH)],
            [policy(PUBLISH), policy(CONNECT)],
            [
                "document 1 (was 2) unchanged",
                "document 2 (was 1) unchanged",
                "order of documents changed, which has no effect (2 → 1, 1 → 2)",
            ],
            id="document order is reported",
        ),
    ],
)
def test_policies(left: list[str], right: list[str], words: list[str]) -> None:
    assert policy_words(left, right) == words


def test_only_what_means_something_else_differs() -> None:
    pairs = pair_documents([policy(CONNECT), policy(PUBLISH)], [policy(PUBLISH), policy(CONNECT)])

    assert not any(change.differs for change in policy_changes(pairs))
    assert list(policy_changes(pair_documents([policy(CONNECT, PUBLISH)], [policy(PUBLISH), policy(CONNECT)]))) == [
        Change("policies", "the same statements are in different documents, which has no effect", differs=False)
    ]


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        (Outcome(True, "p"), Outcome(True, "p"), []),
        (Outcome(True, "p"), Outcome(False, "p"), ["authenticated yes → no"]),
        (Outcome(True, None), Outcome(True, ""), ["principal (absent) → ''"]),
        (
            Outcome(True, refresh_after_in_seconds=300, disconnect_after_in_seconds=400),
            Outcome(True, refresh_after_in_seconds=301, disconnect_after_in_seconds=401),
            ["refresh after 300 → 301", "disconnect after 400 → 401"],
        ),
        (Outcome(True, "p"), REFUSED, ["authenticated as p → InvalidRequestException: no"]),
        (REFUSED, Outcome(False), ["InvalidRequestException: no → not authenticated"]),
        (REFUSED, REFUSED, []),
        (
            REFUSED,
            Failure(FailureKind.AWS, "ResourceNotFoundException", None, 404),
            [
                "error InvalidRequestException → ResourceNotFoundException",
                "HTTP status 400 → 404",
                "message no → (absent)",
            ],
        ),
    ],
)
def test_results(left: Outcome | Failure, right: Outcome | Failure, words: list[str]) -> None:
    assert [change.words for change in result_changes(left, right)] == words


def test_an_error_without_a_message_is_its_class() -> None:
    assert result_words(Failure(FailureKind.AWS, "InvalidRequestException", None)) == "InvalidRequestException"


def test_requests_are_compared_as_they_are_and_described_as_they_are_shown() -> None:
    left = {"authorizerName": "A", "token": "secret 1", "mqttContext.clientId": "c1"}
    right = {"authorizerName": "A", "token": "secret 2", "tlsContext.serverName": "n"}
    hidden = {"token": "***"}

    changes = list(request_changes(left, right, left | hidden, right | hidden))

    assert changes == [
        Change("request", "token changed (***)"),
        Change("request", "mqttContext.clientId c1 → (absent)"),
        Change("request", "tlsContext.serverName (absent) → n"),
    ]
