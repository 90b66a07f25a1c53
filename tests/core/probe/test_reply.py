"""An answer in words; which answers are a yes is tested with the report."""

from __future__ import annotations

import pytest

from authlens.core.mqtt.packets import V5
from authlens.core.probe.reply import ConnectionEnd, ServerReply


@pytest.mark.parametrize("end", ConnectionEnd)
def test_every_end_completes_a_sentence(end: ConnectionEnd) -> None:
    assert ServerReply(closed=end).words(V5) == f"the server {end}"
    assert ServerReply("PUBACK", 0x87, closed=end).words(V5) == f"PUBACK 0x87 Not authorized, and the server {end}"


@pytest.mark.parametrize(
    ("reason", "is_foreign"),
    [("", False), ("OK", False), ("a textual error", False), ("a web page, 'Sign in'", True), ("a text, 'hi'", True)],
)
def test_what_aws_iot_does_not_send_is_not_a_yes(reason: str, is_foreign: bool) -> None:
    answer = ServerReply("HTTP", 200, reason)
    assert (answer.is_foreign, answer.is_yes) == (is_foreign, not is_foreign)
