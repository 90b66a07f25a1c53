"""Packets are values: equal by content, frozen, with the defaults of the smallest packet."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from authlens.core.mqtt.packets import V3, Connect, Publish


def test_packets_are_frozen_values() -> None:
    packet = Publish("a", b"x")
    assert packet == Publish("a", b"x")
    assert hash(packet) == hash(Publish("a", b"x"))
    with pytest.raises(FrozenInstanceError):
        packet.topic = "b"  # type: ignore[misc]  # that is the test


def test_the_smallest_connect_is_a_clean_one_of_version_3() -> None:
    assert (Connect().version, Connect().clean_start, Connect().keep_alive, Connect().will) == (V3, True, 0, None)
