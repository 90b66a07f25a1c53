"""Packets are values: equal by content, frozen, with the defaults of the smallest packet."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from authlens.core.mqtt.packets import (
    V3,
    V5,
    Auth,
    Connack,
    Connect,
    Disconnect,
    Filter,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Will,
)


def test_packets_are_frozen_values() -> None:
    assert (V3, V5) == (4, 5)
    packet = Publish("a", b"x")
    assert packet == Publish("a", b"x")
    assert hash(packet) == hash(Publish("a", b"x"))
    with pytest.raises(FrozenInstanceError):
        packet.topic = "b"  # type: ignore[misc]  # the assignment that must fail


def test_the_smallest_connect_is_a_clean_one_of_version_3() -> None:
    assert (Connect().version, Connect().clean_start, Connect().keep_alive, Connect().will) == (V3, True, 0, None)


def test_what_is_left_out_is_a_success_and_nothing_special() -> None:
    for packet in (Puback(1), Pubrec(1), Pubrel(1), Pubcomp(1), Connack(), Disconnect(), Auth()):
        assert (packet.code, packet.properties) == (0, ())
    assert not Connack().session_present
    for each in (Publish("a", b""), Will("a")):
        assert (each.qos, each.retain) == (0, False)
    assert (Publish("a", b"").duplicate, Publish("a", b"").packet_id) == (False, None)
    plain = Filter("a")
    assert (plain.qos, plain.no_local, plain.retain_as_published, plain.retain_handling) == (0, False, False, 0)
