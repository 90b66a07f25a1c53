"""The limits are those of the facts, and each has a name of its own."""

from __future__ import annotations

from authlens.core.contract.statement import Certainty
from authlens.core.mqtt import limits
from support.devices_page import LIMITS

OF_AUTHLENS = tuple(limit for limit in LIMITS if limit.id.startswith("own-"))
OF_AWS = tuple(limit for limit in LIMITS if limit not in OF_AUTHLENS)


def test_each_limit_has_its_own_id() -> None:
    assert len({limit.id for limit in LIMITS}) == len(LIMITS)


def test_only_the_limits_of_authlens_are_assumed() -> None:
    assert Certainty.ASSUMED not in {limit.source.known for limit in OF_AWS}
    assert {limit.source.known for limit in OF_AUTHLENS} == {Certainty.ASSUMED}


def test_a_legal_publish_fits_into_the_largest_packet() -> None:
    largest = limits.PAYLOAD_BYTES.value + limits.TOPIC_BYTES.value
    assert largest < limits.PACKET_BYTES.value < limits.MESSAGE_BYTES.value


def test_the_values_are_those_of_aws_and_our_own() -> None:
    aws = (
        "client-id 128, topic-bytes 256, topic-slashes 7, filters 8, subscriptions 50, unacknowledged 100, "
        "publishes 100, throughput 524288, payload 131072, packet 149504, least-packet 512, content-type 256, "
        "correlation 8192, user-properties 8192, message-expiry 604800, share-name 128, websocket-life 86400, "
        "keep-alive-least 30, keep-alive-most 1200, keep-alive-grace 1.5, connect-interval 1, session-expiry 3600, "
        "topic-aliases 8, refresh-least 300, disconnect-most 86400"
    )
    ours = (
        "own-connections 2500, own-handshake 10, own-connect 10, own-message 262144, own-queue 1048576, "
        "own-stored 1000, own-retained 5000, own-sessions 5000"
    )
    for listed, known in ((aws, OF_AWS), (ours, OF_AUTHLENS)):
        assert ", ".join(f"{limit.id} {limit.value}" for limit in known) == listed
