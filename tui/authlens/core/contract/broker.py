"""What the message broker refuses even if a policy allows it: reserved topics, misplaced wildcards and limits.

A policy decides about texts; the broker knows which of them are topics, filters and client ids. Quality of service 2 is
refused for every topic: a limit of what is allowed, because a question does not say how it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlens.core.contract.pages import CLIENT_IDS, GREENGRASS, MQTT, QUOTAS, RESERVED_TOPICS, TOPICS
from authlens.core.contract.statement import Source, documented
from authlens.frozen import dataclass

MOST_SLASHES = 7
LONGEST_TOPIC = 256
LONGEST_CLIENT_ID = 128


@dataclass(frozen=True, slots=True)
class BrokerRefusal:
    message: str
    """Phrased to follow `The policy allows this, but …`."""
    source: Source


def broker_refusals(action: str, tail: str) -> tuple[BrokerRefusal, ...]:
    """Why the broker refuses an action on a resource (`topic/a`, `client/b`), whatever policies say."""
    kind, _, name = tail.partition("/")
    checks = {
        ("iot:connect", "client"): (_client_id,),
        ("iot:publish", "topic"): (_wildcard_in_topic, _reserved_for_publish, _too_deep, _too_long),
        ("iot:retainpublish", "topic"): (_wildcard_in_topic, _reserved_for_retain, _too_deep, _too_long),
        ("iot:subscribe", "topicfilter"): (_wildcard_in_filter, _reserved_for_subscribe, _too_deep, _too_long),
    }.get((action.lower(), kind), ())
    return tuple(refusal for check in checks for refusal in check(name))


def broker_limits(action: str, tail: str) -> tuple[BrokerRefusal, ...]:
    """What the broker still refuses of an action that it normally accepts; the messages are sentences."""
    kind, _, _ = tail.partition("/")
    known = (action.lower(), kind) in (("iot:publish", "topic"), ("iot:subscribe", "topicfilter"))
    return (_QOS_2,) if known else ()


_QOS_2 = BrokerRefusal("At QoS 2 it is still refused: AWS IoT supports QoS 0 and 1", documented(MQTT))


def is_reserved(topic: str) -> bool:
    return topic.startswith("$")


def allows_publish(topic: str) -> bool:
    """Whether a client may publish to the topic: any that is not reserved, and the reserved ones that AWS's pages
    allow."""
    return not is_reserved(topic) or any(form.fullmatch(topic) for form in _PUBLISHED)


_SHADOW = r"\$aws/things/[^/]+/shadow(?:/name/[^/]+)?"
_PUBLISHED = tuple(
    re.compile(form)
    for form in (
        rf"{_SHADOW}/(?:get|update|delete)",
        r"\$aws/things/[^/]+/jobs/(?:get|start-next|[^/]+/(?:get|update))",
        r"\$aws/things/[^/]+/defender/metrics/(?:json|cbor)",
        r"\$aws/things/[^/]+/streams/[^/]+/(?:get|describe)/(?:json|cbor)",
        r"\$aws/things/[^/]+/greengrass(?:v2)?/health/json",
        r"\$aws/certificates/create(?:-from-csr)?/(?:json|cbor)",
        r"\$aws/provisioning-templates/[^/]+/provision/(?:json|cbor)",
        r"\$aws/commands/[^/]+/[^/]+/executions/[^/]+/response(?:/rejected)?/(?!accepted$)[^/]+",
        r"\$aws/device_location/[^/]+/get_position_estimate",
        r"\$aws/rules/.+",
    )
)
"""The reserved topics that clients may publish to: the guide's page on them, and Greengrass's minimal policy."""


def _client_id(name: str) -> Iterator[BrokerRefusal]:
    size = len(name.encode("utf-8", "surrogatepass"))
    if size > LONGEST_CLIENT_ID:
        message = f"the client id has {size} bytes, and the broker accepts at most {LONGEST_CLIENT_ID}"
        yield BrokerRefusal(message, documented(QUOTAS))
    if name.startswith("$"):
        yield BrokerRefusal("client ids that begin with `$` are reserved", documented(CLIENT_IDS))


def _wildcard_in_topic(topic: str) -> Iterator[BrokerRefusal]:
    signs = [sign for sign in "+#" if sign in topic]
    if signs:
        message = f"a client cannot publish to a topic with the MQTT wildcard `{signs[0]}`"
        yield BrokerRefusal(message, documented(TOPICS))


def _wildcard_in_filter(topic_filter: str) -> Iterator[BrokerRefusal]:
    levels = topic_filter.split("/")
    if any("#" in level for level in levels[:-1]) or ("#" in levels[-1] and levels[-1] != "#"):
        yield BrokerRefusal("the MQTT wildcard `#` must be the last level of a filter", documented(TOPICS))
    if any("+" in level and level != "+" for level in levels):
        yield BrokerRefusal("the MQTT wildcard `+` must occupy an entire level of a filter", documented(TOPICS))


def _reserved_for_publish(topic: str) -> Iterator[BrokerRefusal]:
    if not allows_publish(topic):
        page = GREENGRASS if "/greengrass" in topic else RESERVED_TOPICS
        message = "topics that begin with `$` are reserved, and AWS does not list this one as open to publishing"
        yield BrokerRefusal(message, documented(page))


def _reserved_for_retain(topic: str) -> Iterator[BrokerRefusal]:
    if is_reserved(topic):
        message = "topics that begin with `$` are reserved, and the broker retains no messages on them"
        yield BrokerRefusal(message, documented(MQTT))


def _reserved_for_subscribe(topic_filter: str) -> Iterator[BrokerRefusal]:
    is_listed = topic_filter.startswith(("$aws/", "$share/")) and not topic_filter.startswith("$aws/rules/")
    if is_reserved(topic_filter) and not is_listed:
        message = "topics that begin with `$` are reserved, and AWS does not list this one as open to subscribing"
        yield BrokerRefusal(message, documented(RESERVED_TOPICS))


def _too_deep(topic: str) -> Iterator[BrokerRefusal]:
    slashes = topic_depth(topic)
    if slashes > MOST_SLASHES:
        message = f"the topic has {slashes} slashes, and the broker accepts at most {MOST_SLASHES}"
        yield BrokerRefusal(message, documented(QUOTAS))


def topic_depth(topic: str) -> int:
    """The number of slashes that count: not those of `$aws/rules/NAME/`, and none in other reserved topics."""
    own = _own_part(topic)
    return 0 if own.startswith("$") else own.count("/")


def _own_part(topic: str) -> str:
    """The topic without `$aws/rules/NAME/` or `$share/GROUP/`, which the limits of topics do not count."""
    return re.sub(r"^\$aws/rules/[^/]*/?|^\$share/[^/]*/", "", topic)


def _too_long(topic: str) -> Iterator[BrokerRefusal]:
    size = len(_own_part(topic).encode("utf-8", "surrogatepass"))
    if size > LONGEST_TOPIC:
        message = f"the topic has {size} bytes, and the broker accepts at most {LONGEST_TOPIC}"
        yield BrokerRefusal(message, documented(QUOTAS))
