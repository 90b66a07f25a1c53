"""What a message carries on, and when it expires."""

from __future__ import annotations

import pytest

from authlens.core.devices.messages import expiry, response_topic_problem
from authlens.core.mqtt import properties


@pytest.mark.parametrize(
    ("seconds", "expires_at"),
    [(None, None), (0, 11.0), (1, 11.0), (60, 70.0), (604_800, 604_810.0), (0xFFFFFFFF, 604_810.0)],
)
def test_a_message_lives_for_a_second_at_least_and_a_week_at_most(
    seconds: int | None, expires_at: float | None
) -> None:
    assert expiry(seconds, 10.0) == expires_at


@pytest.mark.parametrize(("topic", "is_allowed"), [(None, True), ("a/b", True), ("a/+", False), ("#", False)])
def test_responses_go_to_a_topic_without_wildcards(topic: str | None, is_allowed: bool) -> None:
    given = () if topic is None else ((properties.RESPONSE_TOPIC, topic),)
    assert (response_topic_problem(given) is None) is is_allowed
