"""Reason codes of MQTT 5 and return codes of 3.1.1: their names, and which of them AWS IoT sends in which packet."""

from __future__ import annotations

from typing import Final

from authlens.core.contract import pages
from authlens.core.contract.statement import Source, measured

SUCCESS: Final = 0x00
GRANTED_QOS_1: Final = 0x01
DISCONNECT_WITH_WILL: Final = 0x04
NO_MATCHING_SUBSCRIBERS: Final = 0x10
NO_SUBSCRIPTION_EXISTED: Final = 0x11
UNSPECIFIED_ERROR: Final = 0x80
MALFORMED_PACKET: Final = 0x81
PROTOCOL_ERROR: Final = 0x82
IMPLEMENTATION_SPECIFIC_ERROR: Final = 0x83
UNSUPPORTED_VERSION: Final = 0x84
CLIENT_ID_NOT_VALID: Final = 0x85
BAD_USERNAME_OR_PASSWORD: Final = 0x86
NOT_AUTHORIZED: Final = 0x87
SERVER_BUSY: Final = 0x89
SERVER_SHUTTING_DOWN: Final = 0x8B
KEEP_ALIVE_TIMEOUT: Final = 0x8D
SESSION_TAKEN_OVER: Final = 0x8E
TOPIC_FILTER_INVALID: Final = 0x8F
TOPIC_NAME_INVALID: Final = 0x90
PACKET_ID_IN_USE: Final = 0x91
RECEIVE_MAXIMUM_EXCEEDED: Final = 0x93
TOPIC_ALIAS_INVALID: Final = 0x94
PACKET_TOO_LARGE: Final = 0x95
QUOTA_EXCEEDED: Final = 0x97
ADMINISTRATIVE_ACTION: Final = 0x98
QOS_NOT_SUPPORTED: Final = 0x9B
SUBSCRIPTION_IDS_NOT_SUPPORTED: Final = 0xA1

NAMES: Final = {
    SUCCESS: "Success",
    GRANTED_QOS_1: "Granted QoS 1",
    0x02: "Granted QoS 2",
    DISCONNECT_WITH_WILL: "Disconnect with will message",
    NO_MATCHING_SUBSCRIBERS: "No matching subscribers",
    NO_SUBSCRIPTION_EXISTED: "No subscription existed",
    0x18: "Continue authentication",
    0x19: "Re-authenticate",
    UNSPECIFIED_ERROR: "Unspecified error",
    MALFORMED_PACKET: "Malformed packet",
    PROTOCOL_ERROR: "Protocol error",
    IMPLEMENTATION_SPECIFIC_ERROR: "Implementation specific error",
    UNSUPPORTED_VERSION: "Unsupported protocol version",
    CLIENT_ID_NOT_VALID: "Client identifier not valid",
    BAD_USERNAME_OR_PASSWORD: "Bad user name or password",
    NOT_AUTHORIZED: "Not authorized",
    0x88: "Server unavailable",
    SERVER_BUSY: "Server busy",
    0x8A: "Banned",
    SERVER_SHUTTING_DOWN: "Server shutting down",
    0x8C: "Bad authentication method",
    KEEP_ALIVE_TIMEOUT: "Keep alive timeout",
    SESSION_TAKEN_OVER: "Session taken over",
    TOPIC_FILTER_INVALID: "Topic filter invalid",
    TOPIC_NAME_INVALID: "Topic name invalid",
    PACKET_ID_IN_USE: "Packet identifier in use",
    0x92: "Packet identifier not found",
    RECEIVE_MAXIMUM_EXCEEDED: "Receive maximum exceeded",
    TOPIC_ALIAS_INVALID: "Topic alias invalid",
    PACKET_TOO_LARGE: "Packet too large",
    0x96: "Message rate too high",
    QUOTA_EXCEEDED: "Quota exceeded",
    ADMINISTRATIVE_ACTION: "Administrative action",
    0x99: "Payload format invalid",
    0x9A: "Retain not supported",
    QOS_NOT_SUPPORTED: "QoS not supported",
    0x9C: "Use another server",
    0x9D: "Server moved",
    0x9E: "Shared subscriptions not supported",
    0x9F: "Connection rate exceeded",
    0xA0: "Maximum connect time",
    SUBSCRIPTION_IDS_NOT_SUPPORTED: "Subscription identifiers not supported",
    0xA2: "Wildcard subscriptions not supported",
}
"""Of MQTT 5."""

V3_CONNACK_NAMES: Final = {
    0: "Connection accepted",
    1: "Unacceptable protocol version",
    2: "Identifier rejected",
    3: "Server unavailable",
    4: "Bad user name or password",
    5: "Not authorized",
}
V3_IDENTIFIER_REJECTED: Final = 2
"""A return code of 3.1.1 in CONNACK; refusals of 5 begin at 0x80."""
V3_REFUSED_FILTER: Final = 0x80
"""The one failure that a SUBACK of 3.1.1 has."""

SENT_BY_AWS: Final[dict[str, tuple[int, ...]]] = {
    "CONNACK": (0x00, 0x80, 0x85, 0x86, 0x87, 0x90, 0x97, 0x9B),
    "PUBACK": (0x00, 0x80, 0x87, 0x90, 0x91, 0x97),
    "SUBACK": (0x00, 0x01, 0x80, 0x87, 0x8F, 0x91, 0x97),
    "UNSUBACK": (0x00, 0x80, 0x8F, 0x91),
    "DISCONNECT": (0x81, 0x82, 0x87, 0x8B, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x97, 0x98, 0x9B, 0xA1),
}
"""The codes that AWS lists for each packet (`pages.MQTT`); it sends no AUTH, PUBREC, PUBREL or PUBCOMP."""

_REASONS: Final[dict[tuple[str, int], Source]] = {
    ("CONNACK", NOT_AUTHORIZED): measured(pages.EMULATOR, "over WebSocket, eu-west-1"),
    ("DISCONNECT", NOT_AUTHORIZED): measured(pages.EMULATOR, "over port 8883 with X.509 policies"),
}
"""The packets whose reason string somebody wrote down."""


def reason_string(packet: str, code: int, identifier: str) -> str | None:
    """AWS's reason string of a refusal; `None` if none has been reported. The identifier is a fresh UUID."""
    if (packet, code) not in _REASONS:
        return None
    return f"{packet}:Client is not authenticated/authorized to send the message:{identifier}"


def written(code: int) -> str:
    """A code as AWS's pages and most clients write it: `0x87`."""
    return f"{code:#04x}"
