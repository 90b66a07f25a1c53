"""One connection's permissions: the one evaluator, its answers kept until the documents change."""

from __future__ import annotations

import json
from typing import Any

import pytest

from authlens.core.devices import permissions
from authlens.core.devices.permissions import KEPT, Permissions
from authlens.core.mqtt import properties
from authlens.core.mqtt.packets import V5, Connect, Will
from authlens.core.policy import document

ARN = "arn:aws:iot:us-west-2:123456789012"


def allowed(action: str, resource: str, condition: dict[str, Any] | None = None) -> document.Document:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": f"{ARN}:{resource}"}
    statement |= {"Condition": condition} if condition else {}
    return document.parse(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def permitted(*documents: document.Document) -> Permissions:
    return Permissions(documents, {"iot:ClientId": ("sensor-7",)}, "us-west-2", "123456789012")


def test_a_question_is_decided_with_the_variables_of_the_connection() -> None:
    may = permitted(allowed("iot:Publish", "topic/${iot:ClientId}/data"))
    assert may.decide("iot:Publish", "topic/sensor-7/data").allowed
    assert not may.decide("iot:Publish", "topic/sensor-8/data").allowed


def test_an_answer_is_kept_and_the_number_kept_is_bounded() -> None:
    may = permitted(allowed("iot:Publish", "topic/*"))
    kept = may.decide("iot:Publish", "topic/a")
    assert may.decide("iot:Publish", "topic/a") is kept
    for number in range(KEPT):
        may.decide("iot:Publish", f"topic/{number}")
    assert may.decide("iot:Publish", "topic/a") is not kept


def test_why_has_the_nearest_miss_and_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    may = permitted(allowed("iot:Publish", "topic/a"))
    denied = may.decide("iot:Publish", "topic/a/")
    why = may.why(denied)
    assert why.startswith("No statement allows iot:Publish")
    assert "; nearest miss: " in why
    assert may.why(denied) is why
    monkeypatch.setattr(permissions, "KEPT", 2)
    for name in "bc":
        may.why(may.decide("iot:Publish", f"topic/{name}"))
    assert may.why(denied) is not why


def test_only_the_nearest_of_several_misses_is_named() -> None:
    denied = permitted(allowed("iot:Publish", "topic/a/"), allowed("iot:Publish", "topic/A")).decide(
        "iot:Publish", "topic/a"
    )
    assert len(denied.near_misses) == 2
    assert permitted().why(denied) == f"{'; '.join(denied.reasons)}; nearest miss: {denied.near_misses[0].message}"


def test_the_deciding_statement_is_named_by_its_place() -> None:
    may = permitted(allowed("iot:Publish", "topic/a"), allowed("iot:Publish", "topic/b"))
    assert may.deciding(may.decide("iot:Publish", "topic/b")) == "document 2, statement 1 (line 1)"
    assert may.deciding(may.decide("iot:Publish", "topic/c")) == ""


def test_other_documents_are_asked_again() -> None:
    may = permitted(allowed("iot:Publish", "topic/a"))
    assert may.decide("iot:Publish", "topic/a").allowed
    assert not may.replaced([allowed("iot:Publish", "topic/b")]).decide("iot:Publish", "topic/a").allowed


WILL = Will("bye/sensor-7")


@pytest.mark.parametrize(
    ("condition", "connect", "allows"),
    [
        ({"ArnEquals": {"iot:LastWillTopic": f"{ARN}:topic/bye/*"}}, Connect("c", will=WILL), True),
        ({"ArnEquals": {"iot:LastWillTopic": f"{ARN}:topic/hi/*"}}, Connect("c", will=WILL), False),
        ({"ForAllValues:StringEquals": {"iot:ConnectAttributes": "LastWill"}}, Connect("c", will=WILL), True),
        ({"ForAllValues:StringEquals": {"iot:ConnectAttributes": "LastWill"}}, Connect("c"), True),
        ({"ForAnyValue:StringEquals": {"iot:ConnectAttributes": "LastWill"}}, Connect("c"), False),
        (
            {"ForAllValues:StringEquals": {"iot:ConnectAttributes": "LastWill"}},
            Connect("c", will=WILL, clean_start=False),
            False,
        ),
        (
            {"ForAnyValue:StringEquals": {"iot:ConnectAttributes": "PersistentConnect"}},
            Connect("c", version=V5, properties=((properties.SESSION_EXPIRY, 60),)),
            True,
        ),
    ],
)
def test_connect_has_conditions_of_its_own(condition: dict[str, Any], connect: Connect, allows: bool) -> None:
    documents = allowed("iot:Connect", "client/c", condition), allowed("iot:Publish", "topic/bye/*")
    decision = permitted(*documents).decide_connect(connect)
    assert decision.allowed is allows
    assert decision.asking.action == permissions.CONNECT


@pytest.mark.parametrize(
    ("will", "needed"),
    [(WILL, "iot:Publish"), (Will("bye/sensor-7", retain=True), "iot:RetainPublish"), (Will("hi"), "iot:Publish")],
)
def test_a_client_that_may_not_publish_its_last_will_may_not_connect(will: Will, needed: str) -> None:
    connect = Connect("c", will=will)
    documents = [allowed("iot:Connect", "client/c")]
    documents += [allowed("iot:Publish", "topic/bye/*")] if will.retain else []
    denied = permitted(*documents).decide_connect(connect)
    assert (denied.allowed, denied.asking.action, denied.asking.resource.tail) == (False, needed, f"topic/{will.topic}")
    both = permitted(*documents, allowed("iot:*", "topic/*")).decide_connect(connect)
    assert (both.allowed, both.asking.action) == (True, "iot:Connect")
