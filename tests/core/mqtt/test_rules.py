"""The table of what AWS does: consistent in itself, and the rows of the facts word for word."""

from __future__ import annotations

import pytest

from authlens.core.contract.pages import PAGES
from authlens.core.contract.statement import Certainty
from authlens.core.mqtt import codes, rules
from authlens.core.mqtt.packets import V3, V5
from authlens.core.mqtt.rules import Rule


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.id)
def test_a_row_is_consistent(rule: Rule) -> None:
    for response in (rule.v3, rule.v5):
        assert (response.packet is None) == (response.code is None)
    assert rule.v3.packet in (None, "SUBACK", "HTTP")
    assert rule.lifecycle is not None or not (rule.v3.closes and rule.v5.closes)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.id)
def test_a_code_is_one_that_aws_lists_for_the_packet_unless_it_is_assumed(rule: Rule) -> None:
    response = rule.v5
    if response.packet in codes.SENT_BY_AWS and response.code not in codes.SENT_BY_AWS[response.packet]:
        assert response.source.known is Certainty.ASSUMED


@pytest.mark.parametrize(
    ("rule", "version", "words", "confidence"),
    [
        (rules.REFUSED, V3, "closed", "measured"),
        (rules.REFUSED, V5, "CONNACK 0x87, closed", "measured"),
        (rules.CONNECT_RATE, V3, "closed", "assumed"),
        (rules.CONNECT_RATE, V5, "CONNACK 0x97, closed", "measured"),
        (rules.TAKEN_OVER, V5, "DISCONNECT 0x8e, closed", "documented"),
        (rules.KEEP_ALIVE, V5, "DISCONNECT 0x8d, closed", "documented"),
        (rules.WILL_QOS, V5, "CONNACK 0x9b, closed", "reported"),
        (rules.SUBSCRIBE_DENIED, V3, "closed", "measured"),
        (rules.SUBSCRIBE_DENIED, V5, "SUBACK 0x87, stays connected", "measured"),
        (rules.PUBLISH_DENIED, V3, "closed", "measured"),
        (rules.PUBLISH_DENIED, V5, "PUBACK 0x87, stays connected", "measured"),
        (rules.PUBLISH_DENIED_QOS_0, V5, "DISCONNECT 0x87, closed", "measured"),
        (rules.RECEIVE_DENIED, V5, "no answer, stays connected", "measured"),
        (rules.SOME_FILTERS_DENIED, V3, "closed", "assumed"),
        (rules.PUBLISH_QOS_2, V3, "no answer, stays connected", "documented"),
        (rules.SUBSCRIBE_QOS_2, V5, "DISCONNECT 0x9b, closed", "documented"),
        (rules.REFRESH_REFUSED, V5, "DISCONNECT 0x87, closed", "assumed"),
    ],
    ids=lambda value: value.id if isinstance(value, Rule) else str(value),
)
def test_the_rows_of_the_facts(rule: Rule, version: int, words: str, confidence: str) -> None:
    response = rule.response(version)
    assert (str(response), response.source.known.value) == (words, confidence)


def test_every_row_is_found_by_its_id() -> None:
    assert len(rules.BY_ID) == len(rules.RULES)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.id)
def test_a_row_names_the_page_it_rests_on_unless_it_is_assumed(rule: Rule) -> None:
    for source in (rule.v3.source, rule.v5.source):
        assert source.page in PAGES or source.known is Certainty.ASSUMED


def test_how_a_row_is_known_in_words() -> None:
    assert rules.REFUSED.v3.how_known == "measured (over WebSocket, eu-west-1)"
    assert rules.TAKEN_OVER.v5.how_known == "documented"


ANSWERS = (
    ("connect-refused", "closed", "CONNACK 0x87, closed", "AUTH_ERROR"),
    ("client-certificate", "closed", "closed", "AUTH_ERROR"),
    ("http-refused", "HTTP 403", "HTTP 403", None),
    ("http-400", "HTTP 400", "HTTP 400", None),
    ("connect-rate", "closed", "CONNACK 0x97, closed", "THROTTLED"),
    ("will-qos", "closed", "CONNACK 0x9b, closed", "CLIENT_ERROR"),
    ("will-topic", "closed", "CONNACK 0x90, closed", "CLIENT_ERROR"),
    ("connect-property", "closed", "CONNACK 0x97, closed", "CLIENT_ERROR"),
    ("client-id", "closed", "CONNACK 0x85, closed", "CLIENT_ERROR"),
    ("taken-over", "closed", "DISCONNECT 0x8e, closed", "DUPLICATE_CLIENTID"),
    ("keep-alive", "closed", "DISCONNECT 0x8d, closed", "MQTT_KEEP_ALIVE_TIMEOUT"),
    ("second-connect", "closed", "DISCONNECT 0x82, closed", "CLIENT_ERROR"),
    ("too-large", "closed", "DISCONNECT 0x95, closed", "CLIENT_ERROR"),
    ("malformed", "closed", "DISCONNECT 0x81, closed", "CLIENT_ERROR"),
    ("protocol-error", "closed", "DISCONNECT 0x82, closed", "CLIENT_ERROR"),
    ("not-connect", "closed", "closed", "CLIENT_ERROR"),
    ("subscribe-denied", "closed", "SUBACK 0x87, stays connected", "FORBIDDEN_ACCESS"),
    ("some-filters-denied", "closed", "SUBACK 0x87, stays connected", "FORBIDDEN_ACCESS"),
    ("publish-denied", "closed", "PUBACK 0x87, stays connected", "FORBIDDEN_ACCESS"),
    ("publish-denied-qos-0", "closed", "DISCONNECT 0x87, closed", "FORBIDDEN_ACCESS"),
    ("receive-denied", "no answer, stays connected", "no answer, stays connected", None),
    ("publish-qos-2", "no answer, stays connected", "DISCONNECT 0x9b, closed", "CLIENT_ERROR"),
    ("subscribe-qos-2", "no answer, stays connected", "DISCONNECT 0x9b, closed", "CLIENT_ERROR"),
    ("topic", "closed", "PUBACK 0x90, stays connected", "CLIENT_ERROR"),
    ("topic-qos-0", "closed", "DISCONNECT 0x90, closed", "CLIENT_ERROR"),
    ("property-size", "closed", "DISCONNECT 0x97, closed", "CLIENT_ERROR"),
    ("topic-alias", "closed", "DISCONNECT 0x94, closed", "CLIENT_ERROR"),
    ("filter", "closed", "SUBACK 0x8f, stays connected", "CLIENT_ERROR"),
    ("too-many-filters", "closed", "SUBACK 0x97, stays connected", "CLIENT_ERROR"),
    ("too-many-subscriptions", "SUBACK 0x80, stays connected", "SUBACK 0x97, stays connected", None),
    ("subscription-id", "closed", "DISCONNECT 0xa1, closed", "CLIENT_ERROR"),
    ("publish-rate", "no answer, stays connected", "PUBACK 0x97, stays connected", None),
    ("publish-rate-qos-0", "no answer, stays connected", "no answer, stays connected", None),
    ("throughput", "no answer, stays connected", "no answer, stays connected", None),
    ("disconnect-after", "closed", "DISCONNECT 0x98, closed", "CUSTOMAUTH_TTL_EXPIRATION"),
    ("refresh-refused", "closed", "DISCONNECT 0x87, closed", "AUTH_ERROR"),
    ("websocket-life", "closed", "closed", "WEBSOCKET_TTL_EXPIRATION"),
    ("client-left", "closed", "closed", "CLIENT_INITIATED_DISCONNECT"),
    ("connection-lost", "closed", "closed", "CONNECTION_LOST"),
    ("slow-subscriber", "closed", "DISCONNECT 0x97, closed", "SERVER_INITIATED_DISCONNECT"),
    ("shutdown", "closed", "DISCONNECT 0x8b, closed", "SERVER_INITIATED_DISCONNECT"),
)
"""Each row: its answer in 3.1.1, its answer in 5, and the reason of the lifecycle event."""


def test_every_answer_of_the_table() -> None:
    assert tuple((rule.id, str(rule.v3), str(rule.v5), rule.lifecycle) for rule in rules.RULES) == ANSWERS
    for rule in rules.RULES:
        assert rule.response(V3) is rule.v3
        assert rule.response(V5) is rule.v5
        for response in (rule.v3, rule.v5):
            assert response.closes is str(response).endswith("closed")
