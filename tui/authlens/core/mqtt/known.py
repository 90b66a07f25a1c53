"""How a statement about AWS IoT is known, and where it comes from. Every row of the tables of this room carries one."""

from __future__ import annotations

from enum import StrEnum

from authlens.frozen import dataclass


class Confidence(StrEnum):
    MEASURED = "measured"
    """Somebody sent it to AWS and wrote down what came back."""
    DOCUMENTED = "documented"
    REPORTED = "reported"
    """A user saw it; nobody tried it systematically."""
    ASSUMED = "assumed"
    """Nobody knows; authlens chose."""


@dataclass(frozen=True, slots=True)
class Known:
    confidence: Confidence
    source: str = ""
    """The address of a page, or who says so; empty for what is assumed."""
    note: str = ""
    """Under which conditions it was found, where that limits it."""

    def __str__(self) -> str:
        return f"{self.confidence} ({self.note})" if self.note else str(self.confidence)


GUIDE = "https://docs.aws.amazon.com/iot/latest/developerguide/"
MQTT_PAGE = f"{GUIDE}mqtt.html"
CUSTOM_AUTH_PAGE = f"{GUIDE}custom-auth.html"
LAMBDA_PAGE = f"{GUIDE}custom-auth-lambda.html"
LIFECYCLE_PAGE = f"{GUIDE}life-cycle-events.html"
RESERVED_TOPICS_PAGE = f"{GUIDE}reserved-topics.html"
HTTP_PAGE = f"{GUIDE}http.html"
PROTOCOLS_PAGE = f"{GUIDE}protocols.html"
QUOTAS_PAGE = "https://docs.aws.amazon.com/general/latest/gr/iot-core.html"
EMULATOR = "https://github.com/floci-io/floci"
"""An open-source emulator whose compatibility tests say that each expectation was measured on AWS IoT Core."""

MEASURED_OVER_WEBSOCKET = Known(Confidence.MEASURED, EMULATOR, "over WebSocket, eu-west-1")
MEASURED_WITH_CERTIFICATES = Known(
    Confidence.MEASURED, EMULATOR, "over port 8883 with the policies of X.509 certificates"
)
ASSUMED = Known(Confidence.ASSUMED)


def documented(page: str, note: str = "") -> Known:
    return Known(Confidence.DOCUMENTED, page, note)


def reported(source: str, note: str = "") -> Known:
    return Known(Confidence.REPORTED, source, note)


def assumed(note: str = "") -> Known:
    return Known(Confidence.ASSUMED, "", note)
