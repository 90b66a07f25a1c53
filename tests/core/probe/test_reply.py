"""An answer in words; which answers are a yes is tested with the report."""

from __future__ import annotations

import pytest

from authlens.core.mqtt.packets import V5
from authlens.core.probe.reply import ConnectionEnd, ServerReply


@pytest.mark.parametrize("end", ConnectionEnd)
def test_every_end_completes_a_sentence(end: ConnectionEnd) -> None:
    assert ServerReply(closed=end).words(V5) == f"the server {end}"
    assert ServerReply("PUBACK", 0x87, closed=end).words(V5) == f"PUBACK 0x87 Not authorized, and the server {end}"


def test_a_web_page_is_not_a_yes() -> None:
    assert not ServerReply("HTTP", 200, "a web page, 'Sign in'").is_yes
    assert ServerReply("HTTP", 200, "OK").is_yes
