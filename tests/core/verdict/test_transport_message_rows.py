from __future__ import annotations

from authlens.core.verdict.transport_message_rows import ROWS


def test_a_missing_alpn_has_its_cure() -> None:
    row = next(row for row in ROWS if row.id == "tls-alpn")
    assert "SECURE_MQTT" in row.next_question
    assert "CUSTOM_AUTH" in row.next_question
