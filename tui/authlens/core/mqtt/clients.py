"""What each client prints when AWS IoT answers, as observed on loopback."""

from __future__ import annotations

from collections.abc import Iterator

from authlens.core.mqtt import rules
from authlens.core.mqtt.packets import V3, V5
from authlens.core.mqtt.rules import Rule
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Print:
    """What one client prints for one answer."""

    client: str
    version: int
    rules: tuple[Rule, ...]
    text: str
    """A clause to follow the client's name: `prints "…" and exits with 7`."""


PRINTS = (
    Print(
        "mosquitto_pub", V3, (rules.REFUSED, rules.PUBLISH_DENIED), 'prints "The connection was lost." and exits with 7'
    ),
    Print("mosquitto_pub", V5, (rules.REFUSED,), "exits with 135, which is 0x87"),
    Print(
        "mosquitto_pub",
        V5,
        (rules.PUBLISH_DENIED,),
        'prints "Warning: Publish 1 failed: Not authorized." and exits with 0',
    ),
    Print("mosquitto_sub", V3, (rules.SUBSCRIBE_DENIED,), "prints nothing and keeps reconnecting"),
    Print(
        "mosquitto_sub",
        V5,
        (rules.SUBSCRIBE_DENIED,),
        'prints "All subscription requests were denied." and exits with 0',
    ),
    Print("the AWS IoT Device SDK", V3, (rules.REFUSED,), "reports AWS_ERROR_MQTT_UNEXPECTED_HANGUP (5134)"),
    Print("the AWS IoT Device SDK", V3, (rules.PUBLISH_DENIED,), "fails the publish with 5138"),
    Print("the AWS IoT Device SDK", V5, (rules.REFUSED,), "reports 5150 with the reason string"),
    Print("MQTT.js", V3, (rules.REFUSED, rules.PUBLISH_DENIED, rules.SUBSCRIBE_DENIED), "emits only `close`"),
    Print("paho-mqtt", V3, (rules.REFUSED,), 'reports "Unspecified error"'),
)


def prints(rule: Rule, version: int) -> Iterator[tuple[str, str]]:
    """The clients whose output is known, each with what it prints or does."""
    for each in PRINTS:
        if each.version == version and rule in each.rules:
            yield each.client, each.text


def printed(rule: Rule, version: int) -> str:
    """All of them in one sentence; empty if none is known."""
    return "; ".join(f"{client} {text}" for client, text in prints(rule, version))
