"""What clients print, by rule and version."""

from __future__ import annotations

from authlens.core.mqtt import rules
from authlens.core.mqtt.clients import PRINTS, printed, prints
from authlens.core.mqtt.packets import V3, V5


def test_the_words_of_the_facts() -> None:
    assert ("mosquitto_pub", "exits with 135, which is 0x87") in list(prints(rules.REFUSED, V5))
    assert "Publish 1 failed: Not authorized." in printed(rules.PUBLISH_DENIED, V5)
    assert "5134" in printed(rules.REFUSED, V3)


REFUSED, PUBLISH, SUBSCRIBE = rules.REFUSED, rules.PUBLISH_DENIED, rules.SUBSCRIBE_DENIED


def test_which_clients_are_known_for_which_answer() -> None:
    known = {
        (rule, version): [client for client, _ in prints(rule, version)]
        for rule in rules.RULES
        for version in (V3, V5)
        if printed(rule, version)
    }
    assert known == {
        (REFUSED, V3): ["mosquitto_pub", "the AWS IoT Device SDK", "MQTT.js", "paho-mqtt"],
        (REFUSED, V5): ["mosquitto_pub", "the AWS IoT Device SDK"],
        (PUBLISH, V3): ["mosquitto_pub", "the AWS IoT Device SDK", "MQTT.js"],
        (PUBLISH, V5): ["mosquitto_pub"],
        (SUBSCRIBE, V3): ["mosquitto_sub", "MQTT.js"],
        (SUBSCRIBE, V5): ["mosquitto_sub"],
    }
    assert printed(SUBSCRIBE, V3) == "mosquitto_sub prints nothing and keeps reconnecting; MQTT.js emits only `close`"


def test_nothing_is_made_up() -> None:
    assert printed(rules.SHUTDOWN, V5) == ""


def test_no_client_has_two_texts_for_one_answer() -> None:
    keys = [(each.client, each.version, rule) for each in PRINTS for rule in each.rules]
    assert len(keys) == len(set(keys))
