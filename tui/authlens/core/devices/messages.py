"""A published message: what it carries on to subscribers, when it expires, and where it may ask for responses."""

from __future__ import annotations

from authlens.core.devices.effects import Message
from authlens.core.mqtt import limits
from authlens.core.mqtt.packets import Publish
from authlens.core.mqtt.properties import (
    MESSAGE_EXPIRY,
    RESPONSE_TOPIC,
    TOPIC_ALIAS,
    Properties,
    number_of,
    text_of,
)
from authlens.core.mqtt.topics import has_wildcard


def message_of(packet: Publish, topic: str, sender: str | None, now: float) -> Message:
    """The message that a publish carries."""
    kept = tuple(each for each in packet.properties if each[0] not in (MESSAGE_EXPIRY, TOPIC_ALIAS))
    expires_at = expiry(number_of(packet.properties, MESSAGE_EXPIRY), now)
    return Message(topic, packet.payload, packet.qos, packet.retain, kept, sender, expires_at)


def expiry(seconds: int | None, now: float) -> float | None:
    """When a message with this Message Expiry Interval expires; AWS IoT raises 0 to 1 and keeps none over a week."""
    return None if seconds is None else now + min(max(seconds, 1), limits.MESSAGE_EXPIRY_MOST.value)


def response_topic_problem(given: Properties) -> str | None:
    """Why a message may not ask for responses on this topic, as a sentence; `None` if it may, or does not ask."""
    topic = text_of(given, RESPONSE_TOPIC)
    return "the Response Topic has a wildcard" if topic is not None and has_wildcard(topic) else None
