from __future__ import annotations

import pytest

from authlens.core.policy import arn
from authlens.core.policy.document import parse
from authlens.core.policy.matching import Asking, matches, unmet_conditions
from authlens.core.policy.variables import Context
from support.policies import ARN, allow, document, statement, text


def asking(action: str, tail: str, **known: str) -> Asking:
    context = Context({f"iot:{name}": (value,) for name, value in known.items()})
    return Asking(action, arn.asked(ARN + tail), context, action.lower())


NOT_ACTION = {"Effect": "Allow", "NotAction": ["iot:Publish", "iot:Re*"], "Resource": "*"}
NOT_RESOURCE = {"Effect": "Deny", "Action": "*", "NotResource": [ARN + "topic/a", ARN + "topic/${iot:ClientId}"]}


@pytest.mark.parametrize(
    ("one", "asked", "expected"),
    [
        (allow("IOT:publish", "topic/a"), asking("iot:Publish", "topic/a"), True),
        (allow("iot:P*", ["topic/b", "topic/a"]), asking("iot:Publish", "topic/a"), True),
        (allow("iot:Publish", "TOPIC/a"), asking("iot:Publish", "topic/a"), False),
        (NOT_ACTION, asking("iot:Publish", "topic/a"), False),
        (NOT_ACTION, asking("iot:Receive", "topic/a"), False),
        (NOT_ACTION, asking("iot:Connect", "client/a"), True),
        (NOT_RESOURCE, asking("iot:Publish", "topic/a"), False),
        (NOT_RESOURCE, asking("iot:Publish", "topic/b"), True),
        (NOT_RESOURCE, asking("iot:Publish", "topic/b", ClientId="b"), False),
        (statement("*", "*") | {"Effect": "allow"}, asking("iot:Publish", "topic/a"), False),
        (
            allow("*", "*", Condition={"StringEquals": {"iot:ClientId": "a", "iot:DomainName": "b"}}),
            asking("iot:Publish", "topic/a", ClientId="a"),
            False,
        ),
        (
            allow("*", "*", Condition={"StringEquals": {"iot:ClientId": "a"}, "StringLike": {"iot:DomainName": "b"}}),
            asking("iot:Publish", "topic/a", ClientId="a", DomainName="b"),
            True,
        ),
        (
            allow("*", "*", Condition={"StringEqual": {"iot:ClientId": "a"}}),
            asking("iot:Publish", "topic/a", ClientId="a"),
            False,
        ),
    ],
)
def test_when_a_statement_applies(one: dict[str, object], asked: Asking, expected: bool) -> None:
    found = matches(document(one).statements[0], asked)
    assert (found is not None) is expected


def test_the_elements_that_matched_are_listed() -> None:
    one = document(allow(["iot:Receive", "iot:Pub*"], ["topic/b", "topic/*"])).statements[0]
    assert matches(one, asking("iot:Publish", "topic/a")) == (one.actions[1], one.resources[1])
    not_one = document(NOT_ACTION).statements[0]
    assert matches(not_one, asking("iot:Connect", "client/a")) == (None, not_one.resources[0])


def test_unmet_conditions_are_listed_in_order() -> None:
    block = {"StringEquals": {"iot:ClientId": "a", "iot:DomainName": "b"}, "Null": {"iot:ClientId": "true"}}
    one = parse(text(allow("*", "*", Condition=block))).statements[0]
    unmet = unmet_conditions(one, Context({"iot:ClientId": ("a",)}))
    assert [(condition.operator_name, condition.key) for condition in unmet] == [
        ("StringEquals", "iot:DomainName"),
        ("Null", "iot:ClientId"),
    ]
