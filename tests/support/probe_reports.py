"""Reports of probes for tests, without their steps."""

from __future__ import annotations

from typing import Any

from authlens.core.mqtt.packets import V5
from authlens.core.probe.report import ProbeReport, ProbeVerdict


def report(verdict: ProbeVerdict, version: int | None = V5, client_id: str = "c", **members: Any) -> ProbeReport:
    return ProbeReport(verdict, "mqtts://h:443", client_id, version, (), **members)
