from __future__ import annotations

import pytest

from authlens.core.verdict.device_messages import recognise
from authlens.core.verdict.transport_message_rows import ROWS


def test_a_missing_alpn_has_its_cure() -> None:
    row = next(row for row in ROWS if row.id == "tls-alpn")
    assert "SECURE_MQTT" in row.next_question
    assert "CUSTOM_AUTH" in row.next_question


_OF_PYTHON = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {} (_ssl.c:1000)"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (_OF_PYTHON.format("unable to get local issuer certificate"), ["tls-not-trusted"]),
        (_OF_PYTHON.format("Hostname mismatch, certificate is not valid for 'x'."), ["tls-name"]),
        (_OF_PYTHON.format("IP address mismatch, certificate is not valid for '10.0.0.1'."), ["tls-name"]),
        (_OF_PYTHON.format("certificate has expired"), ["tls-expired"]),
        (_OF_PYTHON.format("certificate is not yet valid"), ["tls-expired"]),
        ("Error: certificate has expired\n  code: 'CERT_HAS_EXPIRED'", ["tls-expired"]),
        ("dial tcp: lookup abc-ats.iot.eu-west-1.amazonaws.com: no such host", ["host-not-found"]),
    ],
)
def test_what_is_wrong_with_a_certificate_comes_before_that_it_is_not_trusted(text: str, ids: list[str]) -> None:
    assert [found.row.id for found in recognise(text)] == ids
