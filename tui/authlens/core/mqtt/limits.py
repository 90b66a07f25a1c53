"""The limits that AWS IoT sets for MQTT connections, each with its source, and those that authlens sets for itself."""

from __future__ import annotations

from typing import Final

from authlens.core.contract import broker, pages
from authlens.core.contract.statement import Source, assumed, documented, measured
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    id: str
    value: float
    unit: str
    what: str
    source: Source


_QUOTAS = documented(pages.QUOTAS)
_MQTT = documented(pages.MQTT)
_LAMBDA = documented(pages.LAMBDA_ANSWER)

CLIENT_ID_BYTES: Final = Limit("client-id", broker.LONGEST_CLIENT_ID, "bytes", "a client id", _QUOTAS)
_INGEST = "not counting the start `$aws/rules/NAME/`"
TOPIC_BYTES: Final = Limit("topic-bytes", broker.LONGEST_TOPIC, "bytes", f"a topic, {_INGEST}", _QUOTAS)
TOPIC_SLASHES: Final = Limit(
    "topic-slashes",
    broker.MOST_SLASHES,
    "slashes",
    f"a topic, {_INGEST}",
    _QUOTAS,
)
FILTERS: Final = Limit("filters", 8, "filters", "one SUBSCRIBE", _QUOTAS)
SUBSCRIPTIONS: Final = Limit("subscriptions", 50, "subscriptions", "a connection", _QUOTAS)
UNACKNOWLEDGED: Final = Limit("unacknowledged", 100, "messages", "unacknowledged in one direction", _QUOTAS)
PUBLISHES: Final = Limit("publishes", 100, "publishes a second", "a connection; more are dropped", _QUOTAS)
THROUGHPUT: Final = Limit(
    "throughput", 512 * 1024, "bytes a second", "a connection, in each direction; what exceeds it waits", _QUOTAS
)
PAYLOAD_BYTES: Final = Limit("payload", 128 * 1024, "bytes", "the payload of a message, and a CONNECT", _QUOTAS)
PACKET_BYTES: Final = Limit(
    "packet",
    146 * 1024,
    "bytes",
    "a packet without its fixed header",
    documented(pages.QUOTAS, "the guide's page on MQTT says that the maximum cannot exceed 128 KB"),
)
LEAST_PACKET_BYTES: Final = Limit("least-packet", 512, "bytes", "the least Maximum Packet Size of a client", _QUOTAS)
CONTENT_TYPE_BYTES: Final = Limit("content-type", 256, "bytes", "the Content Type of a message", _QUOTAS)
CORRELATION_BYTES: Final = Limit("correlation", 8 * 1024, "bytes", "the Correlation Data of a message", _QUOTAS)
USER_PROPERTY_BYTES: Final = Limit("user-properties", 8 * 1024, "bytes", "the user properties of a packet", _QUOTAS)
MESSAGE_EXPIRY_MOST: Final = Limit(
    "message-expiry", 7 * 24 * 3600, "seconds", "the Message Expiry Interval of a message, which is at least 1", _MQTT
)
SHARE_NAME: Final = Limit("share-name", 128, "characters", "the name of a group of shared subscriptions", _MQTT)
WEBSOCKET_SECONDS: Final = Limit("websocket-life", 24 * 3600, "seconds", "a WebSocket connection", _QUOTAS)
KEEP_ALIVE_LEAST: Final = Limit("keep-alive-least", 30, "seconds", "the shortest keep alive", _QUOTAS)
KEEP_ALIVE_MOST: Final = Limit("keep-alive-most", 1200, "seconds", "the longest keep alive, and that of 0", _QUOTAS)
KEEP_ALIVE_FACTOR: Final = Limit("keep-alive-grace", 1.5, "keep alives", "silence before the connection ends", _MQTT)
CONNECT_INTERVAL: Final = Limit(
    "connect-interval",
    1,
    "second",
    "between two CONNECTs of one client id",
    measured(pages.EMULATOR, "over WebSocket, eu-west-1"),
)
SESSION_EXPIRY: Final = Limit(
    "session-expiry",
    3600,
    "seconds",
    "a session without its connection, in an account that has not raised its quota (up to 7 days)",
    _MQTT,
)
TOPIC_ALIASES: Final = Limit("topic-aliases", 8, "aliases", "a connection", _MQTT)
REFRESH_LEAST: Final = Limit("refresh-least", 300, "seconds", "refreshAfterInSeconds", _LAMBDA)
DISCONNECT_MOST: Final = Limit(
    "disconnect-most", 86400, "seconds", "disconnectAfterInSeconds", documented(pages.LAMBDA_ANSWER)
)

_OURS = assumed(note="a limit of authlens")

CONNECTIONS: Final = Limit("own-connections", 2500, "connections", "the device listener", _OURS)
HANDSHAKE_SECONDS: Final = Limit("own-handshake", 10, "seconds", "from accept to the end of the TLS handshake", _OURS)
CONNECT_SECONDS: Final = Limit("own-connect", 10, "seconds", "from accept to a complete CONNECT", _OURS)
MESSAGE_BYTES: Final = Limit("own-message", 256 * 1024, "bytes", "a message of a WebSocket", _OURS)
QUEUED_BYTES: Final = Limit("own-queue", 1024 * 1024, "bytes", "waiting to be sent to a slow subscriber", _OURS)
STORED_MESSAGES: Final = Limit("own-stored", 1000, "messages", "kept for a client that is away", _OURS)
RETAINED_MESSAGES: Final = Limit("own-retained", 5000, "messages", "retained", _OURS)
SESSIONS: Final = Limit("own-sessions", 5000, "sessions", "kept for clients that are away", _OURS)
