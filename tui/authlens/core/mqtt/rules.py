"""What AWS IoT does with a connection that breaks a rule: one row each, for MQTT 3.1.1 and 5, with how it is known.

A row is the only place that says which packet answers, with which code, and whether the connection goes on.
"""

from __future__ import annotations

from typing import Final

from authlens.core.contract import pages
from authlens.core.contract.statement import Source, assumed, documented, measured, reported
from authlens.core.mqtt import codes
from authlens.core.mqtt.packets import V5
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Response:
    """How AWS answers."""

    packet: str | None
    """`CONNACK`, `SUBACK`, `PUBACK`, `DISCONNECT`, or `HTTP`; `None` when nothing answers."""
    code: int | None
    closes: bool
    source: Source

    @property
    def how_known(self) -> str:
        """Such as `measured (over WebSocket, eu-west-1)`."""
        return f"{self.source.known} ({self.source.note})" if self.source.note else str(self.source.known)

    def __str__(self) -> str:
        then = "closed" if self.closes else "stays connected"
        if self.packet == "HTTP":
            return f"HTTP {self.code}"
        if self.packet is None or self.code is None:
            return then if self.closes else "no answer, stays connected"
        return f"{self.packet} {codes.written(self.code)}, {then}"


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    what: str
    """What happened, as a clause: `the policy denies the subscription`."""
    v3: Response
    v5: Response
    lifecycle: str | None = None
    """The `disconnectReason` of the lifecycle event, where the connection ends with it."""

    def response(self, version: int) -> Response:
        return self.v5 if version == V5 else self.v3


def _closed(source: Source) -> Response:
    return Response(None, None, True, source)


def _ignored(source: Source) -> Response:
    return Response(None, None, False, source)


def _connack(code: int, source: Source) -> Response:
    return Response("CONNACK", code, True, source)


def _disconnect(code: int, source: Source) -> Response:
    return Response("DISCONNECT", code, True, source)


def _kept(packet: str, code: int, source: Source) -> Response:
    return Response(packet, code, False, source)


_WEBSOCKET = measured(pages.EMULATOR, "over WebSocket, eu-west-1")
_CERTIFICATES = measured(pages.EMULATOR, "over port 8883 with the policies of X.509 certificates")
_ASSUMED = assumed()
_MQTT = documented(pages.MQTT)
_CERTIFICATE = documented(
    pages.X509_AUTH, "that a registered certificate is required; that an expired one is refused, and how, is assumed"
)
_THROUGHPUT = documented(pages.QUOTAS, "the rate; what AWS does with the messages that wait is assumed")
_MAY_CLOSE = "AWS's quotas page says that AWS may also close the connection"
_CODE_ASSUMED = assumed(note="the code; AWS's page lists it for this packet")

REFUSED: Final = Rule(
    "connect-refused",
    "the connection is not authenticated or may not connect",
    _closed(_WEBSOCKET),
    _connack(codes.NOT_AUTHORIZED, _WEBSOCKET),
    "AUTH_ERROR",
)
CERTIFICATE: Final = Rule(
    "client-certificate",
    "the client presented no certificate that the domain accepts, or an expired one",
    _closed(_CERTIFICATE),
    _closed(_CERTIFICATE),
    "AUTH_ERROR",
)
HTTP_REFUSED: Final = Rule(
    "http-refused",
    "the request is not authenticated or may not publish",
    Response("HTTP", 403, False, reported(pages.HTTP, "the status; the exact body is assumed")),
    Response("HTTP", 403, False, reported(pages.HTTP, "the status; the exact body is assumed")),
)
_INVALID = Response("HTTP", 400, False, assumed(note="AWS's API reference lists 400 for an invalid Publish"))
HTTP_INVALID: Final = Rule("http-400", "the topic or a parameter of the publish is not valid", _INVALID, _INVALID)
CONNECT_RATE: Final = Rule(
    "connect-rate",
    "the same client id connected less than a second ago",
    _closed(assumed(note="AWS's rate is documented, its answer in MQTT 3.1.1 is not")),
    _connack(codes.QUOTA_EXCEEDED, _WEBSOCKET),
    "THROTTLED",
)
WILL_QOS: Final = Rule(
    "will-qos",
    "the last will has QoS 2",
    _closed(reported(pages.MQTT)),
    _connack(codes.QOS_NOT_SUPPORTED, reported(pages.MQTT)),
    "CLIENT_ERROR",
)
WILL_TOPIC: Final = Rule(
    "will-topic",
    "the topic of the last will is not allowed",
    _closed(_ASSUMED),
    _connack(codes.TOPIC_NAME_INVALID, _CODE_ASSUMED),
    "CLIENT_ERROR",
)
CONNECT_PROPERTY: Final = Rule(
    "connect-property",
    "a property of CONNECT is larger than AWS IoT accepts, or Maximum Packet Size is less than 512",
    _closed(_ASSUMED),
    _connack(codes.QUOTA_EXCEEDED, documented(pages.QUOTAS, "the limits; the code is assumed")),
    "CLIENT_ERROR",
)
CLIENT_ID: Final = Rule(
    "client-id",
    "the client id is longer than 128 bytes or starts with $",
    _closed(_ASSUMED),
    _connack(codes.CLIENT_ID_NOT_VALID, _CODE_ASSUMED),
    "CLIENT_ERROR",
)
TAKEN_OVER: Final = Rule(
    "taken-over",
    "another connection uses the same client id",
    _closed(_MQTT),
    _disconnect(codes.SESSION_TAKEN_OVER, _MQTT),
    "DUPLICATE_CLIENTID",
)
KEEP_ALIVE: Final = Rule(
    "keep-alive",
    "nothing arrived for one and a half keep alive intervals",
    _closed(_MQTT),
    _disconnect(codes.KEEP_ALIVE_TIMEOUT, _MQTT),
    "MQTT_KEEP_ALIVE_TIMEOUT",
)
SECOND_CONNECT: Final = Rule(
    "second-connect",
    "a second CONNECT arrived on one connection",
    _closed(documented(pages.LIFECYCLE)),
    _disconnect(codes.PROTOCOL_ERROR, _CODE_ASSUMED),
    "CLIENT_ERROR",
)
TOO_LARGE: Final = Rule(
    "too-large",
    "the payload has more than 128 KiB",
    _closed(documented(pages.LIFECYCLE)),
    _disconnect(codes.PACKET_TOO_LARGE, _ASSUMED),
    "CLIENT_ERROR",
)
MALFORMED: Final = Rule(
    "malformed",
    "the packet is malformed",
    _closed(documented(pages.LIFECYCLE)),
    _disconnect(codes.MALFORMED_PACKET, _CODE_ASSUMED),
    "CLIENT_ERROR",
)
PROTOCOL_ERROR: Final = Rule(
    "protocol-error",
    "the packet is not allowed here",
    _closed(documented(pages.LIFECYCLE)),
    _disconnect(codes.PROTOCOL_ERROR, _CODE_ASSUMED),
    "CLIENT_ERROR",
)
NOT_CONNECT: Final = Rule(
    "not-connect", "the first packet is not a valid CONNECT", _closed(_ASSUMED), _closed(_ASSUMED), "CLIENT_ERROR"
)
SUBSCRIBE_DENIED: Final = Rule(
    "subscribe-denied",
    "the policy denies the subscription",
    _closed(_CERTIFICATES),
    _kept("SUBACK", codes.NOT_AUTHORIZED, _CERTIFICATES),
    "FORBIDDEN_ACCESS",
)
SOME_FILTERS_DENIED: Final = Rule(
    "some-filters-denied",
    "the policy denies one of several filters",
    _closed(_ASSUMED),
    _kept("SUBACK", codes.NOT_AUTHORIZED, assumed(note="a code for each filter")),
    "FORBIDDEN_ACCESS",
)
PUBLISH_DENIED: Final = Rule(
    "publish-denied",
    "the policy denies the publish of QoS 1",
    _closed(_CERTIFICATES),
    _kept("PUBACK", codes.NOT_AUTHORIZED, _CERTIFICATES),
    "FORBIDDEN_ACCESS",
)
PUBLISH_DENIED_QOS_0: Final = Rule(
    "publish-denied-qos-0",
    "the policy denies the publish of QoS 0",
    _closed(_CERTIFICATES),
    _disconnect(codes.NOT_AUTHORIZED, _CERTIFICATES),
    "FORBIDDEN_ACCESS",
)
RECEIVE_DENIED: Final = Rule(
    "receive-denied",
    "the policy denies the delivery, and the publisher does not notice",
    _ignored(measured(pages.EMULATOR)),
    _ignored(measured(pages.EMULATOR)),
)
PUBLISH_QOS_2: Final = Rule(
    "publish-qos-2",
    "the publish has QoS 2",
    _ignored(_MQTT),
    _disconnect(codes.QOS_NOT_SUPPORTED, _MQTT),
    "CLIENT_ERROR",
)
SUBSCRIBE_QOS_2: Final = Rule(
    "subscribe-qos-2",
    "the subscription asks for QoS 2",
    _ignored(_MQTT),
    _disconnect(codes.QOS_NOT_SUPPORTED, _MQTT),
    "CLIENT_ERROR",
)
TOPIC: Final = Rule(
    "topic",
    "the topic is not allowed",
    _closed(documented(pages.RESERVED_TOPICS)),
    _kept("PUBACK", codes.TOPIC_NAME_INVALID, _CODE_ASSUMED),
    "CLIENT_ERROR",
)
TOPIC_QOS_0: Final = Rule(
    "topic-qos-0",
    "the topic is not allowed",
    _closed(documented(pages.RESERVED_TOPICS)),
    _disconnect(codes.TOPIC_NAME_INVALID, _CODE_ASSUMED),
    "CLIENT_ERROR",
)
PROPERTY_SIZE: Final = Rule(
    "property-size",
    "a property of the message is larger than AWS IoT accepts",
    _closed(_ASSUMED),
    _disconnect(codes.QUOTA_EXCEEDED, assumed(pages.QUOTAS, "the limits are documented, the answer is not")),
    "CLIENT_ERROR",
)
TOPIC_ALIAS: Final = Rule(
    "topic-alias",
    "the topic alias is not between 1 and 8 or was never set",
    _closed(_ASSUMED),
    _disconnect(codes.TOPIC_ALIAS_INVALID, _MQTT),
    "CLIENT_ERROR",
)
FILTER: Final = Rule(
    "filter",
    "the topic filter is not allowed",
    _closed(documented(pages.RESERVED_TOPICS)),
    _kept("SUBACK", codes.TOPIC_FILTER_INVALID, _CODE_ASSUMED),
    "CLIENT_ERROR",
)
TOO_MANY_FILTERS: Final = Rule(
    "too-many-filters",
    "one SUBSCRIBE names more than 8 filters",
    _closed(reported(pages.FILTERS_REPORT, "AWS's page documents the limit only")),
    _kept("SUBACK", codes.QUOTA_EXCEEDED, assumed(pages.QUOTAS, "the limit is documented, the answer is not")),
    "CLIENT_ERROR",
)
TOO_MANY_SUBSCRIPTIONS: Final = Rule(
    "too-many-subscriptions",
    "the connection has 50 subscriptions already",
    _kept("SUBACK", codes.V3_REFUSED_FILTER, reported(pages.SUBSCRIPTIONS_REPORT, _MAY_CLOSE)),
    _kept(
        "SUBACK", codes.QUOTA_EXCEEDED, documented(pages.QUOTAS, f"the rejection; the code is assumed; {_MAY_CLOSE}")
    ),
)
SUBSCRIPTION_ID: Final = Rule(
    "subscription-id",
    "the subscription has an identifier",
    _closed(_ASSUMED),
    _disconnect(codes.SUBSCRIPTION_IDS_NOT_SUPPORTED, _MQTT),
    "CLIENT_ERROR",
)
PUBLISH_RATE: Final = Rule(
    "publish-rate",
    "more than 100 publishes arrived within a second, and the message is dropped",
    _ignored(documented(pages.QUOTAS)),
    _kept("PUBACK", codes.QUOTA_EXCEEDED, documented(pages.QUOTAS, "the limit; the code is assumed")),
)
PUBLISH_RATE_QOS_0: Final = Rule(
    "publish-rate-qos-0",
    "more than 100 publishes arrived within a second, and the message of QoS 0 is dropped",
    _ignored(documented(pages.QUOTAS)),
    _ignored(documented(pages.QUOTAS)),
)
THROUGHPUT: Final = Rule(
    "throughput",
    "more messages wait for the client than 512 KiB a second can carry, and this one is dropped",
    _ignored(_THROUGHPUT),
    _ignored(_THROUGHPUT),
)
EXPIRED: Final = Rule(
    "disconnect-after",
    "disconnectAfterInSeconds has passed",
    _closed(documented(pages.LAMBDA_ANSWER)),
    _disconnect(codes.ADMINISTRATIVE_ACTION, documented(pages.LAMBDA_ANSWER, "the end; the code is assumed")),
    "CUSTOMAUTH_TTL_EXPIRATION",
)
REFRESH_REFUSED: Final = Rule(
    "refresh-refused",
    "the function was invoked again and refused",
    _closed(_ASSUMED),
    _disconnect(codes.NOT_AUTHORIZED, _ASSUMED),
    "AUTH_ERROR",
)
WEBSOCKET_LIFE: Final = Rule(
    "websocket-life",
    "the WebSocket connection is 24 hours old",
    _closed(documented(pages.QUOTAS)),
    _closed(documented(pages.QUOTAS)),
    "WEBSOCKET_TTL_EXPIRATION",
)
CLIENT_LEFT: Final = Rule(
    "client-left", "the client disconnected", _closed(_MQTT), _closed(_MQTT), "CLIENT_INITIATED_DISCONNECT"
)
LOST: Final = Rule("connection-lost", "the connection broke", _closed(_MQTT), _closed(_MQTT), "CONNECTION_LOST")
SLOW: Final = Rule(
    "slow-subscriber",
    "the client reads too slowly; this limit is of authlens, not of AWS",
    _closed(_ASSUMED),
    _disconnect(codes.QUOTA_EXCEEDED, _ASSUMED),
    "SERVER_INITIATED_DISCONNECT",
)
SHUTDOWN: Final = Rule(
    "shutdown",
    "authlens serve ends",
    _closed(_ASSUMED),
    _disconnect(codes.SERVER_SHUTTING_DOWN, _CODE_ASSUMED),
    "SERVER_INITIATED_DISCONNECT",
)

RULES: Final[tuple[Rule, ...]] = (
    REFUSED,
    CERTIFICATE,
    HTTP_REFUSED,
    HTTP_INVALID,
    CONNECT_RATE,
    WILL_QOS,
    WILL_TOPIC,
    CONNECT_PROPERTY,
    CLIENT_ID,
    TAKEN_OVER,
    KEEP_ALIVE,
    SECOND_CONNECT,
    TOO_LARGE,
    MALFORMED,
    PROTOCOL_ERROR,
    NOT_CONNECT,
    SUBSCRIBE_DENIED,
    SOME_FILTERS_DENIED,
    PUBLISH_DENIED,
    PUBLISH_DENIED_QOS_0,
    RECEIVE_DENIED,
    PUBLISH_QOS_2,
    SUBSCRIBE_QOS_2,
    TOPIC,
    TOPIC_QOS_0,
    PROPERTY_SIZE,
    TOPIC_ALIAS,
    FILTER,
    TOO_MANY_FILTERS,
    TOO_MANY_SUBSCRIPTIONS,
    SUBSCRIPTION_ID,
    PUBLISH_RATE,
    PUBLISH_RATE_QOS_0,
    THROUGHPUT,
    EXPIRED,
    REFRESH_REFUSED,
    WEBSOCKET_LIFE,
    CLIENT_LEFT,
    LOST,
    SLOW,
    SHUTDOWN,
)
BY_ID: Final = {rule.id: rule for rule in RULES}
