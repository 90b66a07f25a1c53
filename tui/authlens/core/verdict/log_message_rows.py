"""The table of AWS IoT's log and lifecycle events, by the reason of a record or by its event and status."""

from __future__ import annotations

from authlens.core.contract.pages import LIFECYCLE_EVENTS, LOG_ENTRIES
from authlens.core.contract.statement import documented
from authlens.core.verdict.device_message_rows import ASK_POLICY, DENIED_ACTION, FILTER_DENIED
from authlens.core.verdict.device_messages import DeviceStage, MessageRow

_CONNECT, _CONNECTED = DeviceStage.CONNECT, DeviceStage.CONNECTED


def _logged(id_: str, stage: DeviceStage, meaning: str, causes: tuple[str, ...], ask: str) -> MessageRow:
    return MessageRow(id_, "", "AWS IoT's log", stage, meaning, causes, ask, documented(LOG_ENTRIES))


def _lifecycle(id_: str, meaning: str, causes: tuple[str, ...], ask: str) -> MessageRow:
    return MessageRow(id_, "", "AWS IoT's log", _CONNECTED, meaning, causes, ask, documented(LIFECYCLE_EVENTS))


_SAME_CLIENT = _lifecycle(
    "log-duplicate-client-id",
    "Another connection with the same client id took over.",
    ("two devices or programs share a client id", "the client reconnects before its old connection is gone"),
    "Who else connects with this client id?",
)

LOG_ROWS: dict[str, MessageRow] = {
    "AUTHORIZATION_FAILURE": _logged(
        "log-authorization-failure",
        _CONNECT,
        "The policies do not allow the action of this record; at Connect that is iot:Connect for the client id.",
        (
            "the function's documents do not allow it for this client id, topic or filter",
            "the client connects with a client id other than the one in the documents",
        ),
        "Do the documents allow it? Ask with the client id of the record ('authlens decide').",
    ),
    "Publish-In AUTHORIZATION_FAILURE": _logged(
        "log-authorization-failure",
        DeviceStage.PUBLISH,
        "The policies do not allow this client to publish to the topic of the record.",
        (
            "the function's documents do not allow iot:Publish on topic/… with exactly that topic",
            "the message is retained and iot:RetainPublish is not allowed",
        ),
        "Do the documents allow it? Ask with the topic and client id of the record ('authlens decide').",
    ),
    "Publish-Out AUTHORIZATION_FAILURE": _logged(
        "log-authorization-failure",
        DeviceStage.SUBSCRIBE,
        "The policies do not allow this client to receive from the topic of the record.",
        ("the function's documents do not allow iot:Receive on topic/… with exactly that topic",),
        "Do the documents allow iot:Receive? Ask with the topic and client id of the record ('authlens decide').",
    ),
    "Subscribe AUTHORIZATION_FAILURE": _logged(
        "log-authorization-failure",
        DeviceStage.SUBSCRIBE,
        "The policies do not allow this client to subscribe to the filter of the record.",
        FILTER_DENIED,
        "Do the documents allow it? Ask with the filter and client id of the record ('authlens decide').",
    ),
    "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR": _logged(
        "log-lambda-execution-error",
        _CONNECT,
        "The authorizer's function could not be invoked, or failed.",
        (
            "AWS IoT is not allowed to invoke it: its resource policy lacks iot.amazonaws.com with the "
            "authorizer's ARN",
            "it raised, took over 5 seconds or returned an invalid answer",
        ),
        "Is there an invocation in the function's log? ('authlens logs', 'authlens explain --deployment')",
    ),
    "CUSTOM_AUTHORIZER_NOT_FOUND": _logged(
        "log-authorizer-not-found",
        _CONNECT,
        "The authorizer that the device names does not exist, or none is named and there is no default.",
        ("the name is misspelled or of another region or account", "the device names none"),
        "Which name does the device send under x-amz-customauthorizer-name?",
    ),
    "CUSTOM_AUTHORIZER_PARAMETER_INVALID": _logged(
        "log-parameter-invalid",
        _CONNECT,
        "A parameter of custom authentication is invalid.",
        (
            "the signature is missing, not base64 or not URL-encoded",
            "token or name are not encoded where they must be",
        ),
        "What is in the username or query string? ('authlens explain --request' shows the problem)",
    ),
    "NOT_AUTHENTICATED": _logged(
        "log-not-authenticated",
        _CONNECT,
        "The credentials were not accepted.",
        ("the function returned isAuthenticated false", "the signature fits no key of the authorizer"),
        "Does a test call with the same token or password pass?",
    ),
    **dict.fromkeys(
        ("DEVICE_CERTIFICATE_INACTIVE", "DEVICE_CERTIFICATE_NOT_REGISTERED", "DEVICE_CERTIFICATE_REVOKED"),
        _logged(
            "log-certificate",
            DeviceStage.TLS,
            "The client certificate is not active, not registered or revoked.",
            (
                "the connection authenticates with X.509: port 8883 or ALPN x-amzn-mqtt-ca",
                "the certificate belongs to another device or account",
            ),
            "Is X.509 intended? Custom authentication over MQTT needs port 443 with ALPN 'mqtt'.",
        ),
    ),
    **dict.fromkeys(
        ("DOMAIN_CONFIGURATION_DISABLED", "DOMAIN_CONFIGURATION_INVALID", "SNI_MISUSED"),
        _logged(
            "log-domain",
            DeviceStage.TLS,
            "The server name (SNI) matches a domain configuration that is disabled, invalid or in a different account.",
            ("the domain configuration is DISABLED", "the host belongs to another account"),
            "Which domain configuration has that host? ('authlens explain --deployment')",
        ),
    ),
    **dict.fromkeys(("DUPLICATE_CLIENT_ID", "DUPLICATE_CLIENTID"), _SAME_CLIENT),
    **dict.fromkeys(
        ("AUTH_ERROR", "FORBIDDEN_ACCESS"),
        _lifecycle(
            "log-auth-error",
            "The client could not be authenticated, or attempted something that it is not allowed to do.",
            (DENIED_ACTION, "the function refused when the policies were refreshed"),
            ASK_POLICY,
        ),
    ),
    "CLIENT_ERROR": _lifecycle(
        "log-client-error",
        "The client did something that is not allowed in the protocol.",
        ("a packet over 128 KB, a second CONNECT, QoS 2 or a topic with too many slashes", "a broken packet"),
        "Which packet came last?",
    ),
    "CONNECTION_LOST": _lifecycle(
        "log-connection-lost",
        "The network connection was lost.",
        ("the network", "the device was switched off"),
        "Does it reconnect?",
    ),
    "CUSTOMAUTH_TTL_EXPIRATION": _lifecycle(
        "log-ttl",
        "disconnectAfterInSeconds has elapsed.",
        ("the function returns a short disconnectAfterInSeconds",),
        "How many seconds does the function return?",
    ),
    "MQTT_KEEP_ALIVE_TIMEOUT": _lifecycle(
        "log-keep-alive",
        "The client sent nothing for one and a half times its keep alive.",
        ("the network was lost", "the device slept or was too busy to send a ping"),
        "Which keep alive does the client request?",
    ),
    "WEBSOCKET_TTL_EXPIRATION": _lifecycle(
        "log-websocket-ttl",
        "A WebSocket connection lasts at most 24 hours.",
        ("24 hours have elapsed",),
        "Does it reconnect?",
    ),
    "THROTTLED": _lifecycle(
        "log-throttled",
        "A quota was exceeded.",
        ("too many publishes or connects per second",),
        "How often does it send?",
    ),
    **dict.fromkeys(
        ("CLIENT_INITIATED_DISCONNECT", "SERVER_INITIATED_DISCONNECT", "API_INITIATED_DISCONNECT"),
        _lifecycle(
            "log-disconnect",
            "The connection was ended deliberately, by the side named in the record.",
            (
                "the program ended",
                "AWS moved the connection; the client must reconnect",
                "DeleteConnection was called for this client id",
            ),
            "Was it meant to end?",
        ),
    ),
    "SERVER_ERROR": _lifecycle(
        "log-server-error",
        "An unexpected failure on AWS's side.",
        ("an internal failure of AWS IoT",),
        "Does it succeed if the client connects again?",
    ),
    "AUTHORIZATION_FAILED": MessageRow(
        "log-connect-failed",
        "",
        "AWS IoT's log",
        _CONNECT,
        "CONNECT was refused: the client is not allowed to connect, or to publish to the topic of its last will.",
        (
            "the documents do not allow iot:Connect for this client id",
            "they do not allow iot:Publish on the topic of the will, or iot:RetainPublish for a retained one",
            "the function refused or failed",
        ),
        "May this client id connect, and does it have a will? ('authlens decide')",
        documented(LIFECYCLE_EVENTS),
    ),
    "Connect Success": _logged(
        "log-connected",
        _CONNECTED,
        "The device connected: authenticated, and iot:Connect is allowed.",
        ("what fails comes later: publish, subscribe, receive or a disconnect",),
        "Which record follows for this client id?",
    ),
}
"""By the reason of a record, or by its event and reason or status."""

SUCCESS = _logged(
    "log-success",
    _CONNECTED,
    "AWS IoT did what this record names; nothing was refused.",
    ("what fails is in another record",),
    "Which other records are there for the same client id?",
)
"""Any event that succeeded and has no reason."""

UNKNOWN_RECORD = _logged(
    "log-record",
    _CONNECTED,
    "A record of AWS IoT's log that authlens does not know.",
    ("its reason and details are all that is known",),
    "Which other records are there for the same client id?",
)
