"""The limits are those of the facts, and each has a name of its own."""

from __future__ import annotations

from authlens.core.mqtt import limits
from authlens.core.mqtt.known import Confidence


def test_each_limit_has_its_own_id() -> None:
    everything = (*limits.OF_AWS, *limits.OF_AUTHLENS)
    assert len({limit.id for limit in everything}) == len(everything)


def test_only_the_limits_of_authlens_are_assumed() -> None:
    assert Confidence.ASSUMED not in {limit.known.confidence for limit in limits.OF_AWS}
    assert {limit.known.confidence for limit in limits.OF_AUTHLENS} == {Confidence.ASSUMED}


def test_a_legal_publish_fits_into_the_largest_packet() -> None:
    assert limits.PACKET_BYTES.value > limits.PAYLOAD_BYTES.value + limits.TOPIC_BYTES.value
