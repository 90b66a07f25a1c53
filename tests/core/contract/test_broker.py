"""What the broker refuses although a policy allows it."""

from __future__ import annotations

import pytest

from authlens.core.contract.broker import allows_publish, broker_limits, broker_refusals, topic_depth
from authlens.core.contract.pages import GREENGRASS, PAGES, RESERVED_TOPICS
from authlens.core.contract.statement import Certainty, documented

RESERVED = "topics that begin with `$` are reserved, and "
NO_PUBLISH = RESERVED + "AWS does not list this one as open to publishing"
WILDCARD = "a client cannot publish to a topic with the MQTT wildcard "


@pytest.mark.parametrize(
    ("action", "tail", "messages"),
    [
        ("iot:Publish", "topic/a/b", []),
        ("iot:Publish", "topic/a/+", [WILDCARD + "`+`"]),
        ("IOT:PUBLISH", "topic/a/#", [WILDCARD + "`#`"]),
        ("iot:Publish", "topic/$SYS/a", [NO_PUBLISH]),
        ("iot:Publish", "topic/$aws/events/presence/connected/a", [NO_PUBLISH]),
        ("iot:Publish", "topic/$aws/things/a/shadow/update", []),
        ("iot:Publish", "topic/a/1/2/3/4/5/6/7", []),
        ("iot:Publish", "topic/a/1/2/3/4/5/6/7/8", ["the topic has 8 slashes, and the broker accepts at most 7"]),
        ("iot:Publish", "topic/$aws/rules/r/0/1/2/3/4/5/6/7", []),
        (
            "iot:Publish",
            "topic/$aws/rules/r/0/1/2/3/4/5/6/7/8",
            ["the topic has 8 slashes, and the broker accepts at most 7"],
        ),
        ("iot:Publish", "topic/" + "a" * 256, []),
        ("iot:Publish", "topic/" + "é" * 129, ["the topic has 258 bytes, and the broker accepts at most 256"]),
        ("iot:Publish", "topic/$aws/rules/r/" + "a" * 256, []),
        (
            "iot:Publish",
            "topic/$aws/rules/r/" + "a" * 257,
            ["the topic has 257 bytes, and the broker accepts at most 256"],
        ),
        (
            "iot:Publish",
            "topic/a/$aws/rules/r/" + "a" * 245,
            ["the topic has 260 bytes, and the broker accepts at most 256"],
        ),
        ("iot:Publish", "client/$a", []),
        ("iot:Receive", "topic/a/+", []),
        ("iot:RetainPublish", "topic/a", []),
        (
            "iot:RetainPublish",
            "topic/$aws/things/a/shadow/update",
            [RESERVED + "the broker retains no messages on them"],
        ),
        ("iot:RetainPublish", "topic/+", [WILDCARD + "`+`"]),
        ("iot:Subscribe", "topicfilter/a/+/b/#", []),
        ("iot:Subscribe", "topicfilter/#/a", ["the MQTT wildcard `#` must be the last level of a filter"]),
        ("iot:Subscribe", "topicfilter/a/#/b", ["the MQTT wildcard `#` must be the last level of a filter"]),
        ("iot:Subscribe", "topicfilter/a/b/#/c/d", ["the MQTT wildcard `#` must be the last level of a filter"]),
        ("iot:Subscribe", "topicfilter/#", []),
        ("iot:Subscribe", "topicfilter/a/+b", ["the MQTT wildcard `+` must occupy an entire level of a filter"]),
        ("iot:Subscribe", "topicfilter/" + "a" * 256, []),
        ("iot:Publish", "topic/" + "a" * 257, ["the topic has 257 bytes, and the broker accepts at most 256"]),
        ("iot:Subscribe", "topicfilter/a#", ["the MQTT wildcard `#` must be the last level of a filter"]),
        ("iot:Subscribe", "topicfilter/a/b/c#", ["the MQTT wildcard `#` must be the last level of a filter"]),
        ("iot:Subscribe", "topicfilter/a+/b", ["the MQTT wildcard `+` must occupy an entire level of a filter"]),
        ("iot:Subscribe", "topicfilter/$SYS/#", [RESERVED + "AWS does not list this one as open to subscribing"]),
        ("iot:Subscribe", "topicfilter/$aws/rules/r", [RESERVED + "AWS does not list this one as open to subscribing"]),
        ("iot:Subscribe", "topicfilter/$aws/rules/#", [RESERVED + "AWS does not list this one as open to subscribing"]),
        ("iot:Subscribe", "topicfilter/$aws/#", []),
        ("iot:Subscribe", "topicfilter/$aws/events/#", []),
        ("iot:Subscribe", "topicfilter/$share/g/a/+", []),
        ("iot:Connect", "client/a", []),
        ("iot:Connect", "client/" + "a" * 128, []),
        ("iot:Connect", "client/" + "a" * 129, ["the client id has 129 bytes, and the broker accepts at most 128"]),
        ("iot:Connect", "client/$a", ["client ids that begin with `$` are reserved"]),
        ("iot:Connect", "topic/$a", []),
    ],
)
def test_refusals(action: str, tail: str, messages: list[str]) -> None:
    found = broker_refusals(action, tail)
    assert [one.message for one in found] == messages
    assert all(one.source.known is Certainty.DOCUMENTED and one.source.page in PAGES for one in found)


@pytest.mark.parametrize(
    ("topic", "allowed"),
    [
        ("a", True),
        ("$aws/things/a/shadow/get", True),
        ("$aws/things/a/shadow/name/b/delete", True),
        ("$aws/things/a/shadow/update/accepted", False),
        ("$aws/things/a/jobs/start-next", True),
        ("$aws/things/a/jobs/j/update", True),
        ("$aws/things/a/jobs/j/update/rejected", False),
        ("$aws/things/a/jobs/notify", False),
        ("$aws/things/a/defender/metrics/json", True),
        ("$aws/things/a/streams/s/get/cbor", True),
        ("$aws/things/a/greengrassv2/health/json", True),
        ("$aws/certificates/create-from-csr/json", True),
        ("$aws/provisioning-templates/t/provision/cbor", True),
        ("$aws/commands/things/a/executions/e/response/json", True),
        ("$aws/commands/things/a/executions/e/request", False),
        ("$aws/commands/things/a/executions/e/response/rejected/cbor", True),
        ("$aws/commands/things/a/executions/e/response/accepted", False),
        ("$aws/commands/things/a/executions/e/response/accepted/json", False),
        ("$aws/device_location/a/get_position_estimate", True),
        ("$aws/rules/r", True),
        ("$aws/rules/r/a/b", True),
        ("$aws/rules/", False),
        ("$share/g/a", False),
    ],
)
def test_reserved_topics_that_clients_publish_to(topic: str, allowed: bool) -> None:
    assert allows_publish(topic) is allowed


@pytest.mark.parametrize(
    ("topic", "page"),
    [("$aws/things/a/greengrass/x", GREENGRASS), ("$aws/events/presence/connected/a", RESERVED_TOPICS)],
)
def test_the_page_that_lists_the_reserved_topics(topic: str, page: str) -> None:
    assert [one.source for one in broker_refusals("iot:Publish", f"topic/{topic}")] == [documented(page)]


@pytest.mark.parametrize(
    ("topic", "depth"),
    [
        ("a", 0),
        ("a/b/c", 2),
        ("$aws/rules/r/a/b", 1),
        ("$share/g/a/b", 1),
        ("$aws/rules/r", 0),
        ("$aws/rules/$share/a/b", 1),
        ("$share/g/$aws/rules/a/b", 0),
        ("$aws/things/a/shadow/update", 0),
    ],
)
def test_the_slashes_that_count(topic: str, depth: int) -> None:
    assert topic_depth(topic) == depth


@pytest.mark.parametrize(
    ("action", "tail", "is_limited"),
    [
        ("iot:Publish", "topic/a", True),
        ("IOT:publish", "topic/a", True),
        ("iot:Subscribe", "topicfilter/a", True),
        ("iot:Subscribe", "topic/a", False),
        ("iot:Publish", "topicfilter/a", False),
        ("iot:Receive", "topic/a", False),
        ("iot:Connect", "client/a", False),
    ],
)
def test_quality_of_service_2_is_a_limit_of_publish_and_subscribe(action: str, tail: str, is_limited: bool) -> None:
    assert [limit.source.known for limit in broker_limits(action, tail)] == [Certainty.DOCUMENTED] * is_limited
