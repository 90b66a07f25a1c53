"""Connections of the device listener as styled text."""

from __future__ import annotations

from dataclasses import replace

from authlens.core.devices.ledger import Watched
from authlens.core.mqtt.connection import PresentedCertificate
from authlens.ui.text.device_rows import stage_items
from support.device_records import CONNECTED, invocation


def test_the_client_certificate_is_shown_below_the_stages() -> None:
    device = replace(CONNECTED, certificate=PresentedCertificate("ab12", "CN=sensor-7"))
    plain, with_certificate = (
        [line.plain for item in stage_items(Watched(invocation(each), each, each.counts)) for line in item.lines]
        for each in (CONNECTED, device)
    )
    assert [line for line in with_certificate if line not in plain] == ["client certificate ab12 (CN=sensor-7)"]
