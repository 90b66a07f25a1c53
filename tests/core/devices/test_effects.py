"""Effects are values; one that names no rule is allowed."""

from __future__ import annotations

from authlens.core.devices.effects import Judged, Message
from authlens.core.mqtt import rules


def test_a_decision_without_a_broken_rule_is_allowed() -> None:
    assert Judged("PUBLISH", "a").is_allowed
    assert not Judged("PUBLISH", "a", rule=rules.TOPIC).is_allowed


def test_messages_are_values() -> None:
    assert Message("a", b"x") == Message("a", b"x")
