"""The result of an invocation in a word or two, used in lists, searches and on screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlens.core.invocation.invocation import FailureKind, Invocation

if TYPE_CHECKING:
    from authlens.core.mqtt.connection import DeviceConnection

AUTHENTICATED = "AUTHENTICATED"
NOT_AUTHENTICATED = "NOT AUTHENTICATED"
CONNECTED = "CONNECTED"
"""For real connections, like the next one."""
REFUSED = "REFUSED"
PUBLISHED = "CONNECTED, PUBLISHED"
"""A probe connected to a broker that is not on this machine, and published there."""
SENT = ", SENT"
"""Added where a probe published to such a broker, and nothing says what became of it."""
CONNECTED_SENT = CONNECTED + SENT

FAILED = {
    FailureKind.AWS: "REFUSED",
    FailureKind.REFUSED_HERE: "NOT SENT",
    FailureKind.REFERENCE: "NOT SENT",
    FailureKind.CREDENTIALS: "NO CREDENTIALS",
    FailureKind.CONFIGURATION: "NOT CONFIGURED",
    FailureKind.UNREACHABLE: "UNREACHABLE",
    FailureKind.TIMED_OUT: "TIMED OUT",
    FailureKind.BROKEN_ANSWER: "BROKEN ANSWER",
    FailureKind.ABANDONED: "ABANDONED",
    FailureKind.LOCAL: "LOCAL ENDPOINT FAILED",
    FailureKind.DEVICE: "REFUSED",
    FailureKind.NOT_TRUSTED: "NOT TRUSTED",
    FailureKind.FAULT: "INTERNAL FAULT",
}


_REFUSED_BECAUSE = {
    "connect-refused": "",
    "http-refused": "HTTP 403",
    "not-connect": "no valid CONNECT",
    "will-qos": "will of QoS 2",
    "connack-0x00": "accepted, then closed",
}
"""What refused a connection, by the rule's id, where the id's own words say too little or nothing more."""


def listed_word(verdict: str, error: str | None) -> str:
    """The word of a line in a list: of what AWS refused, its exception class; of a connection, what refused it."""
    if verdict != REFUSED or error is None:
        return verdict
    if not error[:1].islower():
        return error
    status = error.removeprefix("http-")
    words = _REFUSED_BECAUSE.get(error, f"HTTP {status}" if status.isdecimal() else error.replace("-", " "))
    return f"{REFUSED} ({words})" if words else REFUSED


def kind_word(invocation: Invocation) -> str:
    """What kind of invocation it is: `test`, `function`, `device` or `probe`."""
    if invocation.device is None:
        return "function" if invocation.way == "function" else "test"
    return "probe" if invocation.is_probe else "device"


def verdict_word(invocation: Invocation) -> str:
    device = invocation.device
    failure = invocation.failure
    if device is not None:
        if device.is_probe and failure is not None:
            return FAILED[failure.kind] + (SENT if _is_marked(device) else "")
        if device.has_published_elsewhere:
            return CONNECTED_SENT if device.is_unacknowledged else PUBLISHED
        return REFUSED if device.is_refused else CONNECTED
    if failure is not None:
        return FAILED[failure.kind]
    outcome = invocation.outcome
    return AUTHENTICATED if outcome is not None and outcome.is_authenticated else NOT_AUTHENTICATED


def _is_marked(device: DeviceConnection) -> bool:
    return device.has_published_elsewhere and device.is_unacknowledged
