"""What clients print, by rule and version."""

from __future__ import annotations

from authlens.core.mqtt import rules
from authlens.core.mqtt.clients import PRINTS, printed, prints
from authlens.core.mqtt.packets import V3, V5


def test_the_words_of_the_facts() -> None:
    assert ("mosquitto_pub", "exits with 135, which is 0x87") in list(prints(rules.REFUSED, V5))
    assert "Publish 1 failed: Not authorized." in printed(rules.PUBLISH_DENIED, V5)
    assert "5134" in printed(rules.REFUSED, V3)


def test_nothing_is_made_up() -> None:
    assert printed(rules.SHUTDOWN, V5) == ""


def test_no_client_has_two_texts_for_one_answer() -> None:
    keys = [(each.client, each.version, rule) for each in PRINTS for rule in each.rules]
    assert len(keys) == len(set(keys))
