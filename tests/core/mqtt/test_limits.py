"""The limits are those of the facts, and each has a name of its own."""

from __future__ import annotations

from authlens.core.contract.statement import Known
from authlens.core.mqtt import limits


def test_each_limit_has_its_own_id() -> None:
    everything = (*limits.OF_AWS, *limits.OF_AUTHLENS)
    assert len({limit.id for limit in everything}) == len(everything)


def test_only_the_limits_of_authlens_are_assumed() -> None:
    assert Known.ASSUMED not in {limit.source.known for limit in limits.OF_AWS}
    assert {limit.source.known for limit in limits.OF_AUTHLENS} == {Known.ASSUMED}


def test_a_legal_publish_fits_into_the_largest_packet() -> None:
    assert limits.PACKET_BYTES.value > limits.PAYLOAD_BYTES.value + limits.TOPIC_BYTES.value
